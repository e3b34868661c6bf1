import { Decimal } from 'decimal.js';
import { ExactDecimal, ZERO } from '../../domain/decimal';
import type { Book } from '../book/book';
import type { PositionRecord } from '../book/records';
import type { Instrument } from '../market/instrument';
import { roundAmount, roundAmountUp } from '../money';
import { riskTiers, tierOf } from './risk-tiers';

/** What a position's margins depend on besides the position. */
export interface RiskMarket {
  readonly instrument: Instrument;
  readonly mark: string;
  /** A fraction of the value; what it will cost to close is part of the maintenance margin. */
  readonly takerFee: string;
}

/** The maintenance margin of a position, in the settle asset; zero where nothing is open. */
export function maintenanceMargin({ size }: PositionRecord, { instrument, mark, takerFee }: RiskMarket): Decimal {
  const value = new ExactDecimal(size).abs().mul(mark);
  if (value.isZero()) return ZERO;
  const tier = tierOf(riskTiers(instrument), value);
  const margin = value.mul(tier.maintenanceRate.plus(takerFee)).minus(tier.deduction);
  return roundAmountUp(Decimal.max(margin, ZERO));
}

/** The open profit or loss of a position, negative: a loss. */
export function openProfit({ size, entryValue }: PositionRecord, mark: string): Decimal {
  const amount = new ExactDecimal(size);
  // The entry value is that of a size without a sign.
  const cost = amount.isNegative() ? new ExactDecimal(entryValue).neg() : new ExactDecimal(entryValue);
  return amount.isZero() ? ZERO : roundAmount(amount.mul(mark).minus(cost));
}

/** The account's margins in cross mode, in the settle asset. */
export interface AccountRisk {
  /** The wallet and all open profits and losses. */
  readonly marginBalance: Decimal;
  readonly maintenance: Decimal;
  /** maintenance / marginBalance; 1 and more: the account is liquidated. Absent: nothing is open. */
  readonly rate?: Decimal;
}

/** @param marketOf undefined for a symbol that does not trade any more; such a position counts nothing */
export function accountRisk(
  book: Pick<Book, 'positions' | 'walletBalance'>,
  marketOf: (symbol: string) => RiskMarket | undefined,
): AccountRisk {
  let marginBalance = book.walletBalance.total;
  let maintenance: Decimal = ZERO;
  for (const position of book.positions) {
    const market = position.size === '0' ? undefined : marketOf(position.symbol);
    if (!market) continue;
    marginBalance = marginBalance.plus(openProfit(position, market.mark));
    maintenance = maintenance.plus(maintenanceMargin(position, market));
  }
  if (maintenance.isZero()) return { marginBalance, maintenance };
  return {
    marginBalance,
    maintenance,
    rate: marginBalance.lte(0) ? new ExactDecimal(1) : maintenance.div(marginBalance),
  };
}
