import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { HISTORY_KEYS_VARIABLE, HISTORY_KEYS_FILE_VARIABLE } from './history-keys';
import { HistoryKeyError } from './history-key-error';
import { isKeyId, type HistoryKey, type KeyRing } from './key-ring';

const CIPHER = 'aes-256-gcm';
/** What GCM is made for; random, so that one key may seal 2^32 payloads (docs/sealed-histories.md). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The metadata of a sealed payload, as Temporal's public samples name them; the last is ours. */
const ENCODING = 'encoding';
const KEY_ID = 'encryption-key-id';
const FORMAT = 'encryption-format';
/** What a sealed payload says it is. */
export const SEALED_ENCODING = 'binary/encrypted';
/** How the bytes are laid out: nonce, what was sealed, tag. */
const FORMAT_1 = 'oncefill-1';

const { Payload: PayloadMessage } = temporal.api.common.v1;

function metadataOf(payload: Payload, name: string): string | undefined {
  const value = payload.metadata?.[name];
  return value && Buffer.from(value).toString('utf8');
}

export function isSealed(payload: Payload): boolean {
  return metadataOf(payload, ENCODING) === SEALED_ENCODING;
}

/** What cannot be changed without the seal breaking, beside the payload itself. */
function authenticated(keyId: string): Buffer {
  return Buffer.from(`${FORMAT_1}\n${keyId}`, 'utf8');
}

/** Seals a payload with its metadata; one that is sealed already stays as it is. */
export function seal(payload: Payload, { id, secret }: HistoryKey): Payload {
  if (isSealed(payload)) return payload;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES }).setAAD(authenticated(id));
  const sealed = cipher.update(PayloadMessage.encode(payload).finish());
  const data = Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]);
  const metadata = { [ENCODING]: SEALED_ENCODING, [KEY_ID]: id, [FORMAT]: FORMAT_1 };
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'utf8')])),
    data,
  };
}

/**
 * Opens a sealed payload; one that is not sealed stays as it is, as from before there were keys.
 *
 * @throws HistoryKeyError (HISTORY_KEY_MISSING, HISTORY_KEY_WRONG)
 */
export function open(payload: Payload, keys: KeyRing): Payload {
  if (!isSealed(payload)) return payload;
  const id = metadataOf(payload, KEY_ID) ?? '';
  if (metadataOf(payload, FORMAT) !== FORMAT_1 || !isKeyId(id)) {
    throw new HistoryKeyError('HISTORY_KEY_WRONG', 'This history was sealed by another program, and is not readable.');
  }
  const key = keys.find(id);
  if (!key) throw missingKey(id, keys);
  try {
    return PayloadMessage.decode(decipher(payload.data ?? new Uint8Array(), key));
  } catch (error) {
    throw wrongKey(id, error);
  }
}

/** @throws Error when the bytes are not what this key sealed under its id */
function decipher(data: Uint8Array, { id, secret }: HistoryKey): Buffer {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('too short to be sealed');
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(bytes.length - TAG_BYTES)];
  const opener = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
  opener.setAAD(authenticated(id)).setAuthTag(tag);
  return Buffer.concat([opener.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), opener.final()]);
}

/** Something asks for a key that is not there. */
export function missingKey(id: string, keys: KeyRing): HistoryKeyError {
  const held = keys.keys.map((key) => `"${key.id}"`).join(', ');
  const present = held === '' ? 'this process has no history key' : `this process has ${held}`;
  const message = `These histories are sealed with the key "${id}", and ${present}: add "${id}" to ${HISTORY_KEYS_VARIABLE} or to the file that ${HISTORY_KEYS_FILE_VARIABLE} names.`;
  return new HistoryKeyError('HISTORY_KEY_MISSING', message);
}

/** The key is there, and does not open it. */
export function wrongKey(id: string, cause?: unknown): HistoryKeyError {
  const message = `The configured history key "${id}" does not open what was sealed under this id: it has other bytes than the key that sealed it, or what was sealed was changed; give "${id}" its former bytes in ${HISTORY_KEYS_VARIABLE} or in the file that ${HISTORY_KEYS_FILE_VARIABLE} names.`;
  return new HistoryKeyError('HISTORY_KEY_WRONG', message, { cause });
}
