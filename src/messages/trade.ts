import type { Denial, DenialCode } from '../domain/denial';
import type { StepPlace, TradeFacts } from '../domain/explain/types';
import type { LookUpDelays } from '../domain/look-up-delay';
import type { OrderMemory, OrderPlan, VenueOrder } from '../domain/market';
import type { VenueOutcome } from '../domain/outcome';
import type { Fill } from '../domain/settlement';
import type { Intent, TradingSignal } from '../domain/signal';
import type { NamedVenue, TradingEnvironment } from '../domain/trading-venue';
import type { SignalWorkflowInput } from './signal';

/**
 * What an order is judged and booked by, as it is configured where orders are made. A sender's configuration may be
 * another, so none of it comes from there.
 */
export interface TradeTerms {
  /** Position value divided by its margin, 1 or more. */
  readonly leverage: number;
  /** Nothing is sent later, milliseconds UTC. */
  readonly expiresAtMs: number;
  /** See SignalLife. */
  readonly restsUntilMs?: number | null;
  /** Delays between look-ups of an order that is open or unknown. */
  readonly lookUpDelays: LookUpDelays;
  readonly unknownAlertMs: number;
  /** The venue's receive window plus the allowed clock skew: an order sent now cannot be accepted later than this. */
  readonly lateAcceptanceMs: number;
  readonly clientIdUnique: 'always' | 'openOnly';
  readonly orderMemory: OrderMemory;
  /** Of the process that told them; absent in terms of before environments travelled along. */
  readonly environment?: TradingEnvironment;
}

/**
 * The terms of a signal, as this process is configured.
 *
 * @param startedAtMs when its workflow started, on the server's clock: a sender's clock that is ahead does not lengthen
 *   its life
 */
export type TermsOf = (signal: TradingSignal, startedAtMs: number) => TradeTerms;

/** What an answer of the short road carries along; absent in answers of before there were terms. */
export interface WithTerms {
  readonly terms?: TradeTerms;
}

/** For explanations alone; absent in answers of before it was kept. */
export interface WithFacts {
  readonly facts?: TradeFacts;
  /** Where it was refused, or found something missing. */
  readonly place?: StepPlace;
}

/** What a signal's workflow is, in the server's words and in ours: what it cannot have from whoever started it. */
export interface SignalOrigin {
  readonly workflowId: string;
  readonly workflowType: string;
  /** The first of the runs that it continues. */
  readonly firstRunId: string;
  /** When its first run started, milliseconds UTC on the server's clock. */
  readonly startedAtMs: number;
  /** What of its input intake never gives, by name. */
  readonly foreign: readonly string[];
  /** The position's workflow that started it, as the server names it; absent: no such one did. */
  readonly parent?: { readonly workflowId: string; readonly runId: string };
}

/** A call for one signal. */
export interface SignalCall extends NamedVenue {
  readonly fingerprint: string;
}

/** What the short road needs of a signal. */
export interface TradeInput extends SignalCall {
  readonly clientOrderId: string;
  readonly signal: TradingSignal;
  readonly origin: SignalOrigin;
  /** The trade round: counts the times something was missing, from 1; each is a new request to the venue's account. */
  readonly round: number;
  /** When the signal's workflow started, or an earlier instant; see ReserveCommand. */
  readonly signalStartedAtMs: number;
  /** It was cancelled, or its time is over: nothing is sent any more, and what an earlier attempt did is found out. */
  readonly isStopped?: true;
}

/** @param tradeRound and `signalStartedAtMs`: see TradeInput */
export function tradeInputOf(
  { fingerprint, clientOrderId, environment, venue, signal }: SignalWorkflowInput,
  origin: SignalOrigin,
  tradeRound: number,
  signalStartedAtMs: number,
): TradeInput {
  return { fingerprint, clientOrderId, environment, venue, signal, origin, round: tradeRound, signalStartedAtMs };
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
  /**
   * When the ledger was asked, on the monotonic clock of the process that asked: sending is authorized for a while from
   * here, by that process. Absent: ask the ledger.
   */
  readonly authorizedAtMs?: number;
  /**
   * The ledger does not know (any more) whether it made a reservation: the plan is made up of what a look-up needs, and
   * nothing may be sent by it.
   */
  readonly lookUpOnly?: true;
}

