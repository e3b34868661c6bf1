import type { Notice } from './alert';
import { CHANNELS_MAX, EMPTY_OUTBOX, enqueue, type Outbox } from './outbox';
import { reduceAlerts } from './reduce';
import { emptyAlerts, type AlertEvent, type AlertState } from './state';

/** Messages that are kept to look at, newest last. */
export const RECENT_MAX = 100;

/** What is written down before anything is sent: what is known of alerts, and what has to be told. Plain data. */
export interface AlertBook {
  readonly state: AlertState;
  /** By the channel's name. */
  readonly outboxes: Readonly<Record<string, Outbox>>;
  readonly recent: readonly Notice[];
  /** Names of what was taken in from the spool and may still lie there: it is never taken in again. */
  readonly taken: readonly string[];
}

export function emptyBook(): AlertBook {
  return { state: emptyAlerts(), outboxes: {}, recent: [], taken: [] };
}

/**
 * The book after an event.
 *
 * @param channelsFor names of the channels that want a message
 */
export function bookAfter(
  book: AlertBook,
  event: AlertEvent,
  nowMs: number,
  channelsFor: (notice: Notice) => readonly string[],
): AlertBook {
  const { state, notices } = reduceAlerts(book.state, event, nowMs);
  if (notices.length === 0) return { ...book, state };
  const outboxes = { ...book.outboxes };
  for (const notice of notices) {
    for (const name of channelsFor(notice)) outboxes[name] = enqueue(outboxes[name] ?? EMPTY_OUTBOX, [notice]);
  }
  return { ...book, state, outboxes, recent: [...book.recent, ...notices].slice(-RECENT_MAX) };
}

/** The book with another outbox for one channel. */
export function withOutbox(book: AlertBook, channel: string, outbox: Outbox): AlertBook {
  return { ...book, outboxes: { ...book.outboxes, [channel]: outbox } };
}

/** The book for these channels alone: what waits for one that is not configured any more waits for nobody. */
export function forChannels(book: AlertBook, names: readonly string[]): AlertBook {
  const kept = names.slice(0, CHANNELS_MAX).map((name) => [name, book.outboxes[name] ?? EMPTY_OUTBOX] as const);
  return { ...book, outboxes: Object.fromEntries(kept) };
}
