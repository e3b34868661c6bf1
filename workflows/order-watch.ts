import { patched } from '@temporalio/workflow';
import { AUTHORIZATION_VALIDITY_MS } from '../src/domain/ledger/authorization';
import { openOrderDelayMs, patientLookUpDelayMs, restingOrderDelayMs } from '../src/domain/look-up-delay';
import type { LookUpAnswer, OrderPlan, VenueOrder } from '../src/domain/market';
import { isMissing, isWithinMemory, whatWaits, type Absence } from '../src/domain/missing-order';
import { endsAtOnce, mayRestLong } from '../src/domain/order-options';
import { venueSentence, type VenueOutcome } from '../src/domain/outcome';
import { lockedAmount } from '../src/domain/sizing';
import type { RestingOrder, SettleReply } from '../src/messages/signal';
import { acknowledgeSignal } from '../src/messages/venue-account';
import { signalAccount } from './account-signals';
import { continueSignal, isHistoryLong } from './continue-signal';
import { MissingOrder } from './missing-order';
import { OrderCancel } from './order-cancel';
import type { Placement } from './placement';
import { RecurringAlert } from './recurring-alert';
import type { SagaParts } from './saga-parts';
import { PLACE_TIMEOUT_MS } from './signal-activities';
import { startOf } from './signal-origin';

/** Runs that began before it look an order up for ever that the venue had acknowledged and does not know any more. */
const ABSENT_IS_MISSING = 'absent-is-missing';
/** Runs that began before it told of an unknown order in words alone. */
const UNKNOWN_IS_SEARCHABLE = 'unknown-is-searchable';
/** Runs that began before it followed a resting order in one history, however long that grew. */
const RESTING_CONTINUES_AS_NEW = 'resting-continues-as-new';

/** Runs that began before it told of an order that may rest as soon as of one that ends at once. */
const RESTING_IS_PATIENT = 'resting-is-patient';
/** Of an accepted order that may rest a person is told after so many times the patience for others. */
const RESTING_UNSEEN_FACTOR = 5;
/** The count of look-ups that makes the next one the first. */
const BEFORE_FIRST = -1;

interface Sight {
  readonly seenAtMs: number;
  /** When the venue first answered otherwise, or not; absent: it shows the order. */
  readonly unseenSinceMs?: number;
}

type AbsentAnswer = Extract<LookUpAnswer, { status: 'absent' }>;

/** Finds out, by look-ups, what became of an order that the venue has or may have. Funds stay held until it is known. */
export class OrderWatch {
  private readonly missing: MissingOrder;
  private readonly alert = new RecurringAlert();
  private isShownAsUnknown = false;

  constructor(private readonly parts: SagaParts) {
    this.missing = new MissingOrder(parts);
  }

  /** A person's word for an order of which nothing is proven. @param command any value */
  settle(command: unknown): SettleReply {
    return this.missing.settle(command);
  }

  /**
   * Looks an order up whose answer proved nothing, until the venue proves where it is, for as long as that takes.
   *
   * @param signedAtMs on the venue's clock, where it is known
   * @returns undefined when it is proven that the venue never had it
   */
  async resolve(
    plan: OrderPlan,
    outcome: VenueOutcome,
    signedAtMs: number | undefined,
  ): Promise<Placement | undefined> {
    const { terms, record } = this.parts;
    const { lateAcceptanceMs, lookUpDelays } = terms.known;
    let lateEnoughMs = signedAtMs === undefined ? undefined : signedAtMs + lateAcceptanceMs;
    let venueTimeMs = signedAtMs ?? plan.plannedAtMs ?? 0;
    const startedAtMs = Date.now();
    record.enter('RESOLVING', `${venueSentence(outcome)} Looks the order up before anything else.`);
    for (let count = 0, absentLookUps = 0; ; count += 1) {
      await this.missing.pause(patientLookUpDelayMs(count, lookUpDelays, Date.now() - startedAtMs));
      const { answer, isAfterWord } = await this.missing.lookUp(plan);
      if (answer.status === 'found') {
        this.known('Found at the venue.');
        return { status: 'live', order: answer.order };
      }
      const unseenForMs = Date.now() - startedAtMs;
      if (answer.status === 'absent') {
        absentLookUps += 1;
        venueTimeMs = answer.askedAtMs;
        // Whatever was lost was signed before this first look-up, or within the authorization it had then; and only the
        // venue's clock can be compared with itself.
        lateEnoughMs ??= answer.askedAtMs + this.sendingMayLastMs() + lateAcceptanceMs;
        const isProven = answer.askedAtMs >= lateEnoughMs && outcome.kind !== 'DUPLICATE';
        const why = this.whyMissing(plan, outcome, signedAtMs, answer, { lookUps: absentLookUps, unseenForMs });
        const isMissingNow = why !== undefined && !this.missing.hasWord;
        if (isMissingNow && patched(ABSENT_IS_MISSING)) return this.missing.wait(plan, why, answer.askedAtMs);
        // After a word nothing is sent any more.
        if (isProven && !this.missing.hasWord) {
          this.known('The venue proved that it never had the order.');
          return undefined;
        }
      }
      if (this.missing.endsOn(answer, isAfterWord)) return this.missing.end(plan, venueTimeMs);
      this.alertUnknown(plan, unseenForMs);
    }
  }

