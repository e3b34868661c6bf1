import type { Decimal } from 'decimal.js';
import type { TradingSignal } from '../signal';
import { parsePositive } from './entry-point';

/** The fields of a signal that say how the position is guarded. */
export const PROTECTION_FIELDS = [
  'stopLoss',
  'stopLossDistance',
  'takeProfit',
  'takeProfitDistance',
  'trailingDistance',
  'maxHoldingSeconds',
] as const satisfies readonly (keyof TradingSignal)[];
export type ProtectionField = (typeof PROTECTION_FIELDS)[number];

/** The longest that a position may be held by rule, 365 days. */
export const MAX_HOLDING_SECONDS_MAX = 31_536_000;

/** What the fields are called where a person reads of them. */
export type ProtectionNames = Readonly<Record<ProtectionField | 'limitPrice', string>>;

type Guarded = Pick<TradingSignal, ProtectionField | 'intent' | 'direction' | 'limitPrice'>;

/**
 * Why what a signal says of its stop and target makes no sense together, a sentence; undefined: it does. What the market's
 * price decides is seen when the order is planned.
 */
export function signalProtectionFault(signal: Guarded, names: ProtectionNames): string | undefined {
  const given = PROTECTION_FIELDS.find((field) => signal[field] !== undefined);
  if (given === undefined) return undefined;
  if (signal.intent === 'exit') {
    return `${names[given]} is for entries, and this signal is an exit, which only closes what is open. Leave it out.`;
  }
  for (const [price, distance] of [
    ['stopLoss', 'stopLossDistance'],
    ['takeProfit', 'takeProfitDistance'],
  ] as const) {
    if (signal[price] !== undefined && signal[distance] !== undefined) {
      return `The signal has both ${names[price]} and ${names[distance]}; give one of them.`;
    }
  }
  return sidesFault(signal, names);
}

/** A BUY loses below its price and gains above it, a SELL the other way round. */
function sidesFault(signal: Guarded, names: ProtectionNames): string | undefined {
  const [stop, target, limit] = [signal.stopLoss, signal.takeProfit, signal.limitPrice].map(parsePositive);
  const ordered = [
    ['stopLoss', stop, 'limitPrice', limit],
    ['limitPrice', limit, 'takeProfit', target],
    ['stopLoss', stop, 'takeProfit', target],
  ] as const;
  for (const [first, lower, second, higher] of ordered) {
    if (lower === undefined || higher === undefined || isBefore(signal, lower, higher)) continue;
    const where = signal.direction === 'BUY' ? 'below' : 'above';
    return `${names[first]} is ${signal[first]} and ${names[second]} is ${signal[second]}; of a ${signal.direction} the ${first === 'limitPrice' ? 'price' : 'stop'} must lie ${where} the ${second === 'limitPrice' ? 'price' : 'target'}.`;
  }
  return farFault(signal, names, limit);
}

/** A price so far down does not exist. */
function farFault(signal: Guarded, names: ProtectionNames, limit: Decimal | undefined): string | undefined {
  const field = signal.direction === 'BUY' ? 'stopLossDistance' : 'takeProfitDistance';
  const distance = parsePositive(signal[field]);
  if (limit === undefined || distance?.lessThan(limit) !== false) return undefined;
  return `${names[field]} is ${signal[field]} and ${names.limitPrice} is ${signal.limitPrice}; the distance must be smaller than the price.`;
}

function isBefore({ direction }: Guarded, lower: Decimal, higher: Decimal): boolean {
  return direction === 'BUY' ? lower.lessThan(higher) : lower.greaterThan(higher);
}
