import type { Intent } from './signal';

/** Strategies whose signals are counted apart; while all of them send, the signals of further ones count together. */
export const STRATEGIES_COUNTED_MAX = 200;
const MINUTE_MS = 60_000;
/**
 * Of the budget of all strategies newcomers together get this share; the rest is for strategies that are known. By default
 * it is more than what one strategy may send, so that one newcomer keeps out no other.
 */
const NEWCOMERS_SHARE = 2 / 3;
const SHARED = ['new', 'newcomers', 'all'] as const;

/** How many signals are taken: some at once, and then so many in every minute. Both at least one. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

export interface BudgetLimits {
  /** Of all strategies together. */
  readonly all: Rate;
  readonly perStrategy: Rate;
  /** Of names that were never seen before; one that was taken counts no more. */
  readonly newStrategies: Rate;
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

/**
 * What is known of a strategy's name. A name costs nothing: whoever may invent them has as many budgets and as many turns,
 * unless names that were never seen before are counted.
 *
 * - `known`: configured, or first seen a while ago.
 * - `newcomer`: first seen a moment ago.
 * - `new`: never seen, or forgotten.
 */
export type Standing = 'known' | 'newcomer' | 'new';

/** Whose budget a signal counts against. */
export interface Spender {
  readonly strategy: string;
  /** Exits have budgets of their own, as large: no flood of entries keeps anyone from closing a position. */
  readonly intent: Intent;
  /** Absent: known. */
  readonly standing?: Standing;
}

/** What a signal counts against: the strategy's own, new names, those of newcomers, all together. */
export type BudgetName = 'strategy' | 'new' | 'newcomers' | 'all';

export type BudgetResult =
  | { readonly status: 'taken' }
  /** The narrowest budget that is spent. Nothing was taken. */
  | { readonly status: 'refused'; readonly spent: BudgetName; readonly retryAfterMs: number };

interface Charge {
  readonly of: BudgetName;
  readonly key: string;
  readonly rate: Rate;
}

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
  const charges = chargesOf(known, limits, spender);
  const left = charges.map(({ key, rate }) => leftOf(known, key, rate, nowMs));
  const spent = charges.find((_, index) => left[index]! < 1);
  if (spent === undefined) {
    const next = new Map(known);
    charges.forEach(({ key }, index) => next.set(key, { left: left[index]! - 1, atMs: nowMs }));
    return { state: next, result: { status: 'taken' } };
  }
  const retryAfterMs = Math.max(...charges.map(({ rate }, index) => waitMs(left[index]!, rate)));
  return { state: known, result: { status: 'refused', spent: spent.of, retryAfterMs } };
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
  const bucket = ({ burst, perMinute }: Rate, count: number): Bucket => ({
    left: Math.max(0, Math.min(burst, Math.max(burst, perMinute) - count)),
    atMs: nowMs,
  });
  const charges = chargesOf(freshBudget(), limits, { ...spender, standing: 'known' });
  return new Map(charges.map(({ of, key, rate }) => [key, bucket(rate, of === 'all' ? spent.all : spent.own)]));
}

/** Puts back what a signal took that turned out to be taken before, or that could not be handed on. */
export function putBack(state: BudgetState, limits: BudgetLimits, spender: Spender, nowMs: number): BudgetState {
  const next = new Map(state);
  for (const { key, rate } of chargesOf(state, limits, spender)) {
    next.set(key, { left: Math.min(rate.burst, leftOf(state, key, rate, nowMs) + 1), atMs: nowMs });
  }
  return next;
}

/** The narrowest first. Beyond the bound strategies share one key. */
function chargesOf(state: BudgetState, limits: BudgetLimits, { strategy, intent, standing }: Spender): Charge[] {
  const own = `${intent}:of:${strategy}`;
  const isCounted = state.has(own) || state.size <= STRATEGIES_COUNTED_MAX;
  const isNewcomer = standing === 'new' || standing === 'newcomer';
  const names: readonly BudgetName[] = [
    'strategy',
    ...(standing === 'new' ? (['new'] as const) : []),
    ...(isNewcomer ? (['newcomers'] as const) : []),
    'all',
  ];
  return names.map((of) => ({
    of,
    key: of !== 'strategy' ? `${intent}:${of}` : isCounted ? own : `${intent}:others`,
    rate: rateOf(limits, of),
  }));
}

function rateOf(limits: BudgetLimits, of: BudgetName): Rate {
  const { burst, perMinute } = limits.all;
  switch (of) {
    case 'strategy':
      return limits.perStrategy;
    case 'new':
      return limits.newStrategies;
    case 'newcomers':
      return { burst: Math.max(1, burst * NEWCOMERS_SHARE), perMinute: Math.max(1, perMinute * NEWCOMERS_SHARE) };
    case 'all':
      return limits.all;
  }
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
    const name = SHARED.find((of) => key === `entry:${of}` || key === `exit:${of}`);
    const rate = rateOf(limits, name ?? 'strategy');
    return leftOf(state, key, rate, nowMs) >= rate.burst;
  };
  return new Map([...state].filter(([key]) => !isFull(key)));
}
