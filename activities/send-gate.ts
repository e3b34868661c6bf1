import { setTimeout as delay } from 'node:timers/promises';
import type { Denial } from '../src/domain/denial';
import type { OrderPlan, VenueOrder } from '../src/domain/market';
import type { VenueOutcome } from '../src/domain/outcome';
import type { Intent } from '../src/domain/signal';
import { AUTHORIZATION_VALIDITY_MS, authorizationQuery } from '../src/messages/balance-ledger';
import { balanceLedgerWorkflowId } from '../src/messages/ids';
import type { EntityCaller } from './entity-caller';
import type { Permits } from './permits';

/** A wait this short is not worth a durable timer. */
const WAIT_IN_PLACE_MAX_MS = 250;
/** Permits that lapsed because this process was busy, before the workflow takes over. */
const PERMITS_PER_CALL_MAX = 3;
/** How soon the workflow asks again when nothing better is known. */
export const RETRY_AFTER_MS = 1_000;

export interface PlaceOrderInput {
  readonly fingerprint: string;
  readonly venue: string;
  readonly plan: OrderPlan;
  readonly intent: Intent;
  readonly expiresAtMs: number;
  /** When the ledger last allowed this order, on the clock of the process that asked. */
  readonly authorizedAtMs: number;
  /** Which permit to use: a lapsed one is replaced by the next. */
  readonly permitRound: number;
  /** An earlier attempt may have sent this order: find out before anything is sent. */
  readonly lookUpFirst: boolean;
}

export type PlaceOrderResult =
  /** Nothing was sent: wait until then, durably, and call again with this permit round. */
  | { readonly status: 'wait'; readonly untilMs: number; readonly permitRound: number; readonly reason: string }
  /** Nothing was sent, and nothing will be. */
  | { readonly status: 'expired'; readonly reason: string }
  | { readonly status: 'denied'; readonly denial: Denial }
  /** The venue already has the order. */
  | { readonly status: 'found'; readonly order: VenueOrder }
  /** One request was sent; `order` is there when it became final at once. */
  | {
      readonly status: 'answered';
      readonly outcome: VenueOutcome;
      /** On the venue's clock; absent: not known. */
      readonly signedAtMs?: number;
      readonly order?: VenueOrder;
    };

/** Every answer but that of the venue: nothing was sent. */
export type Blocked = Exclude<PlaceOrderResult, { status: 'answered' }>;

/** What an order must pass right before it is sent: the limiter, and the ledger's leave to trade. */
export class SendGate {
  constructor(
    private readonly entities: EntityCaller,
    private readonly permits: Permits,
  ) {}

  /** Trading may have been halted since the funds were reserved. */
  async refusal(input: PlaceOrderInput): Promise<Denial | undefined> {
    if (Date.now() - input.authorizedAtMs <= AUTHORIZATION_VALIDITY_MS) return undefined;
    const answer = await this.entities.query(
      balanceLedgerWorkflowId(input.venue),
      authorizationQuery,
      input.fingerprint,
    );
    return answer.authorized
      ? undefined
      : (answer.denial ?? { code: 'TRADING_HALTED', message: 'The ledger does not allow this order.' });
  }

  /** Waits for a permit in place if that is short. @returns undefined when the order may be sent at once */
  async passLimiter(input: PlaceOrderInput): Promise<Blocked | { readonly sendBeforeMs: number }> {
    for (let round = input.permitRound; round < input.permitRound + PERMITS_PER_CALL_MAX; round += 1) {
      const permit = await this.permits.acquire({
        requestId: `${input.fingerprint}:permit:${round}`,
        endpoint: 'order',
        intent: input.intent,
        notAfterMs: input.expiresAtMs,
      });
      if (permit.status === 'refused') return { status: 'expired', reason: permit.message };
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
      if (Date.now() <= permit.expiresAtMs) return { sendBeforeMs: permit.expiresAtMs };
    }
    return {
      status: 'wait',
      untilMs: Date.now() + RETRY_AFTER_MS,
      permitRound: input.permitRound + PERMITS_PER_CALL_MAX,
      reason: 'This process was too busy to use its permits in time.',
    };
  }
}
