import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../process/error-code';
import { DataFolderError, openDataFolder } from './private-folder';
import { TOKEN_TEXT } from './tokens';

const DAY_MS = 86_400_000;
/** Days of audit that are kept, today included: a year, and a month to look at it. */
export const AUDIT_KEEP_DAYS = 400;
/** Bytes of one day; what comes in numbers leaves the rest of it to what a person does. */
const DAY_BYTES_MAX = 64 * 1_048_576;
const FREQUENT_BYTES_MAX = 48 * 1_048_576;
/** Characters of one field. */
const FIELD_LENGTH_MAX = 500;
const FILE_MODE = 0o600;
const OPEN_FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/** What leaves a line. */
export type AuditedAct =
  | 'halt'
  | 'reduce'
  | 'resume'
  | 'signal.send'
  | 'signal.settle'
  | 'signal.cancel'
  | 'position.close'
  | 'position.protect'
  | 'flatten'
  | 'token.create'
  | 'token.revoke'
  | 'token.refused'
  | 'session.open'
  | 'session.close'
  | 'hook.refused'
  | 'store.accept'
  | 'history-key.retire'
  | 'alerts.silence'
  | 'alerts.unsilence'
  | 'ml.pause'
  | 'ml.resume'
  | 'ml.config'
  | 'ml.load'
  | 'ml.retrain';

/** What programs do again and again: their lines are not waited for, and have a bound of their own. */
const FREQUENT: readonly AuditedAct[] = [
  'signal.send',
  'token.refused',
  'hook.refused',
  'session.open',
  'session.close',
];

/** Who acts, and from where. */
export interface Actor {
  /** A user of the operating system, or a token. */
  readonly who: string;
  readonly from: string;
}

export interface AuditEntry extends Actor {
  readonly what: AuditedAct;
  /** A venue, a fingerprint, a token's identifier. */
  readonly target: string;
  /** The reason that was given; empty: none is asked for. */
  readonly why: string;
  /** `asked` stands before an act that must not happen without a line; its end follows in a line of its own. */
  readonly result: 'asked' | 'done' | 'refused' | 'failed';
  /** What else is to be known of the result. */
  readonly detail?: string;
}

/** A line cannot be written. Acts that free funds, money or access do not happen without one. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code = 'AUDIT_UNWRITABLE';
}

export interface AuditOptions {
  /** Milliseconds UTC. */
  readonly clock?: () => number;
  /** Takes the secrets out of a text that the process knows; tokens are taken out in any case. */
  readonly redact?: (text: string) => string;
}

export function auditFolder(dataDir: string): string {
  return join(dataDir, 'logs');
}

/** @param timeMs milliseconds UTC */
export function auditFileName(timeMs: number): string {
  return `audit_${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '')}.log`;
}

/** Most texts: nothing in them has to be looked for, one by one. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Short, without what moves a terminal's cursor or turns the writing around, and without secrets. */
function plain(text: string, redact: (text: string) => string): string {
  if (text === '') return text;
  const clean = redact(text.slice(0, 4 * FIELD_LENGTH_MAX)).replaceAll(TOKEN_TEXT, '[redacted]');
  if (clean.length <= FIELD_LENGTH_MAX && PRINTABLE_ASCII.test(clean)) return clean;
  const visible = clean.replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu, '\uFFFD');
  return visible.length > FIELD_LENGTH_MAX ? `${visible.slice(0, FIELD_LENGTH_MAX - 1)}…` : visible;
}

/** The line that stands in the file. */
export function auditLine(
  entry: AuditEntry,
  timeMs: number,
  redact: (text: string) => string = (text) => text,
): string {
  const { who, from, what, target, why, result, detail } = entry;
  return JSON.stringify({
    time: new Date(timeMs).toISOString(),
    who: plain(who, redact),
    from: plain(from, redact),
    what: plain(what, redact),
    target: plain(target, redact),
    why: plain(why, redact),
    result: plain(result, redact),
    ...(detail !== undefined && { detail: plain(detail, redact) }),
  });
}

