import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import type { PositionRecord } from '../book/records';
import { adlRank } from '../liquidation/adl-rank';
import { liquidationPrice } from '../liquidation/liquidation-price';
import { type AccountRisk, maintenanceMargin } from '../liquidation/maintenance';
import { riskTiers, tierOf, valueMaxAt } from '../liquidation/risk-tiers';
import type { VenueCore } from './route';
import { type PositionRisk, PRICE_MAX } from './rows';

/** In portfolio margin nothing is told of one position's risk. */
const UNTOLD: PositionRisk = {
  liqPrice: '',
  positionMM: '',
  adlRankIndicator: 0,
  riskId: 0,
  riskLimitValue: '0',
};

/**
 * What a row of a position says of its risk: in cross mode, which every account has here, an estimate.
 *
 * @param accountRisk the account's margins now
 */
export function positionRisk(
  { keeper, account }: VenueCore,
  position: PositionRecord,
  accountRisk: AccountRisk,
): PositionRisk {
  const market = keeper.liquidator.marketOf(position.symbol);
  if (account.profile.marginMode === 'portfolio' || !market) return UNTOLD;
  const tiers = riskTiers(market.instrument);
  return {
    liqPrice: liquidationPrice(position, market, accountRisk, PRICE_MAX),
    positionMM: formatDecimal(maintenanceMargin(position, market)),
    adlRankIndicator: adlRank(position, market.mark),
    riskId: tierOf(tiers, new ExactDecimal(position.size).abs().mul(market.mark)).id,
    riskLimitValue: formatDecimal(valueMaxAt(tiers, position.leverage)),
  };
}
