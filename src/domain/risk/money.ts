import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseSignedDecimal, ZERO } from '../decimal';
import { isRecord } from '../plain-values';
import type { MoneyRow } from '../position/types';
import { DAY_MS, dayOf } from './book';
import type { DayStart, EquityReport, MoneyBook, RiskBook, Transfer } from './book';
import { BALANCES_LAG_MS, highestOf, presentOf, settledPeak, withEquity } from './peak';
import type { RiskSettings } from './types';

/** The money log may tell of a transfer so much later than the balances do. */
export const MONEY_LOG_LAG_MS = 10_000;
/** While nothing is suspected the log is read this often at most. */
const READ_INTERVAL_MS = 60_000;
/** The log is read again from so long before its end: rows may come late. */
const READ_OVERLAP_MS = 120_000;
/** Transfers of that time that are told apart; people make a few. */
export const TRANSFERS_KEPT_MAX = 30;
/** The equity of so short a time before 00:00 UTC is that of the day's beginning. */
const DAY_START_AGE_MAX_MS = 900_000;
const KEY_CHARACTERS_MAX = 100;
/** Between two reports: a rise of more than this share of what may be lost is a transfer until the log says otherwise. */
const RISE_SHARE = '0.5';
/** Decimals of an amount of money that is kept. */
const MONEY_DECIMALS = 8;

type Limits = Pick<RiskSettings, 'dailyLossFraction' | 'drawdownFraction'>;

/** Whether any rule asks what was lost. */
export function watchesMoney({ dailyLossFraction, drawdownFraction }: Limits): boolean {
  return dailyLossFraction !== null || drawdownFraction !== null;
}

/** Takes over the equity that came with a report of balances. One that cannot be used leaves it unknown how it is. */
export function takeEquity(
  book: RiskBook,
  report: Pick<EquityReport, 'asset' | 'amount' | 'asOfMs'>,
  limits: Limits,
  nowMs: number,
): RiskBook {
  const amount = parseSignedDecimal(report.amount);
  const { equity: former, ...rest } = book.money;
  if (amount === undefined) return { ...book, money: rest };
  const equity: EquityReport = { ...report, amount: moneyText(amount), atMs: nowMs };
  const day = rest.day?.dayMs === dayOf(nowMs) ? rest.day : nextDay(book.money, former, nowMs);
  const { day: _day, dayLoss, ...kept } = rest;
  const money: MoneyBook = {
    ...kept,
    equity,
    ...(day && { day }),
    ...(dayLoss?.dayMs === dayOf(nowMs) && { dayLoss }),
  };
  const watched = watchesMoney(limits) ? withEquity(money, equity) : withoutPeak(money);
  const risen = former && hasRisen(watched, former, limits, nowMs) ? { risenAtMs: nowMs } : {};
  return { ...book, money: judged({ ...watched, ...risen }, limits, nowMs) };
}

/** Transfers of while nobody reads the log are never told apart from profits. */
function withoutPeak({ peak: _peak, equities: _equities, ...money }: MoneyBook): MoneyBook {
  return money;
}

/** Whether equity rose so far beyond what the log tells that a transfer may have hidden a loss which reaches a limit. */
function hasRisen(money: MoneyBook, former: EquityReport, limits: Limits, nowMs: number): boolean {
  const rise = presentOf(money, money.equity ?? former).minus(presentOf(money, former));
  const { ofDay, ofPeak } = lossesOf(money, nowMs);
  const isOf = (loss: Losses['ofDay'], fraction: string | null): boolean =>
    fraction !== null && loss !== undefined && rise.greaterThan(loss.of.times(fraction).times(RISE_SHARE));
  return rise.greaterThan(0) && (isOf(ofDay, limits.dailyLossFraction) || isOf(ofPeak, limits.drawdownFraction));
}

/** A new day begins with the last equity of the former one, where that was not long before. */
function nextDay({ day, transfers }: MoneyBook, last: EquityReport | undefined, nowMs: number): DayStart | undefined {
  const dayMs = dayOf(nowMs);
  if (day === undefined || last === undefined || day.dayMs !== dayMs - DAY_MS) return undefined;
  if (last.atMs < dayMs - DAY_START_AGE_MAX_MS) return undefined;
  const since = transfers.filter(({ atMs }) => atMs > last.asOfMs);
  return { dayMs, base: last.amount, baseAsOfMs: last.asOfMs, transfers: moneyText(sumOf(since)) };
}

