import { condition, log, proxyActivities, sleep } from '@temporalio/workflow';
import type { PositionActivities } from '../activities/positions';
import type { TradingVenue } from '../src/domain/trading-venue';
import { venueTaskQueue } from '../src/messages/ids';
import type { AccountRisk } from './account-risk';
import { alert } from './announcements';
import type { Ledger } from './ledger';
import type { MoneyWatch } from './money-watch';
import { PositionTeller } from './position-teller';
import { EntryStopper } from './entry-stopper';
import { LastingAlert, RecurringAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

const TRY_TIMEOUT = '20 seconds';
const CALL_TIMEOUT = '30 seconds';
/** Pause after a first failed reading, milliseconds; each further one in a row doubles it, up to the longest. */
const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 30_000;
const DOUBLINGS_MAX = 3;
/** What fills in a row asks for reports no more often than this. */
const AT_ONCE_PAUSE_MS = 2_500;

/**
 * Reads the venue's positions for as long as the account's run goes on: into the book of risk, to the workflows that look
 * after them, and to a person where one has no stop for too long.
 */
export class PositionWatch {
  private isRequested = false;
  private failures = 0;
  private readonly beganAtMs = Date.now();
  private readonly unread = new LastingAlert();
  private readonly bare = new Map<string, RecurringAlert>();
  private readonly teller: PositionTeller;
  private stopper: EntryStopper | undefined;

  constructor(
    private readonly at: TradingVenue,
    private readonly risk: AccountRisk,
    private readonly ledger: Ledger,
    private readonly money: MoneyWatch,
  ) {
    this.teller = new PositionTeller(at, {
      isToTell: (symbol, report) => risk.isToTell(symbol, report),
      flatTold: (symbol) => risk.flatTold(symbol),
    });
  }

  /** From now on entries that rest are cancelled where a limit of losses is reached: they would fill after it. */
  stopEntries(): void {
    this.stopper ??= new EntryStopper(this.at);
  }

  /** Something filled, or a person changed something: asks soon. */
  request(): void {
    this.isRequested = true;
  }

  async run(): Promise<never> {
    for (;;) {
      await condition(() => this.risk.isOn);
      this.isRequested = false;
      await this.read();
      void this.money.readIfDue();
      this.stopper?.look(this.ledger.hasPendingEntries ? this.risk.lossLimit() : undefined);
      await this.pause();
    }
  }

  /** Until the next reading: sooner where it is asked for, or where an order is pending that may fill. */
  private async pause(): Promise<void> {
    const waitMs = this.waitMs();
    const leastMs = Math.min(waitMs, AT_ONCE_PAUSE_MS);
    await sleep(leastMs);
    if (waitMs === leastMs) return;
    const isLong = this.failures === 0 && waitMs > this.risk.intervalMs(true);
    const isDue = (): boolean => this.isRequested || (isLong && this.ledger.hasPendingEntries);
    await condition(isDue, waitMs - leastMs);
  }

  private waitMs(): number {
    if (this.failures > 0) return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (this.failures - 1));
    return this.risk.intervalMs(this.ledger.hasPendingEntries);
  }

  private async read(): Promise<void> {
    const { fetchPositions } = proxyActivities<PositionActivities>({
      taskQueue: venueTaskQueue(this.at),
      startToCloseTimeout: TRY_TIMEOUT,
      scheduleToCloseTimeout: CALL_TIMEOUT,
      summary: `positions of ${this.at.venue}`,
    });
    try {
      const taken = this.risk.reportTaken(await fetchPositions(this.at));
      this.failures = 0;
      if (taken === undefined) return;
      this.unread.settle();
      this.tell(taken);
    } catch (error) {
      this.failures = Math.min(this.failures + 1, DOUBLINGS_MAX);
      log.warn('The positions could not be read.', { venue: this.at.venue, reason: rootMessage(error) });
      if (this.risk.arePositionsOutdated(this.beganAtMs)) {
        this.unread.failed(
          `The positions of ${this.at.venue} cannot be read: entries wait, and nobody sees whether stops are there. ${rootMessage(error)}`,
        );
      }
    }
    this.tellUnprotected();
  }

  private tell(taken: readonly string[]): void {
    const { tradingState } = this.ledger;
    for (const symbol of new Set([...taken, ...this.risk.untold()])) {
      const report = this.risk.reportOf(symbol, this.ledger.pendingIn(symbol));
      if (report) this.teller.offer(symbol, { ...report, tradingState });
    }
  }

  /** By the account itself: the alarm does not depend on the workflow that it watches. */
  private tellUnprotected(): void {
    const late = new Map(this.risk.unprotected());
    for (const symbol of this.bare.keys()) {
      if (late.has(symbol)) continue;
      this.bare.delete(symbol);
      alert(`${symbol} at ${this.at.venue}: its position has a stop again, or is closed.`);
    }
    for (const [symbol, sinceMs] of late) {
      const one = this.bare.get(symbol) ?? new RecurringAlert();
      this.bare.set(symbol, one);
      const seconds = Math.round((Date.now() - sinceMs) / 1_000);
      one.raise(
        `${symbol} at ${this.at.venue}: its position has had no stop for ${seconds} s. Look at it with "oncefill position show ${symbol}", and set a stop or close it.`,
      );
    }
  }
}
