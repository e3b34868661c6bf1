import { log, proxyActivities, sleep } from '@temporalio/workflow';
import type { ReservationActivities } from '../activities/reservations';
import type { Reservation } from '../src/domain/ledger/types';
import { SIGNALS_TASK_QUEUE } from '../src/messages/ids';
import { alert } from './announcements';
import type { Ledger } from './ledger';
import { RecurringAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

/** How often reservations are compared with running signals. Younger ones are left alone: most end within a second. */
const INTERVAL_MS = 60_000;
/** Comparisons that fail in a row before a person hears of it: a restart takes less. */
const FAILURES_MAX = 3;
const CALL_TIMEOUT = '30 seconds';

/**
 * Looks for reservations whose signal does not run any more (somebody ended its workflow): their order may live, and
 * nobody would ever free their funds.
 */
export class ReservationGuard {
  private readonly orphans = new RecurringAlert();
  private readonly failing = new RecurringAlert();

  constructor(
    private readonly venue: string,
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
            `The reservations at ${this.venue} cannot be compared with running signals. ${rootMessage(error)}`,
          );
        }
      }
    }
  }

  private async check(): Promise<void> {
    const { findEndedSignals, lookAfterOrphan } = proxyActivities<ReservationActivities>({
      taskQueue: SIGNALS_TASK_QUEUE,
      scheduleToCloseTimeout: CALL_TIMEOUT,
      summary: `reservations of ${this.venue} without a signal`,
    });
    const old = this.pending().filter(({ createdAtMs }) => Date.now() - createdAtMs >= this.intervalMs);
    if (old.length === 0) return;
    const ended = new Set(await findEndedSignals(old.map(({ id }) => id)));
    // One that ended while it was asked about has given its funds back by now.
    const orphaned = this.pending().filter(({ id }) => ended.has(id));
    for (const reservation of orphaned) {
      const isNew = await lookAfterOrphan({ venue: this.venue, reservation });
      if (isNew) alert(orphanSentence(reservation));
    }
    if (orphaned.length === 0) this.orphans.settle();
    else this.orphans.raise(`${orphaned.length} reservations at ${this.venue} have no signal of their own any more.`);
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
