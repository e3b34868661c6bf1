import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DoorNote } from '../domain/explain/types';
import { cutText, isRecord } from '../domain/plain-values';
import { readBoundedFile } from '../process/bounded-file';

const DAY_MS = 86_400_000;
/** What is older is forgotten. */
export const DOOR_KEEP_DAYS = 14;
/** Of one file; there are two, and the older one is forgotten when the newer one is full. */
export const DOOR_FILE_BYTES_MAX = 4 * 1_048_576;
/** How long notes are gathered before they are written: what a crash loses. */
const FLUSH_MS = 1_000;
/** Different notes of one flush; the others are counted together. */
const NOTES_PER_FLUSH_MAX = 200;
/** Of these so many of one strategy and code. */
const NOTES_ALIKE_MAX = 20;
/** Tries to read a file that others write into. */
const READINGS_MAX = 3;
/** As JSON. */
const MESSAGE_BYTES_MAX = 400;
const FIELD_BYTES_MAX = 100;
/** Notes of one answer; of more, the newest. */
export const DOOR_NOTES_MAX = 100;
const OPEN_FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

export interface DoorTraceOptions {
  readonly dataDir: string;
  /** Takes the secrets out of a text that this process knows. */
  readonly redact: (text: string) => string;
  /** Told once that nothing can be written. */
  readonly onFault?: (error: unknown) => void;
  /** Milliseconds UTC. */
  readonly clock?: () => number;
}

function pathsOf(dataDir: string): { readonly folder: string; readonly newer: string; readonly older: string } {
  const folder = join(dataDir, 'door');
  return { folder, newer: join(folder, 'door.jsonl'), older: join(folder, 'door.1.jsonl') };
}

/**
 * Writes down which signals were refused or repeated, so that somebody who asks later hears why. Never in the way of a signal:
 * notes are gathered, those that are alike are counted, and what cannot be written is lost.
 */
export class DoorTrace {
  private gathered = new Map<string, DoorNote>();
  private alike = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private hasFailed = false;
  private readonly onExit = (): void => this.flush();

  constructor(private readonly options: DoorTraceOptions) {}

