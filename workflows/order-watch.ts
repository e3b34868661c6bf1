import { patched } from '@temporalio/workflow';
import { AUTHORIZATION_VALIDITY_MS } from '../src/domain/ledger/authorization';
import { openOrderDelayMs, patientLookUpDelayMs } from '../src/domain/look-up-delay';
import type { LookUpAnswer, OrderPlan, VenueOrder } from '../src/domain/market';
import { isMissing, isWithinMemory, type Absence } from '../src/domain/missing-order';
import { mayRestLong } from '../src/domain/order-options';
import { stopWords } from '../src/domain/order-end';
import { venueSentence, type VenueOutcome } from '../src/domain/outcome';
import { lockedAmount } from '../src/domain/sizing';
import type { RestingOrder, SettleReply } from '../src/messages/signal';
import { acknowledgeSignal } from '../src/messages/venue-account';
import { signalAccount } from './account-signals';
import { continueSignal, isHistoryLong } from './continue-signal';
import { MissingOrder } from './missing-order';
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
    const { terms, activities, record } = this.parts;
    const { lateAcceptanceMs, lookUpDelays } = terms.known;
    let lateEnoughMs = signedAtMs === undefined ? undefined : signedAtMs + lateAcceptanceMs;
    let venueTimeMs = signedAtMs ?? plan.plannedAtMs ?? 0;
    const startedAtMs = Date.now();
    record.enter('RESOLVING', `${venueSentence(outcome)} Looks the order up before anything else.`);
    for (let count = 0, absentLookUps = 0; ; count += 1) {
      await this.missing.pause(patientLookUpDelayMs(count, lookUpDelays, Date.now() - startedAtMs));
      const answer = await activities.lookUpOrder(plan);
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
      if (this.missing.hasWord) return this.missing.end(plan, venueTimeMs);
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
    const { input, terms, activities, record, stop } = this.parts;
    const { lookUpDelays: delays, unknownAlertMs } = terms.known;
    record.enter('WORKING', `Accepted by ${input.venue}; ${this.whatItWaitsFor(plan)}`);
    if (known) record.venueSays(known);
    const startedAtMs = before?.followedSinceMs ?? Date.now();
    let venueTimeMs = known?.updatedAtMs ?? plan.plannedAtMs ?? 0;
    let seenAtMs = before?.seenAtMs ?? startedAtMs;
    let unseenSinceMs: number | undefined;
    let absentLookUps = 0;
    // Only an order that was seen open is carried from run to run, and its account was told by then.
    let acknowledged = before !== undefined;
    let cancelRound = 0;
    let cancelledAtMs = 0;
    for (let count = 0; ; count += 1) {
      if (cancelRound > 0) await this.missing.pause(patientLookUpDelayMs(count, delays, Date.now() - cancelledAtMs));
      else await this.pauseWhileOpen(openOrderDelayMs(count, delays, Date.now() - startedAtMs));
      const answer = await activities.lookUpOrder(plan);
      unseenSinceMs = answer.status === 'found' ? undefined : (unseenSinceMs ?? Date.now());
      if (answer.status === 'found') {
        seenAtMs = Date.now();
        absentLookUps = 0;
        venueTimeMs = answer.order.updatedAtMs;
        record.venueSays(answer.order);
        this.known();
        if (answer.order.status !== 'open') return { status: 'live', order: answer.order };
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
      if (this.missing.hasWord) return this.missing.end(plan, venueTimeMs);
      // Long ago is when an order that rests for long was seen last, also where a first look-up of many was in vain.
      const doubtSinceMs = mayRestLong(plan) ? (unseenSinceMs ?? Date.now()) : seenAtMs;
      this.alertUnknown(plan, Date.now() - doubtSinceMs);
      if (!stop.isDue) continue;
      cancelRound += 1;
      if (cancelRound === 1) {
        count = 0;
        cancelledAtMs = Date.now();
      }
      this.alertOpen(plan, Date.now() - cancelledAtMs, cancelRound);
      record.enter('WORKING', `Asks ${input.venue} to cancel what is open: ${stopWords(stop.askVenue())}.`);
      await activities.cancelOrder({ fingerprint: input.fingerprint, plan, round: cancelRound });
    }
  }

  private pauseWhileOpen(durationMs: number): Promise<void> {
    return this.parts.stop.pauseWhileOpen(durationMs, () => this.missing.hasWord);
  }

  /** What ends it, and when, for people. */
  private whatItWaitsFor({ limitPrice, timeInForce }: OrderPlan): string {
    const { restsUntilMs = Infinity } = this.parts.terms;
    if (limitPrice === undefined || timeInForce === 'IOC' || timeInForce === 'FOK') return 'waits for its end.';
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
    const text = `What became of the order ${plan.clientOrderId} is not known; its funds stay held. ${remedy}`;
    if (!this.alert.raise(`${input.fingerprint}: ${text}`)) return;
    record.note(text);
    if (!this.isShownAsUnknown && patched(UNKNOWN_IS_SEARCHABLE)) {
      this.isShownAsUnknown = true;
      record.showAs('UNKNOWN');
    }
  }

  private alertOpen(plan: OrderPlan, cancellingForMs: number, requests: number): void {
    const { input, terms } = this.parts;
    if (cancellingForMs <= terms.known.unknownAlertMs) return;
    this.alert.raise(
      `${input.fingerprint}: ${input.venue} does not cancel ${plan.clientOrderId}, asked ${requests} times. Cancel it there.`,
    );
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
