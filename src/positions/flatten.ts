import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloseReason } from '../domain/position/types';
import type { PositionReply, PositionView } from '../messages/position';
import { someAtOnce } from '../process/some-at-once';
import type { ListedPosition, PositionWorkflows } from './position-workflows';

/** Positions that are told at the same time. */
const TOLD_AT_ONCE_MAX = 10;
/** How long a person waits to see positions end; what has not ended by then is said. */
export const ENDING_MAX_MS = 60_000;
const ENDING_INTERVAL_MS = 500;

/** What became of a position that was to be closed. */
export interface Closing {
  readonly symbol: string;
  /** Absent: nobody answered for it. */
  readonly reply?: PositionReply;
  /** Absent: its end was not seen. */
  readonly ended?: PositionView;
  /** Why it was not told, or its end not seen; absent: it was. */
  readonly problem?: string;
}

type Positions = Pick<PositionWorkflows, 'list' | 'show' | 'close'>;

/**
 * Tells every open position to close, and sees how they end, for a while. Call it once no entry can open another one: trading is
 * reducing, and resting entries are cancelled.
 *
 * @param waitMaxMs zero: nobody waits for the ends
 */
export async function closeAll(
  positions: Positions,
  { words, reason, waitMaxMs }: { readonly words: string; readonly reason: CloseReason; readonly waitMaxMs: number },
): Promise<readonly Closing[]> {
  const deadlineMs = performance.now() + waitMaxMs;
  const open = await positions.list();
  return someAtOnce(open, TOLD_AT_ONCE_MAX, (position) => closeOne(positions, position, { words, reason, deadlineMs }));
}

async function closeOne(
  positions: Positions,
  { symbol }: ListedPosition,
  { words, reason, deadlineMs }: { readonly words: string; readonly reason: CloseReason; readonly deadlineMs: number },
): Promise<Closing> {
  const command = { requestId: `close:${randomUUID()}`, words, reason };
  try {
    // One that ended in between has nothing to be told.
    const reply = await positions.close(symbol, command);
    if (reply?.accepted === false) return { symbol, reply };
    const ended = await endOf(positions, symbol, deadlineMs);
    return { symbol, ...(reply && { reply }), ...(ended ? { ended } : { problem: 'Its end was not seen yet.' }) };
  } catch (error) {
    return { symbol, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** @returns undefined: it has not ended by then */
export async function endOf(
  positions: Pick<Positions, 'show'>,
  symbol: string,
  deadlineMs: number,
): Promise<PositionView | undefined> {
  for (;;) {
    const view = await positions.show(symbol).catch(() => undefined);
    if (view?.state === 'BOOKED') return view;
    if (performance.now() >= deadlineMs) return undefined;
    await sleep(ENDING_INTERVAL_MS);
  }
}
