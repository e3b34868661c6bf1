import Decimal from 'decimal.js';
import type { TradingSignal } from '../src/domain/signal';
import { Dice } from './dice';

/** What a signal of an attack asks for. */
type SignalKind =
  /** A market order of a named amount. */
  | 'market'
  /** A market order sized from free funds. */
  | 'sized'
  /** A limit order that fills at once. */
  | 'crossing'
  /** A limit order far from the price, which ends when its time to live passes. */
  | 'resting'
  /** The same, but somebody cancels it. */
  | 'cancelled'
  | 'exit'
  | 'too_large'
  | 'below_minimum';

const KIND_WEIGHTS: Readonly<Record<SignalKind, number>> = {
  market: 38,
  sized: 8,
  crossing: 12,
  resting: 10,
  cancelled: 8,
  exit: 14,
  too_large: 6,
  below_minimum: 4,
};

/** Few, so that exits usually meet a position. */
const ATTACKED_SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'LTCUSDT'] as const;

/** Where a symbol has one position at a time, more of them are needed for as many. */
const POSITION_SYMBOLS = [...ATTACKED_SYMBOLS, 'BNBUSDT', 'ADAUSDT', 'DOGEUSDT', 'AVAXUSDT', 'LINKUSDT'] as const;

/** Handed in inside the engine instead of from outside. */
const INSIDE_SHARE = 0.5;
const REPEATED_SHARE = 0.2;
const CONFLICTING_SHARE = 0.3;
/** A share of all signals that a person cancels at some moment, whatever they are. */
const CANCELLED_SHARE = 0.04;
/** What one order is worth, in the settle asset: 300 of them are worth more than the account. */
const VALUE_LEAST = 60;
const VALUE_MOST = 1_000;
/** Worth far more than the account. */
const TOO_LARGE_VALUE = 5_000_000;
const BELOW_MINIMUM_VALUE = 0.001;
const AMOUNT_DECIMALS = 6;
const PRICE_DIGITS = 8;

/** One signal of an attack. All of it follows from the seed; prices are those of the moment of sending. */
export interface PlannedSignal {
  readonly strategy: string;
  readonly kind: SignalKind;
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  /** Handed in inside the engine, which gives it a head start. */
  readonly isInside: boolean;
  /** After the attack's start. */
  readonly atMs: number;
  /** In the settle asset; absent: no amount is named. */
  readonly value?: number;
  /** The limit price as a multiple of the last price. */
  readonly priceFactor?: number;
  /** After it was accepted. */
  readonly cancelAfterMs?: number;
  /** What the position is guarded by, beside what rules say. */
  readonly guard?: PlannedGuard;
  readonly repetition?: { readonly afterMs: number; readonly conflicting: boolean };
}

/** Distances as fractions of the price. */
export interface PlannedGuard {
  readonly stop?: number;
  /** The stop is named as a price, not as a distance. */
  readonly isStopAbsolute?: boolean;
  readonly target?: number;
  readonly trailing?: number;
  readonly holdSeconds?: number;
  /** How long the entry may rest: while it does, its symbol takes no other. */
  readonly restSeconds: number;
}

export interface SignalPlanOptions {
  readonly seed: number;
  readonly signals: number;
  /** Over how long they are spread. */
  readonly durationMs: number;
  /** Whether they are for positions: on more symbols, some with stops of their own. */
  readonly withPositions?: boolean;
}

/** The signals of one seed, in the order of their sending. */
export function planSignals(options: SignalPlanOptions): readonly PlannedSignal[] {
  const { seed, signals, durationMs, withPositions = false } = options;
  const dice = new Dice(seed, 'signals');
  // The label is part of every kept seed.
  const inside = new Dice(seed, 'doors');
  const guards = new Dice(seed, 'guards');
  return Array.from({ length: signals }, (_, index) => ({
    ...planSignal(dice, `chaos-${seed}-${index}`, (index / signals) * durationMs),
    ...(withPositions && { symbol: guards.pick(POSITION_SYMBOLS), guard: planGuard(guards) }),
    isInside: inside.chance(INSIDE_SHARE),
  }));
}

