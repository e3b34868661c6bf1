import { AMOUNT_DECIMALS, ExactDecimal, formatDecimal, parseDecimal, ZERO } from '../decimal';
import type { TradingSignal } from '../signal';
import type { GateSettings, MarketCosts, SizeByRisk, VerdictFigures } from './types';

/** An entry with the bound of its amount, or why it has none. */
export type SizedEntry =
  | { readonly signal: TradingSignal; readonly size?: SizeByRisk }
  | (VerdictFigures & { readonly outcome: 'SIZE_UNKNOWN' | 'BELOW_SMALLEST_ORDER' });

/** Whether entries are sized by what their stops may lose. */
export function isSizedByRisk({ riskPerTrade }: Pick<GateSettings, 'riskPerTrade'>): boolean {
  return parseDecimal(riskPerTrade)?.greaterThan(0) === true;
}

/** Why no entry could ever be sized by risk under these settings, a clause; undefined: they can, or none is to be. */
export function faultOfRiskSizing(
  settings: Pick<GateSettings, 'riskPerTrade' | 'stopFrom' | 'stopAdverseMultiple' | 'stopVolatilityMultiple'>,
): string | undefined {
  const { stopFrom, stopAdverseMultiple = '1', stopVolatilityMultiple } = settings;
  if (!isSizedByRisk(settings)) return undefined;
  const [name, multiple] =
    stopFrom === 'adverseMove'
      ? ['stopAdverseMultiple', stopAdverseMultiple]
      : ['stopVolatilityMultiple', stopVolatilityMultiple];
  if (parseDecimal(multiple)?.isZero() === false) return undefined;
  return `needs entries with a stop of their own, and ${name} is "${multiple}", which gives them none`;
}

/**
 * Bounds an entry's amount so that its stop loses no more than is allowed, before costs and slippage. The bound is a part of the
 * signal, and so it depends on nothing that a second run of the tick could find otherwise; what the venue takes at the least decides
 * only whether there is a signal. Cut down, never up.
 */
export function sizedByRisk(signal: TradingSignal, settings: GateSettings, market: MarketCosts): SizedEntry {
  const { riskPerTrade = '0' } = settings;
  if (!isSizedByRisk(settings)) return { signal };
  const { stopLossDistance: stopDistance } = signal;
  const distance = parseDecimal(stopDistance) ?? ZERO;
  if (stopDistance === undefined || distance.isZero()) {
    return { outcome: 'SIZE_UNKNOWN', why: 'the entry has no stop of its own to size it by' };
  }
  const bound = new ExactDecimal(riskPerTrade)
    .dividedBy(distance)
    .toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN);
  const amountMax = formatDecimal(bound);
  const size = { riskPerTrade, stopDistance, amountMax };
  const step = parseDecimal(market.quantityStep);
  const least = parseDecimal(market.quantityMin);
  const price = parseDecimal(signal.direction === 'BUY' ? market.ask : market.bid);
  if (step === undefined || step.isZero() || least === undefined || price === undefined) {
    return { outcome: 'SIZE_UNKNOWN', size, why: "the venue's smallest order is not known" };
  }
  const quantity = bound.dividedToIntegerBy(step).times(step);
  const value = quantity.times(price);
  const cut = `cut to steps of ${market.quantityStep} it is ${formatDecimal(quantity)}`;
  if (quantity.isZero() || quantity.lessThan(least)) {
    return { outcome: 'BELOW_SMALLEST_ORDER', size, why: `${cut}, and the smallest order is ${market.quantityMin}` };
  }
  if (parseDecimal(market.notionalMin)?.greaterThan(value) === true) {
    const worth = formatDecimal(value.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN));
    const why = `${cut}, worth ${worth}, and the least order value is ${market.notionalMin}`;
    return { outcome: 'BELOW_SMALLEST_ORDER', size, why };
  }
  return { signal: { ...signal, amountMax }, size };
}

/** `at most 0.5: 25 may be lost at a stop 50 away`, for people. */
export function sizeWords({ riskPerTrade, stopDistance, amountMax }: SizeByRisk): string {
  return `at most ${amountMax}: ${riskPerTrade} may be lost at a stop ${stopDistance} away`;
}
