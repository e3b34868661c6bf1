import type { Reservation } from '../src/domain/ledger/types';
import { DAY_MS, dayOf, type RiskBook } from '../src/domain/risk/book';
import { Exposure } from '../src/domain/risk/exposure';
import { lossesOf } from '../src/domain/risk/money';
import { entriesAt } from '../src/domain/risk/take-fill';
import type { RiskTerms } from '../src/domain/risk/types';
import { minutesWords, moneyWords, percentWords } from '../src/domain/risk/words';
import type { PositionRow } from '../src/domain/position/types';
import type { KnownPosition, RiskRuleView, RiskView } from '../src/messages/venue-account';

const MINUTE_MS = 60_000;
/** Symbols that are told of by name in each rule. */
const SYMBOLS_SHOWN_MAX = 50;

interface Viewed {
  readonly book: RiskBook | undefined;
  readonly terms: RiskTerms | undefined;
  readonly pending: readonly Reservation[];
  /** As the venue wrote them, by symbol; a run that has just begun has none. */
  readonly rows: ReadonlyMap<string, PositionRow>;
  readonly nowMs: number;
}

/** Every rule as it stands, for people. It decides nothing. */
export function riskView({ book, terms, pending, rows, nowMs }: Viewed): RiskView {
  if (book === undefined || terms === undefined)
    return { positionsAsOfMs: 0, positions: [], unprotected: [], rules: [] };
  const { equity, day } = book.money;
  const unprotected = Object.keys(book.symbols).filter(
    (symbol) => book.symbols[symbol]?.unprotectedSinceMs !== undefined,
  );
  const start = lossesOf(book.money, nowMs).ofDay?.of;
  return {
    ...(equity && { equity: equity.amount }),
    ...(day && start && { dayStartEquity: start.toFixed() }),
    positionsAsOfMs: book.asOfMs,
    positions: knownPositions(book, rows),
    unprotected,
    rules: [
      ...exposureRules(book, terms, pending),
      ...countRules(book, terms, pending, nowMs),
      ...lossRules(book, terms, nowMs),
      ...pauseRules(book, terms, nowMs),
    ],
  };
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

/** A rule that is off has no limit. */
function ruleOf(rule: Omit<RiskRuleView, 'isBlocking'> & { readonly isBlocking?: boolean }): RiskRuleView {
  return { isBlocking: false, ...rule };
}

function exposureRules(book: RiskBook, { risk }: RiskTerms, pending: readonly Reservation[]): readonly RiskRuleView[] {
  const exposure = new Exposure(book, pending);
  const ofEquity = (fraction: string | null) =>
    fraction === null ? {} : { limit: `${percentWords(fraction)} of equity` };
  const symbols = [...exposure.symbols].slice(0, SYMBOLS_SHOWN_MAX);
  const bySymbol = symbols.map((symbol) =>
    ruleOf({
      code: 'POSITION_TOO_LARGE',
      of: symbol,
      ...ofEquity(risk.perSymbol),
      value: moneyWords(exposure.of(symbol)),
    }),
  );
  const groups = Object.entries(risk.groups).flatMap(([name, { symbols: members, limit }]) =>
    (['BUY', 'SELL'] as const).map((direction) =>
      ruleOf({
        code: 'GROUP_EXPOSURE_LIMIT',
        of: `${name} ${direction === 'BUY' ? 'longs' : 'shorts'}`,
        ...ofEquity(limit),
        value: moneyWords(exposure.ofGroup(members, direction)),
      }),
    ),
  );
  return [
    ...(bySymbol.length > 0
      ? bySymbol
      : [ruleOf({ code: 'POSITION_TOO_LARGE', ...ofEquity(risk.perSymbol), value: '0' })]),
    ruleOf({ code: 'EXPOSURE_LIMIT', ...ofEquity(risk.total), value: moneyWords(exposure.total) }),
    ...groups,
  ];
}

function countRules(
  book: RiskBook,
  { risk }: RiskTerms,
  pending: readonly Reservation[],
  nowMs: number,
): readonly RiskRuleView[] {
  const { positionsMax, entriesPerMinute, entriesPerDay } = risk;
  const { ofDay, seconds } = entriesAt(book, nowMs);
  const open = new Exposure(book, pending).symbols.size;
  const ofMinute = seconds.reduce((sum, [, count]) => sum + count, 0);
  const counted = (code: RiskRuleView['code'], limit: number | null, value: number, words: string) =>
    ruleOf({
      code,
      ...(limit !== null && { limit: `${limit} ${words}` }),
      value: String(value),
      isBlocking: limit !== null && value >= limit,
    });
  return [
    counted('TOO_MANY_POSITIONS', positionsMax, open, 'symbols'),
    counted('TOO_MANY_ENTRIES', entriesPerMinute, ofMinute, 'a minute'),
    counted('TOO_MANY_ENTRIES', entriesPerDay, ofDay, 'a day'),
  ];
}

function lossRules({ money }: RiskBook, { risk }: RiskTerms, nowMs: number): readonly RiskRuleView[] {
  const { ofDay, ofPeak } = lossesOf(money, nowMs);
  const { dailyLossFraction, drawdownFraction } = risk;
  const isDayOver = dailyLossFraction !== null && money.dayLoss?.dayMs === dayOf(nowMs);
  return [
    ruleOf({
      code: 'DAILY_LOSS_LIMIT',
      ...(dailyLossFraction !== null && { limit: `${percentWords(dailyLossFraction)} since 00:00 UTC` }),
      ...(ofDay && { value: moneyWords(ofDay.lost) }),
      ...(isDayOver && { blockedUntilMs: dayOf(nowMs) + DAY_MS, isBlocking: true }),
    }),
    ruleOf({
      code: 'DRAWDOWN_LIMIT',
      ...(drawdownFraction !== null && { limit: `${percentWords(drawdownFraction)} below the highest` }),
      ...(ofPeak && { value: moneyWords(ofPeak.lost) }),
      isBlocking: drawdownFraction !== null && money.fall !== undefined,
    }),
  ];
}

function pauseRules(book: RiskBook, { risk }: RiskTerms, nowMs: number): readonly RiskRuleView[] {
  const { lossStreak, lossStreakMinutes, coolDownMinutes, coolDownAfterStopMinutes } = risk;
  const streak =
    lossStreak === null ? {} : { limit: `${lossStreak} losses in a row, then ${minutesWords(lossStreakMinutes)}` };
  const until = (atMs: number) => (atMs > nowMs ? { blockedUntilMs: atMs, isBlocking: true } : {});
  const symbols = Object.entries(book.symbols);
  const streaks = symbols
    .filter(([, one]) => (one.losses ?? 0) > 0 || (one.pausedUntilMs ?? 0) > nowMs)
    .slice(0, SYMBOLS_SHOWN_MAX)
    .map(([symbol, { losses = 0, pausedUntilMs = 0 }]) =>
      ruleOf({ code: 'LOSS_STREAK', of: symbol, ...streak, value: String(losses), ...until(pausedUntilMs) }),
    );
  const cooling = symbols.flatMap(([symbol, { closing }]) => {
    if (closing === undefined) return [];
    const minutes = closing.isStop ? Math.max(coolDownAfterStopMinutes, coolDownMinutes) : coolDownMinutes;
    const untilMs = closing.atMs + minutes * MINUTE_MS;
    if (untilMs <= nowMs) return [];
    return [ruleOf({ code: 'COOLING_DOWN', of: symbol, limit: minutesWords(minutes), ...until(untilMs) })];
  });
  return [
    ruleOf({ code: 'LOSS_STREAK', ...streak, value: String(book.losses), ...until(book.pausedUntilMs) }),
    ...streaks,
    ...(cooling.length > 0
      ? cooling.slice(0, SYMBOLS_SHOWN_MAX)
      : [
          ruleOf({
            code: 'COOLING_DOWN',
            limit: `${minutesWords(coolDownMinutes)}, after a stop ${minutesWords(coolDownAfterStopMinutes)}`,
          }),
        ]),
  ];
}
