import { createSecretKey, type KeyObject } from 'node:crypto';
import { rememberSecret } from '../../secrets/known-secrets';
import { HistoryKeyError } from './history-key-error';

/** A key of AES-256. */
export const KEY_BYTES = 32;
/** A rotation needs two; each more is one that was never dropped. */
export const KEYS_MAX = 16;
/** What ids look like: they stand in the metadata of every payload and in the namespace's own data, readable by everybody. */
const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
/** 32 bytes in base64, with its padding. */
const KEY_PATTERN = /^[A-Za-z0-9+/]{43}=$/;

/** One key. Printing it shows no byte of it. */
export interface HistoryKey {
  readonly id: string;
  readonly secret: KeyObject;
}

export function isKeyId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** The keys of a process: the first one seals, all of them open. Without keys nothing is sealed. */
export class KeyRing {
  /** @param keys in their order, each id once */
  constructor(readonly keys: readonly HistoryKey[]) {}

  /** @returns undefined: nothing is sealed */
  get sealing(): HistoryKey | undefined {
    return this.keys[0];
  }

  find(id: string): HistoryKey | undefined {
    return this.keys.find((key) => key.id === id);
  }
}

/**
 * Reads keys from their text: `id:base64`, 32 bytes each, separated by commas or line breaks.
 *
 * @param source what the text was read from, for the message
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID)
 */
export function parseKeys(text: string, source: string): KeyRing {
  const entries = text
    .split(/[,\r\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw invalid(source, 'holds no key', 'write one with "oncefill history-key create"');
  if (entries.length > KEYS_MAX) {
    throw invalid(source, `holds ${entries.length} keys, and at most ${KEYS_MAX} are allowed`, 'drop old ones');
  }
  const keys: HistoryKey[] = [];
  for (const [index, entry] of entries.entries()) {
    const key = parseKey(entry, `${source}, entry ${index + 1}`);
    const other = keys.find(({ id, secret }) => id === key.id || secret.equals(key.secret));
    if (other) {
      const what = other.id === key.id ? `has the id "${key.id}" a second time` : `repeats the key "${other.id}"`;
      throw invalid(`${source}, entry ${index + 1}`, what, 'keep one of the two');
    }
    keys.push(key);
  }
  return new KeyRing(keys);
}

function parseKey(entry: string, source: string): HistoryKey {
  const colon = entry.indexOf(':');
  // Before the colon may stand a key whose id was forgotten: nothing of a malformed entry is repeated.
  if (colon === -1) throw invalid(source, 'has no id', 'write id:base64');
  const [id, encoded] = [entry.slice(0, colon), entry.slice(colon + 1).trim()];
  if (!isKeyId(id)) {
    throw invalid(source, 'has no valid id', 'an id is up to 32 letters, digits, dots, dashes and underscores');
  }
  const bytes = Buffer.from(encoded, 'base64');
  if (!KEY_PATTERN.test(encoded) || bytes.toString('base64') !== encoded) {
    throw invalid(source, `("${id}") is not ${KEY_BYTES} bytes in base64`, 'copy it again');
  }
  rememberSecret(encoded);
  rememberSecret(bytes.toString('hex'));
  return { id, secret: createSecretKey(bytes) };
}

function invalid(source: string, what: string, advice: string): HistoryKeyError {
  return new HistoryKeyError('HISTORY_KEYS_INVALID', `${source} ${what}: ${advice}.`);
}
