import { condition, patched } from '@temporalio/workflow';
import { openOrderDelayMs, patientLookUpDelayMs } from '../src/domain/look-up-delay';
import type { LookUpAnswer, OrderPlan } from '../src/domain/market';
import { whatWaits } from '../src/domain/missing-order';
import { orderOfWord, readSettleWord, type SettleWord } from '../src/domain/settle-word';
import type { SettleReply } from '../src/messages/signal';
import type { LookUpUrgency } from '../src/messages/trade';
import type { Placement } from './placement';
import { alert } from './announcements';
import { RecurringAlert } from './recurring-alert';
import type { SagaParts } from './saga-parts';

/** Requests to cancel an order that the venue may have and does not show; more would prove nothing either. */
const CANCELS_MAX = 3;
/** Runs that began before it ended on a word whatever the venue answered, also where it had not been asked at all. */
const WORD_NEEDS_THE_VENUE = 'word-needs-the-venue';

/**
 * An order of which nothing is proven, and a person's word for it: the venue does not know an order that it had, or may
 * have had, or does not say anything of use. Its funds stay held until the order appears or somebody says what became of
 * it.
 */
export class MissingOrder {
  private plan: OrderPlan | undefined;
  private word: SettleWord | undefined;
  private wordAtMs = 0;
  /** Look-ups that began after the word. */
  private lookUpsAfterWord = 0;
  private isToldToWait = false;

  constructor(private readonly parts: SagaParts) {}

  /** Takes a person's word. @param command any value */
  settle(command: unknown): SettleReply {
    if (this.word !== undefined) {
      return { accepted: false, message: 'A word was given before: it counts as soon as the venue answers.' };
    }
    if (this.plan === undefined) {
      return { accepted: false, message: 'The order is neither missing nor unknown: the venue says how it ends.' };
    }
    const word = readSettleWord(command, this.plan);
    if (typeof word === 'string') return { accepted: false, message: word };
    this.word = word;
    this.wordAtMs = Date.now();
    this.lookUpsAfterWord = 0;
    this.isToldToWait = false;
    const what = word.averagePrice === undefined ? 'nothing filled' : `${word.filledQuantity} at ${word.averagePrice}`;
    const message = `Taken: ${what}. The venue is asked once more; if it shows the order, its answer counts.`;
    if (!patched(WORD_NEEDS_THE_VENUE)) return { accepted: true, message };
    return { accepted: true, message: `${message} Your word counts as soon as the venue answers.` };
  }

  /** From now on a person's word is taken. @returns what the person can do */
  offer(plan: OrderPlan): string {
    this.plan = plan;
    this.parts.record.awaitWord(true);
    const { venue, fingerprint } = this.parts.input;
    return `Look at ${venue} for ${plan.clientOrderId}; oncefill signal settle ${fingerprint} ends it on your word.`;
  }

  /** The venue speaks for the order again: its own answer counts, whatever a person said meanwhile. */
  withdrawOffer(): void {
    const { input, record } = this.parts;
    this.plan = undefined;
    record.awaitWord(false);
    if (this.word === undefined) return;
    const text = `The venue shows the order after a word was given (${this.word.reason}): the venue's answer counts.`;
    this.word = undefined;
    record.happened(text);
    alert(`${input.fingerprint}: ${text}`);
  }

  get hasWord(): boolean {
    return this.word !== undefined;
  }

  /** Looks the order up. @returns the answer, and whether it is what a person's word waits for: see `endsOn` */
  async lookUp(
    plan: OrderPlan,
    urgency?: LookUpUrgency,
  ): Promise<{ readonly answer: LookUpAnswer; readonly isAfterWord: boolean }> {
    const isAfterWord = this.hasWord;
    const answer = await this.parts.activities.lookUpOrder(plan, urgency);
    if (isAfterWord) this.lookUpsAfterWord += 1;
    return { answer, isAfterWord };
  }

