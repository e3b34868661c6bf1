import type { VenueOrder } from '../domain/market';
import type { StreamHints } from './stream-hints';

/** Orders of which an answer is kept; beyond, the oldest answer is let go. */
const KEPT_MAX = 1_000;
/** However quiet the stream is, an order is asked about again after this. */
const AGE_MAX_MS = 60_000;

interface Answer {
  readonly order: VenueOrder;
  /** When it was asked for, monotonic. */
  readonly askedAtMs: number;
}

/**
 * What requests last showed of orders that rest, kept while a stream that can be trusted tells of no change. All in it is the
 * venue's own answer: the stream only says when to forget one.
 */
export class RestingOrders {
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly hints: StreamHints) {
    hints.onHint(({ clientOrderId }) => {
      if (this.answers.get(clientOrderId)?.order.status === 'open') this.answers.delete(clientOrderId);
    });
  }

  /** Whether anybody could gain by a list of the orders that ended lately. */
  get isEmpty(): boolean {
    return this.answers.size === 0;
  }

  /** @returns what the venue answered, where that still stands */
  recall(clientOrderId: string): VenueOrder | undefined {
    const answer = this.answers.get(clientOrderId);
    if (answer === undefined) return undefined;
    const isFresh = performance.now() - answer.askedAtMs <= AGE_MAX_MS;
    // What is final stays so, whatever the stream does.
    const stands = answer.order.status !== 'open' || this.hints.isQuietSince(clientOrderId, answer.askedAtMs);
    // One that does not stand waits for the list that follows a gap.
    return isFresh && stands ? answer.order : undefined;
  }

  /** Keeps an answer about an order that rests. @param askedAtMs monotonic */
  keep(order: VenueOrder, askedAtMs: number): void {
    this.answers.delete(order.clientOrderId);
    if (order.status !== 'open' || !this.hints.isQuietSince(order.clientOrderId, askedAtMs)) return;
    this.answers.set(order.clientOrderId, { order, askedAtMs });
    const [oldest] = this.answers.keys();
    if (this.answers.size > KEPT_MAX && oldest !== undefined) this.answers.delete(oldest);
  }

  /** Takes over, of a list of final orders, those that are kept as open. @param askedAtMs monotonic */
  learn(orders: Iterable<VenueOrder>, askedAtMs: number): void {
    for (const order of orders) {
      if (order.status !== 'open' && this.answers.has(order.clientOrderId)) {
        this.answers.set(order.clientOrderId, { order, askedAtMs });
      }
    }
  }
}
