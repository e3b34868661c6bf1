import { patched } from '@temporalio/workflow';
import type { LookUpAnswer, OrderPlan } from '../src/domain/market';
import { stopWords } from '../src/domain/order-end';
import type { RecurringAlert } from './recurring-alert';
import type { SagaParts } from './saga-parts';

/**
 * Runs that began before it looked an order up before they asked to cancel it, and asked again after every look-up, though
 * the venue had taken the request.
 */
const CANCELS_COME_FIRST = 'cancels-come-first';

/** Asks the venue to cancel what is open of one order, for as long as it shows it open. */
export class OrderCancel {
  private rounds = 0;
  private isTaken = false;
  private wasLimited = false;
  /** When it was asked first; 0: not yet. */
  private firstAtMs = 0;

  constructor(
    private readonly parts: SagaParts,
    private readonly alert: RecurringAlert,
  ) {}

  get isAsked(): boolean {
    return this.rounds > 0;
  }

  /** Since it was asked first, milliseconds. */
  get ageMs(): number {
    return Date.now() - this.firstAtMs;
  }

  /** The venue's limits left no room for the last request: nothing is to be learned from it. */
  get isHeldUp(): boolean {
    return this.wasLimited;
  }

  /** A first request does not wait for a look-up: what it finds to cancel, it cancels. */
  get isFirstDue(): boolean {
    return !this.isAsked && this.parts.stop.isDue && patched(CANCELS_COME_FIRST);
  }

  /** Whether the venue is to be asked, now that a look-up was answered so. */
  isDueAfter(answer: LookUpAnswer): boolean {
    if (!this.parts.stop.isDue) return false;
    const isUnderWay = this.isTaken && answer.status !== 'found';
    return !isUnderWay || !patched(CANCELS_COME_FIRST);
  }

  async ask(plan: OrderPlan, wasShownOpen: boolean): Promise<void> {
    const { input, activities, record, stop } = this.parts;
    this.rounds += 1;
    if (this.rounds === 1) this.firstAtMs = Date.now();
    if (wasShownOpen) this.alertOpen(plan);
    record.cancelling(`Asks ${input.venue} to cancel what is open: ${stopWords(stop.askVenue())}.`);
    const outcome = await activities.cancelOrder({ fingerprint: input.fingerprint, plan, round: this.rounds });
    this.isTaken = outcome.kind === 'PLACED';
    this.wasLimited = outcome.kind === 'RATE_LIMITED';
  }

  private alertOpen(plan: OrderPlan): void {
    const { input, terms } = this.parts;
    if (this.ageMs <= terms.known.unknownAlertMs) return;
    this.alert.raise(
      `${input.fingerprint}: ${input.venue} does not cancel ${plan.clientOrderId}, asked ${this.rounds} times. Cancel it there.`,
    );
  }
}
