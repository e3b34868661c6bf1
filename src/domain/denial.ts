/**
 * Why a signal was given up without an order. The codes are stable: programs react to them, and docs/denial-codes.md
 * explains each one.
 */
export const DENIAL_CODES = [
  'INVALID_SIGNAL',
  'STALE_SIGNAL',
  'SIGNAL_FROM_FUTURE',
  'ENVIRONMENT_MISMATCH',
  'SIGNAL_NOT_GENUINE',
  'UNKNOWN_VENUE',
  'UNKNOWN_SYMBOL',
  'UNKNOWN_STRATEGY',
  'STRATEGY_BUDGET',
  'SIGNAL_BUDGET',
  'TOO_MANY_SIGNALS',
  'DISK_LOW',
  'BELOW_MINIMUM',
  'ABOVE_MAXIMUM',
  'INSUFFICIENT_FUNDS',
  'PRICE_MOVED',
  'RATE_LIMIT_EXCEEDED',
  'TRADING_HALTED',
  'REDUCE_ONLY',
  'SIGNAL_EXPIRED',
  'CANCELLED_BY_USER',
  'VENUE_UNAVAILABLE',
  'NO_BALANCE_KNOWN',
  'BALANCES_OUTDATED',
  'TOO_MANY_RESERVATIONS',
  'SIGNAL_ENDED',
  'NO_STOP',
  'STOP_INVALID',
  'STOP_BEYOND_LIQUIDATION',
  'ORDER_TOO_LARGE',
  'PRICE_OUT_OF_BAND',
  'LEVERAGE_TOO_HIGH',
  'POSITION_EXISTS',
  'OPPOSITE_POSITION',
  'POSITION_FOREIGN',
  'POSITION_TOO_LARGE',
  'EXPOSURE_LIMIT',
  'GROUP_EXPOSURE_LIMIT',
  'TOO_MANY_POSITIONS',
  'TOO_MANY_ENTRIES',
  'DAILY_LOSS_LIMIT',
  'DRAWDOWN_LIMIT',
  'LOSS_STREAK',
  'COOLING_DOWN',
  'PROTECTION_PENDING',
  'RISK_UNKNOWN',
] as const;

export type DenialCode = (typeof DENIAL_CODES)[number];

/** A refusal: a stable code for programs and a sentence for people. */
export interface Denial {
  readonly code: DenialCode;
  readonly message: string;
}

/** Whether asking again may help: what is missing comes with the venue's next report of its balances or positions. */
export function isPassing({ code }: Denial): boolean {
  return code === 'NO_BALANCE_KNOWN' || code === 'BALANCES_OUTDATED' || code === 'RISK_UNKNOWN';
}

/** Tells a refusal from the result that a rule gives otherwise. */
export function isDenial(value: object): value is Denial {
  return 'code' in value && 'message' in value;
}