  /**
   * Follows a live order until it is final; cancels what is open when the signal expires or a person asks.
   *
   * @param goesOn what a former run of this signal knew of the order that it followed
   * @returns a final order, or how it ended without one
   */
  async follow(plan: OrderPlan, known: VenueOrder | undefined, goesOn?: RestingOrder): Promise<Placement> {
    for (let order = known, before = goesOn; ; before = undefined) {
      const placement = await this.followOnce(plan, order, before);
      if (placement.status === 'ended' || (placement.order && placement.order.status !== 'open')) return placement;
      order = placement.order;
    }
  }

  private async followOnce(
    plan: OrderPlan,
    known: VenueOrder | undefined,
    before: RestingOrder | undefined,
  ): Promise<Placement> {
    const { input, terms, record, stop } = this.parts;
    const { unknownAlertMs } = terms.known;
    record.enter('WORKING', `Accepted by ${input.venue}; ${this.whatItWaitsFor(plan)}`);
    if (known) record.venueSays(known);
    const startedAtMs = before?.followedSinceMs ?? Date.now();
    let venueTimeMs = known?.updatedAtMs ?? plan.plannedAtMs ?? 0;
    let seenAtMs = before?.seenAtMs ?? startedAtMs;
    let unseenSinceMs: number | undefined;
    let absentLookUps = 0;
    // Only an order that was seen open is carried from run to run, and its account was told by then.
    let acknowledged = before !== undefined;
    let isShownOpen = acknowledged;
    const cancel = new OrderCancel(this.parts, this.alert);
    for (let count = 0; ; count += 1) {
      await this.pauseWhileOpen(plan, cancel, { count, startedAtMs, isShownOpen });
      if (cancel.isFirstDue) {
        await cancel.ask(plan, false);
        // The look-up that sees what came of it comes soon.
        count = BEFORE_FIRST;
        continue;
      }
      const isUrgent = cancel.isAsked || stop.isDue || this.missing.hasWord || plan.reduceOnly;
      const { answer, isAfterWord } = await this.missing.lookUp(
        plan,
        isUrgent ? undefined : isShownOpen ? 'resting' : 'fresh',
      );
      // Our own limits left no room to ask: that is no silence of the venue.
      if (answer.status !== 'found' && !isUnasked(answer)) unseenSinceMs ??= Date.now();
      if (answer.status === 'found') {
        unseenSinceMs = undefined;
        seenAtMs = Date.now();
        absentLookUps = 0;
        venueTimeMs = answer.order.updatedAtMs;
        record.venueSays(answer.order);
        this.known();
        if (answer.order.status !== 'open') return { status: 'live', order: answer.order };
        isShownOpen = true;
        if (!acknowledged && plan.limitPrice !== undefined) {
          acknowledged = true;
          await this.acknowledge(plan, answer.order);
        }
        // Not while it is being cancelled: that is over soon, and a new run would have to know of it.
        if (!stop.isDue && !this.missing.hasWord && isHistoryLong(RESTING_CONTINUES_AS_NEW)) {
          const { sendAttempts } = record.view();
          const resting = { plan, order: answer.order, followedSinceMs: startedAtMs, seenAtMs, sendAttempts };
          return continueSignal(this.parts, { resting });
        }
      } else if (answer.status === 'absent') {
        absentLookUps += 1;
        venueTimeMs = answer.askedAtMs;
        const why = `${input.venue} had accepted the order and does not know it.`;
        const absence = { lookUps: absentLookUps, unseenForMs: Date.now() - seenAtMs };
        const isMissingNow = isMissing(absence, unknownAlertMs) && !this.missing.hasWord;
        if (isMissingNow && patched(ABSENT_IS_MISSING)) return this.missing.wait(plan, why, answer.askedAtMs);
      }
      if (this.missing.endsOn(answer, isAfterWord)) return this.missing.end(plan, venueTimeMs);
      this.alertUnseen(plan, { seenAtMs, unseenSinceMs });
      if (!cancel.isDueAfter(answer)) {
        if (cancel.isAsked && isUnasked(answer)) count -= 1;
        continue;
      }
      const isFirst = !cancel.isAsked;
      await cancel.ask(plan, answer.status === 'found');
      if (isFirst) count = 0;
      else if (cancel.isHeldUp) count -= 1;
    }
  }

