import { HISTORY_KEYS_VARIABLE } from '../../config/variables';
import { OwnFileError, readOwnFile } from '../../secrets/own-file';
import { shownPath } from '../../secrets/shown-path';
import { HistoryKeyError } from './history-key-error';
import { KeyRing, parseKeys } from './key-ring';

/** The keys themselves. */
export { HISTORY_KEYS_VARIABLE };
/** A file that holds them, readable by its owner alone. */
export const HISTORY_KEYS_FILE_VARIABLE = `${HISTORY_KEYS_VARIABLE}_FILE`;

/** KEYS_MAX keys with the longest ids need a fifth of it. */
const FILE_BYTES_MAX = 8_192;

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
    new HistoryKeyError('HISTORY_KEYS_INVALID', `The file of history keys ${shownPath(path)} ${what}.`);
  try {
    const { text, encodingFault, isOurs, isPrivate } = readOwnFile(path, FILE_BYTES_MAX);
    if (!isOurs) throw refuse('belongs to another user: make it your own, with chown');
    if (!isPrivate) throw refuse('is open to other users: close it, with chmod 600');
    if (encodingFault !== undefined) throw refuse(encodingFault);
    return text;
  } catch (error) {
    throw error instanceof OwnFileError ? refuse(error.message) : error;
  }
}
