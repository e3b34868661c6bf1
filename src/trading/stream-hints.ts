import type { StreamHint, VenueStream } from '../venues/stream';

/** Orders whose last hint is kept; the oldest hint is let go for a newer one. */
const KEPT_MAX = 2_000;

/** What a final hint says, for people. */
export function sayHint({ status, filledQuantity }: StreamHint): string {
  const filled = filledQuantity === undefined ? '' : `, ${filledQuantity} filled`;
  return `The venue's stream tells that the order is ${status}${filled}; it is booked when a request has proved it.`;
}

interface Kept {
  readonly hint: StreamHint;
  /** Monotonic. */
  readonly toldAtMs: number;
}

/**
 * What a venue's stream told, and whether it can be waited for. A hint settles nothing: whoever hears one asks the venue.
 * A stream that is live and does not tell what a request showed is waited for no more, until it tells something true.
 */
export class StreamHints {
  private readonly kept = new Map<string, Kept>();
  private readonly hintListeners: ((hint: StreamHint) => void)[] = [];
  private hasMissed = false;
  private liveSinceMs = Infinity;

  /** @param stream absent: the venue has none, and nothing is ever told */
  constructor(private readonly stream?: VenueStream) {
    stream?.onHint((hint) => this.hear(hint));
    this.onGap(() => {
      this.hasMissed = false;
      this.liveSinceMs = performance.now();
    });
    this.onSilence(() => (this.liveSinceMs = Infinity));
  }

  /** Whether it is worth waiting to be told, instead of asking again and again. */
  get isTrusted(): boolean {
    return this.stream?.isLive === true && !this.hasMissed;
  }

  /** The last hint of an order; undefined: none, or too long ago. */
  of(clientOrderId: string): StreamHint | undefined {
    return this.kept.get(clientOrderId)?.hint;
  }

  /**
   * Whether all that happened to an order since an instant would have been told, and nothing was.
   *
   * @param sinceMs monotonic
   */
  isQuietSince(clientOrderId: string, sinceMs: number): boolean {
    const toldAtMs = this.kept.get(clientOrderId)?.toldAtMs ?? -Infinity;
    return this.isTrusted && this.liveSinceMs <= sinceMs && toldAtMs < sinceMs;
  }

  /** A request showed an order as final, and the stream had had its time to tell. */
  missed(): void {
    this.hasMissed = true;
  }

  /** A request showed what the stream had told. */
  proved(): void {
    this.hasMissed = false;
  }

  onHint(listener: (hint: StreamHint) => void): void {
    this.hintListeners.push(listener);
  }

  /** Called whenever the stream becomes live: what happened before is not told. */
  onGap(listener: () => void): void {
    this.stream?.onGap(listener);
  }

  /** Called whenever it stops being live. */
  onSilence(listener: () => void): void {
    this.stream?.onSilence(listener);
  }

  private hear(hint: StreamHint): void {
    const { clientOrderId } = hint;
    // What is final cannot open again: that hint is late, or out of order.
    const isLate = !hint.isFinal && this.kept.get(clientOrderId)?.hint.isFinal === true;
    if (!isLate) {
      this.kept.delete(clientOrderId);
      this.kept.set(clientOrderId, { hint, toldAtMs: performance.now() });
      const [oldest] = this.kept.keys();
      if (this.kept.size > KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    }
    for (const listener of this.hintListeners) listener(hint);
  }
}