export type Refused =
  | { readonly status: 'denied'; readonly denial: Denial }
  /** Something is missing for a while (a price, a permit, a balance): wait durably and ask again. */
  | {
      readonly status: 'retry';
      readonly afterMs: number;
      readonly reason: string;
      /** What is missing, where a code names it; for explanations. */
      readonly code?: DenialCode;
    };

/** Why a signal can never be sent. */
export interface Expiry {
  readonly reason: string;
  /** Absent in older answers: SIGNAL_EXPIRED. */
  readonly code?: DenialCode;
}

/** When what happened, milliseconds on the clock of the process that did it: only their distances count. */
export interface TradeTimes {
  readonly reservedAtMs: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  /** When the process told of it; absent in older answers, whose instants are UTC. */
  readonly toldAtMs?: number;
}

export type TradeResult =
  /** This call held nothing and sent nothing. An earlier one, whose answer was lost, may have: `withdraw` tells. */
  | Refused
  /** Funds are held, and nothing can be sent in time. */
  | ({ readonly status: 'expired'; readonly plan: OrderPlan } & Expiry)
  /** Funds are held; the durable road goes on from here. This call sent nothing. */
  | (Reserved & {
      /** How long to wait from the answer. */
      readonly waitMs?: number;
      /** The older form of waitMs: milliseconds UTC on the clock of the process that answered. */
      readonly waitUntilMs?: number;
      readonly reason: string;
    })
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

export type BarInput = Omit<TradeInput, 'round'>;

/** Asks for the terms of the process that trades. */
export type TermsInput = Pick<TradeInput, 'environment' | 'venue' | 'fingerprint' | 'signal' | 'signalStartedAtMs'>;

/** A fill, with the venue whose ledger shall book it. */
export type BookInput = Fill & SignalCall;

export interface ReleaseInput extends SignalCall {
  readonly reason: string;
}

/** The workflow that claims to look after an orphaned reservation, and what it was started with. */
export interface OrphanClaim extends SignalCall {
  readonly input: SignalWorkflowInput;
  readonly origin: SignalOrigin;
}

/** What this installation itself knows of the orphaned order, in place of what the workflow was started with. */
export interface AdmittedOrphan {
  readonly wasAcknowledged: boolean;
  readonly terms: TradeTerms;
}

/** refused: the ledger has no reservation for it; a person has to look. */
export type BookResult = { readonly status: 'booked' } | { readonly status: 'refused'; readonly message: string };

export interface PlaceOrderInput extends SignalCall {
  readonly plan: OrderPlan;
  readonly intent: Intent;
  /** The signal's; absent in calls of before there were turns. */
  readonly strategy?: string;
  readonly expiresAtMs: number;
  /** Which permit to use: a lapsed one is replaced by the next. */
  readonly permitRound: number;
}

export type PlaceOrderResult =
  /** Nothing was sent: wait, durably, and call again with this permit round. */
  | {
      readonly status: 'wait';
      /** From the answer. */
      readonly waitMs?: number;
      /** The older form of waitMs: milliseconds UTC on the clock of the process that answered. */
      readonly untilMs?: number;
      readonly permitRound: number;
      readonly reason: string;
    }
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

export interface CancelOrderInput extends SignalCall {
  readonly plan: OrderPlan;
  /** Counts the requests to cancel, from 1. */
  readonly round: number;
}

/** fresh: an entry that the venue accepted just now. resting: one that it has shown open, and of which nobody waits to hear. */
export type LookUpUrgency = 'fresh' | 'resting';

export interface LookUpInput extends SignalCall {
  readonly plan: OrderPlan;
  /**
   * Present where the venue accepts a used client id again (see VenuePromises): no order of this signal is older,
   * milliseconds UTC. A negative answer then also needs the account's recent final orders without it.
   */
  readonly reusableIdSinceMs?: number;
  /** Absent: the look-up decides over what is at stake now, and goes in the exits' share. */
  readonly urgency?: LookUpUrgency;
}
