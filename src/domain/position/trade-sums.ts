import { formatDecimal, parseSignedDecimal, ZERO } from '../decimal';
import type { ClosedTrade } from './types';

/** What trades came to together. Amounts in the settle asset, decimal strings. */
export interface TradeSum {
  readonly trades: number;
  /** Trades that gained, net. */
  readonly won: number;
  readonly gross: string;
  readonly fees: string;
  readonly funding: string;
  readonly net: string;
}

/** Net result so far, after each trade in the order of their ends. */
export interface EquityPoint {
  readonly atMs: number;
  readonly net: string;
}

/** @param trades in any order; a figure that cannot be read makes the sum of its column unreadable: `''` */
export function sumOfTrades(trades: readonly ClosedTrade[]): TradeSum {
  return {
    trades: trades.length,
    won: trades.filter(({ net }) => parseSignedDecimal(net)?.greaterThan(0) === true).length,
    gross: total(trades.map(({ gross }) => gross)),
    fees: total(trades.map(({ fees }) => fees)),
    funding: total(trades.map(({ funding }) => funding)),
    net: total(trades.map(({ net }) => net)),
  };
}

/** The sums of groups of trades, by name, in the order of the names. */
export function sumsBy(
  trades: readonly ClosedTrade[],
  nameOf: (trade: ClosedTrade) => string,
): readonly (readonly [name: string, sum: TradeSum])[] {
  const groups = new Map<string, ClosedTrade[]>();
  for (const trade of trades) {
    const name = nameOf(trade);
    const group = groups.get(name);
    if (group) group.push(trade);
    else groups.set(name, [trade]);
  }
  return [...groups]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, group]) => [name, sumOfTrades(group)]);
}

/** @param trades oldest first, by their end */
export function equityCurve(trades: readonly ClosedTrade[]): readonly EquityPoint[] {
  let sum = ZERO;
  return trades.map(({ closedAtMs, net }) => {
    sum = sum.plus(parseSignedDecimal(net) ?? ZERO);
    return { atMs: closedAtMs, net: formatDecimal(sum) };
  });
}

function total(figures: readonly string[]): string {
  let sum = ZERO;
  for (const figure of figures) {
    const value = parseSignedDecimal(figure);
    if (value === undefined) return '';
    sum = sum.plus(value);
  }
  return formatDecimal(sum);
}
