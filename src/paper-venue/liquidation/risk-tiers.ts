import { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { Instrument } from '../market/instrument';

/** One tier of risk limits: positions of up to this value have these margins. */
export interface RiskTier {
  readonly id: number;
  /** The largest value of a position in this tier, in the settle asset. */
  readonly valueMax: Decimal;
  /** Fractions of the position's value. */
  readonly maintenanceRate: Decimal;
  readonly initialRate: Decimal;
  readonly leverageMax: Decimal;
  /** Taken off the maintenance margin, so that it does not leap from one tier to the next. */
  readonly deduction: Decimal;
}

/** Initial margin and largest value of each tier; the value in units of the first tier's. */
const STEPS: readonly (readonly [initialRate: string, units: number])[] = [
  ['0.01', 1],
  ['0.0125', 2],
  ['0.016', 4],
  ['0.02', 8],
  ['0.025', 15],
  ['0.04', 30],
  ['0.05', 50],
  ['0.1', 100],
  ['0.2', 200],
  ['0.5', 400],
  ['1', 1_000],
];

/** The first tier's value: of the two largest markets, and of all others. */
const UNIT_OF_LARGE = '2000000';
const UNIT_OF_OTHERS = '200000';
const LARGE_BASES: ReadonlySet<string> = new Set(['BTC', 'ETH']);

/** The maintenance margin of a tier is half of its initial one. */
const MAINTENANCE_SHARE = '0.5';

const LEVERAGE_DECIMALS = 2;

const known = new Map<string, readonly RiskTier[]>();

/** The tiers of an instrument, lowest first; the first one allows the instrument's whole leverage. */
export function riskTiers({ symbol, base, leverageMax }: Instrument): readonly RiskTier[] {
  const key = `${symbol} ${leverageMax}`;
  const former = known.get(key);
  if (former) return former;
  const unit = new ExactDecimal(LARGE_BASES.has(base) ? UNIT_OF_LARGE : UNIT_OF_OTHERS);
  const allowed = STEPS.filter(([rate]) => new ExactDecimal(1).div(rate).lte(leverageMax));
  const tiers: RiskTier[] = [];
  for (const [rate, units] of allowed) tiers.push(tierAfter(tiers.at(-1), tiers.length + 1, rate, unit.mul(units)));
  known.set(key, tiers);
  return tiers;
}

function tierAfter(lower: RiskTier | undefined, id: number, rate: string, valueMax: Decimal): RiskTier {
  const initialRate = new ExactDecimal(rate);
  const maintenanceRate = initialRate.mul(MAINTENANCE_SHARE);
  const deduction = lower
    ? lower.deduction.plus(lower.valueMax.mul(maintenanceRate.minus(lower.maintenanceRate)))
    : ZERO;
  const leverageMax = new ExactDecimal(1).div(initialRate).toDecimalPlaces(LEVERAGE_DECIMALS, ExactDecimal.ROUND_DOWN);
  return { id, valueMax, maintenanceRate, initialRate, leverageMax, deduction };
}

/** The tier of a position of this value; beyond all of them the last. */
export function tierOf(tiers: readonly RiskTier[], value: Decimal): RiskTier {
  return tiers.find(({ valueMax }) => value.lte(valueMax)) ?? tiers.at(-1)!;
}

/** The largest value of a position that this leverage allows. */
export function valueMaxAt(tiers: readonly RiskTier[], leverage: string): Decimal {
  const allowing = tiers.filter(({ leverageMax }) => leverageMax.gte(leverage));
  return allowing.reduce((most, { valueMax }) => Decimal.max(most, valueMax), ZERO);
}

/** The tiers as the venue lists them. */
export function riskTierRows(symbol: string, tiers: readonly RiskTier[]): object[] {
  return tiers.map((tier, index) => ({
    id: tier.id,
    symbol,
    riskLimitValue: formatDecimal(tier.valueMax),
    maintenanceMargin: formatDecimal(tier.maintenanceRate),
    initialMargin: formatDecimal(tier.initialRate),
    isLowestRisk: index === 0 ? 1 : 0,
    maxLeverage: tier.leverageMax.toFixed(LEVERAGE_DECIMALS),
    mmDeduction: index === 0 ? '' : formatDecimal(tier.deduction),
  }));
}
