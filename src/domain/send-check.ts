import type { Denial, DenialCode } from './denial';
import { AUTHORIZATION_VALIDITY_MS } from './ledger/authorization';

/**
 * A permit of the limiter, on the monotonic clock of the process that asked. It is void when it ends before it starts.
 */
export interface GrantedPermit {
  readonly status: 'granted';
  readonly askedAtMs: number;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
}

export type PermitAnswer = GrantedPermit | { readonly status: 'refused'; readonly message: string };

/**
 * All that decides whether an order may be sent now. Every instant is milliseconds on this process's monotonic clock: no
 * step of the machine's clock makes anything older or younger.
 */
export interface SendFacts {
  readonly nowMs: number;
  /** Absent: the limiter was not asked. */
  readonly permit?: PermitAnswer;
  /** When the ledger was last asked, and had nothing against the order; absent: it was not asked. */
  readonly authorizedAtMs?: number;
  /** The signal's time to live ends then. */
  readonly expiresAtMs: number;
  /** Nothing may leave later, because nobody waits for this call any more; absent: the rest decides. */
  readonly callEndsAtMs?: number;
}

export type SendVerdict =
  | { readonly step: 'send'; readonly sendBeforeMs: number }
  /** The permit begins then. */
  | { readonly step: 'wait'; readonly untilMs: number; readonly reason: string }
  /** What this one said is missing, or good no more. */
  | {
      readonly step: 'ask';
      readonly whom: 'limiter' | 'ledger';
      readonly reason: string;
      /** The limiter is asked for the same permit again, not for the next one. */
      readonly isSame?: true;
    }
  /** This call is too late; another one may be in time. */
  | { readonly step: 'give_up'; readonly reason: string }
  /** The signal can never be sent. */
  | { readonly step: 'expire'; readonly denial: Denial };

/** Whether a request may leave on this permit at that instant. */
export function isPermitGood(permit: GrantedPermit, atMs: number): boolean {
  return atMs >= permit.askedAtMs && atMs >= permit.notBeforeMs && atMs <= permit.expiresAtMs;
}

/**
 * Whether nobody else can have got it since it was answered. One that was to begin later than its validity may have given
 * way to another strategy's request meanwhile (src/domain/limiter/turns.ts).
 */
function isPermitFirm({ askedAtMs, notBeforeMs, expiresAtMs }: GrantedPermit): boolean {
  return notBeforeMs - askedAtMs <= expiresAtMs - notBeforeMs;
}

/**
 * The one rule about sending: a permit that has begun and not ended, an authorization that is young enough, the signal's
 * time to live, and the end of the call that sends, all at once. An instant that lies ahead was taken by another clock,
 * and says nothing about now: whoever gave it is asked again. The ledger is asked last, because its answer is good for the
 * shortest time.
 *
 * Every comparison is written so that a figure which is no number never lets an order leave.
 */
export function checkSend({ nowMs, permit, authorizedAtMs, expiresAtMs, callEndsAtMs }: SendFacts): SendVerdict {
  if (permit?.status === 'refused') return expire('RATE_LIMIT_EXCEEDED', permit.message);
  if (!(nowMs <= expiresAtMs)) return expire('SIGNAL_EXPIRED', 'The time to live passed before sending.');
  const lastMs = callEndsAtMs ?? Infinity;
  if (!(nowMs <= lastMs)) return { step: 'give_up', reason: 'This process was too busy to send in time.' };
  if (!permit) return { step: 'ask', whom: 'limiter', reason: 'No permit was asked for.' };
  if (!(nowMs >= permit.askedAtMs)) {
    return { step: 'ask', whom: 'limiter', reason: 'The permit was asked for by another clock.' };
  }
  if (permit.notBeforeMs > expiresAtMs) {
    return expire('RATE_LIMIT_EXCEEDED', 'The venue refuses requests until after the time to live.');
  }
  if (nowMs < permit.notBeforeMs) {
    return { step: 'wait', untilMs: permit.notBeforeMs, reason: 'Waits for the rate limiter.' };
  }
  if (!isPermitGood(permit, nowMs)) {
    return { step: 'ask', whom: 'limiter', reason: 'The permit lapsed before it was used.' };
  }
  if (!isPermitFirm(permit)) {
    return { step: 'ask', whom: 'limiter', reason: 'The permit may have given way since.', isSame: true };
  }
  if (authorizedAtMs === undefined) return { step: 'ask', whom: 'ledger', reason: 'No authorization was asked for.' };
  const authorizedUntilMs = authorizedAtMs + AUTHORIZATION_VALIDITY_MS;
  if (!(nowMs >= authorizedAtMs && nowMs <= authorizedUntilMs)) {
    return { step: 'ask', whom: 'ledger', reason: 'The authorization lapsed before it was used.' };
  }
  return { step: 'send', sendBeforeMs: Math.min(permit.expiresAtMs, authorizedUntilMs, expiresAtMs, lastMs) };
}

function expire(code: DenialCode, message: string): SendVerdict {
  return { step: 'expire', denial: { code, message } };
}
