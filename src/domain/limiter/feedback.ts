import { isRecord, ownValue } from '../plain-values';
import { blockFor } from './block';
import { longestWindow, spanMsOf, windowsOf } from './capacity';
import { passTime } from './clock';
import { book, prune, weightWithin } from './grants';
import { BAN_DEFAULT_MS, PENALTY_FIRST_MS, PENALTY_MAX_MS } from './state';
import type { Grant, LimiterState, LimiterStep } from './state';
import type { FeedbackCommand, Window, WindowLimit } from './types';

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
  const scope = own ?? limits.global;
  const { remaining, limit } = command;
  if (remaining === undefined || !Number.isSafeInteger(remaining) || remaining < 0) return state;
  // Anyone with the command line may send one whose values no number can be made of.
  if (limit !== undefined && typeof limit !== 'number') return state;
  const counted = windowOf(scope, limit);
  if (counted === undefined) return state;

  const { window, weight } = counted;
  const grants = own === undefined ? state.global : (ownValue(state.endpoints, command.endpoint) ?? []);
  const booked = weightWithin(grants, clockMs - spanMsOf(limits, window), clockMs);
  const missing = window.limit - remaining * weight - booked;
  if (missing <= 0) return state;
  const add = (to: readonly Grant[], within: WindowLimit): readonly Grant[] =>
    book(prune(to, clockMs, spanMsOf(limits, longestWindow(within))), clockMs, missing);
  const global = add(state.global, limits.global);
  if (own === undefined) return { ...state, global };
  return { ...state, global, endpoints: { ...state.endpoints, [command.endpoint]: add(grants, own) } };
}

/**
 * The window that a venue counted in, by the limit that it names: in weights, or in requests, each of which has the usual
 * weight then. A venue that names none means the first one.
 */
function windowOf(
  scope: WindowLimit,
  limit: number | undefined,
): { readonly window: Window; readonly weight: number } | undefined {
  if (limit === undefined) return { window: scope, weight: 1 };
  const windows = windowsOf(scope);
  const inWeights = windows.find((window) => window.limit === limit);
  if (inWeights !== undefined) return { window: inWeights, weight: 1 };
  const inRequests = windows.find((window) => window.limit === limit * scope.weight);
  return inRequests && { window: inRequests, weight: scope.weight };
}
