import { proxyActivities, sleep } from '@temporalio/workflow';
import type { MarketDataActivities } from '../activities/market-data';
import type { SetTradingStateCommand, SetTradingStateResult } from '../src/domain/ledger/types';
import { patientDelayMs } from '../src/domain/look-up-delay';
import type { NamedVenue } from '../src/domain/trading-venue';
import { namedVenueTaskQueue } from '../src/messages/ids';
import { alert } from './announcements';
import type { Ledger } from './ledger';
import { RecurringAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

/** The venue is asked again after this at the soonest, milliseconds; pauses grow with age. */
const RETRY_MS = 5_000;
const CALL_TIMEOUT = '60 seconds';
/** Client order ids that a sentence names. */
const SHOWN_MAX = 20;
const HALT_REASON = 'The account of before was ended by hand, and what it had reserved is forgotten.';

/**
 * An account that follows one which was lost knows nothing of what that one had reserved: it begins halted, and lends
 * nothing before the venue has told its open orders and a person has resumed trading.
 */
export class LostAccount {
  private isAwaiting: boolean;

  /** @param isAwaiting the venue has not told its open orders yet */
  constructor(
    private readonly at: NamedVenue,
    private readonly ledger: Ledger,
    isAwaiting: boolean,
  ) {
    this.isAwaiting = isAwaiting;
  }

  /** What continue-as-new carries over. */
  get awaitsOpenOrders(): boolean {
    return this.isAwaiting;
  }

  begin(): void {
    this.ledger.followLost();
    this.ledger.setTradingState({ requestId: 'the account follows a lost one', to: 'halted', reason: HALT_REASON });
  }

  /** As the ledger does, except that nothing is resumed in the dark. */
  setTradingState(command: SetTradingStateCommand): SetTradingStateResult {
    if (!this.isAwaiting || command.to === 'halted') return this.ledger.setTradingState(command);
    const message = `${HALT_REASON} Trading stays halted until ${this.at.venue} has told its open orders; try again in a moment.`;
    return { status: 'invalid', message };
  }

  /** Asks the venue until it answers, and tells a person. */
  async readOpenOrders(): Promise<void> {
    const { fetchOpenOrders } = proxyActivities<MarketDataActivities>({
      taskQueue: namedVenueTaskQueue(this.at),
      scheduleToCloseTimeout: CALL_TIMEOUT,
      summary: `open orders of ${this.at.venue}`,
    });
    const startedAtMs = Date.now();
    const unread = new RecurringAlert();
    while (this.isAwaiting) {
      try {
        const ids = await fetchOpenOrders(this.at);
        this.isAwaiting = false;
        alert(`${this.at.venue}: ${HALT_REASON} Trading is halted. ${openOrdersSentence(ids)}`);
      } catch (error) {
        unread.raise(
          `${this.at.venue}: ${HALT_REASON} Trading stays halted: its open orders cannot be read. ${rootMessage(error)}`,
        );
        await sleep(Math.max(RETRY_MS, patientDelayMs(Date.now() - startedAtMs)));
      }
    }
  }
}

function openOrdersSentence(ids: readonly string[]): string {
  if (ids.length === 0) return 'No order is open at the venue. Look at the positions, then resume.';
  const more = ids.length > SHOWN_MAX ? ` and ${ids.length - SHOWN_MAX} more` : '';
  return `${ids.length} orders are open there: ${ids.slice(0, SHOWN_MAX).join(', ')}${more}. Look at them and at the positions, then resume.`;
}
