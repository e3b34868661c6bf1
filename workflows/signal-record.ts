import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { readSignalSource, sourceWords } from '../src/domain/signal-source';
import type { TradeTimes } from '../src/messages/trade';
import type { DenialCode } from '../src/domain/denial';
import type { OrderPlan, VenueOrder } from '../src/domain/market';
import type { EndedBy } from '../src/domain/order-end';
import { asMarkdown } from '../src/domain/markdown';
import { strategyWords } from '../src/domain/position/exit-strategy';
import { feeSentence, fillSentence } from '../src/domain/settlement';
import { addTimeline } from '../src/domain/timeline';
import type { OrderView, SignalOutcome, SignalState, SignalView, TimelineEntry } from '../src/domain/signal-view';
import { TRADE_OUTCOME } from '../src/messages/search-attributes';
import type { RestingOrder, SignalWorkflowInput } from '../src/messages/signal';
import { announce, tellEnd } from './announcements';
import { SignalPace } from './signal-pace';

/** What else there is to say of an end. */
interface SignalEnd {
  readonly denialCode?: DenialCode;
  readonly endedBy?: EndedBy;
}

/** What was reserved for an order: nothing, where it only reduces a position. */
export function reservedSentence(plan: OrderPlan): string {
  const { reserveAmount, asset, quantity, symbol } = plan;
  const what = `${quantity} ${symbol}`;
  if (plan.closesOpposite) {
    return `Reserved nothing: closes ${oppositeSide(plan)} ${quantity} of ${symbol}, and opens nothing; ${NOT_USED}.`;
  }
  return Number(reserveAmount) === 0
    ? `Reserved nothing: ${what} reduces a position.`
    : `Reserved ${reserveAmount} ${asset} for ${what}.`;
}

/** An entry that found a position of the other side closes that, whatever it asked for itself. */
const NOT_USED = 'amount, stop and target of the signal are not used';

function oppositeSide({ direction }: OrderPlan): string {
  return direction === 'BUY' ? 'SHORT' : 'LONG';
}

/** What an order came to of which anything filled. */
export function filledSentence(plan: OrderPlan, order: VenueOrder): string {
  const fee = feeSentence(order, plan.asset);
  if (!plan.closesOpposite) return `${fillSentence(order)}, ${fee}.`;
  const price = order.averagePrice ?? 'an unknown price';
  const odd = order.note === undefined ? '' : ` (${order.note})`;
  const closed = `Closed ${oppositeSide(plan)} ${order.filledQuantity} of ${order.symbol} at ${price}${odd}, ${fee}`;
  return `${closed}; opens nothing: ${NOT_USED}.`;
}

/** Keeps a saga's account of itself, and shows it where people look: the query, the Web UI, the terminal. */
export class SignalRecord {
  private state: SignalState = 'RECEIVED';
  private outcome: SignalOutcome | undefined;
  private denialCode: DenialCode | undefined;
  private endedBy: EndedBy | undefined;
  private detail = 'Received.';
  private waitUntilMs: number | undefined;
  private sendAttempts = 0;
  private order: OrderView | undefined;
  private plan: OrderPlan | undefined;
  private isCancelAsked = false;
  private wordAwaitedSinceMs: number | undefined;
  private timeline: readonly TimelineEntry[] = [];
  private readonly pace: SignalPace;

  constructor(private readonly input: SignalWorkflowInput) {
    const isWhole = input.continued === undefined && input.orphan === undefined;
    this.pace = new SignalPace(isWhole ? workflowInfo().startTime.getTime() : undefined);
    if (input.continued) this.timeline = input.continued.timeline;
    else this.note('Received.');
  }

  view(): SignalView {
    const { fingerprint, venue, signal, exitReason } = this.input;
    return {
      fingerprint,
      venue,
      signal,
      ...(exitReason !== undefined && { exitReason }),
      state: this.state,
      outcome: this.outcome,
      denialCode: this.denialCode,
      endedBy: this.endedBy,
      detail: this.detail,
      ...(this.plan?.closesOpposite && { closesOpposite: true }),
      reservedAsset: this.plan?.asset,
      reservedAmount: this.plan?.reserveAmount,
      waitUntilMs: this.waitUntilMs,
      sendAttempts: this.sendAttempts,
      order: this.order,
      ...(this.isCancelAsked && this.state === 'WORKING' && { isCancelAsked: true }),
      ...(this.wordAwaitedSinceMs !== undefined && { wordAwaitedSinceMs: this.wordAwaitedSinceMs }),
      timeline: this.timeline,
    };
  }

  /** Enters a state. @param detail one sentence: what happens */
  enter(state: SignalState, detail: string, waitUntilMs?: number): void {
    this.state = state;
    this.pace.goesOn();
    this.isCancelAsked = false;
    this.waitUntilMs = waitUntilMs;
    this.note(detail);
  }

  /** The venue is asked to cancel what is open of the order. @param detail one sentence */
  cancelling(detail: string): void {
    this.enter('WORKING', detail);
    this.isCancelAsked = true;
  }

