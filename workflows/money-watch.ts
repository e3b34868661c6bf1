import { log, proxyActivities } from '@temporalio/workflow';
import type { PositionActivities } from '../activities/positions';
import type { MoneyRow } from '../src/domain/position/types';
import { moneyRowKey } from '../src/domain/risk/money';
import type { NamedVenue } from '../src/domain/trading-venue';
import { namedVenueTaskQueue } from '../src/messages/ids';
import type { AccountRisk } from './account-risk';
import { LastingAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

const TRY_TIMEOUT = '30 seconds';
const CALL_TIMEOUT = '60 seconds';
/** Pause after a first failed reading, milliseconds; each further one in a row doubles it, up to the longest. */
const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 60_000;
/** An answer of so many rows may not be all; see ROWS_MAX of activities/positions.ts. */
const ROWS_FULL = 1_000;
/** Answers that one reading may take. */
const ANSWERS_MAX = 50;

/** Reads of the venue's money log what the bounds of losses need: transfers, and a day's beginning that is not known. */
export class MoneyWatch {
  private isRunning = false;
  private failures = 0;
  private notBeforeMs = 0;
  private readonly unread = new LastingAlert();

  constructor(
    private readonly at: NamedVenue,
    private readonly risk: AccountRisk,
  ) {}

  async readIfDue(): Promise<void> {
    const atMs = Date.now();
    const sinceMs = this.isRunning || atMs < this.notBeforeMs ? undefined : this.risk.moneyToRead();
    if (sinceMs === undefined) return;
    this.isRunning = true;
    try {
      this.risk.moneyTaken(await this.rowsSince(sinceMs), { sinceMs, atMs });
      this.failures = 0;
      this.unread.settle();
    } catch (error) {
      this.notBeforeMs = Date.now() + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.failures);
      this.failures += 1;
      log.warn('The money log could not be read.', { venue: this.at.venue, reason: rootMessage(error) });
      this.unread.failed(
        `The money log of ${this.at.venue} cannot be read, so that transfers are taken for losses and entries may wait. ${rootMessage(error)}`,
      );
    }
    this.isRunning = false;
  }

  /** All of them: one answer holds the oldest, and is asked on from its end. @throws Error when there are too many */
  private async rowsSince(sinceMs: number): Promise<readonly MoneyRow[]> {
    const { fetchMoneyLog } = proxyActivities<PositionActivities>({
      taskQueue: namedVenueTaskQueue(this.at),
      startToCloseTimeout: TRY_TIMEOUT,
      scheduleToCloseTimeout: CALL_TIMEOUT,
      summary: `money log of ${this.at.venue}`,
    });
    const rows = new Map<string, MoneyRow>();
    let fromMs = sinceMs;
    for (let answers = 0; answers < ANSWERS_MAX; answers += 1) {
      const page = await fetchMoneyLog({ ...this.at, sinceMs: fromMs });
      for (const row of page) rows.set(moneyRowKey(row), row);
      const lastMs = page.at(-1)?.atMs ?? fromMs;
      if (page.length < ROWS_FULL || lastMs <= fromMs) return [...rows.values()];
      fromMs = lastMs;
    }
    throw new Error(`The day has more than ${rows.size} rows.`);
  }
}