/** What is to be read of the money log now; undefined: nothing. @returns since when, milliseconds UTC */
export function moneyToRead({ money }: RiskBook, limits: Limits, nowMs: number): number | undefined {
  const { equity, day, suspectSinceMs, risenAtMs, readAtMs, readUntilMs } = money;
  if (!watchesMoney(limits) || equity === undefined) return undefined;
  if (day?.dayMs !== dayOf(nowMs)) return dayOf(nowMs);
  const since = Math.max(0, readUntilMs - READ_OVERLAP_MS);
  if (readAtMs > nowMs || nowMs - readAtMs >= READ_INTERVAL_MS) return since;
  const waiting = [suspectSinceMs, risenAtMs].filter(
    (atMs) => atMs !== undefined && readAtMs < atMs + MONEY_LOG_LAG_MS,
  );
  return waiting.some((atMs = 0) => nowMs >= atMs + MONEY_LOG_LAG_MS) ? since : undefined;
}

/**
 * Takes over rows of the money log: transfers are no profit and no loss. Where no day is known it is made of them: equity
 * now less all that changed since 00:00 UTC.
 *
 * @param read since when rows were asked for, on the venue's clock, and our clock before the log was asked
 */
export function takeMoney(
  book: RiskBook,
  rows: readonly MoneyRow[],
  read: { readonly sinceMs: number; readonly atMs: number },
  limits: Limits,
  nowMs: number,
): RiskBook {
  const { money } = book;
  const readable = distinct(rows.filter((row) => isRecord(row) && Number.isSafeInteger(row.atMs)));
  if (readable.some((row) => parseSignedDecimal(row.change) === undefined)) return book;
  const fresh = transfersOf(readable).filter(({ key }) => !money.transfers.some((known) => known.key === key));
  const untilMs = readable.reduce((latest, { atMs }) => Math.max(latest, atMs), money.readUntilMs);
  const day = withTransfers(money.day, fresh) ?? rebuiltDay(money, readable, read.sinceMs, nowMs);
  const told = settledPeak({ ...money, transfers: [...money.transfers, ...fresh] }, settledUntilMs(money, read));
  const neededFromMs = Math.min(
    untilMs - READ_OVERLAP_MS,
    (told.peak?.asOfMs ?? untilMs) - BALANCES_LAG_MS,
    (told.equity?.asOfMs ?? untilMs) - BALANCES_LAG_MS,
  );
  const kept = told.transfers.filter(({ atMs }) => atMs >= neededFromMs).slice(-TRANSFERS_KEPT_MAX);
  const dropped = told.transfers.filter((transfer) => !kept.includes(transfer));
  const next: MoneyBook = {
    ...settledPeak(told, Math.max(0, ...dropped.map(({ atMs }) => atMs))),
    ...(day && { day }),
    transfers: kept,
    readUntilMs: Math.max(untilMs, read.sinceMs, 1),
    readAtMs: read.atMs,
  };
  return { ...book, money: judged(next, limits, nowMs) };
}

/** Up to when, on the venue's clock, no transfer is told any more that is not known; 0: never. */
function settledUntilMs({ equity }: MoneyBook, read: { readonly atMs: number }): number {
  if (equity === undefined) return 0;
  return equity.asOfMs - Math.max(0, equity.atMs - read.atMs) - READ_OVERLAP_MS;
}

function withTransfers(day: DayStart | undefined, transfers: readonly Transfer[]): DayStart | undefined {
  if (day === undefined) return undefined;
  const since = transfers.filter(({ atMs }) => atMs > day.baseAsOfMs);
  return { ...day, transfers: moneyText(sumOf(since).plus(day.transfers)) };
}

/** Its base contains the transfers until the equity's report; those of later come on top. */
function rebuiltDay(
  { equity }: MoneyBook,
  rows: readonly MoneyRow[],
  sinceMs: number,
  nowMs: number,
): DayStart | undefined {
  const dayMs = dayOf(nowMs);
  if (equity === undefined || sinceMs > dayMs) return undefined;
  const ofDay = rows.filter(({ atMs }) => atMs >= dayMs);
  const results = ofDay.filter((row) => !isTransfer(row) && row.atMs <= equity.asOfMs);
  const later = transfersOf(ofDay).filter(({ atMs }) => atMs > equity.asOfMs);
  const base = new ExactDecimal(equity.amount).minus(sumOf(results));
  return { dayMs, base: moneyText(base), baseAsOfMs: equity.asOfMs, transfers: moneyText(sumOf(later)) };
}

