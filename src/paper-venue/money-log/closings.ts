import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { ExecutionRecord, PositionRecord } from '../book/records';
import { roundAmount } from '../money';
import type { ClosingRecord } from './records';

/** What an execution closes, and whose fees end with it. */
interface ClosedPart {
  readonly closed: Decimal;
  readonly openFee: Decimal;
  readonly closeFee: Decimal;
}

/**
 * What an order has closed after one more of its fills.
 *
 * @param position before the fill
 * @param former what the order had closed until then
 * @returns undefined where the fill closes nothing
 */
export function closingOf(
  fill: ExecutionRecord,
  position: PositionRecord,
  former: ClosingRecord | undefined,
): ClosingRecord | undefined {
  const { closed, openFee, closeFee } = closedPart(fill, position);
  if (closed.isZero()) return undefined;
  const exitValue = closed.mul(fill.price);
  const profit = new ExactDecimal(fill.realisedProfit);
  const entryValue = fill.side === 'Sell' ? exitValue.minus(profit) : exitValue.plus(profit);
  const sum = (value: Decimal, before: string | undefined): string => formatDecimal(value.plus(before ?? '0'));
  return {
    sequence: former?.sequence ?? fill.sequence,
    orderId: fill.orderId,
    symbol: fill.symbol,
    side: fill.side,
    orderQuantity: fill.orderQuantity,
    orderPrice: fill.orderPrice,
    orderType: fill.type,
    kind: fill.kind ?? 'Trade',
    closedSize: sum(closed, former?.closedSize),
    entryValue: sum(entryValue, former?.entryValue),
    exitValue: sum(exitValue, former?.exitValue),
    profit: sum(profit, former?.profit),
    openFee: sum(openFee, former?.openFee),
    closeFee: sum(closeFee, former?.closeFee),
    fills: (former?.fills ?? 0) + 1,
    leverage: position.leverage,
    createdAtMs: former?.createdAtMs ?? fill.atMs,
    updatedAtMs: fill.atMs,
  };
}

/** The position as far as it matters here after a fill: its size, and the fees of what is open. */
export function openFeesAfter(fill: ExecutionRecord, position: PositionRecord): PositionRecord {
  if (fill.kind === 'Funding') return position;
  const { openFee, closeFee } = closedPart(fill, position);
  const fees = new ExactDecimal(position.openFee ?? '0').minus(openFee).plus(fill.fee).minus(closeFee);
  return { ...position, size: formatDecimal(sizeAfter(fill, position.size)), openFee: formatDecimal(fees) };
}

/** What is open after an execution, negative: short. */
export function sizeAfter(fill: ExecutionRecord, size: string): Decimal {
  if (fill.kind === 'Funding') return new ExactDecimal(size);
  return new ExactDecimal(size).plus(fill.side === 'Buy' ? fill.quantity : `-${fill.quantity}`);
}

/** A fee to open leaves with the part of the position that is closed; the last part takes what is left of it. */
function closedPart(fill: ExecutionRecord, position: PositionRecord): ClosedPart {
  const closed = new ExactDecimal(fill.closedQuantity);
  if (closed.isZero()) return { closed, openFee: ZERO, closeFee: ZERO };
  const size = new ExactDecimal(position.size).abs();
  const fees = new ExactDecimal(position.openFee ?? '0');
  const openFee = closed.gte(size) ? fees : roundAmount(fees.mul(closed).div(size));
  const isAllClosing = closed.eq(fill.quantity);
  const closeFee = isAllClosing
    ? new ExactDecimal(fill.fee)
    : roundAmount(new ExactDecimal(fill.fee).mul(closed).div(fill.quantity));
  return { closed, openFee, closeFee };
}
