import { setTimeout as delay } from 'node:timers/promises';
import type { Denial } from '../domain/denial';
import { checkSend, type SendVerdict } from '../domain/send-check';
import type { Intent } from '../domain/signal';
import type { Expiry } from '../messages/trade';
import { authorizationQuery, usageQuery } from '../messages/venue-account';
import type { EntityCaller } from './entity-caller';
import type { RequestPermit } from '../venues/request-permit';
import { FullWindows } from './full-windows';
import type { PermitReply, Permits } from './permits';
import type { StoreGate } from '../temporal/store-gate';
import { crashPoint } from '../process/crash-points';

/** A wait this short is not worth a durable timer. */
const WAIT_IN_PLACE_MAX_MS = 250;
/** Short waits in one call; more mean that timers fire early again and again. */
const WAITS_PER_CALL_MAX = 10;

/** How often one call may ask which store the server has; it is asked again where the way to the server broke meanwhile. */
const CONFIRMATIONS_MAX = 3;

/** How often one call may ask the limiter, and the ledger, for what it does not have in hand. */
export interface AsksMax {
  readonly limiter: number;
  readonly ledger: number;
}

/** What is in hand must do: what exists elsewhere of this call must end with it. */
export const ASK_NOBODY: AsksMax = { limiter: 0, ledger: 0 };
/** Answers lapse where this process is busy; after this many the workflow takes over. */
export const ASK_AGAIN: AsksMax = { limiter: 3, ledger: 3 };

export interface SendRequest {
  readonly fingerprint: string;
  readonly intent: Intent;
  /** Whose turn it takes at the limiter; absent in calls of before there were turns. */
  readonly strategy?: string;
  /** The signal's time to live ends then, milliseconds UTC. */
  readonly expiresAtMs: number;
  /** See SendFacts: on the monotonic clock. */
  readonly callEndsAtMs?: number;
}

/** What the caller brings along. */
export interface InHand {
  readonly permit?: PermitReply;
  /** The permit in hand, or the next to ask for: a lapsed one is replaced by the next. */
  readonly permitRound: number;
  /** On the monotonic clock; absent: the ledger is asked. */
  readonly authorizedAtMs?: number;
}

/** An order may be sent. */
export interface Clearance {
  /** Until then, milliseconds on this process's monotonic clock. */
  readonly sendBeforeMs: number;
  /** Its permit. */
  readonly token: RequestPermit;
}

export type SendCheck =
  | ({ readonly status: 'clear'; readonly permitRound: number } & Clearance)
  /** The wait counts from this answer, whole milliseconds: it may travel to another machine. */
  | { readonly status: 'wait'; readonly waitMs: number; readonly permitRound: number; readonly reason: string }
  /** What was in hand is good no more, and this call may not ask again. */
  | { readonly status: 'lapsed'; readonly permitRound: number; readonly reason: string }
  | ({ readonly status: 'expired' } & Expiry)
  | { readonly status: 'denied'; readonly denial: Denial };

/** Brings together what an order needs right before it is sent. Both roads go through it. */
export class SendChecker {
  private readonly windows: FullWindows;

  constructor(
    private readonly entities: Pick<EntityCaller, 'query'>,
    private readonly permits: Pick<Permits, 'acquire' | 'leftUntil'>,
    private readonly store: StoreGate,
    /** The account's workflow id. */
    private readonly account: string,
    /** Told of each permit that is good no more before its order left. */
    private readonly onLapse: () => void = () => undefined,
  ) {
    this.windows = new FullWindows(() => entities.query(account, usageQuery));
  }

