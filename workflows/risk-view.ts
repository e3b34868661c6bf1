import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../src/domain/decimal';
import { DAY_MS, type RiskBook, type SymbolBook } from '../src/domain/risk/book';
import type { BoundFigure } from '../src/domain/explain/types';
import { Exposure } from '../src/domain/risk/exposure';
import { dayStartOf } from '../src/domain/risk/money';
import { reportAgeMaxMs } from '../src/domain/risk/netting';
import { entriesFreeAtMs } from '../src/domain/risk/pauses';
import { entriesAt } from '../src/domain/risk/take-fill';
import type { RiskTerms } from '../src/domain/risk/types';
import { percentWords } from '../src/domain/risk/words';
import { FOREIGN_AFTER_MS } from '../src/domain/position/standing';
import type { PositionRow } from '../src/domain/position/types';
import type { KnownPosition, RiskRuleView, RiskView } from '../src/messages/venue-account';
import { lossRules, pauseRules } from './risk-view-losses';
import { ruleOf, shareWords, SYMBOLS_SHOWN_MAX, symbolsWhere, type Standing, type Viewed } from './risk-view-parts';

/** Every rule as it stands, for people. It decides nothing. */
export function riskView(viewed: Viewed): RiskView {
  const { book, terms, rows, nowMs } = viewed;
  if (book === undefined || terms === undefined)
    return { positionsAsOfMs: 0, positions: [], unprotected: [], rules: [] };
  const { equity } = book.money;
  const start = dayStartOf(book.money, nowMs);
  const at: Standing = { ...viewed, book, terms };
  return {
    ...(equity && { equity: equity.amount }),
    ...(start && { dayStartEquity: start.toFixed() }),
    positionsAsOfMs: book.asOfMs,
    ...(isOutdated(book, terms, nowMs) && { isOutdated: true as const }),
    positions: knownPositions(book, rows),
    unprotected: unprotectedSymbols(book, terms),
    rules: [...exposureRules(at), ...foreignRules(at), ...countRules(at), ...lossRules(at), ...pauseRules(at)],
  };
}

/** As the bounds ask for them: src/domain/risk/netting.ts. */
function entriesNeedPositions({ positions, risk: { perSymbol, total, positionsMax, groups } }: RiskTerms): boolean {
  if (positions.onOpposite !== 'net' || Object.keys(groups).length > 0) return true;
  return [perSymbol, total, positionsMax].some((bound) => bound !== null);
}

function isOutdated(book: RiskBook, terms: RiskTerms, nowMs: number): boolean {
  return (
    book.asOfMs !== 0 &&
    entriesNeedPositions(terms) &&
    Math.abs(nowMs - book.reportedAtMs) > reportAgeMaxMs(book, terms)
  );
}

/** The bounds that an entry of a symbol meets, with what they find now, for explanations. It decides nothing. */
export function boundsFor(symbol: string, viewed: Viewed): readonly BoundFigure[] {
  const { rules } = riskView(viewed);
  const groups = Object.entries(viewed.terms?.risk.groups ?? {}).filter(([, { symbols }]) => symbols.includes(symbol));
  const concerned = new Set([
    undefined,
    symbol,
    'a minute',
    'a day',
    ...groups.flatMap(([name]) => [`${name} longs`, `${name} shorts`]),
  ]);
  const figures = rules
    .filter(({ of }) => concerned.has(of))
    .flatMap(({ code, of, limit, value }): readonly BoundFigure[] => {
      if (limit === undefined || value === undefined) return [];
      return [of === undefined ? [code, limit, value] : [code, limit, value, of]];
    });
  const bySymbol = rules.find(({ code }) => code === 'POSITION_TOO_LARGE');
  const isTold = figures.some(([code]) => code === 'POSITION_TOO_LARGE');
  // Only symbols of which something is open have a rule of their own.
  return isTold || bySymbol?.limit === undefined ? figures : [[bySymbol.code, bySymbol.limit, '0', symbol], ...figures];
}

/** What the book holds is open, whether the venue has told its row to this run or not. */
function knownPositions({ symbols }: RiskBook, rows: ReadonlyMap<string, PositionRow>): readonly KnownPosition[] {
  return Object.entries(symbols).flatMap(([symbol, { position, updatedAtMs, sequence }]) => {
    if (position === undefined) return [];
    const { side, size, value, stop, target, openedAtMs } = position;
    const held = { symbol, side, size, value, stopLoss: stop, takeProfit: target, openedAtMs, updatedAtMs, sequence };
    return [rows.get(symbol) ?? held];
  });
}

