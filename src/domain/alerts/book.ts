import type { Notice } from './alert';
import { CHANNELS_MAX, EMPTY_OUTBOX, enqueue, forAlerts, knowsOf, OUTBOX_MAX, type Outbox } from './outbox';
import { firstNotices, reduceAlerts } from './reduce';
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
    // Its end goes to who heard of an alert, whatever else they want to hear of now.
    const names = notice.kind === 'resolved' ? Object.keys(outboxes) : channelsFor(notice);
    for (const name of names) outboxes[name] = enqueue(outboxes[name] ?? EMPTY_OUTBOX, [notice]);
  }
  const ids = new Set(state.alerts.map(({ id }) => id));
  for (const [name, outbox] of Object.entries(outboxes)) outboxes[name] = forAlerts(outbox, ids);
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

/**
 * The book once what others were told of goes to those channels too that never heard of it and have room: one that is new, or that
 * took nothing for so long that its first message was dropped. What does not hold any more is not told so late.
 *
 * @param channelsFor names of the channels that want a message
 * @param isRefused whether a channel refused for good to hear of an alert: it is not asked again at once
 */
export function withLateNews(
  book: AlertBook,
  nowMs: number,
  channelsFor: (notice: Notice) => readonly string[],
  isRefused: (channel: string, alertId: string) => boolean = () => false,
): AlertBook {
  const outboxes = { ...book.outboxes };
  let isChanged = false;
  const isMissing = (id: string): boolean => Object.values(book.outboxes).some((outbox) => !knowsOf(outbox, id));
  for (const notice of firstNotices(book.state, nowMs, isMissing)) {
    for (const name of channelsFor(notice)) {
      const outbox = outboxes[name] ?? EMPTY_OUTBOX;
      const isFull = outbox.waiting.length >= OUTBOX_MAX;
      if (isFull || knowsOf(outbox, notice.alertId) || isRefused(name, notice.alertId)) continue;
      outboxes[name] = enqueue(outbox, [notice]);
      isChanged = true;
    }
  }
  return isChanged ? { ...book, outboxes } : book;
}
