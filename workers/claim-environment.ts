import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { formerVenueAccountWorkflowId } from '../src/messages/ids';
import type { TradingVenue } from '../src/domain/trading-venue';
import { checkEnvironment } from '../src/temporal/environment-stamp';
import { explainRefusal } from '../src/temporal/namespace';
import {
  ENVIRONMENT_MARK,
  keyOf,
  readMark,
  SINCE_CREATION,
  TRAVELS_SINCE_MARK,
  writeMark,
} from '../src/temporal/namespace-marks';

/**
 * Makes sure that this namespace is used by one environment only (paper, testnet, demo or live): the first that uses it.
 *
 * @throws EnvironmentMismatchError, and NamespaceError where the server does not let this program mark it
 */
export async function claimEnvironment(client: Client, ours: TradingVenue): Promise<void> {
  const { environment, venue } = ours;
  if ((await readMark(client, ENVIRONMENT_MARK)) === undefined) {
    const isNew = !(await isKnown(client, formerVenueAccountWorkflowId(venue)));
    await mark(client, ENVIRONMENT_MARK, environment);
    if (isNew) await mark(client, TRAVELS_SINCE_MARK, SINCE_CREATION);
  }
  // Read back: of two that start at once, one has the last word.
  await checkEnvironment(client, environment);
}

/**
 * Notes that from now on every signal in this namespace names its environment, unless that is noted already. Only who
 * holds the trading engine's slot may call it: an engine of an older release may start signals until then.
 *
 * @param isAgain an older release ran since it was noted: now counts
 * @throws NamespaceError where the server does not let this program mark it
 */
export async function noteTravels(client: Client, isAgain = false): Promise<void> {
  if (!isAgain && (await readMark(client, TRAVELS_SINCE_MARK)) !== undefined) return;
  await mark(client, TRAVELS_SINCE_MARK, new Date().toISOString());
}

async function mark(client: Client, name: string, value: string): Promise<void> {
  try {
    await writeMark(client, name, value);
  } catch (error) {
    const { namespace } = client.options;
    const command = `temporal operator namespace update --namespace ${namespace} --data ${keyOf(name)}=${value}`;
    throw explainRefusal(error, `mark the namespace "${namespace}" with ${keyOf(name)}=${value}`, command);
  }
}

/** Whether the server knows a workflow of that id, running or ended. */
export async function isKnown(client: Client, workflowId: string): Promise<boolean> {
  return (await statusOf(client, workflowId)) !== undefined;
}

/** @returns undefined where the server knows no workflow of that id */
export async function statusOf(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
