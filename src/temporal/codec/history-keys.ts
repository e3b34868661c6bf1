import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { HistoryKeyError } from './history-key-error';
import { KeyRing, parseKeys } from './key-ring';

/** The keys themselves. */
export const HISTORY_KEYS_VARIABLE = 'ONCEFILL_HISTORY_KEYS';
/** A file that holds them, readable by its owner alone. */
export const HISTORY_KEYS_FILE_VARIABLE = 'ONCEFILL_HISTORY_KEYS_FILE';

/** KEYS_MAX keys with the longest ids need a fifth of it. */
const FILE_BYTES_MAX = 8_192;
/** The bits of group and others. */
const FOREIGN_BITS = 0o077;

/**
 * The keys that this process seals and opens histories with. Empty where none are configured: nothing is sealed then.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID)
 */
export function historyKeys(env: NodeJS.ProcessEnv = process.env): KeyRing {
  const text = env[HISTORY_KEYS_VARIABLE] || undefined;
  const file = env[HISTORY_KEYS_FILE_VARIABLE] || undefined;
  if (text !== undefined && file !== undefined) {
    const message = `Both ${HISTORY_KEYS_VARIABLE} and ${HISTORY_KEYS_FILE_VARIABLE} are set: keep one of them.`;
    throw new HistoryKeyError('HISTORY_KEYS_INVALID', message);
  }
  if (text !== undefined) return parseKeys(text, HISTORY_KEYS_VARIABLE);
  if (file !== undefined) return parseKeys(readKeyFile(file), file);
  return new KeyRing([]);
}

/**
 * The text of a file of keys, which must be a regular file, ours, and closed to everybody else.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID)
 */
export function readKeyFile(path: string): string {
  const refuse = (what: string): HistoryKeyError =>
    new HistoryKeyError('HISTORY_KEYS_INVALID', `The file of history keys ${path} ${what}.`);
  let descriptor: number;
  try {
    // A pipe that nobody writes to must not hold up the start.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
  try {
    // What is looked at is what is read: the name may mean another file by now.
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw refuse('is not a regular file');
    if (process.getuid && facts.uid !== process.getuid()) {
      throw refuse('belongs to another user: make it your own, with chown');
    }
    if ((facts.mode & FOREIGN_BITS) !== 0) throw refuse('is open to other users: close it, with chmod 600');
    const bytes = Buffer.alloc(FILE_BYTES_MAX + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length > FILE_BYTES_MAX) throw refuse(`is larger than ${FILE_BYTES_MAX} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
