import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseSignedDecimal, ZERO } from '../decimal';
import { isRecord } from '../plain-values';
import type { MoneyRow } from '../position/types';
import { DAY_MS, dayOf } from './book';
import type { DayStart, EquityReport, MoneyBook, RiskBook, Transfer } from './book';
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
    peak: rest.peak ?? moneyText(amount),
    ...highestOf(rest, { amount, asOfMs: report.asOfMs }),
  };
  return { ...book, money: judged(money, limits, nowMs) };
}

function highestOf(
  { peak, high }: Pick<MoneyBook, 'peak' | 'high'>,
  { amount, asOfMs }: { readonly amount: Decimal; readonly asOfMs: number },
): Pick<MoneyBook, 'high'> {
  const former = high?.amount ?? peak;
  return former !== undefined && amount.greaterThan(former) ? { high: { amount: moneyText(amount), asOfMs } } : {};
}

/**
 * The highest with the transfers that the log has just told: what they changed is in an equity of later already. One that is old
 * enough for the log to have told all of it is no longer apart.
 */
function highestAfter(
  { peak, high }: MoneyBook,
  transfers: readonly Transfer[],
  readAtMs: number,
): Pick<MoneyBook, 'peak' | 'high'> {
  if (peak === undefined) return {};
  const highest = new ExactDecimal(peak).plus(sumOf(transfers));
  if (high === undefined) return { peak: moneyText(highest) };
  const amount = sumOf(transfers.filter(({ atMs }) => atMs > high.asOfMs)).plus(high.amount);
  if (high.asOfMs + MONEY_LOG_LAG_MS > readAtMs) {
    return { peak: moneyText(highest), high: { ...high, amount: moneyText(amount) } };
  }
  return { peak: moneyText(ExactDecimal.max(highest, amount)) };
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
  const { equity, day, suspectSinceMs, readAtMs, readUntilMs } = money;
  if (!watchesMoney(limits) || equity === undefined) return undefined;
  if (day?.dayMs !== dayOf(nowMs)) return dayOf(nowMs);
  const since = Math.max(0, readUntilMs - READ_OVERLAP_MS);
  const isAhead = readAtMs > nowMs;
  if (suspectSinceMs !== undefined && (isAhead || readAtMs < suspectSinceMs + MONEY_LOG_LAG_MS)) {
    return nowMs >= suspectSinceMs + MONEY_LOG_LAG_MS ? since : undefined;
  }
  return isAhead || nowMs - readAtMs >= READ_INTERVAL_MS ? since : undefined;
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
  const readable = rows.filter((row) => isRecord(row) && Number.isSafeInteger(row.atMs));
  if (readable.some((row) => parseSignedDecimal(row.change) === undefined)) return book;
  const fresh = transfersOf(readable).filter(({ key }) => !money.transfers.some((known) => known.key === key));
  const isFirst = money.readUntilMs === 0;
  // What was moved before this book began is in its first equity.
  const counted = isFirst ? fresh.filter(({ atMs }) => atMs > (money.equity?.asOfMs ?? 0)) : fresh;
  const untilMs = readable.reduce((latest, { atMs }) => Math.max(latest, atMs), money.readUntilMs);
  const kept = [...money.transfers, ...fresh].filter(({ atMs }) => atMs >= untilMs - READ_OVERLAP_MS);
  const day = withTransfers(money.day, counted) ?? rebuiltDay(money, readable, read.sinceMs, nowMs);
  const { peak: _peak, high: _high, ...rest } = money;
  const next: MoneyBook = {
    ...rest,
    ...(day && { day }),
    ...highestAfter(money, counted, read.atMs),
    transfers: kept.slice(-TRANSFERS_KEPT_MAX),
    readUntilMs: Math.max(untilMs, read.sinceMs, 1),
    readAtMs: read.atMs,
  };
  return { ...book, money: judged(next, limits, nowMs) };
}

function withTransfers(day: DayStart | undefined, transfers: readonly Transfer[]): DayStart | undefined {
  if (day === undefined) return undefined;
  const { resumed } = day;
  return { ...moved(day, transfers), ...(resumed && { resumed: moved(resumed, transfers) }) };
}

function moved<From extends Pick<DayStart, 'baseAsOfMs' | 'transfers'>>(
  from: From,
  transfers: readonly Transfer[],
): From {
  const since = transfers.filter(({ atMs }) => atMs > from.baseAsOfMs);
  return { ...from, transfers: moneyText(sumOf(since).plus(from.transfers)) };
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

/**
 * What was lost of the day's beginning and of the highest; undefined: not known. After a person resumed trading both count from
 * then on.
 */
export function lossesOf({ equity, day, peak, high }: MoneyBook, nowMs: number): Losses {
  if (equity === undefined) return {};
  const amount = new ExactDecimal(equity.amount);
  const from = day?.dayMs === dayOf(nowMs) ? (day.resumed ?? day) : undefined;
  const highest = peak === undefined ? undefined : ExactDecimal.max(peak, high?.amount ?? peak);
  const start = from && new ExactDecimal(from.base).plus(from.transfers);
  return {
    ...(start && { ofDay: { lost: start.minus(amount), of: start } }),
    ...(highest && { ofPeak: { lost: highest.minus(amount), of: highest } }),
  };
}

/** The equity at 00:00 UTC with what was paid in and out since, whatever was resumed; undefined: not known. */
export function dayStartOf({ day }: MoneyBook, nowMs: number): Decimal | undefined {
  return day?.dayMs === dayOf(nowMs) ? new ExactDecimal(day.base).plus(day.transfers) : undefined;
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
  const { suspectSinceMs: former, ...rest } = money;
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

/** A person resumes trading: what was lost is lost, and from now on as much may be lost again, of what is there. */
export function resume(book: RiskBook, nowMs: number): RiskBook {
  const { dayLoss, fall, high, ...rest } = book.money;
  const { equity, day } = rest;
  if (dayLoss === undefined && fall === undefined) return book;
  const resumed = equity && { atMs: nowMs, base: equity.amount, baseAsOfMs: equity.asOfMs, transfers: '0' };
  const money: MoneyBook = {
    ...rest,
    ...(dayLoss && day && resumed && { day: { ...day, resumed } }),
    ...(high && !fall && { high }),
    ...(fall && equity && { peak: equity.amount, peakSinceMs: nowMs }),
  };
  return { ...book, money };
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
