import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { HookSource } from '../config/hooks-schema';
import { parseBodyPath, valueAtPath } from '../domain/hooks/body-path';
import type { Secret } from '../secrets/secret';

/** Whole seconds or milliseconds since 1970, in digits. */
export const TIMESTAMP_HEADER = 'x-oncefill-timestamp';
/** HMAC-SHA256 over the timestamp, a point and the body as it was sent, in hexadecimal digits. */
export const SIGNATURE_HEADER = 'x-oncefill-signature';
/** A signature is good for so long before and after its time: what is replayed within meets its own fingerprint. */
export const SIGNATURE_WINDOW_MS = 300_000;

/** Numbers below it are seconds. */
const SECONDS_BELOW = 1e11;

/** A sentence where an alert does not show a secret of its source; undefined: it does. */
export type AuthenticationFault = string | undefined;

/** What a sender puts into SIGNATURE_HEADER. @param timestamp as in TIMESTAMP_HEADER */
export function signatureOf(secret: string, timestamp: string, body: Buffer): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
}

/** All secrets are asked, whichever fits: how long it takes tells nothing of them. */
function fitsAny(secrets: readonly Secret[], fits: (secret: string) => boolean): boolean {
  let isFound = false;
  for (const secret of secrets) isFound = fits(secret.reveal()) || isFound;
  return isFound;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** @param body parsed */
export function bodySecretFault(
  { secretField }: Pick<HookSource, 'secretField'>,
  secrets: readonly Secret[],
  body: unknown,
): AuthenticationFault {
  const given = valueAtPath(body, parseBodyPath(secretField) ?? []);
  if (typeof given !== 'string') return `The body has no secret at ${secretField}; put it there, in quotes.`;
  const shown = digest(given);
  if (fitsAny(secrets, (secret) => timingSafeEqual(shown, digest(secret)))) return undefined;
  return `The secret at ${secretField} is none of this source's.`;
}

/** @param body as it was sent, byte for byte */
export function signatureFault(
  headers: IncomingHttpHeaders,
  secrets: readonly Secret[],
  body: Buffer,
  nowMs: number,
): AuthenticationFault {
  const timestamp = headers[TIMESTAMP_HEADER];
  const signature = headers[SIGNATURE_HEADER];
  if (typeof timestamp !== 'string' || typeof signature !== 'string') {
    return `The headers ${TIMESTAMP_HEADER} and ${SIGNATURE_HEADER} are needed.`;
  }
  if (!/^\d{1,14}$/.test(timestamp))
    return `${TIMESTAMP_HEADER} must be seconds or milliseconds since 1970, in digits.`;
  const match = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(signature);
  if (!match) return `${SIGNATURE_HEADER} must be 64 hexadecimal digits.`;
  const given = Buffer.from(match[1] ?? '', 'hex');
  const isGood = fitsAny(secrets, (secret) =>
    timingSafeEqual(given, Buffer.from(signatureOf(secret, timestamp, body), 'hex')),
  );
  if (!isGood) return `${SIGNATURE_HEADER} does not fit: HMAC-SHA256 over timestamp, a point and the body as sent.`;
  const timeMs = Number(timestamp) * (Number(timestamp) < SECONDS_BELOW ? 1_000 : 1);
  if (Math.abs(nowMs - timeMs) <= SIGNATURE_WINDOW_MS) return undefined;
  return `${TIMESTAMP_HEADER} is more than ${SIGNATURE_WINDOW_MS / 1_000} s from now; sign anew, or correct the sender's clock.`;
}
