import type { Intent } from '../signal';

/** At most `limit` weight in every window of `windowMs`. */
export interface Window {
  readonly limit: number;
  readonly windowMs: number;
}

/** What requests of one scope keep to: one window, and others beside it where a venue has them. */
export interface WindowLimit extends Window {
  /** The weight of one request when the caller names none. */
  readonly weight: number;
  /** Further windows over the same requests, in the same weights; all are obeyed. At most ALSO_MAX. */
  readonly also?: readonly Window[];
}

/** A venue's limits as configured, before the safety margin. */
export interface RateLimits {
  readonly global: WindowLimit;
  /** Per endpoint group, for example market_data, order, account. A group without an entry has only the global one. */
  readonly endpoints: Readonly<Record<string, WindowLimit>>;
  /** RATE_LIMIT_SAFETY_MARGIN: entries use at most this share of every limit, 0 < margin <= 1. */
  readonly safetyMargin: number;
  /** Exits may use this larger share, so that entries can never starve them; safetyMargin <= share <= 1. */
  readonly exitSafetyMargin: number;
  /**
   * How long after its instant a permit may still be used. Windows are kept longer by this much, so that a caller who
   * wakes up late cannot make two windows overlap at the venue.
   */
  readonly permitValidityMs: number;
}

export interface AcquireCommand {
  /** The same request id gets the same permit, as long as that did not give way to an exit or another strategy. */
  readonly requestId: string;
  readonly endpoint: string;
  /** Positive integer; absent: the endpoint's own weight (1 for an endpoint without a limit of its own). */
  readonly weight?: number;
  readonly intent: Intent;
  /**
   * The strategy that an entry is made for: entries of several take turns when they wait. Absent, and for exits: the
   * request stands in no queue.
   */
  readonly strategy?: string;
  /**
   * Refuse instead of granting later than this instant, milliseconds UTC on the limiter's clock. Nothing is booked then.
   */
  readonly notAfterMs?: number;
  /**
   * The same as a span from the answer, milliseconds, zero or more: the caller's clock may be another than the
   * limiter's. Where both are given, the stricter counts.
   */
  readonly waitMaxMs?: number;
}

export type AcquireResult =
  | {
      readonly status: 'granted';
      /** The caller may send from here, milliseconds UTC on the limiter's clock. */
      readonly notBeforeMs: number;
      /** The same as a wait from the moment of the answer, zero or more. */
      readonly waitMs: number;
      /** After this instant the permit is void: acquire another. */
      readonly expiresAtMs: number;
      /** This very request booked it; false: an earlier one with the same id did, and may have used it. */
      readonly isNew: boolean;
    }
  | { readonly status: 'refused'; readonly earliestMs: number; readonly message: string };

/**
 * Gives back a permit that no request used. Only whoever got it as new, and knows that nothing was sent with it, may say
 * so.
 */
export interface GiveBackCommand {
  /** The request id of the permit. */
  readonly requestId: string;
}

/** not_found: nothing is booked under this id (any more). */
export interface GiveBackResult {
  readonly status: 'given_back' | 'not_found';
}

/** Why a venue refuses every request for a while: a penalty for too many requests, or a ban. */
export type BlockKind = 'rate_limited' | 'banned';

export interface Block {
  /** What is left of it, milliseconds; 0: there is none. */
  readonly blockedForMs: number;
  /** Absent: there is none, or it began under older rules, which did not note it. */
  readonly kind?: BlockKind;
}

/** What a venue's answer told us about its limits. The limiter judges it by when it arrives. */
export interface FeedbackCommand {
  readonly endpoint: string;
  readonly kind: 'ok' | BlockKind;
  /** The venue's own count of what is left in its window, where it says. */
  readonly remaining?: number;
  /**
   * The limit that `remaining` is counted against, where the venue says: it names the window, in weights or in requests of
   * the usual weight. Where no window has it, `remaining` is ignored.
   */
  readonly limit?: number;
  /** When requests may resume, milliseconds UTC on the clock of `observedAtMs`: only their difference counts. */
  readonly resumeAtMs?: number;
  /**
   * The same as a span, milliseconds: the sender's clock may be another than the limiter's. It counts from when the
   * limiter hears of it, and before `resumeAtMs`.
   */
  readonly resumeAfterMs?: number;
  /** Milliseconds UTC on the sender's clock. Older rules judge by it. */
  readonly observedAtMs: number;
}

export interface WindowUsage {
  readonly used: number;
  /** After the margin. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateUsage {
  readonly global: WindowUsage;
  readonly endpoints: Readonly<Record<string, WindowUsage>>;
  /** No request before this instant (a ban or a penalty); 0: none. */
  readonly blockedUntilMs: number;
}

export interface RateStats {
  readonly requestsTotal: Readonly<Record<string, number>>;
  /** Requests that had to wait. */
  readonly blockedTotal: number;
  readonly refusedTotal: number;
  readonly penaltiesTotal: number;
  readonly bansTotal: number;
}