  /**
   * Applies checkSend until there is a decision: waits in place for a permit that begins in a moment, and asks anew for
   * what lapsed.
   *
   * @param asksMax the one thing in which the callers differ
   */
  async check(
    request: SendRequest,
    { permit, permitRound, authorizedAtMs }: InHand,
    asksMax: AsksMax,
  ): Promise<SendCheck> {
    const asked = { limiter: 0, ledger: 0 };
    const { callEndsAtMs } = request;
    // The only instant of another clock. Once for the whole check: a step of this machine's clock meanwhile changes nothing.
    const expiresAtMs = performance.now() + this.permits.leftUntil(request.expiresAtMs);
    for (let waits = 0, confirmations = 0; ;) {
      const verdict = checkSend({
        nowMs: performance.now(),
        permit,
        authorizedAtMs,
        expiresAtMs,
        callEndsAtMs,
      });
      if (verdict.step === 'wait' && isShort(verdict) && waits < WAITS_PER_CALL_MAX) {
        waits += 1;
        await delay(remainingMs(verdict.untilMs));
        continue;
      }
      if (verdict.step === 'send' && !this.store.isConfirmed) {
        // Last of all: what was reserved since is of that store, too. It takes time, so that all is weighed again.
        const doubt = confirmations < CONFIRMATIONS_MAX ? await this.doubt() : 'The store keeps changing.';
        if (doubt !== undefined) return { status: 'lapsed', permitRound, reason: doubt };
        confirmations += 1;
        continue;
      }
      if (verdict.step === 'send')
        return { status: 'clear', sendBeforeMs: verdict.sendBeforeMs, token: tokenOf(permit), permitRound };
      if (verdict.step !== 'ask') return this.conclude(verdict, permitRound);
      if (verdict.whom === 'limiter' && permit && verdict.isSame !== true) {
        permitRound += 1;
        this.onLapse();
      }
      if (asked[verdict.whom] >= asksMax[verdict.whom])
        return { status: 'lapsed', permitRound, reason: verdict.reason };
      asked[verdict.whom] += 1;
      if (verdict.whom === 'limiter') {
        permit = await this.askLimiter(request, permitRound);
      } else {
        // It counts from the moment it was asked for, so that a slow answer is worth less, never more.
        authorizedAtMs = performance.now();
        const denial = await this.askLedger(request);
        if (denial) return { status: 'denied', denial };
      }
    }
  }

  private async conclude(
    verdict: Exclude<SendVerdict, { step: 'ask' | 'send' }>,
    permitRound: number,
  ): Promise<SendCheck> {
    switch (verdict.step) {
      case 'wait': {
        const words = await this.windows.words();
        const reason = words === undefined ? verdict.reason : `${verdict.reason} ${words}`;
        return { status: 'wait', waitMs: remainingMs(verdict.untilMs), permitRound, reason };
      }
      case 'give_up':
        return { status: 'lapsed', permitRound, reason: verdict.reason };
      case 'expire':
        return { status: 'expired', reason: verdict.denial.message, code: verdict.denial.code };
    }
  }

  /** Why the reservation may be one of a store that knows nothing of our signals; undefined: it is of ours. */
  private async doubt(): Promise<string | undefined> {
    try {
      await this.store.confirm();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private async askLimiter(
    { fingerprint, intent, strategy, expiresAtMs }: SendRequest,
    permitRound: number,
  ): Promise<PermitReply> {
    crashPoint('place.before-permit');
    const permit = await this.permits.acquire({
      requestId: permitRequestId(fingerprint, permitRound),
      endpoint: 'order',
      intent,
      strategy,
      waitMaxMs: Math.max(0, this.permits.leftUntil(expiresAtMs)),
    });
    crashPoint('place.after-permit');
    return permit;
  }

  /** Trading may have been halted since the funds were reserved. */
  private async askLedger({ fingerprint }: SendRequest): Promise<Denial | undefined> {
    const answer = await this.entities.query(this.account, authorizationQuery, fingerprint);
    if (answer.authorized) return undefined;
    return answer.denial ?? { code: 'TRADING_HALTED', message: 'The ledger does not authorize this order.' };
  }
}

/** A permit of an order, by the permit round in which it was asked for: asking again gives the same one. */
export function permitRequestId(fingerprint: string, permitRound: number): string {
  return `${fingerprint}:permit:${permitRound}`;
}

function isShort({ untilMs }: { readonly untilMs: number }): boolean {
  return untilMs - performance.now() <= WAIT_IN_PLACE_MAX_MS;
}

/** What is left until an instant on the monotonic clock, in whole milliseconds, never too short. */
function remainingMs(untilMs: number): number {
  return Math.max(0, Math.ceil(untilMs - performance.now()));
}

/** checkSend lets nothing leave on another one. */
function tokenOf(permit: PermitReply | undefined): RequestPermit {
  if (permit?.status === 'granted') return permit.token;
  throw new Error('An order was to leave without a permit.');
}
