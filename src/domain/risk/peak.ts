import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../decimal';
import type { EquityReport, MoneyBook, Transfer } from './book';

/*
 * The highest equity, transfers taken out. A report of equity contains the transfers of before it, and the money log tells of
 * them later, or earlier than the next report: so the last reports are kept apart, each with its instant, until all transfers
 * are told, and every order of reports and transfers gives the same figures.
 */

/** Reports of equity that are kept apart; of more, the oldest counts as though all transfers until then were told. */
export const EQUITIES_KEPT_MAX = 60;
/** A report of balances may lack what happened so shortly before it. What is doubtful raises no alarm. */
export const BALANCES_LAG_MS = 2_000;

/** The equity of a report with what was paid in since: a report may lack it, and nothing is lost by that. */
export function presentOf(
  { transfers }: MoneyBook,
  { amount, asOfMs }: Pick<EquityReport, 'amount' | 'asOfMs'>,
): Decimal {
  const isMissing = ({ atMs, change }: Transfer): boolean => atMs > asOfMs - BALANCES_LAG_MS && !change.startsWith('-');
  return plus(amount, transfers.filter(isMissing));
}

/** The highest equity as it would be now, had all transfers been made before. @returns undefined: none is known */
export function highestOf({ peak, equities = [], transfers }: MoneyBook): Decimal | undefined {
  if (peak === undefined && equities.length === 0) return undefined;
  const known = equities.map(([asOfMs, amount]) => plus(amount, since(transfers, asOfMs)));
  const settled = peak && plus(peak.amount, after(transfers, peak.asOfMs));
  return ExactDecimal.max(...known, ...(settled ? [settled] : []));
}

/** Takes over a report. Where the venue's clock was set back, what came before counts as of then. */
export function withEquity(money: MoneyBook, { amount, asOfMs }: EquityReport): MoneyBook {
  const { peak } = money;
  const former = (money.equities ?? []).map(([atMs, known]) => [Math.min(atMs, asOfMs), known] as const);
  const equities = [...former, [asOfMs, amount] as const];
  const next: MoneyBook = {
    ...money,
    ...(peak && { peak: { ...peak, asOfMs: Math.min(peak.asOfMs, asOfMs) } }),
    equities,
  };
  const oldest = equities[0];
  return oldest && equities.length > EQUITIES_KEPT_MAX ? settledPeak(next, oldest[0]) : next;
}

/** All transfers until an instant are told: of the reports until then the highest is enough. */
export function settledPeak(money: MoneyBook, untilMs: number): MoneyBook {
  const { peak, equities = [], transfers } = money;
  const over = equities.filter(([asOfMs]) => asOfMs <= untilMs);
  if (over.length === 0 && (peak === undefined || peak.asOfMs >= untilMs)) return money;
  const told = transfers.filter(({ atMs }) => atMs <= untilMs);
  const amounts = over.map(([asOfMs, amount]) => plus(amount, since(told, asOfMs)));
  if (peak) amounts.push(plus(peak.amount, after(told, peak.asOfMs)));
  const asOfMs = Math.max(untilMs, peak?.asOfMs ?? 0);
  return {
    ...money,
    peak: { amount: ExactDecimal.max(...amounts).toFixed(), asOfMs },
    equities: equities.filter((one) => !over.includes(one)),
  };
}

/** Transfers that a report of then lacks, or may contain already where that makes it less. */
function since(transfers: readonly Transfer[], asOfMs: number): readonly Transfer[] {
  return transfers.filter(
    ({ atMs, change }) => atMs > asOfMs || (atMs > asOfMs - BALANCES_LAG_MS && change.startsWith('-')),
  );
}

function after(transfers: readonly Transfer[], asOfMs: number): readonly Transfer[] {
  return transfers.filter(({ atMs }) => atMs > asOfMs);
}

function plus(amount: string, transfers: readonly Transfer[]): Decimal {
  return transfers.reduce((sum, { change }) => sum.plus(change), new ExactDecimal(amount));
}
