import { log, proxyActivities } from '@temporalio/workflow';
import type { PositionActivities } from '../activities/positions';
import type { TradingVenue } from '../src/domain/trading-venue';
import { venueTaskQueue } from '../src/messages/ids';
import { alert } from './announcements';
import { rootMessage } from './until-answered';

const TRY_TIMEOUT = '20 seconds';
const CALL_TIMEOUT = '60 seconds';
/** Pause between two looks, milliseconds; each further one doubles it, up to the longest: some orders never end by themselves. */
const PAUSE_FIRST_MS = 5_000;
const PAUSE_MAX_MS = 300_000;

/** Cancels what rests of entries once a limit says that none is taken: nobody would have it fill afterwards. */
export class EntryStopper {
  private looks = 0;
  private isUnderWay = false;
  private notBeforeMs = 0;

  constructor(private readonly at: TradingVenue) {}

  /** @param limit why no entry may fill, while some are pending; undefined: they may, or none is */
  look(limit: string | undefined): void {
    if (limit === undefined) this.looks = 0;
    else if (!this.isUnderWay && (this.looks === 0 || Date.now() >= this.notBeforeMs)) void this.cancel(limit);
  }

  private async cancel(limit: string): Promise<void> {
    const { cancelEntries } = proxyActivities<PositionActivities>({
      taskQueue: venueTaskQueue(this.at),
      startToCloseTimeout: TRY_TIMEOUT,
      scheduleToCloseTimeout: CALL_TIMEOUT,
      retry: { maximumAttempts: 1 },
      summary: `entries at ${this.at.venue} that rest`,
    });
    this.isUnderWay = true;
    try {
      // What is reserved from now on met the limit, or came when it was over.
      const answer = await cancelEntries({ ...this.at, words: limit, beforeMs: Date.now() });
      if (answer !== undefined && answer.ended > 0)
        this.tell(limit, `${answer.ended} entries that were pending ended.`);
      // It is tried again; somebody hears of it once.
      if (answer !== undefined && answer.left.length > 0 && this.looks === 0) {
        this.tell(
          limit,
          `Entries are pending that could not be cancelled yet: ${answer.left.length}. It is tried again.`,
        );
      }
    } catch (error) {
      log.warn('Entries could not be cancelled.', { venue: this.at.venue, reason: rootMessage(error) });
      if (this.looks === 0) this.tell(limit, `Its entries could not be cancelled yet. It is tried again.`);
    }
    this.notBeforeMs = Date.now() + Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** this.looks);
    this.looks = Math.min(this.looks + 1, 10);
    this.isUnderWay = false;
  }

  private tell(limit: string, what: string): void {
    alert(`${this.at.venue}: ${limit}. ${what}`);
  }
}