  /** Waits for the next look-up. */
  private async pauseWhileOpen(
    plan: OrderPlan,
    cancel: OrderCancel,
    { count, startedAtMs, isShownOpen }: { count: number; startedAtMs: number; isShownOpen: boolean },
  ): Promise<void> {
    const { terms, stop } = this.parts;
    const { lookUpDelays: delays } = terms.known;
    if (cancel.isAsked) return this.missing.pause(patientLookUpDelayMs(count, delays, cancel.ageMs));
    const ageMs = Date.now() - startedAtMs;
    const rests = isShownOpen && !endsAtOnce(plan);
    const delayMs = rests ? restingOrderDelayMs(count, delays, ageMs) : openOrderDelayMs(count, delays, ageMs);
    if (this.missing.isWordUnanswered) return this.missing.pause(delayMs, () => stop.isDue);
    return stop.pauseWhileOpen(delayMs, () => this.missing.hasWord);
  }

  /**
   * Tells of an accepted order that does not show. One that may rest is asked about seldom, and a look-up may be in vain: it
   * is the venue's own silence that counts, and for longer.
   */
  private alertUnseen(plan: OrderPlan, { seenAtMs, unseenSinceMs = Date.now() }: Sight): void {
    const unseenForMs = Date.now() - unseenSinceMs;
    const isQuiet = !endsAtOnce(plan) && unseenForMs <= RESTING_UNSEEN_FACTOR * this.parts.terms.known.unknownAlertMs;
    const before = mayRestLong(plan) ? unseenForMs : Date.now() - seenAtMs;
    if (before <= this.parts.terms.known.unknownAlertMs || (isQuiet && patched(RESTING_IS_PATIENT))) return;
    this.alertUnknown(plan, before);
  }

  /** What ends it, and when, for people. */
  private whatItWaitsFor(plan: OrderPlan): string {
    const { restsUntilMs = Infinity } = this.parts.terms;
    if (endsAtOnce(plan)) return 'waits for its end.';
    if (restsUntilMs === Infinity) return 'rests until it fills or is cancelled.';
    return `rests until it fills, or its time to live passes at ${new Date(restsUntilMs).toISOString()}.`;
  }

  /** Why `absent` proves nothing of this order; undefined: it does, once it is late enough. */
  private whyMissing(
    plan: OrderPlan,
    outcome: VenueOutcome,
    signedAtMs: number | undefined,
    { askedAtMs }: AbsentAnswer,
    absence: Absence,
  ): string | undefined {
    const { input, terms } = this.parts;
    if (outcome.kind === 'DUPLICATE') {
      if (!isMissing(absence, terms.known.unknownAlertMs)) return undefined;
      return `${input.venue} had an order of this id, by all that is known, and does not know it.`;
    }
    const sinceMs = signedAtMs ?? plan.plannedAtMs ?? askedAtMs;
    const ageMs = Math.max(askedAtMs - sinceMs, absence.unseenForMs, Date.now() - startOf(input));
    if (isWithinMemory(ageMs, terms.known.orderMemory)) return undefined;
    return `The order may be older than ${input.venue} remembers orders.`;
  }

  /**
   * How long after a first look-up the order may still leave. A call of the signal's own is over by then, but for what was
   * authorized before; the call of a workflow that was ended by hand may be under way for as long as calls last.
   */
  private sendingMayLastMs(): number {
    return AUTHORIZATION_VALIDITY_MS + (this.parts.input.orphan ? PLACE_TIMEOUT_MS : 0);
  }

  private alertUnknown(plan: OrderPlan, unseenForMs: number): void {
    const { input, record, terms } = this.parts;
    if (unseenForMs <= terms.known.unknownAlertMs) return;
    const remedy = this.missing.offer(plan);
    const waits = whatWaits(plan, input.signal.strategy);
    const text = `What became of the order ${plan.clientOrderId} is not known. ${waits} ${remedy}`;
    if (!this.alert.raise(`${input.fingerprint}: ${text}`)) return;
    record.note(text);
    if (!this.isShownAsUnknown && patched(UNKNOWN_IS_SEARCHABLE)) {
      this.isShownAsUnknown = true;
      record.showAs('UNKNOWN');
    }
  }

  private known(note?: string): void {
    this.missing.withdrawOffer();
    this.alert.settle();
    if (this.isShownAsUnknown) this.parts.record.showAs(null);
    this.isShownAsUnknown = false;
    if (note !== undefined) this.parts.record.note(note);
  }

  private async acknowledge(plan: OrderPlan, order: VenueOrder): Promise<void> {
    if (plan.reduceOnly) return;
    const { input, terms } = this.parts;
    await signalAccount(this.parts, acknowledgeSignal, {
      requestId: `${input.fingerprint}:acknowledge`,
      reservationId: input.fingerprint,
      placedAtMs: order.createdAtMs,
      lockedAmount: lockedAmount(plan, terms.known.leverage),
    });
  }
}

/** Whether the look-up never left: this installation's own limiter had no room for it. */
function isUnasked(answer: LookUpAnswer): boolean {
  return answer.status === 'unavailable' && answer.isUnasked === true;
}
