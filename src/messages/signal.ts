import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { LookUpDelays } from '../domain/look-up-delay';
import type { OrderPlan, VenueOrder } from '../domain/market';
import type { CloseReason } from '../domain/position/types';
import type { SignalSource } from '../domain/signal-source';
import type { SignalOutcome, SignalView, TimelineEntry } from '../domain/signal-view';
import type { TradingSignal } from '../domain/signal';
import type { TradingEnvironment } from '../domain/trading-venue';
import type { TradeTerms } from './trade';

/** The workflow type's name, for clients that must not load workflow code. */
export const SIGNAL_WORKFLOW_TYPE = 'signal';
/** Looks after the order of a signal whose own workflow was ended by hand. */
export const ORPHAN_WORKFLOW_TYPE = 'orphan';

/** The memo field that holds the hash of a signal's content. */
export const CONTENT_HASH_MEMO = 'contentHash';
/** The memo field that holds why an exit of ours was made: a CloseReason. */
export const EXIT_REASON_MEMO = 'exitReason';

export interface SignalWorkflowInput {
  readonly fingerprint: string;
  /** Fixed here, before anything is sent, so that every attempt and every look-up uses the same one. */
  readonly clientOrderId: string;
  /** Where the sender means it to be traded; absent: of a sender of before environments travelled along. */
  readonly environment?: TradingEnvironment;
  readonly venue: string;
  readonly signal: TradingSignal;
  /** Who sent it, for people: any value, as nobody checks it. Absent: of a sender of before it was kept. */
  readonly source?: SignalSource;
  /** Why an exit of ours was made, for people; absent: it is none. */
  readonly exitReason?: CloseReason;
  /** Only of senders of before there were TradeTerms. */
  readonly expiresAtMs?: number;
  /** Only of senders of before there were TradeTerms. */
  readonly settings?: SignalSettings;
  /** See SignalSaga.trade; absent: of a sender of before. */
  readonly stopsByAnswer?: true;
  /** The process that started this workflow may have begun to trade before the workflow's first step. */
  readonly headStart?: boolean;
  /** What is known of the terms, in a run that goes on; absent: the process that trades tells them. */
  readonly terms?: TradeTerms;
  /** This run goes on where a former one of the same signal stopped, whose history had grown long. */
  readonly continued?: ContinuedSignal;
  /** The signal's own workflow was ended before its reservation was: this one finds out what became of the order. */
  readonly orphan?: OrphanedReservation;
}

/** What a signal that waits carries from run to run. */
export interface ContinuedSignal {
  readonly tradeRound: number;
  /** When the first run started, milliseconds UTC. */
  readonly startedAtMs: number;
  readonly timeline: readonly TimelineEntry[];
  /** Present: its order rests at the venue, and has to be followed only. */
  readonly resting?: RestingOrder;
}

/** An order that was open when it was last looked up. */
export interface RestingOrder {
  readonly plan: OrderPlan;
  readonly order: VenueOrder;
  /** When it began to be followed, and when it was last seen, milliseconds UTC. */
  readonly followedSinceMs: number;
  readonly seenAtMs: number;
  readonly sendAttempts: number;
}

/** A reservation whose signal's workflow has ended. */
export interface OrphanedReservation {
  readonly plan: OrderPlan;
  /** The venue had said that it has the order, or nobody knows: its absence then proves nothing. */
  readonly wasAcknowledged: boolean;
}

/** What a saga needs of the configuration, fixed at its start so that a replay cannot differ. */
interface SignalSettings {
  /** Margin is notional divided by this. */
  readonly leverage: number;
  /** Delays between look-ups of an order that is open or unknown. */
  readonly lookUpDelays: LookUpDelays;
  readonly unknownAlertMs: number;
  /** The venue's receive window plus the allowed clock skew: an order sent now cannot be accepted later than this. */
  readonly lateAcceptanceMs: number;
  readonly clientIdUnique: 'always' | 'openOnly';
}

/** A person's word for what became of an order that the venue does not know any more. */
export interface SettleCommand {
  /** A decimal string; `0`: nothing filled. */
  readonly filledQuantity: string;
  /** The average price, a decimal string; needed unless nothing filled. */
  readonly averagePrice?: string;
  /** In the settle asset, a decimal string; absent: unknown, and all that was reserved counts as taken for the moment. */
  readonly fee?: string;
  /** Who says so and why: kept in the signal's history. */
  readonly reason: string;
}

export interface SettleReply {
  /** false: the order is not missing, or the figures make no sense; nothing changed. */
  readonly accepted: boolean;
  readonly message: string;
}

export interface CancelReply {
  /** false: too late, the signal has ended or its order is final. */
  readonly accepted: boolean;
  /** One of CANCEL_MESSAGES, at its end: whoever asks learns from it what will happen. */
  readonly message: string;
}

/** What a signal's workflow answers to `cancel`. Recorded runs answered by these words: they stay as they are. */
export const CANCEL_MESSAGES = {
  unsent: 'The signal will not be sent.',
  cancelling: 'What is still open of the order will be cancelled.',
  ended: 'The signal has ended.',
} as const;

/** What cancels entries beside a person who means one of them. */
export const CANCELLED_BY = ['halt', 'reduce', 'flatten', 'rule'] as const;
export type CancelledBy = (typeof CANCELLED_BY)[number];

/** Who cancels, and by what. */
export interface CancelOrigin {
  /** A user, a token; absent: not known. */
  readonly who?: string;
  /** The command that does so for many, or a rule; absent: a person means this very signal. */
  readonly by?: CancelledBy;
}

/** What became of a wish to cancel a signal. */
export interface CancelAnswer {
  /**
   * unsent: it will not be sent. cancelling: what is open of its order will be cancelled; until then it may fill. ended: it
   * had ended before. refused: nothing was done, for a reason that has nothing to do with this signal.
   */
  readonly effect: 'unsent' | 'cancelling' | 'ended' | 'refused';
  /** How it had ended; absent: it had not. */
  readonly outcome?: SignalOutcome;
  /** One sentence. */
  readonly message: string;
}

/**
 * What a signal's workflow tells: also under the names of before, `stage` and `filledAmount`, for whoever asked by them
 * (a process of an older release, a script around `temporal workflow query`).
 */
export function withOlderNames(view: SignalView): SignalView {
  const { state, order } = view;
  return { ...view, stage: state, order: order && { ...order, filledAmount: order.filledQuantity } } as SignalView;
}

/** `temporal workflow query --name state`: everything about this signal. */
export const stateQuery = defineQuery<SignalView>('state');
/** Ends the signal unsent if that is still possible, otherwise asks the venue to cancel what is open. */
export const cancelUpdate = defineUpdate<CancelReply, [reason: string, origin?: CancelOrigin]>('cancel');
/** Ends a signal whose order is MISSING, on a person's word. */
export const settleUpdate = defineUpdate<SettleReply, [command: SettleCommand]>('settle');
