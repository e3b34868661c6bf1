/** Which price triggers a stop or a target at the venue. */
export type TriggerPrice = 'mark' | 'last';

/** What guards a position at the venue. Prices are decimal strings on the symbol's price step. */
export interface Protection {
  /** Absent: none. */
  readonly stopLoss?: string;
  /** Absent: none. */
  readonly takeProfit?: string;
  /** A distance of the price that the stop follows at; absent: it does not follow. */
  readonly trailingDistance?: string;
  readonly stopTrigger: TriggerPrice;
  readonly targetTrigger: TriggerPrice;
}

/**
 * How entries are protected where the signal does not say it. Fractions are decimal strings of the price, above zero and
 * below 1; null: that rule is off.
 */
export interface ProtectionSettings {
  /** Whether an entry without a stop is refused (NO_STOP). */
  readonly required: boolean;
  readonly stopLossFraction: string | null;
  readonly takeProfitFraction: string | null;
  readonly trailingFraction: string | null;
  /** The stop goes to the entry's price once the position has gained this; null: never. */
  readonly breakEvenFraction: string | null;
  /** At this gain a part of the position is closed; null: never. */
  readonly partialTakeProfitFraction: string | null;
  /** Which part, above 0 and below 1. */
  readonly partialTakeProfitShare: string;
  /** A position is closed after this many minutes; null: never. A signal may name another time. */
  readonly maxHoldingMinutes: number | null;
  /** Nearest and farthest that a stop may be from the price, fractions of it. */
  readonly stopDistanceMin: string;
  readonly stopDistanceMax: string;
  readonly stopTrigger: TriggerPrice;
  readonly targetTrigger: TriggerPrice;
  /** A position without a stop raises an alert after this, seconds. */
  readonly unprotectedMaxSeconds: number;
  /** And is closed after this, while the venue answers, seconds. */
  readonly closeUnprotectedAfterSeconds: number;
  /** keep: while trading is halted nothing is closed by rule; keepAndClose: an emergency exit leaves all the same. */
  readonly whileHalted: 'keep' | 'keepAndClose';
  /** A stop of ours moves by at least this fraction of the price, and not more often than this. */
  readonly moveLeast: string;
  readonly moveIntervalSeconds: number;
}
