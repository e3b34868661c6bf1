import { ApplicationFailure } from '@temporalio/common';
import { isDenial, type Denial } from '../src/domain/denial';
import type { EndReservationResult, Reservation, ReservationMetadata } from '../src/domain/ledger/types';
import type { OrderPlan } from '../src/domain/market';
import type { TradingSignal } from '../src/domain/signal';
import { balanceLedgerWorkflowId } from '../src/messages/ids';
import { releaseUpdate, reserveUpdate } from '../src/messages/balance-ledger';
import { crashPoint } from '../src/observability/crash-points';
import { VenueError } from '../src/venues/venue';
import type { EntityCaller } from './entity-caller';
import type { OrderPlanner } from './order-planner';

/** How long a signal waits before it asks again for what is missing for a while. */
const RETRY_AFTER_MS = 1_000;

export interface ReserveFundsInput {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly venue: string;
  readonly signal: TradingSignal;
  /** Counts the times something was missing; each is a new request to the ledger. */
  readonly round: number;
}

export type ReserveFundsResult =
  | {
      readonly status: 'reserved';
      readonly plan: OrderPlan;
      /** true: an earlier attempt made this reservation and may have gone further than its history tells. */
      readonly existed: boolean;
      /** When the ledger was asked, or earlier: sending is authorized for a while from here. */
      readonly authorizedAtMs: number;
    }
  | { readonly status: 'denied'; readonly denial: Denial }
  /** Something is missing for a while (a price, a permit, a balance): wait durably and ask again. */
  | { readonly status: 'retry'; readonly afterMs: number; readonly reason: string };

export interface FundsDependencies {
  readonly entities: EntityCaller;
  readonly planner: OrderPlanner;
}

/** Sizing and reserving, called from signal workflows as local activities. */
export function createFundsActivities({ entities, planner }: FundsDependencies) {
  return {
    /**
     * Plans the order and reserves its funds. Repeating it is safe: the reservation's id is the fingerprint, and the
     * plan of the first attempt is the one that counts, whatever the price is by then.
     */
    async reserveFunds(input: ReserveFundsInput): Promise<ReserveFundsResult> {
      let plan: OrderPlan | Denial;
      try {
        crashPoint('reserve.before-plan');
        plan = await planner.plan(input);
      } catch (error) {
        if (!(error instanceof VenueError)) throw error;
        return { status: 'retry', afterMs: retryAfterMs(error), reason: error.message };
      }
      if (isDenial(plan)) return refusedFor(plan);
      const askedAtMs = Date.now();
      crashPoint('reserve.before-update');
      const requestId = `${input.fingerprint}:reserve:${input.round}`;
      const result = await entities.update(balanceLedgerWorkflowId(input.venue), reserveUpdate, requestId, {
        requestId,
        reservationId: input.fingerprint,
        asset: plan.asset,
        amount: plan.reserveAmount,
        intent: input.signal.intent,
        purpose: `${plan.direction} ${plan.quantity} ${plan.symbol}`,
        metadata: metadataOf(plan),
      });
      crashPoint('reserve.after-update');
      switch (result.status) {
        case 'reserved':
        case 'conflict': {
          // A conflict is an earlier attempt of this very signal, made at another price: its plan is the one that counts.
          const { reservation } = result;
          if (reservation.status !== 'pending') return { status: 'denied', denial: alreadyEnded(reservation) };
          const existed = result.status === 'conflict' || !result.isNew;
          // A reservation found again was allowed when it was made; trading may have been halted since.
          const authorizedAtMs = Math.min(askedAtMs, reservation.createdAtMs);
          return { status: 'reserved', plan: planOf(reservation.metadata), existed, authorizedAtMs };
        }
        case 'denied':
          return refusedFor(result.denial);
      }
    },

    /** Gives back what a signal holds. Repeating it is safe; a signal that holds nothing is no error. */
    async releaseFunds(input: {
      readonly venue: string;
      readonly fingerprint: string;
      readonly reason: string;
    }): Promise<EndReservationResult> {
      crashPoint('release.before-update');
      const requestId = `${input.fingerprint}:release`;
      const result = await entities.update(balanceLedgerWorkflowId(input.venue), releaseUpdate, requestId, {
        requestId,
        reservationId: input.fingerprint,
        reason: input.reason,
      });
      crashPoint('release.after-update');
      return result;
    },
  };
}

export type FundsActivities = ReturnType<typeof createFundsActivities>;

/** A balance that is not known yet is known in a moment; every other refusal is final. */
function refusedFor(denial: Denial): ReserveFundsResult {
  return denial.code === 'NO_BALANCE_KNOWN'
    ? { status: 'retry', afterMs: RETRY_AFTER_MS, reason: denial.message }
    : { status: 'denied', denial };
}

function retryAfterMs(error: VenueError): number {
  const { retryAtMs } = error.outcome;
  return Math.max(RETRY_AFTER_MS, retryAtMs === undefined ? 0 : retryAtMs - Date.now());
}

function alreadyEnded(reservation: Reservation): Denial {
  return {
    code: 'SIGNAL_ENDED',
    message: `The funds of this signal were ${reservation.status} before (${reservation.reason ?? 'no reason given'}).`,
  };
}

function metadataOf(plan: OrderPlan): ReservationMetadata {
  return Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined));
}

function planOf(metadata: ReservationMetadata): OrderPlan {
  if (typeof metadata.clientOrderId !== 'string' || typeof metadata.quantity !== 'string') {
    throw ApplicationFailure.nonRetryable('The reservation holds no order plan.', 'PLAN_MISSING');
  }
  return metadata as unknown as OrderPlan;
}
