import { createHmac, timingSafeEqual } from 'node:crypto';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import type { HttpRequest } from './messages';

/** The venue's receive window for requests that name none, milliseconds. */
const RECEIVE_WINDOW_DEFAULT_MS = 5_000;

/** How far a timestamp may lie ahead of the venue's clock, milliseconds. */
const TIMESTAMP_AHEAD_MAX_MS = 1_000;

export interface ApiCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/**
 * Checks key, receive window and signature of a private request: hex HMAC-SHA256 over timestamp, key, receive window
 * and the query string or the body as sent.
 *
 * @returns until when the venue may act on it, milliseconds on the venue's clock
 * @throws VenueRefusal 10003, 10002 or 10004
 */
export function authenticate(request: HttpRequest, credentials: ApiCredentials, nowMs: number): number {
  const key = header(request, 'x-bapi-api-key');
  const timestamp = header(request, 'x-bapi-timestamp');
  const receiveWindow = header(request, 'x-bapi-recv-window');
  if (key !== credentials.apiKey) throw new VenueRefusal(RET_CODES.apiKeyInvalid, 'API key is invalid.');
  const signedAtMs = /^\d{13}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  const windowMs = receiveWindow === '' ? RECEIVE_WINDOW_DEFAULT_MS : Number(receiveWindow);
  const validUntilMs = signedAtMs + windowMs;
  if (!(nowMs <= validUntilMs && signedAtMs < nowMs + TIMESTAMP_AHEAD_MAX_MS)) {
    throw new VenueRefusal(
      RET_CODES.timestampOutsideWindow,
      'invalid request, please check your server timestamp or recv_window param. ' +
        `req_timestamp[${timestamp}],server_timestamp[${nowMs}],recv_window[${receiveWindow}]`,
    );
  }
  const signed = request.method === 'GET' ? request.query : request.body;
  const expected = createHmac('sha256', credentials.apiSecret)
    .update(timestamp + key + receiveWindow + signed)
    .digest();
  const given = Buffer.from(header(request, 'x-bapi-sign'), 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new VenueRefusal(RET_CODES.signatureInvalid, 'error sign! please check your signature generation algorithm.');
  }
  return validUntilMs;
}

function header(request: HttpRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
