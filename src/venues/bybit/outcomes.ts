import type { LimitFigures, OutcomeKind, VenueOutcome } from '../../domain/outcome';
import { boundedDelayMs, noAnswerOutcome, notSentOutcome, retryAfterAtMs, venueOutcome } from '../ccxt/venue-reply';
import type { VenueReply } from '../ccxt/venue-reply';
import { timeMs } from './fields';
import {
  CANCEL_ORDER_CODES,
  LEVERAGE_CODES,
  PLACE_ORDER_CODES,
  REQUEST_CODES,
  TRADING_STOP_CODES,
} from './outcome-codes';
import { refusalWordsOf } from './refusal-words';
import type { RefusalMeaning } from './refusal-words';

/** Bybit: after HTTP 403 "access too frequent", wait at least ten minutes. */
const IP_BAN_MS = 10 * 60 * 1_000;
/** Bybit's limits per account count a rolling second. */
const RATE_WINDOW_MS = 1_000;
/** A reset further away than this is not a rolling second's: the header is not believed. */
const RESET_DELAY_MAX_MS = 60_000;

/** Bybit's codes are numbers of up to seven digits. */
const CODE_CHARACTERS_MAX = 20;

/** Texts of HTTP 403 that mean a region, which waiting does not change. */
const REGION_TEXT = /\b(country|region|jurisdiction|location|not available in your|restricted (area|territory))\b/i;

/** Statuses that refuse a request by themselves, unless a known code says more. 403 is decided by its text. */
const REFUSING_STATUSES: ReadonlyMap<number, OutcomeKind> = new Map([
  [401, 'FATAL'],
  [429, 'RATE_LIMITED'],
]);

interface Envelope {
  readonly code?: string;
  readonly message: string;
  readonly timeMs?: number;
  readonly orderId?: string;
  readonly orderLinkId?: string;
}

/**
 * What the answer to `POST /v5/order/create` proves. PLACED needs everything: a 2xx status, retCode 0, an order id, and
 * our client id where the answer names one. Whatever is not known to be a refusal is UNKNOWN once the request left.
 */
export function classifyPlaceOrderReply(reply: VenueReply, clientOrderId: string): VenueOutcome {
  return classify(reply, PLACE_ORDER_CODES, (envelope) => {
    if (envelope.orderId === undefined) return undefined;
    if (envelope.orderLinkId !== undefined && envelope.orderLinkId !== clientOrderId) return undefined;
    return 'The venue accepted the order.';
  });
}

/**
 * What the answer to `POST /v5/order/cancel` proves. PLACED: the venue accepted the cancellation (the order may still
 * have filled before it). REJECTED: there was nothing to cancel.
 */
export function classifyCancelOrderReply(reply: VenueReply): VenueOutcome {
  return classify(reply, CANCEL_ORDER_CODES, (envelope) =>
    envelope.orderId === undefined && envelope.orderLinkId === undefined
      ? undefined
      : 'The venue accepted the cancellation.',
  );
}

/**
 * What the answer to `POST /v5/position/trading-stop` proves. PLACED: the venue took it. REJECTED: nothing was changed; what its
 * words mean is `refusalMeaningOf`'s to tell.
 */
export function classifyTradingStopReply(reply: VenueReply): VenueOutcome {
  return classify(reply, TRADING_STOP_CODES, () => 'The venue accepted the protection.');
}

/** @returns undefined where the answer is none of those whose words are known */
export function refusalMeaningOf(reply: VenueReply): RefusalMeaning | undefined {
  const { code, message } = readEnvelope(reply.body);
  return refusalWordsOf(code, message)?.meaning;
}

/**
 * What the answer to `POST /v5/position/set-leverage` proves where it does not accept. REJECTED, FATAL: the venue does not set it;
 * UNKNOWN: nothing, ask again later. Never PLACED.
 */
export function classifyLeverageReply(reply: VenueReply): VenueOutcome {
  return classify(reply, LEVERAGE_CODES, () => undefined);
}

/** What a failed read says; UNKNOWN: nothing, ask again later. Never PLACED. */
export function classifyReadReply(reply: VenueReply): VenueOutcome {
  return classify(reply, new Map(), () => undefined);
}

/** The venue's clock in a reply, milliseconds UTC. */
export function replyTimeMs(reply: VenueReply): number | undefined {
  return readEnvelope(reply.body).timeMs;
}

/** What the headers of a reply say of the limit of its group; its body is not read. */
export function limitCountsOf(reply: VenueReply): Pick<LimitFigures, 'limit' | 'remaining'> {
  const [limit, remaining] = [countHeader(reply, 'x-bapi-limit'), countHeader(reply, 'x-bapi-limit-status')];
  return { ...(limit !== undefined && { limit }), ...(remaining !== undefined && { remaining }) };
}

/** The same, with when the limit begins anew. That is on the venue's clock: without the reply's own time it says nothing. */
export function limitFiguresOf(reply: VenueReply): LimitFigures {
  const resetAtMs = resetMs(reply);
  // The body is read for nothing else.
  const delayMs = Number.isNaN(resetAtMs) ? Number.NaN : resetAtMs - (replyTimeMs(reply) ?? Number.NaN);
  return {
    ...limitCountsOf(reply),
    ...(Math.abs(delayMs) <= RESET_DELAY_MAX_MS && { resetAfterMs: Math.max(0, delayMs) }),
  };
}

