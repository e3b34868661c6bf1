/** The side of the market a signal asks for. */
export type Direction = 'BUY' | 'SELL';

/** Whether an order opens exposure or only reduces it. Exits may use funds and limits that entries may not. */
export type Intent = 'entry' | 'exit';

/**
 * How long a limit order stays in force. GTC: until it fills or somebody cancels it, without an end of its own. IOC: what
 * cannot fill at once is cancelled. FOK: all of it at once, or nothing. POST_ONLY: never at once; one that would is cancelled.
 */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'POST_ONLY';

/**
 * One request to trade, validated and normalised by intake. Everything after intake may rely on its ranges.
 */
export interface TradingSignal {
  /** The venue's symbol in upper case, for example `BTCUSDT`. */
  readonly symbol: string;
  readonly direction: Direction;
  /** Free text naming the producer; part of the fingerprint exactly as given. */
  readonly strategy: string;
  /** When the signal was made, milliseconds since the epoch, UTC. */
  readonly timestampMs: number;
  readonly intent: Intent;
  /** Quantity in base units, a positive decimal string; absent: sized from free funds. */
  readonly amount?: string;
  /** Of an entry without an amount: sized from free funds, at most this much, base units, a positive decimal string. */
  readonly amountMax?: string;
  /** A positive decimal string makes a limit order; absent: a market order. */
  readonly limitPrice?: string;
  /** Of a limit order only; absent: it rests for its time to live. */
  readonly timeInForce?: TimeInForce;
  /**
   * The time to live of this signal, whole seconds from its time on: nothing is sent later, and what rests is cancelled then.
   * Of a limit order only; absent: signals.timeToLiveSeconds.
   */
  readonly goodForSeconds?: number;
  /** The producer's confidence, 0 to 1. Informative: no rule depends on it. */
  readonly signalStrength?: number;
  /**
   * Where the position's stop is to be: an absolute price, a positive decimal string. Of an entry only; absent: by
   * stopLossDistance, or as configured.
   */
  readonly stopLoss?: string;
  /** The same as a distance from the price that the order is expected to fill at, in quote units. Excludes stopLoss. */
  readonly stopLossDistance?: string;
  /** The same for the target. */
  readonly takeProfit?: string;
  /** From the limit price, where there is one. Excludes takeProfit. */
  readonly takeProfitDistance?: string;
  /** The stop follows the price at this distance, in quote units; of an entry only. */
  readonly trailingDistance?: string;
  /** The position is closed after this, whole seconds; of an entry only; absent: as configured. */
  readonly maxHoldingSeconds?: number;
}

/** Why a signal's time is not acceptable; the code is a denial code. */
export interface SignalTimeFault {
  readonly code: 'STALE_SIGNAL' | 'SIGNAL_FROM_FUTURE';
  readonly message: string;
}

/** How much later than our clock a signal's time may be: senders' clocks differ by a little. */
const SIGNAL_FUTURE_TOLERANCE_MS = 5_000;

/**
 * Refuses signals whose time lies outside the window in which the server still remembers their fingerprint.
 *
 * @param timestampMs the signal's time, milliseconds UTC
 * @param nowMs our time, milliseconds UTC
 * @param windowMs SIGNAL_DEDUP_WINDOW in milliseconds
 * @returns the fault, or undefined when the time is acceptable
 */
export function checkSignalTime(timestampMs: number, nowMs: number, windowMs: number): SignalTimeFault | undefined {
  const ageMs = nowMs - timestampMs;
  if (ageMs > windowMs) {
    return {
      code: 'STALE_SIGNAL',
      message:
        `The signal is ${Math.round(ageMs / 1000)} s old; signals older than ${windowMs / 1000} s are refused ` +
        `(SIGNAL_DEDUP_WINDOW). Send it sooner, or correct the sender's clock.`,
    };
  }
  if (ageMs < -SIGNAL_FUTURE_TOLERANCE_MS) {
    return {
      code: 'SIGNAL_FROM_FUTURE',
      message:
        `The signal's time is ${Math.round(-ageMs / 1000)} s in the future; at most ` +
        `${SIGNAL_FUTURE_TOLERANCE_MS / 1000} s is accepted. Correct the sender's clock.`,
    };
  }
  return undefined;
}
