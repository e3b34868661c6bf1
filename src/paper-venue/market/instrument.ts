import { INSTRUMENT_FILTERS, type InstrumentFilters } from './instrument-filters';

/** One linear perpetual and the venue's filters for its orders. All numbers are decimal strings. */
export interface Instrument extends InstrumentFilters {
  readonly symbol: string;
  readonly base: string;
  readonly settle: string;
  readonly notionalMin: string;
  readonly leverageMax: string;
}

/** What the symbols of perpetuals end in: Bybit names those that USDC settles BTCPERP. */
export function symbolEnding(settle: string): string {
  return settle === 'USDC' ? 'PERP' : settle;
}

/** The smallest order value of every Bybit linear perpetual, USDT. */
const NOTIONAL_MIN = '5';

/** An order's largest value for symbols without a table entry, USDT. */
const GENERIC_NOTIONAL_MAX = 2_000_000;

/** Digits of the price that a generic price step keeps, as Bybit does for most symbols. */
const PRICE_SIGNIFICANT_DIGITS = 5;

/** The value of one generic quantity step stays at or below this, USDT. */
const GENERIC_STEP_VALUE_MAX = 1;

/** The price of a symbol that neither the table nor a candle file knows. */
const GENERIC_REFERENCE_PRICE = 10;

/**
 * The instrument of a symbol: from the table of well-known perpetuals, else filters derived from the price.
 *
 * @param symbol ends as symbolEnding says
 * @param typicalPrice a known price of the symbol, above zero; absent: the table's
 */
export function instrumentFor(symbol: string, settle: string, typicalPrice?: number): Instrument {
  const base = symbol.slice(0, symbol.length - symbolEnding(settle).length);
  const known = INSTRUMENT_FILTERS[symbol];
  if (known) {
    return { symbol, base, settle, notionalMin: NOTIONAL_MIN, leverageMax: '100', ...known };
  }
  const price = typicalPrice ?? GENERIC_REFERENCE_PRICE;
  const quantityStep = powerOfTen(Math.floor(Math.log10(GENERIC_STEP_VALUE_MAX / price)));
  const quantityMax = powerOfTen(Math.floor(Math.log10(GENERIC_NOTIONAL_MAX / price)));
  return {
    symbol,
    base,
    settle,
    priceStep: powerOfTen(Math.floor(Math.log10(price)) - (PRICE_SIGNIFICANT_DIGITS - 1)),
    quantityStep,
    quantityMin: quantityStep,
    quantityMax,
    marketQuantityMax: quantityMax,
    notionalMin: NOTIONAL_MIN,
    leverageMax: '50',
    referencePrice: price,
  };
}

function powerOfTen(exponent: number): string {
  return exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}1` : `1${'0'.repeat(exponent)}`;
}
