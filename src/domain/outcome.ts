/**
 * What a venue's answer to an order proves.
 *
 * - PLACED: the venue accepted the order.
 * - DUPLICATE: the venue already has an order with this client id: look it up.
 * - REJECTED: the venue refused this order for good.
 * - RATE_LIMITED: not placed; too many requests; may be sent again after `retryAtMs`.
 * - BANNED: not placed; the venue refuses us altogether until `retryAtMs`.
 * - NOT_PLACED: proven not placed for a passing reason (a stale timestamp, say); may be sent again.
 * - UNKNOWN: nothing is proven; the order may live. Look it up, send nothing.
 * - FATAL: not placed, and nothing else will be until a person acts (key revoked, account suspended).
 */
export type OutcomeKind =
  'PLACED' | 'DUPLICATE' | 'REJECTED' | 'RATE_LIMITED' | 'BANNED' | 'NOT_PLACED' | 'UNKNOWN' | 'FATAL';

/** What an answer said of the venue's own request limits; what it did not say is absent. */
export interface LimitFigures {
  /** Requests that its window takes. */
  readonly limit?: number;
  /** Requests that were left of them. */
  readonly remaining?: number;
  /** When there is more room again, milliseconds from the answer; 0: there was at once. */
  readonly resetAfterMs?: number;
}

/** A classified venue answer. Holds no secret: messages are cleaned before they get here. */
export interface VenueOutcome {
  readonly kind: OutcomeKind;
  /** The venue's own code, for example `110007`, where there was one. */
  readonly venueCode?: string;
  readonly httpStatus?: number;
  readonly message: string;
  /** Earliest instant for another request, milliseconds UTC, where the venue said so. */
  readonly retryAtMs?: number;
  /** The same as a span from the moment of the answer: another machine has another clock. */
  readonly retryAfterMs?: number;
  /** Of an answer to an order, for explanations. Absent: it said nothing of them. */
  readonly limits?: LimitFigures;
}

/** `9 of 10 requests left, more room in 0.4 s`, for people. Empty: there is nothing to say. */
export function limitWords({ limit, remaining, resetAfterMs }: LimitFigures): string {
  const parts = [
    ...(remaining === undefined ? [] : [`${remaining}${limit === undefined ? '' : ` of ${limit}`} requests left`]),
    ...(remaining === undefined && limit !== undefined ? [`at most ${limit} requests`] : []),
    ...(resetAfterMs === undefined || resetAfterMs === 0
      ? []
      : [`more room in ${(resetAfterMs / 1_000).toFixed(1)} s`]),
  ];
  return parts.join(', ');
}

/** What an outcome is in words. */
const WORDS: Readonly<Record<OutcomeKind, string>> = {
  PLACED: 'Accepted',
  DUPLICATE: 'Known already',
  REJECTED: 'Refused',
  NOT_PLACED: 'Not placed',
  RATE_LIMITED: 'Too many requests',
  BANNED: 'Banned for a while',
  FATAL: 'Refused until a person acts',
  UNKNOWN: 'Not proven',
};

/** `Refused (110007): not enough balance`, for people. */
export function venueSentence(outcome: VenueOutcome): string {
  const code = outcome.venueCode ?? (outcome.httpStatus === undefined ? undefined : `HTTP ${outcome.httpStatus}`);
  // Most messages begin with the venue's name and code.
  const isTold = code === undefined || outcome.message.includes(code);
  return `${WORDS[outcome.kind]}${isTold ? '' : ` (${code})`}: ${outcome.message}`;
}
