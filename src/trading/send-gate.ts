import { setTimeout as delay } from 'node:timers/promises';
import type { Denial } from '../domain/denial';
import { AUTHORIZATION_VALIDITY_MS } from '../domain/ledger/authorization';
import { venueAccountWorkflowId } from '../messages/ids';
import type { PlaceOrderInput, PlaceOrderResult } from '../messages/trade';
import { authorizationQuery } from '../messages/venue-account';
import type { EntityCaller } from './entity-caller';
import type { Permits } from './permits';

/** A wait this short is not worth a durable timer. */
const WAIT_IN_PLACE_MAX_MS = 250;
/** Permits that lapsed because this process was busy, before the workflow takes over. */
const PERMITS_PER_CALL_MAX = 3;
/** Leaves of the ledger that lapsed before its answer arrived, before the workflow takes over. */
const AUTHORIZATIONS_PER_CALL_MAX = 3;
/** How soon the workflow asks again when nothing better is known. */
const RETRY_AFTER_MS = 1_000;

/** Every answer but that of the venue: nothing was sent. */
export type Blocked = Exclude<PlaceOrderResult, { status: 'answered' }>;

/** The order may leave until then, milliseconds UTC on this process's clock. */
export interface Pass {
  readonly sendBeforeMs: number;
}

/** What an order must pass right before it is sent: the limiter, and the ledger's leave to trade. */
export class SendGate {
  constructor(
    private readonly entities: EntityCaller,
    private readonly permits: Permits,
  ) {}

  /**
   * Trading may have been halted since the funds were reserved. An authorization counts from the moment it was asked
   * for, so that a slow answer is worth less, never more.
   *
   * @returns until when the order may be sent, on this process's clock
   */
  async passLedger(input: PlaceOrderInput): Promise<Blocked | Pass> {
    let askedAtMs = input.authorizedAtMs;
    for (let asked = 0; ; asked += 1) {
      const ageMs = Date.now() - askedAtMs;
      // An instant ahead of us was taken by another clock, and says nothing about ours.
      if (ageMs >= 0 && ageMs <= AUTHORIZATION_VALIDITY_MS) {
        return { sendBeforeMs: askedAtMs + AUTHORIZATION_VALIDITY_MS };
      }
      if (asked === AUTHORIZATIONS_PER_CALL_MAX) break;
      askedAtMs = Date.now();
      const denial = await this.denial(input);
      if (denial) return { status: 'denied', denial };
    }
    return {
      status: 'wait',
      untilMs: Date.now() + RETRY_AFTER_MS,
      permitRound: input.permitRound,
      reason: 'The ledger answered too slowly for its leave to be used.',
    };
  }

  /** Waits for a permit in place if that is short. @returns undefined when the order may be sent at once */
  async passLimiter(input: PlaceOrderInput): Promise<Blocked | Pass> {
    for (let round = input.permitRound; round < input.permitRound + PERMITS_PER_CALL_MAX; round += 1) {
      const permit = await this.permits.acquire({
        requestId: `${input.fingerprint}:permit:${round}`,
        endpoint: 'order',
        intent: input.intent,
        notAfterMs: input.expiresAtMs,
      });
      if (permit.status === 'refused') return { status: 'expired', reason: permit.message };
      if (permit.notBeforeMs > input.expiresAtMs) {
        return { status: 'expired', reason: 'The venue refuses requests until after the time to live.' };
      }
      const waitMs = permit.notBeforeMs - Date.now();
      if (waitMs > WAIT_IN_PLACE_MAX_MS) {
        return {
          status: 'wait',
          untilMs: permit.notBeforeMs,
          permitRound: round,
          reason: 'Waits for the rate limiter.',
        };
      }
      if (waitMs > 0) await delay(waitMs);
      // Also false for a permit that a ban has made void.
      if (Date.now() <= permit.expiresAtMs) return { sendBeforeMs: permit.expiresAtMs };
    }
    return {
      status: 'wait',
      untilMs: Date.now() + RETRY_AFTER_MS,
      permitRound: input.permitRound + PERMITS_PER_CALL_MAX,
      reason: 'This process was too busy to use its permits in time.',
    };
  }

  private async denial({ venue, fingerprint }: PlaceOrderInput): Promise<Denial | undefined> {
    const answer = await this.entities.query(venueAccountWorkflowId(venue), authorizationQuery, fingerprint);
    if (answer.authorized) return undefined;
    return answer.denial ?? { code: 'TRADING_HALTED', message: 'The ledger does not allow this order.' };
  }
}
