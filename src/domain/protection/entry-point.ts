import type { Decimal } from 'decimal.js';
import { ExactDecimal, parseDecimal } from '../decimal';
import type { Denial } from '../denial';
import type { Market, Ticker } from '../market';
import type { PositionSide } from '../position/types';
import type { Direction } from '../signal';
import type { ProtectionSettings } from './types';

/** Where and in what market a position is to be opened. */
export interface Entry {
  readonly direction: Direction;
  readonly market: Market;
  readonly ticker: Ticker;
  /** 1 or more. */
  readonly leverage: number;
  /** As it will be sent; absent: a market order. */
  readonly limitPrice?: Decimal;
}

/** The figures that stops and targets are made of and judged by, read once. */
export interface EntryPoint {
  readonly side: PositionSide;
  /** What the order is expected to fill at: the better of its limit price and the market's. */
  readonly price: Decimal;
  /** What targets count from and lie beyond: the worst that it can fill at, where a limit price says so. */
  readonly targetBase: Decimal;
  /** A stop has to lie beyond this one of entry and market, or it would be passed at once. */
  readonly stopBound: Decimal;
  readonly step: Decimal;
  /** Nearest and farthest, fractions of `price`. */
  readonly distanceMin: Decimal;
  readonly distanceMax: Decimal;
  readonly leverage: number;
  readonly market: Market;
}

/** @returns a denial where a figure of the venue or of the settings cannot be read */
export function entryPointOf(entry: Entry, settings: ProtectionSettings): EntryPoint | Denial {
  const { direction, market, ticker, leverage, limitPrice } = entry;
  const [bid, ask, step] = [ticker.bid, ticker.ask, market.priceStep].map(parsePositive);
  if (bid === undefined || ask === undefined || step === undefined) {
    return {
      code: 'VENUE_UNAVAILABLE',
      message: `The venue's prices "${ticker.bid}" and "${ticker.ask}" for ${market.symbol} are unusable. Send a new signal later.`,
    };
  }
  const [distanceMin, distanceMax] = [settings.stopDistanceMin, settings.stopDistanceMax].map(parsePositive);
  if (distanceMin === undefined || distanceMax === undefined) {
    return {
      code: 'INVALID_SIGNAL',
      message: `The protection settings are unusable: stopDistanceMin ${settings.stopDistanceMin}, stopDistanceMax ${settings.stopDistanceMax}. Correct the configuration.`,
    };
  }
  const isLong = direction === 'BUY';
  const price = isLong ? ExactDecimal.min(limitPrice ?? ask, ask) : ExactDecimal.max(limitPrice ?? bid, bid);
  return {
    side: isLong ? 'LONG' : 'SHORT',
    price,
    targetBase: limitPrice ?? price,
    stopBound: isLong ? ExactDecimal.min(price, bid) : ExactDecimal.max(price, ask),
    step,
    distanceMin,
    distanceMax,
    leverage,
    market,
  };
}

/** The price so far from the entry, on the side where the position loses; zero or less: there is no such price. */
export function losingPrice({ side, price }: EntryPoint, distance: Decimal): Decimal {
  return side === 'LONG' ? price.minus(distance) : price.plus(distance);
}

/** The price so far beyond the worst that it can fill at, on the side where it gains. */
export function gainingPrice({ side, targetBase }: EntryPoint, distance: Decimal): Decimal {
  return side === 'LONG' ? targetBase.plus(distance) : targetBase.minus(distance);
}

/** @returns undefined for zero, and for what is no decimal number */
export function parsePositive(text: unknown): Decimal | undefined {
  const value = parseDecimal(text);
  return value?.isZero() === true ? undefined : value;
}
