import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../src/domain/decimal';
import type { Reservation } from '../src/domain/ledger/types';
import type { PositionRow } from '../src/domain/position/types';
import type { RiskBook, SymbolBook } from '../src/domain/risk/book';
import type { RiskTerms } from '../src/domain/risk/types';
import { moneyWords, percentWords } from '../src/domain/risk/words';
import type { RiskRuleView } from '../src/messages/venue-account';

/** Symbols that are told of by name in each rule. */
export const SYMBOLS_SHOWN_MAX = 50;

export interface Viewed {
  readonly book: RiskBook | undefined;
  readonly terms: RiskTerms | undefined;
  readonly pending: readonly Reservation[];
  /** As the venue wrote them, by symbol; a run that has just begun has none. */
  readonly rows: ReadonlyMap<string, PositionRow>;
  readonly nowMs: number;
}

export interface Standing extends Viewed {
  readonly book: RiskBook;
  readonly terms: RiskTerms;
}

export function symbolsWhere({ symbols }: RiskBook, is: (one: SymbolBook) => boolean): readonly string[] {
  return Object.entries(symbols).flatMap(([symbol, one]) => (is(one) ? [symbol] : []));
}

/** A rule that is off has no limit. */
export function ruleOf(rule: Omit<RiskRuleView, 'isBlocking'> & { readonly isBlocking?: boolean }): RiskRuleView {
  return { isBlocking: false, ...rule };
}

/** `1701 USDT, 17.01 %`, in the units of the limits; of no equity there is no share. */
export function shareWords(value: Decimal, of: Decimal | string | undefined, asset = ''): string {
  const money = `${moneyWords(value)} ${asset}`.trimEnd();
  const whole = new ExactDecimal(of ?? 0);
  return whole.greaterThan(0) ? `${money}, ${percentWords(value.dividedBy(whole))}` : money;
}
