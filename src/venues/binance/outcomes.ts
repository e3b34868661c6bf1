import type { OutcomeKind, VenueOutcome } from '../../domain/outcome';
import { boundedDelayMs, noAnswerOutcome, notSentOutcome, retryAfterAtMs, venueOutcome } from '../ccxt/venue-reply';
import type { VenueReply } from '../ccxt/venue-reply';
import { CANCEL_ORDER_CODES, PLACE_ORDER_CODES, READ_CODES, REQUEST_CODES } from './outcome-codes';
import type { BinanceMarket } from './outcome-codes';

/** HTTP 418 without `Retry-After`: Binance's shortest ban. */
const BAN_MS = 2 * 60 * 1_000;
/** HTTP 403 comes from the firewall, which names no time. */
const FIREWALL_BAN_MS = 5 * 60 * 1_000;
/** Request weight is counted in fixed minutes: without a header, the next one has begun by then. */
const WEIGHT_WINDOW_MS = 60_000;
/** Binance's codes are numbers of up to five digits. */
const CODE_CHARACTERS_MAX = 20;

interface Envelope {
  readonly code?: string;
  readonly message: string;
  readonly orderId?: string;
  readonly clientOrderId?: string;
}

/**
 * What the answer to placing an order proves. PLACED needs a 2xx status, an order id, and our client id where the
 * answer names one. Every 5xx is UNKNOWN, as the venue's documents demand, except a documented throttle.
 *
 * DUPLICATE concerns open orders only: once an order has filled, the venue accepts its client id again. Before anything
 * is sent again, a look-up must therefore cover fills too.
 */
export function classifyPlaceOrderReply(market: BinanceMarket, reply: VenueReply, clientOrderId: string): VenueOutcome {
  return classify(reply, PLACE_ORDER_CODES[market], placeRefusalKind, ({ orderId, clientOrderId: answered }) =>
    orderId !== undefined && (answered === undefined || answered === clientOrderId)
      ? 'The venue accepted the order.'
      : undefined,
  );
}

/** What the answer to a cancellation proves. PLACED: it was accepted. REJECTED: there was nothing to cancel. */
export function classifyCancelOrderReply(reply: VenueReply): VenueOutcome {
  return classify(reply, CANCEL_ORDER_CODES, undecidedRefusalKind, ({ orderId }) =>
    orderId === undefined ? undefined : 'The venue accepted the cancellation.',
  );
}

/** What a failed read says; UNKNOWN: nothing, ask again later. Never PLACED. */
export function classifyReadReply(reply: VenueReply): VenueOutcome {
  return classify(reply, READ_CODES, undecidedRefusalKind, () => undefined);
}

function classify(
  reply: VenueReply,
  codes: ReadonlyMap<string, OutcomeKind>,
  refusalKind: (message: string) => OutcomeKind,
  acceptance: (envelope: Envelope) => string | undefined,
): VenueOutcome {
  if (!reply.sent) return notSentOutcome(reply);
  const { httpStatus } = reply;
  if (httpStatus === undefined) return noAnswerOutcome(reply);
  const envelope = readEnvelope(reply.body);
  const { code, message } = envelope;
  if (code === undefined) return codelessOutcome(reply, httpStatus, acceptance(envelope));
  const text = `Binance ${code}: ${message}`;
  if (httpStatus === 418 || httpStatus === 429 || httpStatus === 451)
    return statusOutcome(reply, httpStatus, text, code);
  const kind = code === '-2010' ? refusalKind(message) : (codes.get(code) ?? REQUEST_CODES.get(code) ?? 'UNKNOWN');
  if (httpStatus >= 500 && kind !== 'RATE_LIMITED') return venueOutcome('UNKNOWN', reply, text, { venueCode: code });
  if (kind === 'RATE_LIMITED') return limitOutcome(kind, reply, text, code);
  return venueOutcome(kind, reply, text, { venueCode: code });
}

/** -2010 is the matching engine's refusal of a new order; only its text says why. */
function placeRefusalKind(message: string): OutcomeKind {
  if (/duplicate/i.test(message)) return 'DUPLICATE';
  return /may not place|not permitted|action is disabled/i.test(message) ? 'FATAL' : 'REJECTED';
}

function undecidedRefusalKind(): OutcomeKind {
  return 'UNKNOWN';
}

function codelessOutcome(reply: VenueReply, httpStatus: number, accepted: string | undefined): VenueOutcome {
  if (httpStatus >= 200 && httpStatus < 300) {
    return accepted === undefined
      ? venueOutcome('UNKNOWN', reply, 'The answer does not say what became of the request.')
      : venueOutcome('PLACED', reply, accepted);
  }
  return statusOutcome(reply, httpStatus, `The venue answered HTTP ${httpStatus}.`);
}

function statusOutcome(reply: VenueReply, httpStatus: number, message: string, venueCode?: string): VenueOutcome {
  switch (httpStatus) {
    case 401:
    case 451:
      return venueOutcome('FATAL', reply, message, { venueCode });
    case 403:
    case 418:
      return limitOutcome('BANNED', reply, message, venueCode);
    case 429:
      return limitOutcome('RATE_LIMITED', reply, message, venueCode);
    default:
      return venueOutcome('UNKNOWN', reply, message, { venueCode });
  }
}

function limitOutcome(
  kind: 'RATE_LIMITED' | 'BANNED',
  reply: VenueReply,
  message: string,
  venueCode?: string,
): VenueOutcome {
  // -1003 names the end of a ban in its text, milliseconds UTC.
  const bannedUntilMs = Number(/banned until (\d{13})\b/i.exec(message)?.[1] ?? Number.NaN);
  const isBanned = kind === 'BANNED' || !Number.isNaN(bannedUntilMs);
  const textRetryAtMs = Number.isNaN(bannedUntilMs)
    ? undefined
    : reply.receivedAtMs + boundedDelayMs(bannedUntilMs - reply.receivedAtMs);
  const defaultDelayMs = isBanned ? (reply.httpStatus === 403 ? FIREWALL_BAN_MS : BAN_MS) : WEIGHT_WINDOW_MS;
  return venueOutcome(isBanned ? 'BANNED' : 'RATE_LIMITED', reply, message, {
    venueCode,
    retryAtMs: retryAfterAtMs(reply) ?? textRetryAtMs ?? reply.receivedAtMs + defaultDelayMs,
  });
}

function readEnvelope(body: unknown): Envelope {
  const fields: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  return {
    code: asCode(fields['code']),
    message: asText(fields['msg']) ?? '',
    orderId: asText(fields['orderId']),
    // A cancellation answers with an id of its own here and the order's in origClientOrderId; only placing compares it.
    clientOrderId: asText(fields['clientOrderId']),
  };
}

/** A longer text is none of the venue's codes: its beginning tells as much, and travels through histories. */
function asCode(value: unknown): string | undefined {
  return asText(value)?.slice(0, CODE_CHARACTERS_MAX);
}

function asText(value: unknown): string | undefined {
  // Order ids of the venue are numbers and may exceed what a number holds exactly: only their presence is used.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