  note(note: Omit<DoorNote, 'atMs' | 'count'>): void {
    const { clock = Date.now } = this.options;
    const key = this.keyOf(note);
    const before = this.gathered.get(key);
    const count = (before?.count ?? 0) + 1;
    const isMerged = !key.startsWith('=');
    const { fingerprint: _fingerprint, ...others } = note;
    this.gathered.set(key, { ...(isMerged ? others : note), atMs: clock(), count });
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => this.flush(), FLUSH_MS).unref();
    // A command of the command line ends long before.
    process.once('exit', this.onExit);
  }

  /** Writes what was gathered. Never throws. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    process.off('exit', this.onExit);
    const notes = [...this.gathered.values()];
    this.gathered = new Map();
    this.alike = new Map();
    if (notes.length === 0) return;
    try {
      this.append(notes.map((note) => this.lineOf(note)).join(''));
    } catch (error) {
      if (!this.hasFailed) this.options.onFault?.(error);
      this.hasFailed = true;
    }
  }

  /** Notes that share a key are one line with a count; `=` begins the key of one signal. */
  private keyOf({
    kind,
    code = '',
    fingerprint = '',
    symbol = '',
    direction = '',
    strategy = '',
  }: Omit<DoorNote, 'atMs' | 'count'>): string {
    const family = JSON.stringify([kind, code, strategy]);
    const own = `=${JSON.stringify([kind, code, fingerprint, symbol, direction, strategy])}`;
    if (this.gathered.has(own)) return own;
    const ofFamily = this.alike.get(family) ?? 0;
    if (this.gathered.size >= NOTES_PER_FLUSH_MAX) return JSON.stringify([kind, code]);
    if (ofFamily >= NOTES_ALIKE_MAX) return family;
    this.alike.set(family, ofFamily + 1);
    return own;
  }

  private lineOf(note: DoorNote): string {
    const { redact } = this.options;
    const short = Object.entries(note).flatMap(([name, value]) => {
      if (value === undefined) return [];
      if (typeof value !== 'string') return [[name, value] as const];
      return [[name, cutText(redact(value), name === 'message' ? MESSAGE_BYTES_MAX : FIELD_BYTES_MAX)] as const];
    });
    return `${JSON.stringify(Object.fromEntries(short))}\n`;
  }

  private append(text: string): void {
    const { folder, newer, older } = pathsOf(this.options.dataDir);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    forgetOld(older, this.options.clock?.() ?? Date.now());
    // Another process may have done so since; then there is little in it.
    if ((sizeOf(newer) ?? 0) + Buffer.byteLength(text) > DOOR_FILE_BYTES_MAX) renameSync(newer, older);
    const descriptor = openSync(newer, OPEN_FLAGS, 0o600);
    try {
      if (!fstatSync(descriptor).isFile()) throw new Error(`${newer} is no regular file`);
      writeSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function forgetOld(path: string, nowMs: number): void {
  const changedAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (changedAtMs !== undefined && changedAtMs < nowMs - DOOR_KEEP_DAYS * DAY_MS) rmSync(path, { force: true });
}

/** What is looked for; of each field that is absent, anything. */
export interface DoorQuestion {
  readonly fingerprint?: string;
  readonly symbol?: string;
  readonly strategy?: string;
  /** Milliseconds UTC. */
  readonly sinceMs?: number;
}

/**
 * Reads what the door wrote down.
 *
 * @returns oldest first, at most DOOR_NOTES_MAX; none where nothing was written, or it cannot be read
 */
export function readDoorNotes(dataDir: string, question: DoorQuestion, nowMs = Date.now()): readonly DoorNote[] {
  const { newer, older } = pathsOf(dataDir);
  const oldestMs = Math.max(question.sinceMs ?? 0, nowMs - DOOR_KEEP_DAYS * DAY_MS);
  const notes = [older, newer].flatMap((path) => linesOf(path).flatMap(readNote));
  const asked = notes.filter(
    (note) =>
      note.atMs >= oldestMs &&
      (question.fingerprint === undefined || note.fingerprint === question.fingerprint) &&
      (question.symbol === undefined || note.symbol === question.symbol) &&
      (question.strategy === undefined || note.strategy === question.strategy),
  );
  return asked.slice(-DOOR_NOTES_MAX);
}

function linesOf(path: string): readonly string[] {
  const options = { bytesMax: 2 * DOOR_FILE_BYTES_MAX, what: 'The trace of the door' };
  for (let reading = 1; reading <= READINGS_MAX; reading += 1) {
    try {
      if (sizeOf(path) === undefined) return [];
      return readBoundedFile(path, options).toString('utf8').split('\n');
    } catch {
      // It grew meanwhile, or is nobody's to read.
    }
  }
  return [];
}

/** Of the end of the newer file, where somebody looks at the newest notes again and again. */
const NEWEST_BYTES_MAX = 131_072;

/**
 * The newest notes alone, without reading all.
 *
 * @returns newest first; none where nothing was written, or it cannot be read
 */
export function readNewestDoorNotes(dataDir: string, notesMax: number, nowMs = Date.now()): readonly DoorNote[] {
  const { newer, older } = pathsOf(dataDir);
  const notes = [older, newer].flatMap((path) => endOf(path).flatMap(readNote));
  const oldestMs = nowMs - DOOR_KEEP_DAYS * DAY_MS;
  return notes
    .filter(({ atMs }) => atMs >= oldestMs)
    .slice(-notesMax)
    .toReversed();
}

/** Changes whenever something is written. */
export function doorTraceMark(dataDir: string): string {
  const stats = statSync(pathsOf(dataDir).newer, { throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : '';
}

function endOf(path: string): readonly string[] {
  const size = sizeOf(path);
  if (size === undefined) return [];
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFile()) return [];
    const bytes = Buffer.alloc(Math.min(size, NEWEST_BYTES_MAX));
    const start = size - bytes.length;
    const read = readSync(descriptor, bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    // The first one may have begun before.
    return start === 0 ? lines : lines.slice(1);
  } catch {
    return [];
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A line that was torn, or is of a later release, is none. */
function readNote(line: string): readonly DoorNote[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value)) return [];
    const { atMs, kind, message, count } = value;
    const isNote = typeof atMs === 'number' && typeof message === 'string' && typeof count === 'number';
    const isKnown = kind === 'refused' || kind === 'repeated' || kind === 'conflict';
    const texts = ['code', 'fingerprint', 'symbol', 'direction', 'strategy', 'source'].filter(
      (name) => typeof value[name] === 'string',
    );
    if (!isNote || !isKnown) return [];
    return [{ atMs, kind, message, count, ...Object.fromEntries(texts.map((name) => [name, value[name]])) }];
  } catch {
    return [];
  }
}
