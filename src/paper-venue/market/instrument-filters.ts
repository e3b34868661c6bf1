/** What differs from symbol to symbol. All numbers but the reference price are decimal strings. */
export interface InstrumentFilters {
  readonly priceStep: string;
  readonly quantityStep: string;
  readonly quantityMin: string;
  readonly quantityMax: string;
  readonly marketQuantityMax: string;
  /** A price typical of this symbol; the simulator starts near it. */
  readonly referencePrice: number;
}

/**
 * Filters shaped like those Bybit publishes for its most traded linear perpetuals. The venue changes its filters from
 * time to time; the adapter reads them at start, so nothing else in the product depends on these values.
 */
export const INSTRUMENT_FILTERS: Readonly<Record<string, InstrumentFilters>> = {
  BTCUSDT: filters('0.10', '0.001', '1190', '500', 97_000),
  ETHUSDT: filters('0.01', '0.01', '7240', '2010', 3_400),
  SOLUSDT: filters('0.010', '0.1', '79770', '15190', 185),
  XRPUSDT: filters('0.0001', '0.1', '5000000', '1000000', 2.2),
  BNBUSDT: filters('0.10', '0.01', '5000', '1000', 690),
  ADAUSDT: filters('0.0001', '1', '8000000', '1600000', 0.92),
  DOGEUSDT: filters('0.00001', '1', '28000000', '5600000', 0.31),
  AVAXUSDT: filters('0.001', '0.1', '300000', '60000', 36.5),
  LINKUSDT: filters('0.001', '0.1', '400000', '80000', 21.4),
  LTCUSDT: filters('0.01', '0.1', '60000', '12000', 108),
  DOTUSDT: filters('0.0001', '0.1', '1000000', '200000', 6.8),
  TRXUSDT: filters('0.00001', '1', '15000000', '3000000', 0.25),
  ATOMUSDT: filters('0.001', '0.1', '400000', '80000', 6.4),
  NEARUSDT: filters('0.001', '0.1', '700000', '140000', 5.1),
};

function filters(
  priceStep: string,
  quantityStep: string,
  quantityMax: string,
  marketQuantityMax: string,
  referencePrice: number,
): InstrumentFilters {
  return { priceStep, quantityStep, quantityMin: quantityStep, quantityMax, marketQuantityMax, referencePrice };
}
