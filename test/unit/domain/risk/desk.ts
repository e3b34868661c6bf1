import * as ledger from '../../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../../src/domain/ledger/ledger';
import type { ReserveGate, ReserveCommand, ReserveResult } from '../../../../src/domain/ledger/types';
import type { PositionRow, PositionRowsReport } from '../../../../src/domain/position/types';
import { MISSED_CONFIRMED_AFTER_MS } from '../../../../src/domain/risk/book';
import * as risk from '../../../../src/domain/risk/risk';
import type { RiskBook } from '../../../../src/domain/risk/risk';
import type { PositionSettings, RiskSettings, RiskTerms } from '../../../../src/domain/risk/types';

/** A Tuesday, 12:34:56 UTC. */
export const NOW_MS = Date.UTC(2025, 0, 14, 12, 34, 56);
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const LAG_MS = 2_000;
export const PRICE = '100';

const POSITIONS: PositionSettings = { adds: 0, onOpposite: 'exit', foreign: 'alert', reportIntervalSeconds: 5 };
/** Every rule is off. */
const RULES: RiskSettings = {
  orderValueMax: null,
  priceBandFraction: null,
  perSymbol: null,
  total: null,
  groups: {},
  positionsMax: null,
  entriesPerMinute: null,
  entriesPerDay: null,
  dailyLossFraction: null,
  onDailyLoss: 'block',
  drawdownFraction: null,
  lossStreak: null,
  lossStreakMinutes: 60,
  coolDownMinutes: 0,
  coolDownAfterStopMinutes: 0,
};

interface DeskOptions {
  readonly risk?: Partial<RiskSettings>;
  readonly positions?: Partial<PositionSettings>;
  readonly unprotectedMaxMs?: number;
}

/** The reducers, any of them replaced by a broken one. */
export type RiskReducers = Omit<typeof risk, 'bookOf' | 'RISK_BOOK_BYTES_MAX'>;

/** A ledger and its book of risk with two clocks that agree, and a venue that says what it is told to. */
export class Desk {
  nowMs = NOW_MS;
  ledger: LedgerState = ledger.emptyLedger({ snapshotLagMs: LAG_MS });
  book: RiskBook;
  readonly terms: RiskTerms;
  private count = 0;

  constructor(
    options: DeskOptions = {},
    private readonly reducers: RiskReducers = risk,
  ) {
    this.terms = {
      positions: { ...POSITIONS, ...options.positions },
      risk: { ...RULES, ...options.risk },
      unprotectedMaxMs: options.unprotectedMaxMs,
      positionLagMs: LAG_MS,
    };
    this.book = reducers.emptyBook();
    this.funds('1000000');
    this.equity('10000');
    this.report();
  }

  pass(durationMs: number): this {
    this.nowMs += durationMs;
    return this;
  }

  /** What continue-as-new does to it. */
  carryOver(): void {
    this.book = JSON.parse(JSON.stringify(this.book)) as RiskBook;
    this.ledger = JSON.parse(JSON.stringify(this.ledger)) as LedgerState;
  }

  funds(available: string): void {
    const assets = { USDT: { total: available, available, locked: '0' } };
    this.ledger = ledger.applySnapshot(this.ledger, { asOfMs: this.nowMs, assets }, this.nowMs).state;
  }

  equity(amount: string, asset = 'USDT'): void {
    const report = { asset, amount, asOfMs: this.nowMs };
    this.book = this.reducers.takeEquity(this.book, report, this.terms.risk, this.nowMs);
  }

  /** @param rows of open positions; every other symbol is flat */
  report(rows: readonly PositionRow[] = [], change: Partial<PositionRowsReport> = {}) {
    const report = { asOfMs: this.nowMs, rows, unreadable: [], ...change };
    const step = this.reducers.takeReport(this.book, report, { lagMs: LAG_MS, nowMs: this.nowMs });
    this.book = step.book;
    return step;
  }

  /** Two reports in which nothing is open, so far apart that nothing is. */
  reportFlat(change: Partial<PositionRowsReport> = {}) {
    this.report([], change);
    const { asOfMs } = change;
    const later = asOfMs === undefined ? {} : { asOfMs: asOfMs + MISSED_CONFIRMED_AFTER_MS };
    return this.pass(MISSED_CONFIRMED_AFTER_MS).report([], { ...change, ...later });
  }

