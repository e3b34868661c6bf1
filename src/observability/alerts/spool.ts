import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../domain/alerts/alert';
import { FileUnusableError, readBoundedFile } from '../../process/bounded-file';
import { errorCode } from '../../process/error-code';
import { DRAFT_ENDING, writeSafely } from './safe-file';
import { parseEvent, type SpooledEvent } from './shapes';

/** Events that may lie there; of more, the oldest go. */
export const SPOOLED_MAX = 500;
/** Bytes of one: a sentence and a few names. */
export const EVENT_BYTES_MAX = 16_384;
/** Names of the folder that are looked at: what others put there beside ours does not hold us up. */
const NAMES_MAX = 4 * SPOOLED_MAX;
/** `<milliseconds>-<process>-<number>-<what about>.json`, in the order of their names. */
const NAME = /^\d{15}-\d+-\d{6}-([0-9a-f]{16})\.json$/;
const DRAFT = new RegExp(`${DRAFT_ENDING.replace('.', '\\.')}$`);

export function spoolFolder(dataDir: string): string {
  return join(dataDir, 'run', 'alerts-spool');
}

/**
 * What two events have in common where the newer one makes the older one needless. That a condition ended does not: whoever reads
 * both has to hear that it held.
 */
function topicOf(event: SpooledEvent): string {
  const { rule, subject } = event.kind === 'finding' ? event.finding : event.kind === 'silence' ? event.silence : event;
  const kind = event.kind === 'finding' ? `finding ${event.finding.holds}` : 'silence';
  const words = JSON.stringify([kind, rule, subject ?? null]);
  return createHash('sha256').update(words).digest('hex').slice(0, 16);
}

let written = 0;

/**
 * Leaves an event for whoever keeps the book of alerts, whether that runs now or later; it is on the disk when this returns. It
 * takes the place of older ones about the same.
 *
 * @throws the file system's error; RangeError when the event is too large
 */
export function leaveEvent(dataDir: string, event: SpooledEvent): void {
  const text = JSON.stringify(event);
  if (Buffer.byteLength(text) > EVENT_BYTES_MAX) throw new RangeError(`An alert has at most ${EVENT_BYTES_MAX} bytes.`);
  const folder = spoolFolder(dataDir);
  const topic = topicOf(event);
  const older = spooledNames(folder);
  written += 1;
  const time = String(Math.max(Date.now(), timeOf(older.at(-1)) + 1)).padStart(15, '0');
  const name = `${time}-${process.pid}-${String(written % 1_000_000).padStart(6, '0')}-${topic}.json`;
  writeSafely(join(folder, name), text);
  const superseded = older.filter((other) => NAME.exec(other)?.[1] === topic);
  const left = older.filter((other) => !superseded.includes(other));
  const surplus = left.slice(0, Math.max(0, left.length + 1 - SPOOLED_MAX));
  for (const other of [...superseded, ...surplus]) rmSync(join(folder, other), { force: true });
}

/** A clock that was set back must not put what is newer before what is older. */
function timeOf(name: string | undefined): number {
  return name === undefined ? 0 : Number(name.slice(0, 15));
}

/** Leaves what a process found. @throws as leaveEvent */
export function leaveFinding(dataDir: string, finding: Finding): void {
  leaveEvent(dataDir, { kind: 'finding', finding });
}

/** Names of the events that lie there, oldest first. */
function spooledNames(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => NAME.test(name))
    .toSorted()
    .slice(0, NAMES_MAX);
}

/** @throws the file system's error, other than that there is no such folder */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** What lies in the spool, oldest first; what cannot be read, and what is gone meanwhile, has no event. */
export interface SpooledFile {
  readonly name: string;
  readonly event?: SpooledEvent;
  /** It is damaged, or of another release. */
  readonly isUnreadable?: true;
}

/** @throws the file system's error when the folder cannot be read */
export function readSpool(dataDir: string): readonly SpooledFile[] {
  const folder = spoolFolder(dataDir);
  return spooledNames(folder).map((name) => ({ name, ...readEvent(join(folder, name)) }));
}

function readEvent(path: string): Pick<SpooledFile, 'event' | 'isUnreadable'> {
  try {
    const text = readBoundedFile(path, { bytesMax: EVENT_BYTES_MAX, what: 'The alert' }).toString('utf8');
    const event = parseEvent(text);
    return event === undefined ? { isUnreadable: true } : { event };
  } catch (error) {
    const isGone = error instanceof FileUnusableError && error.code === 'ENOENT';
    return isGone ? {} : { isUnreadable: true };
  }
}

/** @throws the file system's error */
export function removeFromSpool(dataDir: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(spoolFolder(dataDir), name), { force: true });
}

/** Removes what processes that died left half written. For the one process that keeps the book, at its start. */
export function tidySpool(dataDir: string): void {
  const folder = spoolFolder(dataDir);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (DRAFT.test(name)) rmSync(join(folder, name), { force: true });
}
