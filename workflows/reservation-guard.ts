import { log, proxyActivities, sleep } from '@temporalio/workflow';
import type { ReservationActivities } from '../activities/reservations';
import type { Reservation } from '../src/domain/ledger/types';
import type { NamedVenue } from '../src/domain/trading-venue';
import { SIGNALS_TASK_QUEUE } from '../src/messages/ids';
import { alert } from './announcements';
import type { Ledger } from './ledger';
import { RecurringAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

/** How often reservations are compared with running signals. Younger ones are left alone: most end within a second. */
const INTERVAL_MS = 60_000;
/** Comparisons that fail in a row before a person hears of it: a restart takes less. */
const FAILURES_MAX = 3;
/** In one call: their plans travel with it. */
const ORPHANS_AT_ONCE_MAX = 50;
const STUCK_SHOWN_MAX = 10;
const CALL_TIMEOUT = '30 seconds';

/**
 * Looks for reservations whose signal does not run any more (somebody ended its workflow): their order may live, and
 * nobody would ever free their funds.
 */
export class ReservationGuard {
  private readonly orphans = new RecurringAlert();
  private readonly failing = new RecurringAlert();
  private readonly stuckAlert = new RecurringAlert();
  private stuckSignals: readonly string[] = [];

  constructor(
    private readonly at: NamedVenue,
    private readonly ledger: Ledger,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  /** Goes on for as long as the account's run. */
  async run(): Promise<never> {
    for (let failures = 0; ;) {
      await sleep(this.intervalMs);
      try {
        await this.check();
        this.failing.settle();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn('Reservations could not be compared with running signals.', { reason: rootMessage(error) });
        if (failures >= FAILURES_MAX) {
          this.failing.raise(
            `The reservations at ${this.at.venue} cannot be compared with running signals. ${rootMessage(error)}`,
          );
        }
      }
    }
  }

  /** Signals whose next step failed again and again, as of the last comparison. */
  get stuck(): readonly string[] {
    return this.stuckSignals;
  }

  private async check(): Promise<void> {
    const { findTroubledSignals, lookAfterOrphans } = proxyActivities<ReservationActivities>({
      taskQueue: SIGNALS_TASK_QUEUE,
      scheduleToCloseTimeout: CALL_TIMEOUT,
      summary: `reservations of ${this.at.venue} without a signal`,
    });
    const old = this.pending().filter(({ createdAtMs }) => Math.abs(Date.now() - createdAtMs) >= this.intervalMs);
    const troubled =
      old.length === 0 ? [] : await findTroubledSignals({ ...this.at, fingerprints: old.map(({ id }) => id) });
    const idsIn = (trouble: string): readonly string[] =>
      troubled.filter((signal) => signal.trouble === trouble).map(({ fingerprint }) => fingerprint);
    this.tellStuck(idsIn('stuck'));
    const ended = new Set(idsIn('ended'));
    // One that ended while it was asked about has given its funds back by now.
    const orphaned = this.pending().filter(({ id }) => ended.has(id));
    if (orphaned.length === 0) return void this.orphans.settle();
    const reservations = orphaned.slice(0, ORPHANS_AT_ONCE_MAX);
    const begun = new Set(await lookAfterOrphans({ ...this.at, reservations }));
    for (const reservation of reservations.filter(({ id }) => begun.has(id))) alert(orphanSentence(reservation));
    this.orphans.raise(`${orphaned.length} reservations at ${this.at.venue} have no signal of their own any more.`);
  }

  private tellStuck(ids: readonly string[]): void {
    this.stuckSignals = ids.slice(0, STUCK_SHOWN_MAX);
    if (ids.length === 0) return void this.stuckAlert.settle();
    this.stuckAlert.raise(
      `${ids.length} signals cannot take their next step, among them ${this.stuckSignals.join(', ')}: ` +
        'their funds stay held. Look at them in the Web UI, and at the versions of the engines that run.',
    );
  }

  private pending(): readonly Reservation[] {
    return this.ledger.pendingReservations();
  }
}

function orphanSentence({ id, amount, asset, purpose }: Reservation): string {
  return (
    `${id}: ${amount} ${asset} are reserved (${purpose}) and the signal's workflow was ended. ` +
    `Its order is looked for as orphan:${id}; oncefill signal show ${id} tells what becomes of it.`
  );
}
