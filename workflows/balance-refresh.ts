import { ActivityFailure, ApplicationFailure, log, proxyActivities, sleep } from '@temporalio/workflow';
import type { MarketDataActivities } from '../activities/market-data';
import type { NamedVenue } from '../src/domain/trading-venue';
import { namedVenueTaskQueue } from '../src/messages/ids';
import type { Ledger } from './ledger';
import { RecurringAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

/** A refresh that takes longer is given up; the next one starts from the beginning. */
const REFRESH_TIMEOUT = '60 seconds';
/** Pause after a first failed refresh, milliseconds; each further one in a row doubles it, up to the usual pause. */
const RETRY_FIRST_MS = 5_000;
const DOUBLINGS_MAX = 10;
/** After a position was closed the balances may lag for so long, and where several are closed one reading is enough. */
export const AFTER_CLOSING_MS = 2_000;

/** Reads the venue's balances into the ledger, and says when that fails for too long. */
export class BalanceRefresh {
  private isRequested = true;
  private isRunning = false;
  private isClosingAwaited = false;
  private pauseMs = 0;
  private failures = 0;
  private lastProblem: string | undefined;
  private readonly alert = new RecurringAlert();

  constructor(
    private readonly at: NamedVenue,
    private readonly ledger: Ledger,
  ) {}

  request(): void {
    this.isRequested = true;
  }

  /** What was lost by a position is judged by the equity: soon after it was closed, not with the next report of balances. */
  requestAfterClosing(): void {
    if (this.isClosingAwaited) return;
    this.isClosingAwaited = true;
    void sleep(AFTER_CLOSING_MS).then(() => {
      this.isClosingAwaited = false;
      this.request();
    });
  }

  get requested(): boolean {
    return this.isRequested;
  }

  get running(): boolean {
    return this.isRunning;
  }

  /** Until the next refresh is due by itself, milliseconds. */
  get waitMs(): number {
    return this.pauseMs;
  }

  /** Why the last one failed; undefined: it did not. */
  get problem(): string | undefined {
    return this.lastProblem;
  }

  /** @param updateIntervalMs pause after a refresh that succeeded */
  async run(updateIntervalMs: number): Promise<void> {
    this.isRunning = true;
    this.isRequested = false;
    const { fetchBalances } = proxyActivities<MarketDataActivities>({
      taskQueue: namedVenueTaskQueue(this.at),
      scheduleToCloseTimeout: REFRESH_TIMEOUT,
      startToCloseTimeout: '20 seconds',
      summary: `balances of ${this.at.venue}`,
    });
    try {
      this.ledger.applySnapshot(await fetchBalances(this.at));
      this.pauseMs = updateIntervalMs;
      this.failures = 0;
      this.lastProblem = undefined;
      this.alert.settle();
    } catch (error) {
      this.pauseMs = Math.min(Math.max(updateIntervalMs, RETRY_FIRST_MS), RETRY_FIRST_MS * 2 ** this.failures);
      this.failures = Math.min(this.failures + 1, DOUBLINGS_MAX);
      this.failed(error);
    }
    this.isRunning = false;
  }

  /** Old balances stay in force until they are too old: the ledger only ever gives out what the venue last confirmed. */
  private failed(error: unknown): void {
    this.lastProblem = rootMessage(error);
    log.warn('The balances could not be refreshed.', { venue: this.at.venue, reason: this.lastProblem });
    if (isRefusal(error)) this.alert.raise(`${this.at.venue} refuses to tell the balances: ${this.lastProblem}`);
    if (this.ledger.areBalancesOutdated()) {
      this.alert.raise(
        `The balances of ${this.at.venue} are too old to lend from: entries wait until they can be read. ${this.lastProblem}`,
      );
    }
  }
}

/** The venue wants a person to act: a key that is revoked, say. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === 'FATAL';
}
