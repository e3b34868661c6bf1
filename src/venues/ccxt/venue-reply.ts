import type { OutcomeKind, VenueOutcome } from '../../domain/outcome';
import { REDACTED } from '../../secrets/find-secrets';
import { redact, redactDeep } from '../../secrets/known-secrets';
import type { RequestTrace } from './request-trace';

/** What is known after one request: the input of the venues' pure classification. Holds no secret. */
export interface VenueReply {
  /** False only when it is proven that no byte left this process. */
  readonly sent: boolean;
  /** Absent: no reply arrived. */
  readonly httpStatus?: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON value of a complete body; absent when the body is incomplete or not JSON. */
  readonly body?: unknown;
  /** The beginning of the body as text, for venues that refuse with a page. */
  readonly text: string;
  /** The name of the ccxt error class: used only where nothing left, because its mapping is too coarse for more. */
  readonly errorName?: string;
  readonly transportError?: string;
  /** Our wall clock, milliseconds UTC. */
  readonly receivedAtMs: number;
}

/** A page says in its first lines why it refuses. */
const PAGE_CHARACTERS_MAX = 16_384;
/** The longest single text of an answer that is kept: no field of an order or a balance is nearly as long. */
const FIELD_CHARACTERS_MAX = 8_192;
/** Characters looked through in one answer, decoded ones included: a list of markets of 4 MiB takes half of it. */
export const REDACTION_WORK_MAX = 6_000_000;
/** The longest message of an outcome: it travels through workflow histories. */
export const OUTCOME_MESSAGE_CHARACTERS_MAX = 300;
/** No venue bans for longer (Binance: up to three days); a larger figure is not believed. */
export const RETRY_DELAY_MAX_MS = 3 * 24 * 60 * 60 * 1_000;

/**
 * An answer's content without our secrets, in whatever spelling the venue echoes them; what is absurdly long is left out.
 *
 * @returns undefined when looking for them would take too long: the answer is refused as a whole
 */
export function withoutSecrets<Content>(content: Content): Content | undefined {
  const budget = { charactersLeft: REDACTION_WORK_MAX };
  const clean = redactDeep(content, FIELD_CHARACTERS_MAX, budget);
  return budget.charactersLeft < 0 ? undefined : clean;
}

/**
 * What is kept of a request's trace. Secrets are taken out after the body was read, not before: reading undoes escapes.
 *
 * @param error what ccxt threw; only its class is kept, because its message holds the URL and the body
 */
export function replyFromTrace(trace: RequestTrace, error: unknown, receivedAtMs: number): VenueReply {
  const text = trace.text ?? '';
  let body: { readonly value: unknown } | undefined;
  return {
    sent: trace.sentAtMonotonicMs !== undefined,
    httpStatus: trace.httpStatus,
    headers: withoutSecrets(trace.headers) ?? {},
    // An answer that is what was asked for is read by its caller, and is not looked through here as well.
    get body() {
      body ??= { value: withoutSecrets(parseJson(text)) };
      return body.value;
    },
    // Only an answer that cannot be read is looked at as a text.
    get text() {
      return redact(text.slice(0, PAGE_CHARACTERS_MAX));
    },
    errorName: (error as Error | undefined)?.name,
    transportError: trace.transportError,
    receivedAtMs,
  };
}

/** Builds an outcome whose message is cleaned and bounded. */
export function venueOutcome(
  kind: OutcomeKind,
  reply: VenueReply,
  message: string,
  details: { venueCode?: string; retryAtMs?: number } = {},
): VenueOutcome {
  const { retryAtMs } = details;
  const retryAfterMs = retryAtMs === undefined ? undefined : retryAtMs - reply.receivedAtMs;
  return { kind, httpStatus: reply.httpStatus, message: cleanMessage(message), ...details, retryAfterMs };
}

/** A request that was held back because its last instant had passed. */
export const TOO_LATE_CODE = 'TOO_LATE';
export const TOO_LATE =
  'The permit, the authorization, the time to live or the call ended before the order could leave; nothing was sent.';

