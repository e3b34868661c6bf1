import * as ledger from '../../../src/domain/ledger/ledger';
import type { LedgerSettings, LedgerState, LedgerStep } from '../../../src/domain/ledger/ledger';
import type { BarCommand, PositionsReport, ReserveCommand } from '../../../src/domain/ledger/types';

export const NOW_MS = 1_700_000_000_000;
export const LAG_MS = 2_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const TEN_YEARS_MS = 3_650 * DAY_MS;
/** The usual time to live of a signal. */
export const LIFE_MS = 300_000;

interface ReportDetails {
  readonly locked?: string;
  readonly asOfMs?: number;
  readonly positions?: PositionsReport;
}

/** A ledger with two clocks: ours, and that of the venue. Reports and executions bear the venue's. */
export class Book {
  nowMs = NOW_MS;
  venueMs = NOW_MS;
  state: LedgerState;

  constructor(available: string, settings: Partial<LedgerSettings> = {}) {
    this.state = ledger.emptyLedger({ snapshotLagMs: LAG_MS, ...settings });
    this.report(available);
  }

  /** Time goes by, for everyone. */
  pass(durationMs: number): void {
    this.nowMs += durationMs;
    this.venueMs += durationMs;
  }

  /** By default a signal that starts now and lives its usual time. */
  reserve(id: string, change: Partial<ReserveCommand> = {}) {
    const command: ReserveCommand = {
      requestId: `${id}:reserve`,
      reservationId: id,
      asset: 'USDT',
      amount: '10',
      intent: 'entry',
      purpose: 'BUY 1 BTCUSDT',
      metadata: {},
      signalStartedAtMs: this.nowMs,
      expiresAtMs: this.nowMs + LIFE_MS,
      ...change,
    };
    return this.take(ledger.reserve(this.state, command, this.nowMs));
  }

  commit(id: string, amount = '10', executedAtMs = this.venueMs) {
    const command = { requestId: `${id}:commit`, reservationId: id, amount, executedAtMs, reason: 'filled' };
    return this.take(ledger.commit(this.state, command, this.nowMs));
  }

  release(id: string) {
    const command = { requestId: `${id}:release`, reservationId: id, reason: 'rejected' };
    return this.take(ledger.release(this.state, command, this.nowMs));
  }

  bar(id: string, change: Partial<BarCommand> = {}) {
    const command = { requestId: `${id}:bar`, reservationId: id, expiresAtMs: this.nowMs + LIFE_MS, ...change };
    return this.take(ledger.bar(this.state, command, this.nowMs));
  }

  acknowledge(id: string, lockedAmount: string) {
    const command = { requestId: `${id}:ack`, reservationId: id, placedAtMs: this.venueMs, lockedAmount };
    return this.take(ledger.acknowledge(this.state, command));
  }

  report(available: string, { locked = '0', asOfMs = this.venueMs, positions }: ReportDetails = {}) {
    const figures = { total: available, available, locked };
    const report = { asOfMs, assets: { USDT: figures }, ...(positions && { positions }) };
    return this.take(ledger.applySnapshot(this.state, report, this.nowMs)).status;
  }

  /** What happens while our clock shows something else, for as long as that. */
  withClockSetBy<Result>(stepMs: number, work: () => Result): Result {
    this.nowMs += stepMs;
    const result = work();
    this.nowMs -= stepMs;
    return result;
  }

  get free(): string | undefined {
    return this.view?.free;
  }

  get view() {
    return ledger.viewBalances(this.state).assets.USDT;
  }

  private take<Result>({ state, result }: LedgerStep<Result>): Result {
    this.state = state;
    return result;
  }
}

/** `reserved:new`, `reserved:old`, a denial's code, or the status. */
export function shown(result: ReturnType<Book['reserve']>): string {
  if (result.status === 'denied') return result.denial.code;
  return result.status === 'reserved' ? `reserved:${result.isNew ? 'new' : 'old'}` : result.status;
}
