import { log } from '@temporalio/workflow';
import type { AccountRules } from '../src/domain/account-rules';
import { areBalancesOutdated, ledgerHealth, type LedgerState, type LedgerStep } from '../src/domain/ledger/ledger';
import type { Authorization } from '../src/domain/ledger/authorization';
import type {
  AcknowledgeCommand,
  CommitCommand,
  EndReservationResult,
  InvalidCommandResult,
  LedgerStats,
  ReleaseCommand,
  Reservation,
  ReserveCommand,
  ReserveResult,
  SetTradingStateCommand,
  SetTradingStateResult,
  SnapshotCommand,
  TradingState,
  BarCommand,
  BarResult,
} from '../src/domain/ledger/types';
import { cutText, showValue } from '../src/domain/plain-values';
import { withoutResting } from '../src/domain/resting-reservations';
import { bookingFault, notBookedSentence } from '../src/domain/settlement';
import type { BalancesReply, VenueAccountSettings } from '../src/messages/venue-account';
import type { AccountRisk } from './account-risk';
import { alert } from './announcements';
import type { PendingOrder } from './position-reports';

/** Reports that may fail in a row before nothing is lent any more. */
const REPORTS_MISSED_MAX = 4;
/** Intervals may be as short as a second; reports of a venue that is slow are no reason to stop. */
const REPORT_AGE_MIN_MS = 120_000;
/** A fill's sentence is shorter. */
const ALERT_TEXT_BYTES_MAX = 200;

type AccountTimes = Pick<VenueAccountSettings, 'snapshotLagMs' | 'updateIntervalMs'>;

function ledgerSettingsOf({ snapshotLagMs, updateIntervalMs }: AccountTimes) {
  return { snapshotLagMs, reportAgeMaxMs: Math.max(REPORT_AGE_MIN_MS, REPORTS_MISSED_MAX * updateIntervalMs) };
}

/** Binds the ledger's pure rules to the workflow's time. Every method returns at once. */
export class Ledger {
  private current: LedgerState;
  private reportAgeMaxMs: number;
  /** Called after each fill that was booked, and each change of the trading state: positions are to be looked at. */
  onNews: () => void = () => undefined;

  constructor(
    private readonly rules: AccountRules['ledger'],
    settings: AccountTimes,
    carried?: LedgerState,
    /** Absent: entries meet no bound of risk. */
    private readonly risk?: AccountRisk,
  ) {
    const ledgerSettings = ledgerSettingsOf(settings);
    this.reportAgeMaxMs = ledgerSettings.reportAgeMaxMs;
    this.current = carried ? rules.configureLedger(carried, ledgerSettings) : rules.emptyLedger(ledgerSettings);
  }

  /** What continue-as-new carries over. */
  state(): LedgerState {
    return this.current;
  }

  configure(settings: AccountTimes): void {
    const ledgerSettings = ledgerSettingsOf(settings);
    this.reportAgeMaxMs = ledgerSettings.reportAgeMaxMs;
    this.current = this.rules.configureLedger(this.current, ledgerSettings);
  }

  /** This ledger follows one that was lost: it cannot say of any signal of before that it is the first. */
  followLost(): void {
    this.current = this.rules.followLost?.(this.current, Date.now()) ?? this.current;
  }

  /** How the ledger is, for people. It changes nothing, so every version of the rules is looked at in the same way. */
  health() {
    const setAtMs = this.current.tradingStateChanges.at(-1)?.atMs;
    const nowMs = Date.now();
    return {
      ...ledgerHealth(withoutResting(this.current, nowMs), nowMs),
      pending: this.current.pending.length,
      balancesAgeMaxMs: this.reportAgeMaxMs,
      ...(setAtMs !== undefined && { tradingStateSetAtMs: setAtMs }),
    };
  }

  /** Whether nothing is lent until the venue's next report. */
  areBalancesOutdated(): boolean {
    return areBalancesOutdated(this.current, Date.now());
  }

