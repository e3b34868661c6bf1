import type { Decimal } from 'decimal.js';
import { AMOUNT_DECIMALS, ExactDecimal, formatDecimal, parseDecimal } from './decimal';
import type { Denial } from './denial';
import type { BoundFigure } from './explain/types';
import type { Market } from './market';
import type { RiskSettings } from './risk/types';
import { percentWords } from './risk/words';
import type { Direction } from './signal';

/** The bounds of risk that a single order can break, whatever else is open. */
export type OrderBounds = Pick<RiskSettings, 'orderValueMax' | 'priceBandFraction'>;

/** An entry that is about to be planned. */
export interface BoundedOrder {
  readonly direction: Direction;
  readonly market: Market;
  readonly quantity: Decimal;
  /** What its value is counted at: its limit price, or the market's. */
  readonly price: Decimal;
  /** The market's price for it: the ask for BUY, the bid for SELL. */
  readonly quote: Decimal;
  /** Absent: a market order. */
  readonly limitPrice?: Decimal;
  readonly leverage: Decimal;
}

/** Why an entry is beyond a bound of its own; undefined: it is within all. Exits are not asked about. */
export function orderBoundsDenial(order: BoundedOrder, bounds: OrderBounds): Denial | undefined {
  return (
    leverageDenial(order) ?? bandDenial(order, bounds.priceBandFraction) ?? valueDenial(order, bounds.orderValueMax)
  );
}

/** What the bounds of one order allow, and what this one is, where they are set and it passes them. For explanations. */
export function orderBoundFigures(order: BoundedOrder, bounds: OrderBounds): readonly BoundFigure[] {
  const { direction, market, quantity, price, quote, limitPrice, leverage } = order;
  const { orderValueMax, priceBandFraction } = bounds;
  const value = () => formatDecimal(quantity.times(price).toDecimalPlaces(AMOUNT_DECIMALS));
  // One that is better than the market's is beyond nothing.
  const beyond = (limit: Decimal) => ExactDecimal.max(direction === 'BUY' ? limit.minus(quote) : quote.minus(limit), 0);
  return [
    ...(market.leverageMax === undefined
      ? []
      : [['LEVERAGE_TOO_HIGH', market.leverageMax, formatDecimal(leverage)] as const]),
    ...(priceBandFraction === null || limitPrice === undefined
      ? []
      : [
          [
            'PRICE_OUT_OF_BAND',
            `${percentWords(priceBandFraction)} beyond the market's`,
            percentWords(beyond(limitPrice).dividedBy(quote)),
          ] as const,
        ]),
    ...(orderValueMax === null ? [] : [['ORDER_TOO_LARGE', `${orderValueMax} ${market.settle}`, value()] as const]),
  ];
}

function leverageDenial({ market, leverage }: BoundedOrder): Denial | undefined {
  const highest = parseDecimal(market.leverageMax);
  if (highest === undefined || leverage.lessThanOrEqualTo(highest)) return undefined;
  return {
    code: 'LEVERAGE_TOO_HIGH',
    message: `The configured leverage is ${formatDecimal(leverage)}, and the highest of ${market.symbol} is ${market.leverageMax}. Lower the venue's leverage.`,
  };
}

/** A price that is far better than the market's does no harm: the order rests. */
function bandDenial(order: BoundedOrder, fraction: string | null): Denial | undefined {
  const { direction, quote, limitPrice } = order;
  if (fraction === null || limitPrice === undefined) return undefined;
  const band = parseDecimal(fraction);
  if (band === undefined) return unusable('priceBandFraction', fraction);
  const isBuy = direction === 'BUY';
  const edge = quote.times(isBuy ? band.plus(1) : new ExactDecimal(1).minus(band));
  const isWithin = isBuy ? limitPrice.lessThanOrEqualTo(edge) : limitPrice.greaterThanOrEqualTo(edge);
  if (isWithin) return undefined;
  const [where, bound] = isBuy ? ['above', 'at most'] : ['below', 'at least'];
  return {
    code: 'PRICE_OUT_OF_BAND',
    message: `The limit price ${formatDecimal(limitPrice)} is far ${where} the market's ${formatDecimal(quote)}; ${bound} ${formatDecimal(edge)} is allowed (risk.priceBandFraction ${fraction}). Correct the price.`,
  };
}

function valueDenial({ market, quantity, price }: BoundedOrder, valueMax: string | null): Denial | undefined {
  if (valueMax === null) return undefined;
  const highest = parseDecimal(valueMax);
  if (highest === undefined) return unusable('orderValueMax', valueMax);
  const value = quantity.times(price);
  if (value.lessThanOrEqualTo(highest)) return undefined;
  return {
    code: 'ORDER_TOO_LARGE',
    message: `${formatDecimal(quantity)} ${market.base} at ${formatDecimal(price)} is worth ${formatDecimal(value.toDecimalPlaces(AMOUNT_DECIMALS))} ${market.settle}; at most ${valueMax} is allowed (risk.orderValueMax). Send a smaller amount.`,
  };
}

/** A bound that cannot be read bounds nothing, so that nothing is sent. */
function unusable(name: keyof OrderBounds, value: string): Denial {
  return {
    code: 'INVALID_SIGNAL',
    message: `The setting risk.${name} is unusable: ${value}. Correct the configuration.`,
  };
}