  row(symbol: string, change: Partial<PositionRow> = {}): PositionRow {
    return {
      symbol,
      side: 'LONG',
      size: '1',
      entryPrice: PRICE,
      markPrice: PRICE,
      value: PRICE,
      stopLoss: '90',
      openedAtMs: this.nowMs,
      updatedAtMs: this.nowMs,
      sequence: 1,
      status: 'normal',
      ...change,
    };
  }

  command(
    symbol = 'BTCUSDT',
    plan: ReserveCommand['metadata'] = {},
    change: Partial<ReserveCommand> = {},
  ): ReserveCommand {
    const id = change.reservationId ?? `signal-${(this.count += 1)}`;
    const metadata = {
      symbol,
      direction: 'BUY',
      clientOrderId: `of-${id}`,
      quantity: '1',
      referencePrice: PRICE,
      reduceOnly: false,
      ...plan,
    };
    return {
      requestId: `${id}:reserve`,
      reservationId: id,
      asset: 'USDT',
      amount: '10',
      intent: 'entry',
      purpose: `${metadata.direction} ${metadata.quantity} ${symbol}`,
      metadata,
      strategy: 'trend',
      ...change,
    };
  }

  reserve(command: ReserveCommand): ReserveResult {
    const gate: ReserveGate = (asked, pending) =>
      this.reducers.check(asked, {
        book: this.book,
        terms: this.terms,
        pending,
        areBalancesOutdated: false,
        nowMs: this.nowMs,
      });
    const before = this.ledger.pending.length;
    const { state, result } = ledger.reserve(this.ledger, command, this.nowMs, gate);
    this.ledger = state;
    const isNew = state.pending.length > before && result.status === 'reserved';
    if (isNew && result.reservation.intent === 'entry') this.book = this.reducers.countEntry(this.book, this.nowMs);
    return result;
  }

  /** An entry, and what it comes to: a denial's code, or how it was reserved. */
  enter(symbol?: string, plan?: ReserveCommand['metadata'], change?: Partial<ReserveCommand>): string {
    return shown(this.reserve(this.command(symbol, plan, change)));
  }

  commit(reservationId: string, quantity?: string, executedAtMs = this.nowMs): void {
    const entry = this.ledger.pending.find(({ reservation }) => reservation.id === reservationId);
    const command = {
      requestId: `${reservationId}:commit`,
      reservationId,
      amount: '10',
      executedAtMs,
      quantity,
      reason: '',
    };
    const { state, result } = ledger.commit(this.ledger, command, this.nowMs);
    this.ledger = state;
    if (result.status !== 'ended') throw new Error(`It was not committed: ${result.status}`);
    const fill = { reservation: result.reservation, executedAtMs, quantity, strategy: entry?.strategy };
    this.book = this.reducers.takeFill(this.book, fill, { lagMs: LAG_MS, nowMs: this.nowMs });
  }

  release(reservationId: string): void {
    const command = { requestId: `${reservationId}:release`, reservationId, reason: '' };
    this.ledger = ledger.release(this.ledger, command, this.nowMs).state;
  }

  /** An entry that filled and is reported. */
  open(symbol = 'BTCUSDT', change: Partial<PositionRow> = {}, plan: ReserveCommand['metadata'] = {}): PositionRow {
    const command = this.command(symbol, { direction: change.side === 'SHORT' ? 'SELL' : 'BUY', ...plan });
    const result = this.reserve(command);
    if (result.status !== 'reserved') throw new Error(`It was not reserved: ${shown(result)}`);
    this.commit(command.reservationId);
    const row = this.row(symbol, change);
    this.pass(LAG_MS).report([row]);
    return row;
  }

  closed(symbol: string, net: string, openedAtMs: number, reason: 'TAKE_PROFIT' | 'STOP_LOSS' = 'TAKE_PROFIT'): void {
    const closed = { symbol, openedAtMs, closedAtMs: this.nowMs, net, reason };
    this.book = this.reducers.takeClosed(this.book, closed, this.terms.risk, this.nowMs);
  }
}

/** `entry`, `exit`, a denial's code, or the status. */
export function shown(result: ReserveResult): string {
  if (result.status === 'denied') return result.denial.code;
  return result.status === 'reserved' ? result.reservation.intent : result.status;
}

export function messageOf(result: ReserveResult): string {
  return result.status === 'denied' ? result.denial.message : `It is ${result.status}.`;
}