/** Symbols whose position is to have a stop, and has none: ours where positions need one, and others where we guard them. */
export function unprotectedSymbols(book: RiskBook, { unprotectedMaxMs, positions }: RiskTerms): readonly string[] {
  if (unprotectedMaxMs === undefined) return [];
  return symbolsWhere(
    book,
    (one) => one.unprotectedSinceMs !== undefined && (isOurs(one) || positions.foreign === 'protect'),
  );
}

function isOurs({ openers = [] }: SymbolBook): boolean {
  return openers.length > 0;
}

function exposureRules({ book, terms: { risk }, pending }: Standing): readonly RiskRuleView[] {
  const exposure = new Exposure(book, pending);
  const { equity } = book.money;
  const ofEquity = (fraction: string | null) =>
    fraction === null ? {} : { limit: `${percentWords(fraction)} of equity` };
  const valueOf = (value: Decimal) => ({ value: shareWords(value, equity?.amount, equity?.asset) });
  const symbols = [...exposure.symbols].slice(0, SYMBOLS_SHOWN_MAX);
  const bySymbol = symbols.map((symbol) =>
    ruleOf({
      code: 'POSITION_TOO_LARGE',
      of: symbol,
      ...ofEquity(risk.perSymbol),
      ...valueOf(exposure.of(symbol)),
    }),
  );
  const groups = Object.entries(risk.groups).flatMap(([name, { symbols: members, limit }]) =>
    (['BUY', 'SELL'] as const).map((direction) =>
      ruleOf({
        code: 'GROUP_EXPOSURE_LIMIT',
        of: `${name} ${direction === 'BUY' ? 'longs' : 'shorts'}`,
        ...ofEquity(limit),
        ...valueOf(exposure.ofGroup(members, direction)),
      }),
    ),
  );
  return [
    ...(bySymbol.length > 0
      ? bySymbol
      : [ruleOf({ code: 'POSITION_TOO_LARGE', ...ofEquity(risk.perSymbol), ...valueOf(new ExactDecimal(0)) })]),
    ruleOf({ code: 'EXPOSURE_LIMIT', ...ofEquity(risk.total), ...valueOf(exposure.total) }),
    ...groups,
  ];
}

/** Symbols that take no entry because nobody here opened what is open; one of a moment ago may be of an entry not booked yet. */
function foreignRules({ book, terms, pending }: Standing): readonly RiskRuleView[] {
  if (terms.positions.onOpposite === 'net') return [];
  const isComing = (symbol: string): boolean =>
    pending.some(({ intent, metadata }) => intent === 'entry' && metadata.symbol === symbol);
  const isForeign = (one: SymbolBook): boolean =>
    one.position !== undefined && !isOurs(one) && book.asOfMs - one.position.openedAtMs >= FOREIGN_AFTER_MS;
  return symbolsWhere(book, isForeign)
    .filter((symbol) => !isComing(symbol))
    .slice(0, SYMBOLS_SHOWN_MAX)
    .map((symbol) => {
      const { side, size } = book.symbols[symbol]!.position!;
      return ruleOf({
        code: 'POSITION_FOREIGN',
        of: symbol,
        limit: 'opened by an entry of ours',
        value: `${side} ${size}, opened by nobody here`,
        isBlocking: true,
      });
    });
}

function countRules({ book, terms: { risk }, pending, nowMs }: Standing): readonly RiskRuleView[] {
  const { positionsMax, entriesPerMinute, entriesPerDay } = risk;
  const { ofDay, dayMs, seconds } = entriesAt(book, nowMs);
  const open = new Exposure(book, pending).symbols.size;
  const ofMinute = seconds.reduce((sum, [, count]) => sum + count, 0);
  const counted = (
    [code, of]: readonly [code: RiskRuleView['code'], of?: string],
    limit: number | null,
    value: number,
    untilMs?: () => number,
  ) => {
    const isBlocking = limit !== null && value >= limit;
    return ruleOf({
      code,
      ...(of !== undefined && { of }),
      ...(limit !== null && { limit: `${limit} ${of ?? 'symbols'}` }),
      value: String(value),
      ...(isBlocking && untilMs && { blockedUntilMs: untilMs() }),
      isBlocking,
    });
  };
  return [
    counted(['TOO_MANY_POSITIONS'], positionsMax, open),
    counted(['TOO_MANY_ENTRIES', 'a minute'], entriesPerMinute, ofMinute, () =>
      entriesFreeAtMs(seconds, entriesPerMinute ?? 0),
    ),
    counted(['TOO_MANY_ENTRIES', 'a day'], entriesPerDay, ofDay, () => dayMs + DAY_MS),
  ];
}