/** Every kind throws the same dice, so that each part of the plan stays what it is when another one changes. */
function planGuard(dice: Dice): PlannedGuard {
  const [hasStop, isNear, isStopAbsolute] = [dice.chance(0.4), dice.chance(0.4), dice.chance(0.3)];
  // Near ones are reached within an attack, by simulated prices. One that is named as a price must stay valid for its length.
  const stop = isNear && !isStopAbsolute ? dice.between(0.0006, 0.002) : dice.between(0.01, 0.03);
  const [hasTarget, target] = [dice.chance(0.3), dice.between(0.0006, 0.01)];
  const [hasTrailing, trailing] = [dice.chance(0.1), dice.between(0.001, 0.02)];
  const [isShort, holdSeconds] = [dice.chance(0.2), dice.whole(3, 30)];
  return {
    ...(hasStop && { stop, isStopAbsolute }),
    ...(hasTarget && { target }),
    ...(hasTrailing && { trailing }),
    ...(isShort && { holdSeconds }),
    restSeconds: dice.whole(2, 6),
  };
}

function planSignal(dice: Dice, strategy: string, atMs: number): Omit<PlannedSignal, 'isInside'> {
  const kind = dice.weighted(KIND_WEIGHTS);
  const direction = dice.chance(0.6) ? 'BUY' : 'SELL';
  return {
    strategy,
    kind,
    symbol: dice.pick(ATTACKED_SYMBOLS),
    direction,
    atMs,
    value: valueOf(kind, dice.between(VALUE_LEAST, VALUE_MOST)),
    priceFactor: priceFactorOf(kind, direction),
    cancelAfterMs: kind === 'cancelled' || dice.chance(CANCELLED_SHARE) ? dice.between(0, 5_000) : undefined,
    repetition: dice.chance(REPEATED_SHARE)
      ? { afterMs: dice.between(0, 6_000), conflicting: dice.chance(CONFLICTING_SHARE) }
      : undefined,
  };
}

function valueOf(kind: SignalKind, usual: number): number | undefined {
  switch (kind) {
    case 'sized':
      return undefined;
    case 'too_large':
      return TOO_LARGE_VALUE;
    case 'below_minimum':
      return BELOW_MINIMUM_VALUE;
    case 'market':
    case 'crossing':
    case 'resting':
    case 'cancelled':
    case 'exit':
      return usual;
  }
}

function priceFactorOf(kind: SignalKind, direction: 'BUY' | 'SELL'): number | undefined {
  if (kind === 'crossing') return direction === 'BUY' ? 1.01 : 0.99;
  if (kind === 'resting' || kind === 'cancelled') return direction === 'BUY' ? 0.7 : 1.3;
  return undefined;
}

/**
 * The signal to send.
 *
 * @param lastPrice of its symbol, a decimal string
 */
export function toSignal(planned: PlannedSignal, lastPrice: string, nowMs: number): TradingSignal {
  const { symbol, direction, strategy, kind, value, priceFactor, guard } = planned;
  return {
    symbol,
    direction,
    strategy,
    timestampMs: nowMs,
    intent: kind === 'exit' ? 'exit' : 'entry',
    ...(value !== undefined && { amount: amountOf(value, lastPrice) }),
    ...(priceFactor !== undefined && {
      limitPrice: priceOf(lastPrice, priceFactor),
    }),
    ...(guard && kind !== 'exit' && guardOf(guard, direction, lastPrice, priceFactor)),
  };
}

function guardOf(
  { stop, isStopAbsolute = false, target, trailing, holdSeconds, restSeconds }: PlannedGuard,
  direction: 'BUY' | 'SELL',
  lastPrice: string,
  priceFactor: number | undefined,
): Partial<TradingSignal> {
  const towardsLoss = direction === 'BUY' ? -1 : 1;
  const stopFactor = (priceFactor ?? 1) * (1 + towardsLoss * (stop ?? 0));
  const stopLoss = stop !== undefined && isStopAbsolute && priceOf(lastPrice, stopFactor);
  return {
    ...(typeof stopLoss === 'string' && { stopLoss }),
    ...(stop !== undefined && !isStopAbsolute && { stopLossDistance: priceOf(lastPrice, stop) }),
    ...(target !== undefined && { takeProfitDistance: priceOf(lastPrice, target) }),
    ...(trailing !== undefined && { trailingDistance: priceOf(lastPrice, trailing) }),
    ...(holdSeconds !== undefined && { maxHoldingSeconds: holdSeconds }),
    ...(priceFactor !== undefined && { goodForSeconds: restSeconds }),
  };
}

function priceOf(lastPrice: string, factor: number): string {
  return new Decimal(lastPrice).times(factor).toSignificantDigits(PRICE_DIGITS).toFixed();
}

function amountOf(value: number, lastPrice: string): string {
  const amount = new Decimal(value).dividedBy(lastPrice);
  const smallest = new Decimal(10).pow(-AMOUNT_DECIMALS);
  return Decimal.max(smallest, amount.toDecimalPlaces(AMOUNT_DECIMALS, Decimal.ROUND_UP)).toFixed();
}
