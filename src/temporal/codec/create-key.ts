import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { readKeyFile } from './history-keys';
import { HistoryKeyError } from './history-key-error';
import { KEY_BYTES, parseKeys } from './key-ring';

const OWNER_ONLY = 0o600;

/**
 * A new key as it is configured: `id:base64`.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID) for an id that is none
 */
export function createKey(id: string): string {
  const line = `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
  parseKeys(line, 'The new key');
  return line;
}

/**
 * Adds a key to a file of keys as the last one, which opens and does not seal; a file that is not there is made, closed to
 * other users.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID) when the file cannot hold it or has one of that id
 */
export function appendKey(path: string, line: string): void {
  try {
    writeFileSync(path, `${line}\n`, { flag: 'wx', mode: OWNER_ONLY });
    return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      throw new HistoryKeyError(
        'HISTORY_KEYS_INVALID',
        `The file of history keys ${path} cannot be written (${code}).`,
      );
    }
  }
  const text = readKeyFile(path);
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  parseKeys(`${text}\n${line}`, path);
  appendFileSync(path, `${separator}${line}\n`);
}