function countHeader({ headers }: VenueReply, name: string): number | undefined {
  const text = headers[name];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** NaN without the header. */
function resetMs({ headers }: VenueReply): number {
  return Number(headers['x-bapi-limit-reset-timestamp'] ?? Number.NaN);
}

function classify(
  reply: VenueReply,
  codes: ReadonlyMap<string, OutcomeKind>,
  acceptance: (envelope: Envelope) => string | undefined,
): VenueOutcome {
  if (!reply.sent) return notSentOutcome(reply);
  const { httpStatus } = reply;
  if (httpStatus === undefined) return noAnswerOutcome(reply);
  const envelope = readEnvelope(reply.body);
  const { code } = envelope;
  const isSuccessStatus = httpStatus >= 200 && httpStatus < 300;
  if (code === '0' && isSuccessStatus) {
    const accepted = acceptance(envelope);
    return accepted === undefined
      ? venueOutcome('UNKNOWN', reply, 'The answer does not say what became of the request.', { venueCode: code })
      : venueOutcome('PLACED', reply, accepted, { venueCode: code });
  }
  // A server that fails may have acted before it failed, whatever code it wrote into the page; and an answer that names an order
  // and does not accept it contradicts itself.
  const isUncertain = httpStatus >= 500 || envelope.orderId !== undefined;
  if (httpStatus === 403 && !isUncertain) return forbiddenOutcome(reply, envelope);
  const kind = isUncertain ? 'UNKNOWN' : kindOf(envelope, httpStatus, codes);
  return outcomeOfKind(kind, reply, refusalMessage(envelope, httpStatus), envelope);
}

function kindOf({ code, message }: Envelope, httpStatus: number, codes: ReadonlyMap<string, OutcomeKind>): OutcomeKind {
  // -1 has two meanings: an expired request, and an order that is not known.
  if (code === '-1') return /expired/i.test(message) ? 'NOT_PLACED' : 'UNKNOWN';
  if (refusalWordsOf(code, message)?.meaning === 'hedge_mode') return 'FATAL';
  const known = code === undefined ? undefined : (codes.get(code) ?? REQUEST_CODES.get(code));
  return known ?? REFUSING_STATUSES.get(httpStatus) ?? 'UNKNOWN';
}

/** HTTP 403: the limit per address, or a region. Both are decided before the request reaches the venue's engine. */
function forbiddenOutcome(reply: VenueReply, envelope: Envelope): VenueOutcome {
  const { code } = envelope;
  if (code !== undefined && REQUEST_CODES.get(code) === 'FATAL') {
    return outcomeOfKind('FATAL', reply, refusalMessage(envelope, 403), envelope);
  }
  if (REGION_TEXT.test(reply.text)) {
    return venueOutcome('FATAL', reply, 'The venue refuses this address because of its region (HTTP 403).', {
      venueCode: code,
    });
  }
  return outcomeOfKind('BANNED', reply, 'The venue refuses this address for a while (HTTP 403).', envelope);
}

function outcomeOfKind(kind: OutcomeKind, reply: VenueReply, message: string, envelope: Envelope): VenueOutcome {
  const venueCode = envelope.code;
  if (kind === 'BANNED') {
    const retryAtMs = retryAfterAtMs(reply) ?? reply.receivedAtMs + IP_BAN_MS;
    return venueOutcome(kind, reply, message, { venueCode, retryAtMs });
  }
  if (kind === 'RATE_LIMITED') {
    const retryAtMs = retryAfterAtMs(reply) ?? resetAtMs(reply, envelope);
    return venueOutcome(kind, reply, message, { venueCode, retryAtMs });
  }
  return venueOutcome(kind, reply, message, { venueCode });
}

/** The reset header is on the venue's clock; the difference to the reply's own time carries it over to ours. */
function resetAtMs(reply: VenueReply, envelope: Envelope): number {
  const delayMs = resetMs(reply) - (envelope.timeMs ?? reply.receivedAtMs);
  const isUsable = delayMs > 0 && delayMs <= RESET_DELAY_MAX_MS;
  return reply.receivedAtMs + boundedDelayMs(isUsable ? delayMs : RATE_WINDOW_MS);
}

function refusalMessage({ code, message }: Envelope, httpStatus: number): string {
  if (code === undefined || code === '0') return `Bybit answered HTTP ${httpStatus} without saying what happened.`;
  const words = refusalWordsOf(code, message)?.words ?? message;
  return words === '' ? `Bybit ${code}` : `Bybit ${code}: ${words}`;
}

function readEnvelope(body: unknown): Envelope {
  const fields = asObject(body);
  const result = asObject(fields['result']);
  return {
    code: asCode(fields['retCode']),
    message: asText(fields['retMsg']) ?? '',
    timeMs: asTimeMs(fields['time']),
    orderId: asText(result['orderId']),
    orderLinkId: asText(result['orderLinkId']),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A longer text is none of the venue's codes: its beginning tells as much, and travels through histories. */
function asCode(value: unknown): string | undefined {
  return asText(value)?.slice(0, CODE_CHARACTERS_MAX);
}

function asTimeMs(value: unknown): number | undefined {
  const read = timeMs.safeParse(value);
  return read.success ? read.data : undefined;
}
