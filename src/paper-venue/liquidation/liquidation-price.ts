import { type Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { PositionRecord } from '../book/records';
import { type AccountRisk, maintenanceMargin, openProfit, type RiskMarket } from './maintenance';
import { type RiskTier, riskTiers, tierOf } from './risk-tiers';

/**
 * The mark price of this symbol at which the account would be liquidated, if all other prices stood still: an estimate, as the
 * venue's own is.
 *
 * @param risk of the account as it is
 * @param priceMax the highest price that the instrument allows
 * @returns a price of whole steps, rounded towards the market; empty where nothing is open, or no price would do it
 */
export function liquidationPrice(
  position: PositionRecord,
  market: RiskMarket,
  risk: AccountRisk,
  priceMax: string,
): string {
  const size = new ExactDecimal(position.size);
  if (size.isZero()) return '';
  // What the rest of the account can lose before it comes to that.
  const free = risk.marginBalance
    .minus(openProfit(position, market.mark))
    .minus(risk.maintenance.minus(maintenanceMargin(position, market)));
  const tiers = riskTiers(market.instrument);
  let tier = tierOf(tiers, size.abs().mul(market.mark));
  let price = priceIn(tier, position, free, market.takerFee);
  // Each price may lie in another tier; it settles in as many steps as there are tiers, if at all.
  for (let step = 0; step < tiers.length; step += 1) {
    const next = tierOf(tiers, size.abs().mul(price.abs()));
    if (next === tier) break;
    tier = next;
    price = priceIn(tier, position, free, market.takerFee);
  }
  return wholeSteps(price, size.isPositive(), market, priceMax);
}

/** Where wallet, other positions and this one are worth exactly the maintenance margins. */
function priceIn(tier: RiskTier, { size, entryValue }: PositionRecord, free: Decimal, takerFee: string): Decimal {
  const amount = new ExactDecimal(size);
  const rate = tier.maintenanceRate.plus(takerFee);
  const spare = free.plus(tier.deduction);
  if (amount.isPositive())
    return new ExactDecimal(entryValue).minus(spare).div(amount.mul(new ExactDecimal(1).minus(rate)));
  return new ExactDecimal(entryValue).plus(spare).div(amount.abs().mul(rate.plus(1)));
}

function wholeSteps(price: Decimal, isLong: boolean, { instrument }: RiskMarket, priceMax: string): string {
  const steps = price.div(instrument.priceStep);
  const whole = (isLong ? steps.ceil() : steps.floor()).mul(instrument.priceStep);
  if (price.lt(instrument.priceStep) || whole.gt(priceMax)) return '';
  return whole.toFixed(instrument.priceStep.split('.')[1]?.length ?? 0);
}
