import type { Decimal } from 'decimal.js';
import { ownValue } from '../plain-values';
import { ExactDecimal, formatDecimal, ZERO } from '../decimal';
import { LedgerInvariantError } from './state';
import type { AssetAccount, LedgerEntry, LedgerState } from './state';

const EMPTY_ACCOUNT: AssetAccount = {
  total: '0',
  available: '0',
  locked: '0',
  reserved: '0',
  contained: '0',
  unsettled: '0',
};

/** An asset that a report for the whole account does not name has a balance of zero. */
export function accountOf(state: LedgerState, asset: string): AssetAccount {
  return ownValue(state.assets, asset) ?? EMPTY_ACCOUNT;
}

/** What to add to an account's running sums; negative to take away. */
export interface AccountChange {
  readonly reserved?: Decimal;
  readonly contained?: Decimal;
  readonly unsettled?: Decimal;
}

/** @throws LedgerInvariantError when a sum would be negative, or more contained than reserved */
export function changeAccount(state: LedgerState, asset: string, change: AccountChange): LedgerState['assets'] {
  const account = accountOf(state, asset);
  const reserved = changedSum('reserved', account.reserved, change.reserved);
  const contained = changedSum('contained', account.contained, change.contained);
  const unsettled = changedSum('unsettled', account.unsettled, change.unsettled);
  if (contained.greaterThan(reserved)) {
    throw new LedgerInvariantError(
      `Contained ${formatDecimal(contained)} is more than reserved ${formatDecimal(reserved)} ${asset}.`,
    );
  }
  return {
    ...state.assets,
    [asset]: {
      ...account,
      reserved: formatDecimal(reserved),
      contained: formatDecimal(contained),
      unsettled: formatDecimal(unsettled),
    },
  };
}

function changedSum(name: string, before: string, change: Decimal = ZERO): Decimal {
  const sum = new ExactDecimal(before).plus(change);
  if (sum.isNegative() && !sum.isZero()) {
    throw new LedgerInvariantError(`The sum "${name}" would be ${formatDecimal(sum)}; it can never be negative.`);
  }
  return sum;
}

/** The part of a pending reservation that a report of `asOfMs` holds back for its resting order. */
export function containedAmount(entry: LedgerEntry, asOfMs: number): Decimal {
  const { lockedAmount, lockedFromMs, reservation } = entry;
  if (lockedAmount === undefined || lockedFromMs === undefined || asOfMs < lockedFromMs) return ZERO;
  return ExactDecimal.min(lockedAmount, reservation.amount);
}

/**
 * available - (reserved - contained) - unsettled. Below zero after a fill for more than was reserved, or when the
 * account's owner withdrew reserved funds.
 *
 * The contained part never exceeds what the report holds back in total, whatever was acknowledged.
 */
export function freeFunds(account: AssetAccount): Decimal {
  const contained = ExactDecimal.min(account.contained, account.locked);
  return new ExactDecimal(account.available).minus(account.reserved).plus(contained).minus(account.unsettled);
}
