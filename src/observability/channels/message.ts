import type { Notice } from '../../domain/alerts/alert';
import { cutText, oneLine, type LengthOf } from './cut';
import { wordsOf } from './words';

/** Whose alert it is: one person may have several installations. */
export interface NoticeOrigin {
  /** paper, testnet, demo or live: what a person wants to know first. */
  readonly environment: string;
  /** The machine's name. */
  readonly host: string;
}

/** A message as people read it. What it is about is in its head, so that it can be cut. */
export interface ChannelMessage {
  /** Unique to the alert, and the same in all messages about it. */
  readonly alertId: string;
  readonly number: number;
  /** One line. */
  readonly title: string;
  /** What stands before the text, which identifies the message. */
  readonly head: string;
  /** What happened, on one line; may be as long as it likes. */
  readonly text: string;
  readonly foot: string;
  /** For programs. */
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Subjects and titles longer than this are cut by many a program. */
const TITLE_LENGTH_MAX = 160;
/** What a channel with no bound of its own gets; also, in characters, what is looked through at all. */
export const TEXT_LENGTH_MAX = 20_000;
/** Of what an alert is about, in its title. */
const SUBJECT_LENGTH_MAX = 80;
/** Of a machine's or an alert's name: what identifies a message always fits into it. */
const NAME_LENGTH_MAX = 80;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2026-11-29 07:55:28 UTC`; a time that is none is said to be unknown. */
export function utcText(timeMs: number): string {
  const time = new Date(timeMs);
  if (Number.isNaN(time.getTime())) return 'unknown';
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `4 s`, `12 min`, `3 h 20 min`, `2 d 5 h`; below zero, after a clock was set, nothing is known. */
export function spanText(spanMs: number): string {
  if (!(spanMs >= 0)) return 'unknown';
  if (spanMs < MINUTE_MS) return `${Math.floor(spanMs / SECOND_MS)} s`;
  if (spanMs < HOUR_MS) return `${Math.floor(spanMs / MINUTE_MS)} min`;
  if (spanMs < DAY_MS) return `${Math.floor(spanMs / HOUR_MS)} h ${Math.floor((spanMs % HOUR_MS) / MINUTE_MS)} min`;
  return `${Math.floor(spanMs / DAY_MS)} d ${Math.floor((spanMs % DAY_MS) / HOUR_MS)} h`;
}

/** The word before everything else; a mark, because some screens show nothing but the first characters. */
function label({ kind, severity }: Notice): string {
  if (kind === 'resolved') return '✅ RESOLVED';
  const word = severity === 'critical' ? '🔴 CRITICAL' : '🟠 WARNING';
  return kind === 'repeated' ? `${word}, still` : word;
}

/** A notice as a message to people: what happened, since when, alert id and number, what to do. Pure. */
export function messageOf(notice: Notice, origin: NoticeOrigin): ChannelMessage {
  const { kind, number, rule, severity, sinceMs, atMs } = notice;
  const alertId = fromOutside(notice.alertId, NAME_LENGTH_MAX);
  const subject = fromOutside(notice.subject);
  const { environment, host } = shownOrigin(origin);
  const { title, remedy } = wordsOf(rule);
  const about = cutText(subject, SUBJECT_LENGTH_MAX);
  const where = whereOf(environment, host);
  const held = spanText(atMs - sinceMs);
  const since = kind === 'resolved' ? `From ${utcText(sinceMs)}, for ${held}` : `Since ${utcText(sinceMs)} (${held})`;
  const silence = `"oncefill alerts silence ${rule} --for 2h --reason TEXT" keeps messages back.`;
  return {
    alertId,
    number,
    title: cutText(`${label(notice)}: ${title}: ${about} [${where}]`, TITLE_LENGTH_MAX),
    head: [`${label(notice)}: ${title}: ${about}`, where, `${since}`, idLine(alertId, number)].join('\n'),
    text: fromOutside(notice.text),
    foot: kind === 'resolved' ? 'Nothing is left to do.' : `What to do: ${remedy}\n${silence}`,
    fields: {
      alert_id: alertId,
      number,
      kind,
      rule,
      severity,
      subject,
      environment,
      host,
      since: isoText(sinceMs),
      at: isoText(atMs),
    },
  };
}

/** The line by which people and programs tell a message; nothing from outside begins a line. */
function idLine(alertId: string, number: number): string {
  return `Alert ${alertId}, message ${number}`;
}

function whereOf(environment: string, host: string): string {
  return `${environment.toUpperCase()} on ${host}`;
}

/** A text that others wrote, on one line and not longer than is looked through. */
function fromOutside(text: string, lengthMax = TEXT_LENGTH_MAX): string {
  return cutText(oneLine(cutText(text, TEXT_LENGTH_MAX)), lengthMax);
}

function shownOrigin({ environment, host }: NoticeOrigin): NoticeOrigin {
  return { environment: fromOutside(environment, NAME_LENGTH_MAX), host: fromOutside(host, NAME_LENGTH_MAX) };
}

function isoText(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? 'unknown' : time.toISOString();
}

/** What `oncefill alerts test` sends: it says that nothing is wrong before anything else. */
export function testMessage(origin: NoticeOrigin, testId: string, nowMs: number): ChannelMessage {
  const { environment, host } = shownOrigin(origin);
  const where = whereOf(environment, host);
  return {
    alertId: testId,
    number: 1,
    title: `TEST: oncefill can reach you [${where}]`,
    head: `TEST: oncefill can reach you\n${where}\n${utcText(nowMs)}\n${idLine(testId, 1)}`,
    text: 'somebody ran "oncefill alerts test". Nothing is wrong.',
    foot: 'What to do: nothing. Alerts come the same way.',
    fields: { alert_id: testId, number: 1, kind: 'test', environment, host, at: isoText(nowMs) },
  };
}

/**
 * The whole message as plain text.
 *
 * @param lengthMax as lengthOf measures; what happened is cut before what identifies the message is
 * @param lengthOf absent: in UTF-16 code units
 */
export function plainText(
  { head, text, foot }: ChannelMessage,
  lengthMax = TEXT_LENGTH_MAX,
  lengthOf: LengthOf = (part) => part.length,
): string {
  const begin = `${head}\n\nWhat happened: `;
  const end = `\n\n${foot}`;
  const room = Math.max(0, lengthMax - lengthOf(begin) - lengthOf(end));
  return cutText(`${begin}${cutText(text, room, lengthOf)}${end}`, lengthMax, lengthOf);
}
