import type { OrderMemory, OrderPlan } from './market';
import { readExitStrategy } from './position/exit-strategy';

/** An order that the venue had is missing once this many look-ups in a row did not find it. */
const ABSENT_LOOK_UPS_MIN = 3;
/** How often, and since when, an order that the venue had was not found. */
export interface Absence {
  /** Look-ups in a row that did not find it. */
  readonly lookUps: number;
  /** Since the order was last known to be there, milliseconds. */
  readonly unseenForMs: number;
}

/**
 * Whether an order that the venue acknowledged, or named as a duplicate, counts as missing. Its absence proves nothing
 * about what it did: it may have filled, or been cancelled, before the venue forgot it.
 *
 * @param patienceMs how long a young order may be absent: histories of venues lag behind
 */
export function isMissing({ lookUps, unseenForMs }: Absence, patienceMs: number): boolean {
  return lookUps >= ABSENT_LOOK_UPS_MIN && unseenForMs >= patienceMs;
}

/**
 * Whether the venue would still know an order that it accepted `ageMs` ago at the earliest, however the order ended. Beyond
 * it, `absent` proves nothing.
 */
export function isWithinMemory(ageMs: number, { filledMs, unfilledMs }: OrderMemory): boolean {
  return ageMs <= Math.min(filledMs, unfilledMs);
}

/**
 * What waits while nobody knows what became of an order, in one sentence for the person who has to look.
 *
 * @param strategy the signal's
 */
export function whatWaits({ symbol, reduceOnly }: Pick<OrderPlan, 'symbol' | 'reduceOnly'>, strategy: string): string {
  if (!reduceOnly) return 'Its funds stay held.';
  if (readExitStrategy(strategy) === undefined)
    return `The position in ${symbol} that it was to close may still be open.`;
  return `The position in ${symbol} may still be open, and gets no other exit before that is known.`;
}
