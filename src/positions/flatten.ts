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
  /** Absent: nobody answered for it, or there was none any more. */
  readonly reply?: PositionReply;
  /** The venue has no position of it any more; its trade where that is booked. Absent: its end was not seen. */
  readonly ended?: PositionView;
  /** Why it was not told, or its end not seen; absent: it was, or nobody waited for it. */
  readonly problem?: string;
}

type Positions = Pick<PositionWorkflows, 'list' | 'show' | 'close'>;

interface CloseTerms {
  readonly words: string;
  readonly reason: CloseReason;
  /** Milliseconds; zero: nobody waits for the ends. */
  readonly waitMaxMs: number;
}

/**
 * Tells every open position to close, and sees how they end, for a while. Call it once no entry can open another one: trading is
 * reducing, and resting entries are cancelled.
 */
export async function closeAll(positions: Positions, terms: CloseTerms): Promise<readonly Closing[]> {
  const deadlineMs = performance.now() + terms.waitMaxMs;
  const open = await positions.list();
  return someAtOnce(open, TOLD_AT_ONCE_MAX, (position) => closeOne(positions, position, terms, deadlineMs));
}

async function closeOne(
  positions: Positions,
  { symbol }: ListedPosition,
  { words, reason, waitMaxMs }: CloseTerms,
  deadlineMs: number,
): Promise<Closing> {
  const isWaitedFor = waitMaxMs > 0;
  try {
    const reply = await tell(positions, symbol, { words, reason }, deadlineMs);
    if (reply?.accepted !== false) {
      const ended = await endOf(positions, symbol, deadlineMs);
      if (ended) return { symbol, ...(reply && { reply }), ended };
      const unseen = isWaitedFor || reply === undefined ? { problem: await unseenWords(positions, symbol) } : {};
      return { symbol, ...(reply && { reply }), ...unseen };
    }
    // One that ended between the list and the word has nothing to be told.
    const view = await positions.show(symbol).catch(() => undefined);
    return view && isClosed(view)
      ? { symbol, reply, ended: await settled(positions, view, deadlineMs) }
      : { symbol, reply };
  } catch (error) {
    return { symbol, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** One that the venue has not shown yet is told again until the deadline: it may be about to open, or to end without having been any. */
async function tell(
  positions: Positions,
  symbol: string,
  wish: Pick<CloseTerms, 'words' | 'reason'>,
  deadlineMs: number,
): Promise<PositionReply | undefined> {
  for (;;) {
    const reply = await positions.close(symbol, { ...wish, requestId: `close:${randomUUID()}` });
    if (reply?.accepted !== false || performance.now() >= deadlineMs) return reply;
    const view = await positions.show(symbol);
    if (view?.state !== 'OPENING') return reply;
    await sleep(ENDING_INTERVAL_MS);
  }
}

async function unseenWords(positions: Positions, symbol: string): Promise<string> {
  const { stateReason } = (await positions.show(symbol).catch(() => undefined)) ?? {};
  return ['Its end was not seen yet.', stateReason ?? ''].join(' ').trim();
}

async function settled(positions: Positions, view: PositionView, deadlineMs: number): Promise<PositionView> {
  return (await endOf(positions, view.symbol, deadlineMs)) ?? view;
}

/** The venue has no position any more: it is booked, or what it came to is being read. */
export function isClosed({ state }: PositionView): boolean {
  return state === 'FLAT' || state === 'BOOKED';
}

/**
 * Waits until a position is booked.
 *
 * @returns the view of it; also one that is closed and not booked by then. undefined: it is not seen to be closed
 */
export async function endOf(
  positions: Pick<Positions, 'show'>,
  symbol: string,
  deadlineMs: number,
): Promise<PositionView | undefined> {
  for (;;) {
    const view = await positions.show(symbol).catch(() => undefined);
    if (view?.state === 'BOOKED') return view;
    if (performance.now() >= deadlineMs) return view && isClosed(view) ? view : undefined;
    await sleep(ENDING_INTERVAL_MS);
  }
}
