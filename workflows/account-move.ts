import {
  ApplicationFailure,
  CancellationScope,
  getExternalWorkflowHandle,
  log,
  startChild,
  type SignalDefinition,
} from '@temporalio/workflow';
import { isRecord } from '../src/domain/plain-values';
import { isTradingEnvironment, type TradingVenue } from '../src/domain/trading-venue';
import { ENTITIES_TASK_QUEUE, venueAccountWorkflowId } from '../src/messages/ids';
import { TRADE_VENUE } from '../src/messages/search-attributes';
import { ACCOUNT_MOVES, VENUE_ACCOUNT_WORKFLOW_TYPE, type VenueAccountSettings } from '../src/messages/venue-account';
import type { CarriedAccount } from './account-rules';
import { alert } from './announcements';
import { rootMessage } from './until-answered';

/** As for every account: see ensureVenueAccount. */
const STEP_TIMEOUT = '5 seconds';

/** What came by signal after the account was handed over. */
interface LateMessage {
  readonly name: string;
  readonly args: readonly unknown[];
  /** What the account would have done with it. */
  readonly apply: () => void;
}

/**
 * Hands an account of before environments travelled along over to one under its new id. Its state leaves it once: from
 * then on it answers nothing and changes nothing; what still comes by signal is passed on before it ends.
 */
export class AccountMove {
  private to: TradingVenue | undefined;
  private isHandedOver = false;
  private late: LateMessage[] = [];

  /** @param from the account's settings when its run began */
  constructor(private readonly from: VenueAccountSettings) {}

  /** Takes any value: anyone with the command line can send one. */
  request(to: unknown): void {
    if (this.from.environment !== undefined || this.to !== undefined) return;
    if (isRecord(to) && isTradingEnvironment(to['environment']) && to['venue'] === this.from.venue) {
      this.to = { environment: to['environment'], venue: this.from.venue };
    } else {
      log.warn('A request to move the account was refused: it names no environment, or another venue.');
    }
  }

  get isDue(): boolean {
    return this.to !== undefined;
  }

  /** Does what a signal asks for, or keeps it for the account's successor. */
  receive<Args extends unknown[]>({ name }: SignalDefinition<Args>, args: Args, apply: () => void): void {
    if (this.isHandedOver) this.late.push({ name, args, apply });
    else apply();
  }

  /** For the validators of updates. @throws ApplicationFailure once the account is handed over */
  assertAnswers(): void {
    if (!this.isHandedOver) return;
    const message = 'This account moves to an id that names its environment; ask again in a moment.';
    throw ApplicationFailure.create({ message, type: ACCOUNT_MOVES });
  }

  /**
   * Starts the account's successor with all that it carries, and passes on what comes meanwhile.
   *
   * @param settings in force
   * @param carried as continue-as-new carries it over
   * @returns false: there is an account under the new id already, and this one goes on as before
   */
  async handOver(settings: VenueAccountSettings, carried: CarriedAccount): Promise<boolean> {
    const { to } = this;
    if (!to) throw new Error('Nobody asked this account to move.');
    this.isHandedOver = true;
    return CancellationScope.nonCancellable(async () => {
      const workflowId = venueAccountWorkflowId(to);
      try {
        await startChild(VENUE_ACCOUNT_WORKFLOW_TYPE, {
          workflowId,
          // One that runs is none that this account knows of; one that a person ended holds nothing any more.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          taskQueue: ENTITIES_TASK_QUEUE,
          workflowTaskTimeout: STEP_TIMEOUT,
          parentClosePolicy: 'ABANDON',
          args: [{ ...settings, ...to }, carried],
          staticSummary: `funds and request budget at ${to.venue} (${to.environment})`,
          typedSearchAttributes: [{ key: TRADE_VENUE, value: to.venue }],
        });
      } catch (error) {
        this.giveUp(workflowId, error);
        return false;
      }
      await this.passOn(workflowId);
      return true;
    });
  }

  private giveUp(workflowId: string, error: unknown): void {
    alert(`${this.from.venue}: its account cannot move to ${workflowId}, and goes on. ${rootMessage(error)}`);
    this.isHandedOver = false;
    this.to = undefined;
    const kept = this.late;
    this.late = [];
    for (const { apply } of kept) apply();
  }

  private async passOn(workflowId: string): Promise<void> {
    const successor = getExternalWorkflowHandle(workflowId);
    for (let message = this.late.shift(); message !== undefined; message = this.late.shift()) {
      try {
        await successor.signal(message.name, ...message.args);
      } catch (error) {
        alert(`${this.from.venue}: its account could not be told of a ${message.name}. ${rootMessage(error)}`);
      }
    }
  }
}
