import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseDecimal, roundAmountUp, ZERO } from '../decimal';
import { isRecord, jsonBytes, ownValue } from '../plain-values';
import {
  OFFSET_BYTES_MAX,
  POSITION_USES_MAX,
  POSITIONS_MAX,
  REPORT_DELAY_MAX_MS,
  RESERVE_COMMAND_BYTES_MAX,
  SYMBOL_BYTES_MAX,
} from './state';
import type { LedgerEntry, LedgerState, OrderSize, PositionUse } from './state';
import type {
  Position,
  PositionsReport,
  Reservation,
  ReservationMetadata,
  ReserveCommand,
  SnapshotCommand,
} from './types';

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
  const none = { amount: asked, offset: ZERO };
  const order = orderSizeOf(command.metadata);
  const closing = parseDecimal(command.closingAmount);
  if (order === undefined || closing === undefined || command.intent !== 'entry') return none;
  if (jsonBytes(command) + OFFSET_BYTES_MAX > RESERVE_COMMAND_BYTES_MAX) return none;
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
  const formerAsOfMs = state.positions.asOfMs;
  if (!areUsable(positions, asOfMs, formerAsOfMs)) {
    return { ...state, positions: { asOfMs: Math.min(formerAsOfMs, asOfMs), bySymbol: {} } };
  }
  const bySymbol = Object.entries(positions.bySymbol).map(([symbol, { direction, quantity }]): [string, Position] => [
    symbol,
    { direction, quantity },
  ]);
  return {
    ...state,
    positions: { asOfMs: positions.asOfMs, bySymbol: Object.fromEntries(bySymbol) },
    positionUses: state.positionUses.filter(({ settledFromMs }) => settledFromMs > positions.asOfMs),
  };
}

/** Notes what an order that took something may have closed; where a report contains that already, there is nothing to note. */
export function withUseOf(state: LedgerState, { reservation }: LedgerEntry, settledFromMs: number): LedgerState {
  const { positions, positionUses } = state;
  if (settledFromMs <= positions.asOfMs) return state;
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
  let left = leftToClose(state, order);
  if (left.isZero()) return ZERO;
  for (const { reservation } of state.pending) {
    const other = orderSizeOf(reservation.metadata);
    if (other === undefined) return ZERO;
    if (isAlike(other, order)) left = left.minus(other.quantity);
  }
  return ExactDecimal.max(left, 0);
}

/** What of the position opposite to an order is there for those that are pending. */
export function leftToClose(state: LedgerState, order: OrderSize): Decimal {
  const position = knownPosition(state, order.symbol);
  if (position === undefined || position.direction === order.direction) return ZERO;
  let left = new ExactDecimal(position.quantity);
  for (const { order: other } of state.positionUses) {
    if (other === undefined) return ZERO;
    if (isAlike(other, order)) left = left.minus(other.quantity);
  }
  return ExactDecimal.max(left, 0);
}

function isAlike(one: OrderSize, other: OrderSize): boolean {
  return one.symbol === other.symbol && one.direction === other.direction;
}

/** Positions of before a clock was set may lack what is claimed since. */
function knownPosition({ positions, containedFromMs }: LedgerState, symbol: string): Position | undefined {
  return positions.asOfMs < containedFromMs ? undefined : ownValue(positions.bySymbol, symbol);
}

/** The offset that is in force; zero: none. */
export function offsetOf({ metadata }: Reservation): Decimal {
  return parseDecimal(metadata[OFFSET_KEY]) ?? ZERO;
}

/** What metadata say of an order; undefined: nothing that can be used, so that it may close anything. */
export function orderSizeOf({ symbol, direction, quantity }: ReservationMetadata): OrderSize | undefined {
  if (!isSymbol(symbol) || !isDirection(direction) || typeof quantity !== 'string') return undefined;
  const isPositive = parseDecimal(quantity)?.isZero() === false;
  return isPositive ? { symbol, direction, quantity } : undefined;
}

/**
 * They are read before the balances, and not long before: otherwise a clock was set in between. And never before those
 * of the last report, unless these are later than the balances: then the venue's clock was set back.
 */
function areUsable(report: unknown, balancesAsOfMs: number, formerAsOfMs: number): report is PositionsReport {
  if (!isRecord(report) || !Number.isSafeInteger(report.asOfMs) || !isRecord(report.bySymbol)) return false;
  const asOfMs = Number(report.asOfMs);
  const ageMs = balancesAsOfMs - asOfMs;
  if (ageMs < 0 || ageMs > REPORT_DELAY_MAX_MS) return false;
  if (asOfMs < formerAsOfMs && formerAsOfMs <= balancesAsOfMs) return false;
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