function removeOldDays(folder: string, oldest: string): void {
  for (const name of readdirSync(folder)) {
    if (/^audit_\d{8}\.log$/.test(name) && name < oldest) rmSync(join(folder, name), { force: true });
  }
}

/** The file that this process wrote last, as it left it: with a whole line at its end. */
let leftWhole: { readonly ino: number; readonly size: number } | undefined;

/** A line that was torn by a full disk or a crash must not take the next one with it. */
function endsTorn(descriptor: number, { ino, size }: Stats): boolean {
  if (size === 0 || (leftWhole?.ino === ino && leftWhole.size === size)) return false;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

/** The folder is made where it is missing: to ask for it at every line costs as much as the line. */
function openFile(folder: string, path: string): number {
  try {
    return openSync(path, OPEN_FLAGS, FILE_MODE);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(path, OPEN_FLAGS, FILE_MODE);
  }
}

function append(folder: string, path: string, lines: readonly string[], isFrequent: boolean): void {
  const descriptor = openFile(folder, path);
  try {
    const file = fstatSync(descriptor);
    if (!file.isFile()) throw new Error('it is no regular file');
    const bytesMax = isFrequent ? FREQUENT_BYTES_MAX : DAY_BYTES_MAX;
    if (file.size >= bytesMax) throw new Error(`it has reached ${bytesMax} bytes, the bound of one day`);
    const bytes = Buffer.from(`${endsTorn(descriptor, file) ? '\n' : ''}${lines.join('\n')}\n`);
    leftWhole = undefined;
    if (writeSync(descriptor, bytes) < bytes.length) throw new Error('it could be written in part only');
    // With another process's line between, the size differs, and the next one looks.
    leftWhole = { ino: file.ino, size: file.size + bytes.length };
    if (!isFrequent) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Days whose older files this process has removed already. */
let tidiedFile = '';

/**
 * Writes one line into today's audit file, `<dataDir>/logs/audit_YYYYMMDD.log` (UTC): on disk when it returns, but for what
 * programs do again and again.
 *
 * @throws AuditError when it cannot be written
 * @throws DataFolderError when the data folder is not ours alone
 */
export function recordAudit(dataDir: string, entry: AuditEntry, options: AuditOptions = {}): void {
  recordAudits(dataDir, [entry], options);
}

/** Whether its line need not be on disk before the act, and may be written with others. */
export function isFrequent({ what }: AuditEntry): boolean {
  return FREQUENT.includes(what);
}

/**
 * The same for several, at least one and all of them frequent or none, by one opening of the file: that costs a busy process more
 * than the lines.
 *
 * @throws as recordAudit; some of the lines may be written then
 */
export function recordAudits(dataDir: string, entries: readonly AuditEntry[], options: AuditOptions = {}): void {
  const { clock = Date.now, redact } = options;
  const timeMs = clock();
  const path = join(auditFolder(dataDir), auditFileName(timeMs));
  try {
    openDataFolder(dataDir);
    const lines = entries.map((entry) => auditLine(entry, timeMs, redact));
    append(auditFolder(dataDir), path, lines, entries.every(isFrequent));
    if (tidiedFile === path) return;
    tidiedFile = path;
    removeOldDays(auditFolder(dataDir), auditFileName(timeMs - (AUDIT_KEEP_DAYS - 1) * DAY_MS));
  } catch (error) {
    // It says by itself what to do, and that is something else.
    if (error instanceof DataFolderError) throw error;
    const message = `The audit file ${path} cannot be written (${(error as Error).message}): make room, or mend its permissions.`;
    throw new AuditError(message, { cause: error });
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container there may be no name for the number.
    return 'without a name';
  }
}

/** Whoever runs this command. */
export function commandLineActor(): Actor {
  const uid = process.getuid?.();
  return {
    who: `user ${userName()}${uid === undefined ? '' : ` (${uid})`}`,
    from: `command line on ${hostname()}, process ${process.pid}`,
  };
}
