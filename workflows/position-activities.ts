import { proxyActivities, sleep } from '@temporalio/workflow';
import type { PositionActivities } from '../activities/positions';
import { venueTaskQueue } from '../src/messages/ids';
import type { PositionWorkflowInput } from '../src/messages/position';
import { RecurringAlert } from './recurring-alert';
import { isPassingOrRefused, rootMessage } from './until-answered';

/** Longer than SET_PROTECTION_WITHIN_MS of activities/positions.ts: from then on nothing of a call can leave any more. */
const SET_TIMEOUT = '12 seconds';
/** A call that nobody takes is over, too. */
const CALL_TIMEOUT = '30 seconds';
/** Pages of executions and of the money log wait for their permits. */
const BOOK_TIMEOUT = '120 seconds';
/** A process that died with such a call in its hands is not waited for any longer. */
const BOOK_HEARTBEAT_TIMEOUT = '10 seconds';
/** Pauses before a call that must not be given up is made again, by how often it failed in a row. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

export type PositionCalls = Omit<PositionActivities, 'tellPosition' | 'fetchMoneyLog'>;

/** What a position does to the world. Each call has a bound; whoever makes it decides what follows from a failure. */
export function proxyPositionActivities(input: PositionWorkflowInput): PositionCalls {
  const options = { taskQueue: venueTaskQueue(input), scheduleToCloseTimeout: CALL_TIMEOUT };
  // The rules repeat what has to be repeated, by what the venue says meanwhile.
  const once = { retry: { maximumAttempts: 1 } };
  const { symbol } = input;
  const { setProtection } = proxyActivities<PositionActivities>({
    ...options,
    ...once,
    startToCloseTimeout: SET_TIMEOUT,
    summary: `protection of ${symbol}`,
  });
  const { fetchPositions } = proxyActivities<PositionActivities>({
    ...options,
    ...once,
    summary: `position of ${symbol}`,
  });
  const { bookEpisode, fetchExecutions } = proxyActivities<PositionActivities>({
    ...options,
    ...once,
    scheduleToCloseTimeout: BOOK_TIMEOUT,
    heartbeatTimeout: BOOK_HEARTBEAT_TIMEOUT,
    summary: `closed trade of ${symbol}`,
  });
  const { cancelEntries } = proxyActivities<PositionActivities>({
    ...options,
    ...once,
    summary: `entries of ${symbol} that rest`,
  });
  const { makeExit, exitOutcome, positionClosed } = proxyActivities<PositionActivities>({
    ...options,
    ...once,
    summary: `exit of ${symbol}`,
  });
  return {
    setProtection,
    fetchPositions,
    bookEpisode,
    fetchExecutions,
    cancelEntries,
    makeExit,
    exitOutcome,
    positionClosed,
  };
}

/**
 * Makes a call that must not be given up until it is answered, never pausing for longer than half a minute: a position is open
 * meanwhile.
 *
 * @param what for people: `BTCUSDT: the venue`
 * @param isWanted asked before each repetition
 * @returns undefined: it is not wanted any more
 * @throws what no repetition can mend
 */
export async function untilDone<Result>(
  what: string,
  call: () => Promise<Result>,
  isWanted: () => boolean = () => true,
): Promise<Result | undefined> {
  const alert = new RecurringAlert();
  for (let failures = 0; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isPassingOrRefused(error)) throw error;
      if (failures > 0) alert.raise(`${what} does not answer; it is asked again until it does. ${rootMessage(error)}`);
      await sleep(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)]!);
      if (!isWanted()) return undefined;
    }
  }
}
