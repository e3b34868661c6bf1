import { isRecord, ownValue } from '../plain-values';
import { spanMsOf } from './capacity';
import { book, prune, weightWithin } from './grants';
import { BAN_DEFAULT_MS, BLOCK_MAX_MS, PENALTY_FIRST_MS, PENALTY_MAX_MS } from './state';
import type { LimiterState, LimiterStep } from './state';
import type { FeedbackCommand } from './types';

/** ignored: the command made no sense, and nothing changed. */
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
 */
export function feedback(state: LimiterState, command: FeedbackCommand, nowMs: number): LimiterStep<FeedbackResult> {
  if (!isRecord(command) || !Number.isSafeInteger(command.observedAtMs)) return ignored(state);
  const clockMs = Math.max(state.clockMs, nowMs);
  const observedAtMs = Math.min(command.observedAtMs, clockMs);
  const known = { ...state, clockMs };
  switch (command.kind) {
    case 'ok':
      return applied(adapt(endPenalties(known, observedAtMs), command, observedAtMs));
    case 'rate_limited':
      return applied(penalise(known, command, observedAtMs));
    case 'banned':
      return applied(ban(known, command, observedAtMs));
    default:
      return ignored(state);
  }
}

function applied(state: LimiterState): LimiterStep<FeedbackResult> {
  return { state, result: { status: 'applied', blockedUntilMs: state.blockedUntilMs } };
}

function ignored(state: LimiterState): LimiterStep<FeedbackResult> {
  return { state, result: { status: 'ignored', blockedUntilMs: state.blockedUntilMs } };
}

/** Only an answer from after the block proves that the venue accepts requests again. */
function endPenalties(state: LimiterState, observedAtMs: number): LimiterState {
  return observedAtMs >= state.blockedUntilMs ? { ...state, penaltiesInRow: 0 } : state;
}

function penalise(state: LimiterState, command: FeedbackCommand, observedAtMs: number): LimiterState {
  const isNext = state.penaltiesInRow === 0 || observedAtMs >= state.blockedUntilMs;
  const penaltiesInRow = state.penaltiesInRow + (isNext ? 1 : 0);
  const pauseMs = Math.min(PENALTY_MAX_MS, PENALTY_FIRST_MS * 2 ** Math.min(penaltiesInRow - 1, 30));
  return {
    ...state,
    penaltiesInRow,
    blockedUntilMs: laterBlock(state, command, observedAtMs + pauseMs),
    stats: { ...state.stats, penaltiesTotal: state.stats.penaltiesTotal + 1 },
  };
}

function ban(state: LimiterState, command: FeedbackCommand, observedAtMs: number): LimiterState {
  return {
    ...state,
    blockedUntilMs: laterBlock(state, command, observedAtMs + BAN_DEFAULT_MS),
    stats: { ...state.stats, bansTotal: state.stats.bansTotal + 1 },
  };
}

function laterBlock(state: LimiterState, command: FeedbackCommand, defaultMs: number): number {
  const named = typeof command.resumeAtMs === 'number' ? Math.ceil(command.resumeAtMs) : NaN;
  const resumeAtMs = Number.isSafeInteger(named) && named > command.observedAtMs ? named : defaultMs;
  return Math.max(state.blockedUntilMs, Math.min(resumeAtMs, state.clockMs + BLOCK_MAX_MS));
}

function adapt(state: LimiterState, command: FeedbackCommand, observedAtMs: number): LimiterState {
  const { limits } = state;
  if (typeof command.endpoint !== 'string') return state;
  const own = ownValue(limits.endpoints, command.endpoint);
  const rule = own ?? limits.global;
  const { remaining, limit } = command;
  if (remaining === undefined || !Number.isSafeInteger(remaining) || remaining < 0) return state;
  if (limit !== undefined && limit !== rule.limit) return state;

  const spanMs = spanMsOf(limits, rule);
  const grants = own === undefined ? state.global : (ownValue(state.endpoints, command.endpoint) ?? []);
  const missing = rule.limit - remaining - weightWithin(grants, observedAtMs - spanMs, observedAtMs);
  if (missing <= 0 || observedAtMs <= state.clockMs - spanMs) return state;
  const global = book(prune(state.global, state.clockMs, spanMsOf(limits, limits.global)), observedAtMs, missing);
  if (own === undefined) return { ...state, global };
  const booked = book(prune(grants, state.clockMs, spanMs), observedAtMs, missing);
  return { ...state, global, endpoints: { ...state.endpoints, [command.endpoint]: booked } };
}
