import type { Decimal } from 'decimal.js';
import { parseSignedDecimal, ZERO } from '../decimal';
import type { Episode, Leg } from './episode';
import type { Execution, MoneyRow } from './types';

/** Digits after the point of an average, of a part of a fee, and of what is estimated. */
const FIGURE_DECIMALS = 18;

/** What a position brought: net is gross - fees + funding. */
export interface Money {
  readonly net: Decimal;
  /** Paid: positive. */
  readonly fees: Decimal;
  /** Received: positive. */
  readonly funding: Decimal;
  /** All of it is the money log's word. */
  readonly isProven: boolean;
}

type Sums = Omit<Money, 'isProven'>;

const NOTHING: Sums = { net: ZERO, fees: ZERO, funding: ZERO };

export function cutFigure(value: Decimal): Decimal {
  return value.toDecimalPlaces(FIGURE_DECIMALS);
}

/**
 * The sum of an episode's rows in the money log, each once.
 *
 * @returns undefined where an execution has no row, a row of then has no execution, or one cannot be read: venues forget, and may
 * do so only for a while
 */
export function provenMoney(
  episode: Episode,
  {
    symbol,
    executions,
    moneyRows,
  }: { symbol: string; executions: readonly Execution[]; moneyRows: readonly MoneyRow[] },
): Money | undefined {
  const rows = distinctRows(moneyRows);
  const hasExecution = (row: MoneyRow): boolean => executions.some((one) => isRowOf(row, one));
  if (episode.lacksSome || rows.some((row) => isTradeWithin(row, symbol, episode) && !hasExecution(row)))
    return undefined;
  const parts: (Sums | undefined)[] = [];
  for (const leg of episode.legs) {
    const own = rows.filter((row) => isRowOf(row, leg.execution));
    if (own.length === 0) return undefined;
    parts.push(...own.map((row) => ofLeg(row, leg)));
  }
  const named = rows.filter((row) => episode.funding.some((one) => isRowOf(row, one)));
  const others = rows.filter((row) => isFundingWithin(row, symbol, episode) && !hasExecution(row));
  // A venue may give a payment other ids in its log than among the executions.
  if (named.length + others.length < episode.funding.length) return undefined;
  parts.push(...[...named, ...others].map(wholeRow));
  const read = parts.filter((part) => part !== undefined);
  return read.length < parts.length ? undefined : { ...read.reduce(add, NOTHING), isProven: true };
}

/** What the executions alone say of it. */
export function estimatedMoney({ legs, funding }: Episode): Money {
  // What was sold is worth more than what was bought, or less, whichever came first.
  const sales = legs.reduce((sum, { execution: { direction }, quantity, price }) => {
    const value = quantity.times(price);
    return direction === 'SELL' ? sum.plus(value) : sum.minus(value);
  }, ZERO);
  const fees = legs.reduce((sum, leg) => sum.plus(partOfFee(figure(leg.execution.fee), leg)), ZERO);
  return moneyFrom(sales, fees, paid(funding).negated());
}

/** @param gross before fees and funding. @param executions all of which count as a whole */
export function moneyOfExecutions(gross: Decimal, executions: readonly Execution[]): Money {
  const isFunding = ({ kind }: Execution): boolean => kind === 'funding';
  const fees = paid(executions.filter((one) => !isFunding(one)));
  return moneyFrom(gross, fees, paid(executions.filter(isFunding)).negated());
}

function moneyFrom(gross: Decimal, fees: Decimal, funding: Decimal): Money {
  return { net: cutFigure(gross).minus(fees).plus(funding), fees, funding, isProven: false };
}

function paid(executions: readonly Execution[]): Decimal {
  return executions.reduce((sum, { fee }) => sum.plus(figure(fee)), ZERO);
}

function figure(text: string): Decimal {
  return parseSignedDecimal(text) ?? ZERO;
}

function add(sums: Sums, { net, fees, funding }: Sums): Sums {
  return { net: sums.net.plus(net), fees: sums.fees.plus(fees), funding: sums.funding.plus(funding) };
}

/** What a row says as a whole; undefined: it cannot be read. */
function wholeRow(row: MoneyRow): Sums | undefined {
  const [net, fees, funding] = [row.change, row.fee, row.funding].map(parseSignedDecimal);
  return net === undefined || fees === undefined || funding === undefined ? undefined : { net, fees, funding };
}

/** Of an execution that closed one position and opened another, the gain is all the closed one's; the fee is parted. */
function ofLeg(row: MoneyRow, leg: Leg): Sums | undefined {
  const all = wholeRow(row);
  if (all === undefined || leg.share === undefined) return all;
  const fees = partOfFee(all.fees, leg);
  return leg.role === 'opens'
    ? { net: fees.negated(), fees, funding: ZERO }
    : { net: all.net.plus(all.fees).minus(fees), fees, funding: all.funding };
}

/** The two parts of a fee are the whole again, to the last digit. */
function partOfFee(fee: Decimal, { role, share }: Leg): Decimal {
  if (share === undefined) return fee;
  const { part, whole } = share;
  const opening = role === 'opens' ? part : whole.minus(part);
  const ofOpening = cutFigure(fee.times(opening).dividedBy(whole));
  return role === 'opens' ? ofOpening : fee.minus(ofOpening);
}

function isRowOf(row: MoneyRow, execution: Execution): boolean {
  return row.executionId !== '' && row.executionId === execution.executionId && row.orderId === execution.orderId;
}

/** A payment at the instant of an opening is the position's of before. */
function isFundingWithin(row: MoneyRow, symbol: string, { openedAtMs, closedAtMs = Infinity }: Episode): boolean {
  return row.kind === 'funding' && row.symbol === symbol && row.atMs > openedAtMs && row.atMs <= closedAtMs;
}

/** At the instants of its first and its last fill another position's may be. */
function isTradeWithin(row: MoneyRow, symbol: string, { openedAtMs, closedAtMs = Infinity }: Episode): boolean {
  const isTrade = row.kind === 'trade' || row.kind === 'liquidation' || row.kind === 'adl';
  return isTrade && row.symbol === symbol && row.atMs > openedAtMs && row.atMs < closedAtMs;
}

/** A row that names neither an execution nor an order has no key but its instant. */
function distinctRows(rows: readonly MoneyRow[]): readonly MoneyRow[] {
  const keyOf = ({ executionId, orderId, kind, symbol, atMs }: MoneyRow): string =>
    [executionId, orderId, kind, ...(executionId === '' && orderId === '' ? [symbol, atMs] : [])].join('\n');
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
