import type { Denial, DenialCode } from '../domain/denial';
import type { OrderPlan, VenueOrder } from '../domain/market';
import type { VenueOutcome } from '../domain/outcome';
import type { Fill } from '../domain/settlement';
import type { Intent, TradingSignal } from '../domain/signal';
import type { SignalWorkflowInput } from './signal';

/** What the short road needs of a signal. */
export interface TradeInput {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly venue: string;
  readonly signal: TradingSignal;
  /** The trade round: counts the times something was missing, from 1; each is a new request to the venue's account. */
  readonly round: number;
  /** When the signal's workflow started, or an earlier instant; see ReserveCommand. */
  readonly signalStartedAtMs: number;
  /** Nothing is sent after this instant, milliseconds UTC. */
  readonly expiresAtMs: number;
  readonly leverage: number;
}

/** @param tradeRound and `signalStartedAtMs`: see TradeInput */
export function tradeInputOf(
  { fingerprint, clientOrderId, venue, signal, expiresAtMs, settings }: SignalWorkflowInput,
  tradeRound: number,
  signalStartedAtMs: number,
): TradeInput {
  const { leverage } = settings;
  return { fingerprint, clientOrderId, venue, signal, round: tradeRound, signalStartedAtMs, expiresAtMs, leverage };
}

/** The funds are held, and this is the plan that counts. */
export interface Reserved {
  readonly status: 'reserved';
  readonly plan: OrderPlan;
  /**
   * What an earlier attempt, whose history was lost, did: `none` is certain; `possible`: it may have sent the order;
   * `placed`: it booked what the order took.
   */
  readonly earlierAttempt: 'none' | 'possible' | 'placed';
  /** When the ledger was asked, or earlier: sending is authorized for a while from here. */
  readonly authorizedAtMs: number;
  /**
   * The ledger does not know (any more) whether it made a reservation: the plan is made up of what a look-up needs, and
   * nothing may be sent by it.
   */
  readonly lookUpOnly?: true;
}

export type Refused =
  | { readonly status: 'denied'; readonly denial: Denial }
  /** Something is missing for a while (a price, a permit, a balance): wait durably and ask again. */
  | { readonly status: 'retry'; readonly afterMs: number; readonly reason: string };

/** Why a signal can never be sent. */
export interface Expiry {
  readonly reason: string;
  /** Absent in older answers: SIGNAL_EXPIRED. */
  readonly code?: DenialCode;
}

/** When what happened, milliseconds UTC on the clock of the process that did it. */
export interface TradeTimes {
  readonly reservedAtMs: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

export type TradeResult =
  /** This call held nothing and sent nothing. An earlier one, whose answer was lost, may have: `withdraw` tells. */
  | Refused
  /** Funds are held, and nothing can be sent in time. */
  | ({ readonly status: 'expired'; readonly plan: OrderPlan } & Expiry)
  /** Funds are held; the durable road goes on from here. This call sent nothing. */
  | (Reserved & { readonly waitUntilMs?: number; readonly reason: string })
  /** One request was sent, and what came of it needs the durable road. */
  | {
      readonly status: 'answered';
      readonly plan: OrderPlan;
      readonly outcome: VenueOutcome;
      /** On the venue's clock; absent: not known. */
      readonly signedAtMs?: number;
      readonly order?: VenueOrder;
      readonly times: TradeTimes;
    }
  /** Sent, filled, and booked. */
  | { readonly status: 'settled'; readonly plan: OrderPlan; readonly order: VenueOrder; readonly times: TradeTimes };

/** withdrawn: nothing was sent, and nothing will be. */
export type BarAnswer = { readonly status: 'withdrawn' } | (Reserved & { readonly reason: string });

export interface BarInput {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly venue: string;
  readonly signal: TradingSignal;
  readonly signalStartedAtMs: number;
}

/** A fill, with the venue whose ledger shall book it. */
export type BookInput = Fill & { readonly venue: string };

/** refused: the ledger has no reservation for it; a person has to look. */
export type BookResult = { readonly status: 'booked' } | { readonly status: 'refused'; readonly message: string };

export interface PlaceOrderInput {
  readonly fingerprint: string;
  readonly venue: string;
  readonly plan: OrderPlan;
  readonly intent: Intent;
  readonly expiresAtMs: number;
  /** When the ledger last authorized this order, on the clock of the process that asked. */
  readonly authorizedAtMs: number;
  /** Which permit to use: a lapsed one is replaced by the next. */
  readonly permitRound: number;
}

export type PlaceOrderResult =
  /** Nothing was sent: wait until then, durably, and call again with this permit round. */
  | { readonly status: 'wait'; readonly untilMs: number; readonly permitRound: number; readonly reason: string }
  /** Nothing was sent, and nothing will be. */
  | ({ readonly status: 'expired' } & Expiry)
  | { readonly status: 'denied'; readonly denial: Denial }
  /** One request was sent; `order` is there when it became final at once. */
  | {
      readonly status: 'answered';
      readonly outcome: VenueOutcome;
      /** On the venue's clock; absent: not known. */
      readonly signedAtMs?: number;
      readonly order?: VenueOrder;
    };

export interface LookUpInput {
  readonly plan: OrderPlan;
  /**
   * Present where the venue accepts a used client id again (see VenuePromises): no order of this signal is older,
   * milliseconds UTC. A negative answer then also needs the account's recent final orders without it.
   */
  readonly reusableIdSinceMs?: number;
}