  reserve(command: ReserveCommand): ReserveResult {
    const before = this.current;
    const gate = this.risk?.gate(this.areBalancesOutdated());
    const result = this.take(this.rules.reserve(before, command, Date.now(), gate));
    const isNew = this.current.pending.length > before.pending.length;
    if (isNew && result.status === 'reserved' && result.reservation.intent === 'entry') this.risk?.entryTaken();
    return result;
  }

  release(command: ReleaseCommand): EndReservationResult {
    return this.take(this.rules.release(this.current, command, Date.now()));
  }

  bar(command: BarCommand): BarResult {
    return this.take(this.rules.bar(this.current, command, Date.now()));
  }

  /** A commit that finds nothing to end would be money out of the ledger: it is the one answer worth a log line. */
  commit(command: CommitCommand): EndReservationResult | InvalidCommandResult {
    const before = this.current;
    const result = this.take(this.rules.commit(before, command, Date.now()));
    if (result.status === 'ended') this.fillTaken(before, command, result.reservation);
    if (result.status === 'not_found' || result.status === 'invalid') {
      log.error('A commit met no reservation.', {
        reservationId: showValue(command?.reservationId),
        status: result.status,
      });
    }
    return result;
  }

  private fillTaken(
    { pending }: LedgerState,
    { executedAtMs, quantity }: CommitCommand,
    reservation: Reservation,
  ): void {
    if (this.risk?.isOn !== true) return;
    const strategy = pending.find((entry) => entry.reservation.id === reservation.id)?.strategy;
    this.risk.fillTaken({ reservation, executedAtMs, quantity, strategy });
    this.onNews();
  }

  /** The same for whoever hears no answer: what is not booked is told to a person, as by the one who hears it. */
  commitUnanswered(command: CommitCommand, venue: string): void {
    const fault = bookingFault(this.commit(command));
    if (fault === undefined) return;
    alert(`${textOf(command?.reservationId)}: ${notBookedSentence(textOf(command?.reason), venue, fault)}`);
  }

  acknowledge(command: AcknowledgeCommand): void {
    this.take(this.rules.acknowledge(this.current, command));
  }

  applySnapshot(command: SnapshotCommand): void {
    const result = this.take(this.rules.applySnapshot(this.current, command, Date.now()));
    if (result.status === 'invalid') log.warn("A venue's balance report was refused.", { reason: result.message });
    if (result.status === 'applied') this.risk?.equityTaken(command);
  }

  setTradingState(command: SetTradingStateCommand): SetTradingStateResult {
    const result = this.take(this.rules.setTradingState(this.current, command, Date.now()));
    if (result.status !== 'set' || !result.isNew) return result;
    if (result.change.to === 'active') this.risk?.resumed();
    this.onNews();
    return result;
  }

  balances(venue: string): BalancesReply {
    return { venue, ...this.rules.viewBalances(this.current) };
  }

  get tradingState(): TradingState {
    return this.current.tradingState;
  }

  /** Whether an order is pending that may open a position. */
  get hasPendingEntries(): boolean {
    return this.current.pending.some(({ reservation }) => reservation.intent === 'entry');
  }

  pendingReservations(): readonly Reservation[] {
    return this.rules.pendingReservations(this.current);
  }

  /** Orders of a symbol that are pending, with who sent them. */
  pendingIn(symbol: string): readonly PendingOrder[] {
    return this.current.pending.filter(({ reservation }) => reservation.metadata.symbol === symbol);
  }

  stats(): LedgerStats {
    return this.rules.ledgerStats(this.current);
  }

  authorization(reservationId: string): Authorization {
    return this.rules.authorize(this.current, reservationId);
  }

  describe(venue: string): string {
    const { tradingState, assets } = this.balances(venue);
    const lines = Object.entries(assets).map(
      ([asset, view]) => `- **${asset}**: ${view.free} free, ${view.reserved} reserved, ${view.total} in all`,
    );
    return [`Funds at **${venue}**, trading **${tradingState}**:`, '', ...lines].join('\n');
  }

  private take<Result>(step: LedgerStep<Result>): Result {
    this.current = step.state;
    return step.result;
  }
}

/** Of a command that anyone may have sent. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? cutText(value, ALERT_TEXT_BYTES_MAX) : showValue(value);
}
