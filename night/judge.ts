import type { Telling } from './faults';
import { CHANNELS, type AlertFacts, type Channel, type Received } from './messages';

/** All that the receivers got. */
export interface Mailbag {
  readonly received: readonly Received[];
  /** By the alert's id. */
  readonly facts: ReadonlyMap<string, AlertFacts>;
}

/** How one channel told of a fault. */
export interface Told {
  readonly alertId: string;
  readonly title: string;
  /** After the fault; below zero: the alert had been told of an earlier fault, and was not over. */
  readonly afterMs: number;
  /** Of its end, after the fault; absent: it was not told of until now. */
  readonly endAfterMs?: number;
}

/**
 * The message by which a channel told of a fault: the first one after it about one of these alerts, or one before it whose end
 * the channel had not told by then, because what comes again belongs to the alert that is open.
 *
 * @param nextMs when the same was hit again: a later message rather tells of that
 * @returns undefined: none did until now
 */
export function toldBy(
  channel: Channel,
  atMs: number,
  tellings: readonly Telling[],
  { received, facts }: Mailbag,
  nextMs = Infinity,
): Told | undefined {
  const ofChannel = received.filter((message) => message.channel === channel);
  const candidates = ofChannel
    .filter(({ isEnd }) => !isEnd)
    .flatMap((message): readonly Told[] => {
      const telling = tellings.find(
        ({ rule, subject }) =>
          facts.get(message.alertId)?.rule === rule && facts.get(message.alertId)?.subject === subject,
      );
      if (telling === undefined) return [];
      const end = ofChannel.find(({ isEnd, alertId }) => isEnd && alertId === message.alertId);
      const wasOpen = message.atMs < atMs && (end === undefined || end.atMs >= atMs);
      if (message.atMs < atMs ? !wasOpen : telling.onlyIfOpen) return [];
      const { alertId, title } = message;
      const endAfterMs = end === undefined ? undefined : end.atMs - atMs;
      return [{ alertId, title, afterMs: message.atMs - atMs, endAfterMs }];
    });
  const isNews = ({ afterMs }: Told): boolean => afterMs >= 0;
  return (
    candidates.find((told) => isNews(told) && atMs + told.afterMs < nextMs) ??
    candidates.findLast((told) => !isNews(told)) ??
    candidates.find(isNews)
  );
}

export interface Repetition {
  readonly channel: Channel;
  readonly alertId: string;
  readonly number: number;
  /** How often it came beside the first time. */
  readonly times: number;
}

/** Messages that came more than once: same channel, same alert, same number. */
export function repetitionsIn({ received }: Mailbag): readonly Repetition[] {
  const counts = new Map<string, Repetition>();
  for (const { channel, alertId, number } of received) {
    const key = `${channel} ${alertId} ${number}`;
    counts.set(key, { channel, alertId, number, times: (counts.get(key)?.times ?? -1) + 1 });
  }
  return [...counts.values()].filter(({ times }) => times > 0);
}

/**
 * Messages that a channel did not get, a sentence each: every channel wants all of them, and those about an alert are numbered from 1
 * without a gap.
 */
export function gapsIn({ received, facts }: Mailbag): readonly string[] {
  const sentences: string[] = [];
  for (const alertId of new Set(received.map((message) => message.alertId))) {
    const about = received.filter((message) => message.alertId === alertId);
    const last = Math.max(...about.map(({ number }) => number));
    const what = `${facts.get(alertId)?.rule ?? 'an alert'} (${facts.get(alertId)?.subject ?? 'unknown'}, ${alertId})`;
    for (const channel of CHANNELS) {
      const numbers = new Set(about.filter((message) => message.channel === channel).map(({ number }) => number));
      for (let number = 1; number <= last; number += 1) {
        if (!numbers.has(number)) sentences.push(`${channel} never got message ${number} of ${what}.`);
      }
    }
  }
  return sentences;
}
