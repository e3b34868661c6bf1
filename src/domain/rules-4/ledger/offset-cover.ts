import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, roundAmountUp, ZERO } from '../decimal';
import { changeAccount, containedAmount } from './accounts';
import { leftToClose, offsetOf, orderSizeOf, withOffset } from './positions';
import type { LedgerEntry, LedgerState } from './state';

/*
 * An order that was to close a position may come too late for it: another one that was reserved later, an exit say,
 * filled first. What that one set free is what this one needs now, so it must not be lent to a third.
 */

/**
 * Holds more for pending orders whose offset is not covered any more by the position that is known, less what filled
 * since; up to all that was asked for, and of the youngest first. More may be held than there is: nothing is lent then
 * until the venue reports enough.
 */
export function withOffsetsCovered(state: LedgerState): LedgerState {
  if (!state.pending.some(({ reservation }) => !offsetOf(reservation).isZero())) return state;
  const uncovered = uncoveredQuantities(state);
  return state.pending.toReversed().reduce((next, entry) => {
    const key = keyOf(entry);
    const lost = ExactDecimal.min(uncovered.get(key) ?? ZERO, offsetOf(entry.reservation));
    if (!lost.greaterThan(0)) return next;
    uncovered.set(key, (uncovered.get(key) ?? ZERO).minus(lost));
    return withoutOffset(next, entry, lost);
  }, state);
}

/** Of every symbol and direction: what exits and offsets may close together beyond what is there to close. */
function uncoveredQuantities(state: LedgerState): Map<string, Decimal> {
  const quantities = new Map<string, Decimal>();
  const isAnyUnknown = state.pending.some(({ reservation }) => orderSizeOf(reservation.metadata) === undefined);
  for (const entry of state.pending) {
    const { reservation } = entry;
    const order = orderSizeOf(reservation.metadata);
    if (order === undefined) continue;
    const key = keyOf(entry);
    const before = quantities.get(key) ?? (isAnyUnknown ? ZERO : leftToClose(state, order).negated());
    quantities.set(key, before.plus(reservation.intent === 'exit' ? order.quantity : offsetOf(reservation)));
  }
  return quantities;
}

function withoutOffset(state: LedgerState, entry: LedgerEntry, lost: Decimal): LedgerState {
  const { reservation, askedAmount = reservation.amount, addedAmount = '0' } = entry;
  const offset = offsetOf(reservation);
  const rest = offset.minus(lost);
  const held = new ExactDecimal(reservation.amount);
  const lacking = new ExactDecimal(askedAmount).minus(held);
  const added = rest.isZero()
    ? lacking
    : ExactDecimal.min(lacking, roundAmountUp(lacking.times(lost).dividedBy(offset)));
  const changed: LedgerEntry = {
    ...entry,
    addedAmount: formatDecimal(added.plus(addedAmount)),
    reservation: {
      ...reservation,
      amount: formatDecimal(held.plus(added)),
      metadata: withOffset(reservation.metadata, rest),
    },
  };
  const contained = containedAmount(changed, state.asOfMs).minus(containedAmount(entry, state.asOfMs));
  return {
    ...state,
    assets: changeAccount(state, reservation.asset, { reserved: added, contained }),
    pending: state.pending.map((candidate) => (candidate === entry ? changed : candidate)),
  };
}

function keyOf({ reservation }: LedgerEntry): string {
  const { symbol, direction } = reservation.metadata;
  return `${direction} ${symbol}`;
}
