import { isRecord, ownValue } from '../plain-values';
import { blockFor } from './block';
import { spanMsOf } from './capacity';
import { passTime } from './clock';
import { book, prune, weightWithin } from './grants';
import { BAN_DEFAULT_MS, PENALTY_FIRST_MS, PENALTY_MAX_MS } from './state';
import type { LimiterState, LimiterStep } from './state';
import type { FeedbackCommand } from './types';

/** ignored: the command made no sense, and nothing changed but the time. */
export interface FeedbackResult {
  readonly status: 'applied' | 'ignored';
  /** No request before this instant, milliseconds UTC; 0: none was ever blocked. */
  readonly blockedUntilMs: number;
}

/**
 * Learns from a venue's answer. A block only ever moves later. Without a time to resume that lies ahead, a penalty lasts
 * PENALTY_FIRST_MS, doubled for each one in a row; answers to requests that were under way together count as one.
 *
 * When the venue has counted more than we have (another program uses the same account, say), the difference is booked.
 *
 * All of it happens when the limiter hears of it: the sender's clock may be any. Of its instants only the span between
 * two counts.
 */
export function feedback(state: LimiterState, command: FeedbackCommand, nowMs: number): LimiterStep<FeedbackResult> {
  const current = passTime(state, nowMs);
  if (!isRecord(command) || !Number.isSafeInteger(command.observedAtMs)) return ignored(current);
  switch (command.kind) {
    case 'ok':
      return applied(adapt(endPenalties(current), command));
    case 'rate_limited':
      return applied(penalise(current, command));
    case 'banned':
      return applied(ban(current, command));
    default:
      return ignored(current);
  }
}

function applied(state: LimiterState): LimiterStep<FeedbackResult> {
  return { state, result: { status: 'applied', blockedUntilMs: state.blockedUntilMs } };
}

function ignored(state: LimiterState): LimiterStep<FeedbackResult> {
  return { state, result: { status: 'ignored', blockedUntilMs: state.blockedUntilMs } };
}

/** Only an answer from after the block proves that the venue accepts requests again. */
function endPenalties(state: LimiterState): LimiterState {
  return isBlocked(state) ? state : { ...state, penaltiesInRow: 0 };
}

function penalise(state: LimiterState, command: FeedbackCommand): LimiterState {
  const isNext = state.penaltiesInRow === 0 || !isBlocked(state);
  const penaltiesInRow = state.penaltiesInRow + (isNext ? 1 : 0);
  const pauseMs = Math.min(PENALTY_MAX_MS, PENALTY_FIRST_MS * 2 ** Math.min(penaltiesInRow - 1, 30));
  return {
    ...blockFor(state, namedSpanMs(command) ?? pauseMs, 'rate_limited'),
    penaltiesInRow,
    stats: { ...state.stats, penaltiesTotal: state.stats.penaltiesTotal + 1 },
  };
}

function ban(state: LimiterState, command: FeedbackCommand): LimiterState {
  return {
    ...blockFor(state, namedSpanMs(command) ?? BAN_DEFAULT_MS, 'banned'),
    stats: { ...state.stats, bansTotal: state.stats.bansTotal + 1 },
  };
}

function isBlocked({ clockMs, blockedUntilMs }: LimiterState): boolean {
  return clockMs < blockedUntilMs;
}

/** How long the venue wants to be left alone, whole milliseconds; undefined: it named no time that lies ahead. */
function namedSpanMs({ resumeAfterMs, resumeAtMs, observedAtMs }: FeedbackCommand): number | undefined {
  const spans = [resumeAfterMs, typeof resumeAtMs === 'number' ? resumeAtMs - observedAtMs : undefined];
  const named = spans.find((spanMs) => typeof spanMs === 'number' && Number.isFinite(spanMs) && spanMs > 0);
  return named === undefined ? undefined : Math.ceil(named);
}

function adapt(state: LimiterState, command: FeedbackCommand): LimiterState {
  const { limits, clockMs } = state;
  if (typeof command.endpoint !== 'string') return state;
  const own = ownValue(limits.endpoints, command.endpoint);
  const rule = own ?? limits.global;
  const { remaining, limit } = command;
  if (remaining === undefined || !Number.isSafeInteger(remaining) || remaining < 0) return state;
  if (limit !== undefined && limit !== rule.limit) return state;

  const spanMs = spanMsOf(limits, rule);
  const grants = own === undefined ? state.global : (ownValue(state.endpoints, command.endpoint) ?? []);
  const missing = rule.limit - remaining - weightWithin(grants, clockMs - spanMs, clockMs);
  if (missing <= 0) return state;
  const global = book(prune(state.global, clockMs, spanMsOf(limits, limits.global)), clockMs, missing);
  if (own === undefined) return { ...state, global };
  const booked = book(prune(grants, clockMs, spanMs), clockMs, missing);
  return { ...state, global, endpoints: { ...state.endpoints, [command.endpoint]: booked } };
}
