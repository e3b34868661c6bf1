import { passTime } from './clock';
import { BLOCK_MAX_MS } from './state';
import type { LimiterState } from './state';
import type { Block, BlockKind } from './types';

/** What is left of a ban or a penalty. */
export function blockOf(state: LimiterState, nowMs: number): Block {
  const { blockedUntilMs, blockedBy } = passTime(state, nowMs);
  const blockedForMs = Math.max(0, blockedUntilMs - nowMs);
  return blockedForMs > 0 && blockedBy !== undefined ? { blockedForMs, kind: blockedBy } : { blockedForMs };
}

/** Lets no request leave for a span from the state's clock on, at most BLOCK_MAX_MS. An end only ever moves later. */
export function blockFor(state: LimiterState, spanMs: number, kind: BlockKind): LimiterState {
  const untilMs = state.clockMs + Math.min(spanMs, BLOCK_MAX_MS);
  return untilMs > state.blockedUntilMs ? { ...state, blockedUntilMs: untilMs, blockedBy: kind } : state;
}

/** For whoever is refused because of it. */
export function blockMessage({ blockedUntilMs, blockedBy }: LimiterState): string {
  const until = `${new Date(Math.ceil(blockedUntilMs / 1_000) * 1_000).toISOString().slice(0, -'.000Z'.length)}Z`;
  return `The venue refuses requests until ${until}${blockedBy === undefined ? '' : ` (${WORDS[blockedBy]})`}.`;
}

const WORDS: Record<BlockKind, string> = { banned: 'a ban', rate_limited: 'too many requests' };
