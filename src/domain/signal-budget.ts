import type { Intent } from './signal';

/** Strategies whose signals are counted apart; while all of them send, the signals of further ones count together. */
export const STRATEGIES_COUNTED_MAX = 200;
const MINUTE_MS = 60_000;
/** What all strategies together count against. */
const ALL: Record<Intent, string> = { entry: 'entry:all', exit: 'exit:all' };

/** How many signals are taken: some at once, and then so many in every minute. Both at least one. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

export interface BudgetLimits {
  /** Of all strategies together. */
  readonly all: Rate;
  readonly perStrategy: Rate;
}

/** What was left at an instant of the monotonic clock; it fills up from there. */
interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** By what is counted together. One that is absent is full. */
export type BudgetState = ReadonlyMap<string, Bucket>;

/** Every budget is full. */
export function freshBudget(): BudgetState {
  return new Map();
}

/** Whose budget a signal counts against. */
export interface Spender {
  readonly strategy: string;
  /** Exits have budgets of their own, as large: no flood of entries keeps anyone from closing a position. */
  readonly intent: Intent;
}

export type BudgetResult =
  | { readonly status: 'taken' }
  /** strategy: its own is spent; all: that of all together. Nothing was taken. */
  | { readonly status: 'refused'; readonly spent: 'strategy' | 'all'; readonly retryAfterMs: number };

/**
 * Takes one signal out of the budgets, or nothing where one of them is spent.
 *
 * @param nowMs on the monotonic clock
 */
export function spend(
  state: BudgetState,
  limits: BudgetLimits,
  spender: Spender,
  nowMs: number,
): { readonly state: BudgetState; readonly result: BudgetResult } {
  const known = state.size > STRATEGIES_COUNTED_MAX ? withoutFull(state, limits, nowMs) : state;
  const [all, own] = keysOf(known, spender);
  const leftOfAll = leftOf(known, all, limits.all, nowMs);
  const leftOfOwn = leftOf(known, own, limits.perStrategy, nowMs);
  if (leftOfOwn >= 1 && leftOfAll >= 1) {
    const next = new Map(known)
      .set(all, { left: leftOfAll - 1, atMs: nowMs })
      .set(own, { left: leftOfOwn - 1, atMs: nowMs });
    return { state: next, result: { status: 'taken' } };
  }
  const waits = [waitMs(leftOfOwn, limits.perStrategy), waitMs(leftOfAll, limits.all)];
  const spent = leftOfOwn < 1 ? 'strategy' : 'all';
  return { state: known, result: { status: 'refused', spent, retryAfterMs: Math.max(...waits) } };
}

/**
 * Takes over what was sent in the last minute by other processes, as the server counts it: for a process that sends one
 * signal and ends.
 */
export function withSpent(
  limits: BudgetLimits,
  spender: Spender,
  spent: { readonly own: number; readonly all: number },
  nowMs: number,
): BudgetState {
  const [all, own] = keysOf(freshBudget(), spender);
  const bucket = ({ burst, perMinute }: Rate, count: number): Bucket => ({
    left: Math.max(0, Math.min(burst, Math.max(burst, perMinute) - count)),
    atMs: nowMs,
  });
  return new Map([
    [all, bucket(limits.all, spent.all)],
    [own, bucket(limits.perStrategy, spent.own)],
  ]);
}

/** Puts back what a signal took that turned out to be taken before, or that could not be handed on. */
export function putBack(state: BudgetState, limits: BudgetLimits, spender: Spender, nowMs: number): BudgetState {
  const [all, own] = keysOf(state, spender);
  const filled = (key: string, rate: Rate): Bucket => ({
    left: Math.min(rate.burst, leftOf(state, key, rate, nowMs) + 1),
    atMs: nowMs,
  });
  return new Map(state).set(all, filled(all, limits.all)).set(own, filled(own, limits.perStrategy));
}

/** The common key first, then the strategy's own, or that of the strategies beyond the bound. */
function keysOf(state: BudgetState, { strategy, intent }: Spender): readonly [all: string, own: string] {
  const own = `${intent}:of:${strategy}`;
  const isCounted = state.has(own) || state.size <= STRATEGIES_COUNTED_MAX;
  return [ALL[intent], isCounted ? own : `${intent}:others`];
}

function leftOf(state: BudgetState, key: string, { burst, perMinute }: Rate, nowMs: number): number {
  const bucket = state.get(key);
  if (bucket === undefined) return burst;
  return Math.min(burst, bucket.left + (Math.max(0, nowMs - bucket.atMs) * perMinute) / MINUTE_MS);
}

function waitMs(left: number, { perMinute }: Rate): number {
  return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / perMinute);
}

/** A full bucket is as good as none. */
function withoutFull(state: BudgetState, limits: BudgetLimits, nowMs: number): BudgetState {
  const isFull = (key: string): boolean => {
    const rate = Object.values(ALL).includes(key) ? limits.all : limits.perStrategy;
    return leftOf(state, key, rate, nowMs) >= rate.burst;
  };
  return new Map([...state].filter(([key]) => !isFull(key)));
}