  /**
   * Whether a person's word ends the signal now: the venue itself does not know the order, and was asked after the word. A
   * look-up that was never answered, or never left, says nothing: the order may rest at the venue. The word is kept then.
   */
  endsOn(answer: LookUpAnswer, isAfterWord: boolean): boolean {
    if (this.word === undefined) return false;
    if (isAfterWord && answer.status === 'absent') return true;
    if (!patched(WORD_NEEDS_THE_VENUE)) return true;
    if (answer.status === 'unavailable') this.tellToWait(this.word, answer.outcome.message);
    return false;
  }

  private tellToWait({ reason }: SettleWord, why: string): void {
    if (this.isToldToWait) return;
    this.isToldToWait = true;
    const { input, record } = this.parts;
    const text = `The word for the order (${reason}) counts as soon as ${input.venue} answers, and not before. ${why}`;
    record.note(text);
    alert(`${input.fingerprint}: ${text}`);
  }

  /**
   * The end that the person's word means; call it when there is one.
   *
   * @param venueTimeMs the latest instant on the venue's clock that is known of the order
   */
  end(plan: OrderPlan, venueTimeMs: number): Placement {
    const word = this.word;
    if (!word) throw new Error('Nobody said what became of the order.');
    const { record } = this.parts;
    record.awaitWord(false);
    if (word.averagePrice === undefined) {
      const detail = `Settled by hand: nothing filled (${word.reason}).`;
      return { status: 'ended', outcome: 'CANCELLED', detail, endedBy: 'person' };
    }
    record.note(`Settled by hand: ${word.filledQuantity} at ${word.averagePrice} (${word.reason}).`);
    return { status: 'live', order: orderOfWord(word, plan, venueTimeMs) };
  }

  /**
   * The state MISSING: waits for the order or for a word.
   *
   * @param why one sentence: what makes it missing
   * @param venueTimeMs the venue's clock when it last said that it does not know the order
   * @returns the order where it is after all, or the end that the person's word means
   */
  async wait(plan: OrderPlan, why: string, venueTimeMs: number): Promise<Placement> {
    const { input, terms, activities, record, stop } = this.parts;
    const startedAtMs = Date.now();
    const missing = new RecurringAlert();
    const text = `${why} ${whatWaits(plan, input.signal.strategy)} ${this.offer(plan)}`;
    record.missing(text);
    let askedAtMs = venueTimeMs;
    let cancels = 0;
    for (let count = 0; ; count += 1) {
      missing.raise(`${input.fingerprint}: ${text}`);
      if (cancels < CANCELS_MAX && stop.isDue) {
        cancels += 1;
        stop.askVenue();
        await activities.cancelOrder({ fingerprint: input.fingerprint, plan, round: cancels });
        record.happened('Asked the venue to cancel it, should it be there.');
      }
      const delayMs = patientLookUpDelayMs(count, terms.known.lookUpDelays, Date.now() - startedAtMs);
      await this.pause(delayMs, () => stop.isDue && cancels < CANCELS_MAX);
      const { answer, isAfterWord } = await this.lookUp(plan);
      if (answer.status === 'found') {
        this.withdrawOffer();
        record.foundAfterAll();
        return { status: 'live', order: answer.order };
      }
      if (answer.status === 'absent') askedAtMs = answer.askedAtMs;
      if (this.endsOn(answer, isAfterWord)) return this.end(plan, askedAtMs);
    }
  }

  /** Waits, but not longer than until the look-up that a word asks for is due. @param orWhen what else ends the wait */
  async pause(durationMs: number, orWhen: () => boolean = () => false): Promise<void> {
    const options = { summary: 'until its order is looked up' };
    if (this.isWordUnanswered)
      await condition(orWhen, Math.max(1, Math.min(durationMs, this.delayAfterWordMs())), options);
    else await condition(() => this.hasWord || orWhen(), Math.max(1, durationMs), options);
  }

  /** Whether the venue was asked since the word, and did not answer. */
  get isWordUnanswered(): boolean {
    return this.hasWord && this.lookUpsAfterWord > 0;
  }

  /** A person waits for the next look-up: soon at first, whatever the pace before. */
  private delayAfterWordMs(): number {
    return openOrderDelayMs(this.lookUpsAfterWord - 1, this.parts.terms.known.lookUpDelays, Date.now() - this.wordAtMs);
  }
}
