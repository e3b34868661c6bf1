import { z } from 'zod';
import { ALERT_RULES } from '../../domain/alerts/alert';
import { RECENT_MAX, type AlertBook } from '../../domain/alerts/book';
import { CHANNELS_MAX, OUTBOX_MAX, type Outbox } from '../../domain/alerts/outbox';
import {
  EVERY_RULE,
  SILENCES_MAX,
  SUBJECTS_PER_RULE_MAX,
  type AlertEvent,
  type AlertState,
} from '../../domain/alerts/state';

/*
 * What stands in files. They are ours alone, but a disk may damage them, another release may have written them, and a person
 * may have mended them: what does not fit is not taken.
 */

const TEXT_MAX = 8_000;
const text = z.string().max(TEXT_MAX);
const instant = z.number().min(-8.64e15).max(8.64e15);
const span = z.number().min(0);
const count = z.int().min(0);
const rule = z.enum(ALERT_RULES);

/** A field that another release added is left out: what was found is told all the same. */
const finding = z.object({
  rule,
  subject: text,
  holds: z.boolean(),
  text,
  isFact: z.literal(true).optional(),
  atMs: instant,
});
const silencedRule = z.enum([...ALERT_RULES, EVERY_RULE]);
const silence = { rule: silencedRule, subject: text.optional(), reason: text, who: text, untilMs: instant };

const notice = z.strictObject({
  alertId: text,
  kind: z.enum(['firing', 'repeated', 'resolved']),
  number: z.int().min(1),
  rule,
  severity: z.enum(['critical', 'warning']),
  subject: text,
  text,
  sinceMs: instant,
  atMs: instant,
});

const alert = z.strictObject({
  id: text,
  rule,
  subject: text,
  text,
  sinceMs: instant,
  times: z.int().min(1),
  endText: text.optional(),
  isFact: z.literal(true).optional(),
  told: count,
  hushed: z.literal(true).optional(),
  heldAt: span,
  seenAt: span,
  firedAt: span.optional(),
  clearAt: span.optional(),
  repeatAt: span.optional(),
  repeatAfterMs: span.optional(),
});

const ALERTS_MAX = ALERT_RULES.length * (SUBJECTS_PER_RULE_MAX + 1);

const state = z.strictObject({
  clock: span,
  lastMs: instant.optional(),
  nextAlert: z.int().min(1),
  alerts: z.array(alert).max(ALERTS_MAX),
  silences: z.array(z.strictObject({ ...silence, endsAt: span })).max(SILENCES_MAX),
});

const outbox = z.strictObject({
  waiting: z.array(notice).max(OUTBOX_MAX),
  heard: z.array(text).max(ALERTS_MAX).optional(),
  dropped: z.strictObject({ count, firings: z.partialRecord(rule, count) }).optional(),
});

/** More names than can lie in the spool would be a fault. */
const TAKEN_MAX = 10_000;

const book = z.strictObject({
  version: z.literal(1),
  state,
  outboxes: z.record(text, outbox).refine((boxes) => Object.keys(boxes).length <= CHANNELS_MAX),
  recent: z.array(notice).max(RECENT_MAX),
  taken: z.array(text).max(TAKEN_MAX),
});

/** A silence with a field that is not known may be meant for less than it would hush here: it is none. */
const event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finding'), finding }),
  z.strictObject({ kind: z.literal('silence'), silence: z.strictObject(silence) }),
  z.strictObject({ kind: z.literal('unsilence'), rule: silencedRule, subject: text.optional() }),
]);

/** What may lie in the spool. */
export type SpooledEvent = Exclude<AlertEvent, { readonly kind: 'tick' | 'stop' }>;

/** @returns undefined: it is none */
function parsed<Value>(shape: z.ZodType, json: string): Value | undefined {
  try {
    const { success, data } = shape.safeParse(JSON.parse(json));
    return success ? (data as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** @returns undefined: the text is no book of this release */
export function parseBook(json: string): AlertBook | undefined {
  const found = parsed<AlertBook & { readonly version: 1 }>(book, json);
  if (found === undefined) return undefined;
  const { version: _version, outboxes, ...rest } = found;
  const entries = Object.entries(outboxes).map(([name, box]) => [name, withHeard(box, rest.state)] as const);
  return { ...rest, outboxes: Object.fromEntries(entries) };
}

/** In the book of a release that did not note it, a channel heard of whatever was told and does not wait for it. */
function withHeard(found: Omit<Outbox, 'heard'> & Partial<Outbox>, { alerts }: AlertState): Outbox {
  const isWaiting = (id: string): boolean =>
    found.waiting.some(({ alertId, kind }) => alertId === id && kind === 'firing');
  const told = alerts.filter(({ id, told: messages }) => messages > 0 && !isWaiting(id)).map(({ id }) => id);
  return { ...found, heard: found.heard ?? told };
}

export function bookText(content: AlertBook): string {
  return JSON.stringify({ version: 1, ...content });
}

/** @returns undefined: the text is no event that can be taken in */
export function parseEvent(json: string): SpooledEvent | undefined {
  return parsed<SpooledEvent>(event, json);
}