/** A request that was held back because it had no permit that was good at that instant. */
export const NO_PERMIT_CODE = 'NO_PERMIT';
export const NO_PERMIT =
  'The request had no permit of the rate limiter any more when it could leave (a connection may have taken long to open); nothing was sent.';

/** Whether we held the request back ourselves, which says nothing about the venue. */
export function isHeldBack({ transportError }: Pick<VenueReply, 'transportError'>): boolean {
  return transportError === TOO_LATE_CODE || transportError === NO_PERMIT_CODE;
}

/** Outcome of a request of which no byte left: the only place where the ccxt class decides. */
export function notSentOutcome(reply: VenueReply): VenueOutcome {
  if (reply.transportError === NO_PERMIT_CODE) return venueOutcome('RATE_LIMITED', reply, NO_PERMIT);
  if (reply.transportError === TOO_LATE_CODE) return venueOutcome('NOT_PLACED', reply, TOO_LATE);
  switch (reply.errorName) {
    case 'AuthenticationError':
      return venueOutcome('FATAL', reply, 'The API key or secret is missing or cannot sign; nothing was sent.');
    case 'NetworkError':
    case 'RequestTimeout':
    case 'ExchangeNotAvailable':
      return venueOutcome(
        'NOT_PLACED',
        reply,
        `The venue cannot be reached (${reply.transportError ?? reply.errorName}); nothing was sent.`,
      );
    default:
      return venueOutcome(
        'REJECTED',
        reply,
        `The request could not be built (${reply.errorName ?? 'unknown error'}); nothing was sent.`,
      );
  }
}

/** Outcome of a request that left and to which no complete answer came. */
export function noAnswerOutcome(reply: VenueReply): VenueOutcome {
  const cause = reply.transportError ?? reply.errorName ?? 'no reply';
  return venueOutcome('UNKNOWN', reply, `No complete answer from the venue (${cause}); the request may have arrived.`);
}

/** When `Retry-After` allows the next request, milliseconds UTC on our clock; undefined without a usable header. */
export function retryAfterAtMs(reply: VenueReply): number | undefined {
  const value = reply.headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  // RFC 9110, section 10.2.3: seconds, or a date.
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - sentAtMs(reply);
  return Number.isNaN(delayMs) ? undefined : reply.receivedAtMs + boundedDelayMs(delayMs);
}

/** When the reply left, on the clock of whoever sent it; our own where the reply does not say. */
function sentAtMs({ headers, receivedAtMs }: VenueReply): number {
  const dateMs = Date.parse(headers['date'] ?? '');
  return Number.isNaN(dateMs) ? receivedAtMs : dateMs;
}

export function boundedDelayMs(delayMs: number): number {
  return Math.min(Math.max(delayMs, 0), RETRY_DELAY_MAX_MS);
}

/**
 * Removes our secrets in every spelling that is known, what else a venue may echo of a signed request (the string it signed, addresses
 * with their queries, long tokens) and control characters, and bounds the length.
 */
export function cleanMessage(text: string): string {
  // Secrets first: the other rules could cut one in two, and leave a half that is not known again.
  const cleaned = redact(text.length > FIELD_CHARACTERS_MAX ? '' : text)
    .replaceAll(/origin_string\[[^\]]*\]?/gi, `origin_string[${REDACTED}]`)
    .replaceAll(/\bhttps?:\/\/\S+/gi, '<url>')
    .replaceAll(
      /\b(signature|sign|api_?key|x-[a-z]+-(?:api-?key|apikey|sign))\b(["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi,
      `$1$2${REDACTED}`,
    )
    .replaceAll(/[A-Za-z0-9+/_-]{40,}/g, REDACTED)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return cleaned.length <= OUTCOME_MESSAGE_CHARACTERS_MAX
    ? cleaned
    : `${cleaned.slice(0, OUTCOME_MESSAGE_CHARACTERS_MAX - 1)}…`;
}

/** @returns undefined for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an expected answer of proxies and firewalls; the status and the text remain.
    return undefined;
  }
}