  /** @param atMs when, if that is not now */
  reserved(plan: OrderPlan, atMs?: number): void {
    this.plan = plan;
    this.order = { clientOrderId: plan.clientOrderId, quantity: plan.quantity, filledQuantity: '0' };
    this.note(reservedSentence(plan), atMs);
  }

  /** A former run of this signal followed the order. */
  goesOn({ plan, order, sendAttempts }: RestingOrder): void {
    this.plan = plan;
    this.sendAttempts = sendAttempts;
    this.venueSays(order);
  }

  /** A request to place the order left, or may have. */
  sent(): void {
    this.sendAttempts += 1;
  }

  /** The short road tells of its steps afterwards. */
  traded(plan: OrderPlan, times: TradeTimes): void {
    const at = onThisClock(times);
    this.reserved(plan, at(times.reservedAtMs));
    this.sent();
    this.pace.traded(at(times.reservedAtMs), at(times.answeredAtMs));
    this.note('Sent to the venue.', at(times.sentAtMs));
    this.note('Answered by the venue.', at(times.answeredAtMs));
  }

  venueSays(order: VenueOrder): void {
    this.pace.orderKnown();
    this.order = {
      clientOrderId: order.clientOrderId,
      venueOrderId: order.venueOrderId,
      quantity: order.quantity,
      filledQuantity: order.filledQuantity,
      averagePrice: order.averagePrice,
      fee: order.fee,
      ...(order.otherFees && { otherFees: order.otherFees }),
    };
    setCurrentDetails(this.describe());
  }

  /** The state that a person has to end: also searchable. */
  missing(detail: string): void {
    this.enter('MISSING', detail);
    this.showAs('MISSING');
  }

  /** Makes searchable that a person is needed. @param what null: not any more */
  showAs(what: 'MISSING' | 'UNKNOWN' | null): void {
    upsertSearchAttributes([{ key: TRADE_OUTCOME, value: what }]);
  }

  /** A person's word may end it from now on, or not any more. */
  awaitWord(isAwaited: boolean): void {
    this.wordAwaitedSinceMs = isAwaited ? (this.wordAwaitedSinceMs ?? Date.now()) : undefined;
  }

  /** Something happened that does not change what there is to say of the signal. */
  happened(text: string): void {
    this.timeline = addTimeline(this.timeline, { atMs: Date.now(), text });
  }

  /** A missing order appeared. */
  foundAfterAll(): void {
    this.note('Found at the venue after all.');
    this.showAs(null);
  }

  /** The last entry: also makes the outcome searchable. */
  end(outcome: SignalOutcome, detail: string, { denialCode, endedBy }: SignalEnd = {}): void {
    this.state = 'ENDED';
    this.outcome = outcome;
    this.denialCode = denialCode;
    this.endedBy = endedBy;
    this.waitUntilMs = undefined;
    this.note(detail);
    upsertSearchAttributes([{ key: TRADE_OUTCOME, value: outcome }]);
    tellEnd({ outcome, denialCode, ...this.pace.figures() });
    announce(`${this.title()} ${outcome}${denialCode ? ` (${denialCode})` : ''}: ${detail}`);
  }

  received(): void {
    announce(`${this.title()} received`);
  }

  note(detail: string, atMs = Date.now()): void {
    this.detail = detail;
    this.timeline = addTimeline(this.timeline, { atMs, text: detail });
    setCurrentDetails(this.describe());
  }

  private title(): string {
    const { signal, fingerprint } = this.input;
    return `${fingerprint} ${signal.direction} ${signal.symbol} · ${this.strategy()}`;
  }

  /** An exit of a position says why it was made. */
  private strategy(): string {
    return strategyWords(this.input.signal.strategy, this.input.exitReason);
  }

  private describe(): string {
    const { signal } = this.input;
    const lines = [
      `**${signal.direction} ${signal.symbol}** · ${asMarkdown(this.strategy())} · ${this.outcome ?? this.state}`,
      '',
      asMarkdown(this.detail),
    ];
    if (this.plan) lines.push('', `Funds: ${this.plan.reserveAmount} ${this.plan.asset} for ${this.plan.quantity}`);
    if (this.waitUntilMs !== undefined) lines.push('', `Waits until ${new Date(this.waitUntilMs).toISOString()}`);
    if (this.sendAttempts > 0) lines.push('', `Requests sent: ${this.sendAttempts}`);
    const { clientOrderId, source, fingerprint } = this.input;
    const venueId = this.order?.venueOrderId ? `, the venue's id is ${this.order.venueOrderId}` : '';
    lines.push('', `Order: ${clientOrderId}${venueId}`);
    const known = readSignalSource(source);
    if (known) lines.push('', `From ${asMarkdown(sourceWords(known))}.`);
    lines.push('', `Why: \`oncefill explain ${fingerprint}\``);
    return lines.join('\n');
  }
}

/**
 * Turns instants of the process that traded into instants of this workflow, by their distance from when it told of them:
 * clocks of machines differ. Older answers name instants as they are.
 */
function onThisClock({ toldAtMs }: TradeTimes): (atMs: number) => number {
  if (toldAtMs === undefined) return (atMs) => atMs;
  const nowMs = Date.now();
  return (atMs) => Math.round(nowMs - (toldAtMs - atMs));
}
