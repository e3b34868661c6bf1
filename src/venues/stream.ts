import type { StreamPhase } from '../domain/venue-stream/session';

/** What a venue's private stream says of one order. It proves nothing: it is a reason to ask. */
export interface StreamHint {
  readonly clientOrderId: string;
  /** Whether the order can change no more, by what is told. */
  readonly isFinal: boolean;
  /** The venue's word for it, letters only. */
  readonly status: string;
  /** Decimal string; absent: it was not told. */
  readonly filledQuantity?: string;
}

/** How a stream is, for people and metrics. */
export interface StreamReport {
  readonly phase: StreamPhase;
  /** How long it has been so, milliseconds. */
  readonly forMs: number;
  /** When the venue last sent anything, UTC milliseconds; absent: nothing yet. */
  readonly lastMessageAtMs?: number;
  /** How often it became live since the start. */
  readonly connections: number;
  /** Why the last connection ended; absent while it is live. */
  readonly fault?: string;
}

/**
 * A venue's private stream. It may be silent, late, doubled, out of order, forged or dead: whoever listens asks the venue by
 * a request before anything follows, and asks by itself where nothing is told.
 */
export interface VenueStream {
  /** Connects, and again whenever the connection is lost, until `close`. Nothing is sent before. */
  start(): void;
  /** Whether the venue has said that it will tell of orders, and is there. */
  readonly isLive: boolean;
  report(): StreamReport;
  onHint(listener: (hint: StreamHint) => void): void;
  /** Called whenever it becomes live: nothing that happened before is told again. */
  onGap(listener: () => void): void;
  /** Called whenever it stops being live. */
  onSilence(listener: () => void): void;
  close(): void;
}
