import type { AlertRule, Notice } from './alert';

/** Messages that wait for one channel. */
export const OUTBOX_MAX = 200;
/** Channels that a book keeps messages for. */
export const CHANNELS_MAX = 16;

/** What could not be kept for a channel. */
export interface Dropped {
  readonly count: number;
  /** Alerts whose first message is among them, by rule. */
  readonly firings: Readonly<Partial<Record<AlertRule, number>>>;
}

/** What one channel has to send, in this order. */
export interface Outbox {
  readonly waiting: readonly Notice[];
  /** Ids of open alerts that the channel took a message about: it hears of their end. */
  readonly heard: readonly string[];
  /** Absent: nothing, or it was told. */
  readonly dropped?: Dropped;
}

export const EMPTY_OUTBOX: Outbox = { waiting: [], heard: [] };

/**
 * Puts messages at the end. Where there is no room, repetitions go first, then ends, then the oldest first messages; all
 * are counted, and of the last kind it is told what they were about. What is a repetition for others is the first message for a
 * channel that did not hear of the alert, and the end of such an alert is none of its business.
 */
export function enqueue(outbox: Outbox, notices: readonly Notice[]): Outbox {
  const { heard } = outbox;
  let { waiting, dropped } = outbox;
  for (const notice of notices) {
    const isHeard = heard.includes(notice.alertId) || waiting.some(({ alertId }) => alertId === notice.alertId);
    // Who never heard of it hears of no end; for who hears of it for the first time it is no repetition.
    if (!isHeard && notice.kind === 'resolved') continue;
    waiting = [...waiting, isHeard || notice.kind === 'firing' ? notice : { ...notice, kind: 'firing' }];
    if (waiting.length <= OUTBOX_MAX) continue;
    const victim = victimOf(waiting);
    waiting = waiting.filter((other) => other !== victim);
    dropped = withDropped(dropped, victim);
  }
  return { waiting, heard, ...(dropped === undefined ? {} : { dropped }) };
}

/** The first is never the victim while there are others: it may be under way, and would then be told twice. */
function victimOf(waiting: readonly Notice[]): Notice {
  const later = waiting.slice(1);
  const ofKind = (kind: Notice['kind']): Notice | undefined => later.find((notice) => notice.kind === kind);
  return ofKind('repeated') ?? ofKind('resolved') ?? later[0]!;
}

function withDropped(dropped: Dropped | undefined, { kind, rule }: Notice): Dropped {
  const { count = 0, firings = {} } = dropped ?? {};
  const isFiring = kind === 'firing';
  return { count: count + 1, firings: isFiring ? { ...firings, [rule]: (firings[rule] ?? 0) + 1 } : firings };
}

/**
 * The message that is sent next; it tells what was dropped before it.
 *
 * @returns undefined: nothing waits
 */
export function nextToSend({ waiting, dropped }: Outbox): Notice | undefined {
  const [first] = waiting;
  if (first === undefined || dropped === undefined) return first;
  return { ...first, text: `${first.text} ${droppedText(dropped)}` };
}

/**
 * The outbox once a message was delivered.
 *
 * @param told what the message said of dropped ones: what was dropped meanwhile is left for the next
 */
export function delivered({ waiting, heard, dropped }: Outbox, told: Dropped | undefined): Outbox {
  const [first, ...rest] = waiting;
  const isNews = first !== undefined && first.kind !== 'resolved' && !heard.includes(first.alertId);
  const left = told === undefined || dropped === undefined ? dropped : difference(dropped, told);
  return {
    waiting: rest,
    heard: isNews ? [...heard, first.alertId] : heard,
    ...(left === undefined || left.count === 0 ? {} : { dropped: left }),
  };
}

/** The outbox once its first message was given up: where that was the first about its alert, with what else waits about it. */
export function givenUp(outbox: Outbox): Outbox {
  const { waiting, heard, dropped } = outbox;
  const [first, ...rest] = waiting;
  if (first === undefined) return outbox;
  const isUnheard = !heard.includes(first.alertId);
  const left = isUnheard ? rest.filter(({ alertId }) => alertId !== first.alertId) : rest;
  return { waiting: left, heard, dropped: withDropped(dropped, first) };
}

/** Whether a channel has heard of an alert, or is about to. */
export function knowsOf({ heard, waiting }: Outbox, id: string): boolean {
  return heard.includes(id) || waiting.some(({ alertId, kind }) => alertId === id && kind !== 'resolved');
}

/** The outbox without what it knows of alerts that are over. */
export function forAlerts(outbox: Outbox, ids: ReadonlySet<string>): Outbox {
  const heard = outbox.heard.filter((id) => ids.has(id));
  return heard.length === outbox.heard.length ? outbox : { ...outbox, heard };
}

function difference(all: Dropped, told: Dropped): Dropped {
  const firings = Object.entries(all.firings)
    .map(([rule, count]) => [rule, count - (told.firings[rule as AlertRule] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return { count: all.count - told.count, firings: Object.fromEntries(firings) };
}

function droppedText({ count, firings }: Dropped): string {
  const rules = Object.entries(firings).map(([rule, times]) => `${rule} ${times}`);
  const which = rules.length === 0 ? '' : ` (first messages among them: ${rules.join(', ')})`;
  const what = count === 1 ? '1 earlier message was' : `${count} earlier messages were`;
  return `${what} dropped, because this channel did not take them${which}: "oncefill alerts list" shows what holds now.`;
}
