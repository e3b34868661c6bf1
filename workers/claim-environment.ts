import type { Client } from '@temporalio/client';
import { explainRefusal } from '../src/temporal/namespace';
import { keyOf, readMark, writeMark } from './namespace-marks';

const MARK = 'environment';

/** The namespace belongs to another environment: its reservations and waiting signals must not meet this one's orders. */
export class EnvironmentMismatchError extends Error {
  override readonly name = 'EnvironmentMismatchError';
  readonly code = 'ENVIRONMENT_MISMATCH';
}

/**
 * Makes sure that this namespace is used by one environment only (paper, testnet or live): the first that uses it.
 *
 * @throws EnvironmentMismatchError, and NamespaceError where the server does not let this program mark it
 */
export async function claimEnvironment(client: Client, environment: string): Promise<void> {
  if ((await readMark(client, MARK)) === undefined) await claim(client, environment);
  // Read back: of two that start at once, one has the last word.
  const owner = await readMark(client, MARK);
  if (owner === environment) return;
  const { namespace } = client.options;
  throw new EnvironmentMismatchError(
    `The namespace "${namespace}" belongs to ${owner}, and this configuration is for ${environment}: its waiting signals would become orders there. Give ${environment} a namespace of its own (temporal.namespace or TEMPORAL_NAMESPACE).`,
  );
}

async function claim(client: Client, environment: string): Promise<void> {
  try {
    await writeMark(client, MARK, environment);
  } catch (error) {
    const { namespace } = client.options;
    const command = `temporal operator namespace update --namespace ${namespace} --data ${keyOf(MARK)}=${environment}`;
    throw explainRefusal(error, `mark the namespace "${namespace}" as one of ${environment}`, command);
  }
}
