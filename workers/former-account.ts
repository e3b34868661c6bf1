import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { TradingVenue } from '../src/domain/trading-venue';
import { formerVenueAccountWorkflowId, venueAccountWorkflowId } from '../src/messages/ids';
import { moveAccountSignal } from '../src/messages/venue-account';
import { pollUntil } from '../src/process/poll';

/** A move takes a few steps of the account; a process that has just started may have to replay some thousand events. */
const MOVE_TIMEOUT_MS = 60_000;
const MOVE_INTERVAL_MS = 100;
/** Of a workflow that will take further steps. */
const GOES_ON: ReadonlySet<string> = new Set(['RUNNING', 'PAUSED']);

/** The account of before environments travelled along is in the way: what it holds must not be forgotten. */
export class FormerAccountError extends Error {
  override readonly name = 'FormerAccountError';
  readonly code = 'FORMER_ACCOUNT';
}

/** What the server knows of an account. */
interface KnownAccount {
  readonly goesOn: boolean;
  readonly runId: string;
  /** The run that started it, where a workflow did. */
  readonly parentRunId: string | undefined;
}

/**
 * Makes sure that no account of before environments travelled along runs: nothing may be lent beside it.
 *
 * @throws FormerAccountError
 */
export async function assertNoFormerAccount(client: Client, venue: string): Promise<void> {
  const workflowId = formerVenueAccountWorkflowId(venue);
  if (!(await describe(client, workflowId))?.goesOn) return;
  throw new FormerAccountError(
    `The account ${workflowId} of an older release still runs; a trading engine has to move it first. Start one ("oncefill start").`,
  );
}

/**
 * Lets an account of before environments travelled along hand itself over to one under its new id, with all that it holds,
 * and waits until it has: nothing may be traded before. Safe to repeat, whatever ended in between. A process must run
 * the account meanwhile.
 *
 * @param options.isWaiting only waits: another process, which holds the trading engine's slot, tells the account to move
 * @returns whether there was one
 * @throws FormerAccountError where that cannot be, or takes too long
 */
export async function moveFormerAccount(
  client: Client,
  ours: TradingVenue,
  { isWaiting = false, timeoutMs = MOVE_TIMEOUT_MS }: { isWaiting?: boolean; timeoutMs?: number } = {},
): Promise<boolean> {
  const formerId = formerVenueAccountWorkflowId(ours.venue);
  const newId = venueAccountWorkflowId(ours);
  const hasMoved = async (): Promise<boolean> => {
    const former = await describe(client, formerId);
    if (!former?.goesOn) return true;
    const successor = await describe(client, newId);
    if (successor?.goesOn && successor.parentRunId !== former.runId) throw twoAccounts(formerId, newId);
    return false;
  };
  if (await hasMoved()) return false;
  if (!isWaiting) await tellToMove(client, formerId, ours);
  if (await pollUntil(hasMoved, { intervalMs: MOVE_INTERVAL_MS, timeoutMs })) return true;
  throw new FormerAccountError(
    `The account ${formerId} did not move to ${newId} within ${timeoutMs / 1_000} s, and nothing is traded before it has. Look at it in the Web UI, then start again.`,
  );
}

async function tellToMove(client: Client, formerId: string, ours: TradingVenue): Promise<void> {
  try {
    await client.workflow.getHandle(formerId).signal(moveAccountSignal, ours);
  } catch (error) {
    // It ended since it was looked at.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function describe(client: Client, workflowId: string): Promise<KnownAccount | undefined> {
  try {
    const { status, runId, raw } = await client.workflow.getHandle(workflowId).describe();
    const parentRunId = raw.workflowExecutionInfo?.parentExecution?.runId ?? undefined;
    return { goesOn: GOES_ON.has(status.name), runId, parentRunId };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function twoAccounts(formerId: string, newId: string): FormerAccountError {
  return new FormerAccountError(
    `There are two accounts, ${formerId} and ${newId}, and each may hold funds that the other does not know of: nothing is traded. Look at the reservations of both (temporal workflow query --name reservations), end the one that holds none (temporal workflow terminate), and start again.`,
  );
}
