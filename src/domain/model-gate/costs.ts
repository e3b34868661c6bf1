import { parseDecimal } from '../decimal';
import type { MarketCosts } from './types';

/**
 * What opening and closing by market orders costs, a fraction of the value: two taker fees, and the way from the middle of the
 * spread to its far side, twice. A prediction is no money, so binary floats are right here.
 *
 * @returns undefined for costs that are missing or cannot be: unknown is never zero
 */
export function roundTripCosts(costs: MarketCosts | undefined): number | undefined {
  const [fee, bid, ask] = [costs?.takerFee, costs?.bid, costs?.ask].map((text) => parseDecimal(text)?.toNumber());
  if (fee === undefined || bid === undefined || ask === undefined) return undefined;
  if (!(bid > 0) || ask < bid) return undefined;
  return 2 * fee + (2 * (ask - bid)) / (ask + bid);
}
