import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseDecimal, roundAmountUp, ZERO } from '../decimal';
import { isRecord, jsonBytes, ownValue } from '../plain-values';
import { POSITION_USES_MAX, POSITIONS_MAX, REPORT_DELAY_MAX_MS, SYMBOL_BYTES_MAX } from './state';
import type { LedgerEntry, LedgerState, OrderSize, PositionUse } from './state';
import type { Position, PositionsReport, ReservationMetadata, ReserveCommand, SnapshotCommand } from './types';

/*
 * What of an entry only closes an opposite position is its offset. The venue asks for no margin for it, so the ledger
 * holds its fees alone. A position is offset once: every order that may close it, and that the report of it does not
 * contain for certain, has taken its quantity of it, exits too. Whatever is not known gives no offset.
 */

/** Where a reservation's metadata, its order's plan, name the offset. */
export const OFFSET_KEY = 'offsetQuantity';

/** What a reserve command really needs. */
export interface Need {
  /** At most what it asks for. */
  readonly amount: Decimal;
  /** Zero or more, at most the order's quantity. */
  readonly offset: Decimal;
}

/** @param command one without a fault */
export function needOf(state: LedgerState, command: ReserveCommand): Need {
  const asked = new ExactDecimal(command.amount);
  const order = orderSizeOf(command.metadata);
  const closing = parseDecimal(command.closingAmount);
  if (order === undefined || closing === undefined || command.intent !== 'entry')
    return { amount: asked, offset: ZERO };
  const quantity = new ExactDecimal(order.quantity);
  const offset = ExactDecimal.min(quantity, unclaimed(state, order));
  // The division comes last, because only it rounds.
  const sum = asked.times(quantity.minus(offset)).plus(closing.times(offset));
  const amount = ExactDecimal.min(asked, roundAmountUp(sum.dividedBy(quantity)));
  return { amount: offset.isZero() ? asked : amount, offset };
}

/** The metadata with this offset, whatever they said of one. */
export function withOffset(metadata: ReservationMetadata, offset: Decimal): ReservationMetadata {
  const { [OFFSET_KEY]: _said, ...rest } = metadata;
  return offset.isZero() ? rest : { ...rest, [OFFSET_KEY]: formatDecimal(offset) };
}

/** Takes over a report's positions, or forgets those of the last one where it has none that can be used. */
export function withPositions(state: LedgerState, { asOfMs, positions }: SnapshotCommand): LedgerState {
  const { positions: _former, ...rest } = state;
  if (!areUsable(positions, asOfMs)) return rest;
  const bySymbol = Object.entries(positions.bySymbol).map(([symbol, { direction, quantity }]): [string, Position] => [
    symbol,
    { direction, quantity },
  ]);
  return {
    ...rest,
    positions: { asOfMs: positions.asOfMs, bySymbol: Object.fromEntries(bySymbol) },
    positionUses: rest.positionUses.filter(({ settledFromMs }) => settledFromMs > positions.asOfMs),
  };
}

/** Notes what an order that took something may have closed; where a report contains that already, there is nothing to note. */
export function withUseOf(state: LedgerState, { reservation }: LedgerEntry, settledFromMs: number): LedgerState {
  const { positions, positionUses } = state;
  if (positions !== undefined && settledFromMs <= positions.asOfMs) return state;
  return {
    ...state,
    positionUses: withUses(positionUses, [{ order: orderSizeOf(reservation.metadata), settledFromMs }]),
  };
}

/** A full list becomes one use of everything, which settles with the latest. */
export function withUses(uses: readonly PositionUse[], more: readonly PositionUse[]): readonly PositionUse[] {
  const all = [...uses, ...more.map(({ order, settledFromMs }) => ({ ...(order && { order }), settledFromMs }))];
  if (all.length <= POSITION_USES_MAX) return all;
  return [{ settledFromMs: all.reduce((latestMs, { settledFromMs }) => Math.max(latestMs, settledFromMs), 0) }];
}

/** What of the position opposite to an order no other order may close. */
function unclaimed(state: LedgerState, order: OrderSize): Decimal {
  const position = knownPosition(state, order.symbol);
  if (position === undefined || position.direction === order.direction) return ZERO;
  const others = [
    ...state.pending.map(({ reservation }) => orderSizeOf(reservation.metadata)),
    ...state.positionUses.map((use) => use.order),
  ];
  let rest = new ExactDecimal(position.quantity);
  for (const other of others) {
    if (other === undefined) return ZERO;
    if (other.symbol === order.symbol && other.direction === order.direction) rest = rest.minus(other.quantity);
  }
  return ExactDecimal.max(rest, 0);
}

/** Positions of before a clock was set may lack what is claimed since. */
function knownPosition({ positions, containedFromMs }: LedgerState, symbol: string): Position | undefined {
  if (positions === undefined || positions.asOfMs < containedFromMs) return undefined;
  return ownValue(positions.bySymbol, symbol);
}

/** What metadata say of an order; undefined: nothing that can be used, so that it may close anything. */
function orderSizeOf({ symbol, direction, quantity }: ReservationMetadata): OrderSize | undefined {
  if (!isSymbol(symbol) || !isDirection(direction) || typeof quantity !== 'string') return undefined;
  const isPositive = parseDecimal(quantity)?.isZero() === false;
  return isPositive ? { symbol, direction, quantity } : undefined;
}

/** They are read before the balances, and not long before: otherwise a clock was set in between. */
function areUsable(report: unknown, reportAsOfMs: number): report is PositionsReport {
  if (!isRecord(report) || !Number.isSafeInteger(report.asOfMs) || !isRecord(report.bySymbol)) return false;
  const ageMs = reportAsOfMs - Number(report.asOfMs);
  if (ageMs < 0 || ageMs > REPORT_DELAY_MAX_MS) return false;
  const positions = Object.entries(report.bySymbol);
  return positions.length <= POSITIONS_MAX && positions.every(([symbol, one]) => isSymbol(symbol) && isPosition(one));
}

function isPosition(value: unknown): value is Position {
  return isRecord(value) && isDirection(value.direction) && parseDecimal(value.quantity) !== undefined;
}

function isDirection(value: unknown): value is OrderSize['direction'] {
  return value === 'BUY' || value === 'SELL';
}

function isSymbol(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && jsonBytes(value) <= SYMBOL_BYTES_MAX;
}