/** What was lost of the day's beginning and of the highest; undefined: not known. */
export function lossesOf(money: MoneyBook, nowMs: number): Losses {
  const { equity, day } = money;
  if (equity === undefined) return {};
  const amount = presentOf(money, equity);
  const peak = highestOf(money);
  const start = day?.dayMs === dayOf(nowMs) ? new ExactDecimal(day.base).plus(day.transfers) : undefined;
  return {
    ...(start && { ofDay: { lost: start.minus(amount), of: start } }),
    ...(peak && { ofPeak: { lost: peak.minus(amount), of: peak } }),
  };
}

export interface Losses {
  readonly ofDay?: { readonly lost: Decimal; readonly of: Decimal };
  readonly ofPeak?: { readonly lost: Decimal; readonly of: Decimal };
}

/**
 * Whether a limit is reached. It may seem so because of a withdrawal that the money log tells later: it is reached once the
 * log was read long enough after it began to seem so.
 */
function judged(money: MoneyBook, limits: Limits, nowMs: number): MoneyBook {
  const { suspectSinceMs: former, risenAtMs, ...settled } = money;
  const isRisen = risenAtMs !== undefined && risenAtMs <= nowMs && money.readAtMs < risenAtMs + MONEY_LOG_LAG_MS;
  const rest: MoneyBook = { ...settled, ...(isRisen && { risenAtMs }) };
  const { ofDay, ofPeak } = lossesOf(money, nowMs);
  const isDayOver = rest.dayLoss === undefined && reaches(ofDay, limits.dailyLossFraction);
  const isFallOver = rest.fall === undefined && reaches(ofPeak, limits.drawdownFraction);
  if (!isDayOver && !isFallOver) return rest;
  const suspectSinceMs = former === undefined || former > nowMs ? nowMs : former;
  if (money.readAtMs < suspectSinceMs + MONEY_LOG_LAG_MS) return { ...rest, suspectSinceMs };
  return {
    ...rest,
    ...(isDayOver &&
      ofDay && { dayLoss: { dayMs: dayOf(nowMs), loss: moneyText(ofDay.lost), of: moneyText(ofDay.of) } }),
    ...(isFallOver && ofPeak && { fall: { fall: moneyText(ofPeak.lost), of: moneyText(ofPeak.of) } }),
  };
}

function reaches(loss: Losses['ofDay'], fraction: string | null): boolean {
  if (loss === undefined || fraction === null) return false;
  // Of nothing, or less, every loss is too much.
  return loss.lost.greaterThan(0) && loss.lost.greaterThanOrEqualTo(ExactDecimal.max(loss.of, 0).times(fraction));
}

/** A person resumes trading: what was lost is lost, and day and highest begin with what is there. */
export function resume(book: RiskBook): RiskBook {
  const { dayLoss, fall, ...rest } = book.money;
  const { equity, day } = rest;
  if (dayLoss === undefined && fall === undefined) return book;
  if (equity === undefined) return { ...book, money: rest };
  const { amount, asOfMs } = equity;
  const later = moneyText(sumOf(rest.transfers.filter(({ atMs }) => atMs > asOfMs)));
  const money: MoneyBook = {
    ...rest,
    ...(dayLoss && day && { day: { ...day, base: amount, baseAsOfMs: asOfMs, transfers: later } }),
    ...(fall && { peak: { amount, asOfMs }, equities: [] }),
  };
  return { ...book, money };
}

/** One row may be told twice. */
function distinct(rows: readonly MoneyRow[]): readonly MoneyRow[] {
  return [...new Map(rows.map((row) => [moneyRowKey(row), row])).values()];
}

function transfersOf(rows: readonly MoneyRow[]): readonly Transfer[] {
  return rows.filter(isTransfer).map((row) => ({ key: moneyRowKey(row), change: row.change, atMs: row.atMs }));
}

function isTransfer({ kind }: MoneyRow): boolean {
  return kind === 'transfer_in' || kind === 'transfer_out';
}

/** The same for one row that is read twice. A transfer has no execution; what the wallet held after it tells two apart. */
export function moneyRowKey({ executionId, orderId, kind, atMs, change, balance }: MoneyRow): string {
  return [atMs, kind, change, balance, executionId, orderId].join(' ').slice(0, KEY_CHARACTERS_MAX);
}

function sumOf(rows: readonly { readonly change: string }[]): Decimal {
  return rows.reduce((sum, { change }) => sum.plus(change), ZERO);
}

function moneyText(value: Decimal): string {
  return formatDecimal(value.toDecimalPlaces(MONEY_DECIMALS, ExactDecimal.ROUND_DOWN));
}
