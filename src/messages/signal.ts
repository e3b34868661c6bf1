import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { LookUpDelays } from '../domain/look-up-delay';
import type { SignalView } from '../domain/signal-view';
import type { TradingSignal } from '../domain/signal';

/** The workflow type's name, for clients that must not load workflow code. */
export const SIGNAL_WORKFLOW_TYPE = 'signal';

export interface SignalWorkflowInput {
  readonly fingerprint: string;
  /** Fixed here, before anything is sent, so that every attempt and every look-up uses the same one. */
  readonly clientOrderId: string;
  readonly venue: string;
  readonly signal: TradingSignal;
  /** Not sent by this instant: the signal ends EXPIRED. Milliseconds UTC. */
  readonly expiresAtMs: number;
  readonly settings: SignalSettings;
  /** The process that started this workflow may have begun to trade before the workflow's first step. */
  readonly headStart?: boolean;
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

export interface CancelReply {
  /** false: too late, the signal has ended or its order is final. */
  readonly accepted: boolean;
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
export const cancelUpdate = defineUpdate<CancelReply, [reason: string]>('cancel');
