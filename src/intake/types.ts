import type { SignalView } from '../domain/signal-view';
import type { TradingSignal } from '../domain/signal';
import type { SignalSource } from '../domain/signal-source';
import type { CancelAnswer, CancelOrigin, SettleCommand, SettleReply, SignalWorkflowInput } from '../messages/signal';

export type { CancelAnswer } from '../messages/signal';

/** What intake did with a signal. Only `accepted` without `repeated` started anything. */
export type IntakeResult =
  /** repeated: this very signal was accepted before; nothing was started now, and that is as good. */
  | { readonly status: 'accepted'; readonly fingerprint: string; readonly repeated?: true }
  | ConflictingSignal
  | RefusedSignal;

/** Not accepted: nothing was started under its fingerprint. */
export interface RefusedSignal {
  readonly status: 'refused';
  readonly code:
    | 'STALE_SIGNAL'
    | 'SIGNAL_FROM_FUTURE'
    | 'INVALID_SIGNAL'
    | 'UNKNOWN_SYMBOL'
    | 'ENVIRONMENT_MISMATCH'
    | 'UNKNOWN_STRATEGY'
    | 'STRATEGY_BUDGET'
    | 'SIGNAL_BUDGET'
    | 'TOO_MANY_SIGNALS'
    | 'DISK_LOW';
  readonly message: string;
  /** Refused for now: the same signal may be taken after this. Absent: it never will be. */
  readonly retryAfterMs?: number;
}

/** The fingerprint is taken by a signal with other content (another amount, say), which stands. */
export interface ConflictingSignal {
  readonly status: 'duplicate';
  readonly fingerprint: string;
  readonly conflicting: true;
  /** The signal that was accepted; absent: it could not be read in time. */
  readonly taken?: TradingSignal;
  /** Which signal was accepted, and how to send this one as well. */
  readonly message: string;
}

/** One row of a signal list. */
export interface SignalSummary {
  readonly fingerprint: string;
  readonly symbol: string;
  readonly direction: string;
  readonly strategy: string;
  readonly venue: string;
  readonly status: 'running' | 'ended';
  /** Why this exit of a position was made: a CloseReason; absent: it is none. */
  readonly exitReason?: string;
  readonly outcome?: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

/** Largest number of rows one list answers. */
export const SIGNAL_LIST_MAX = 500;

/** Everything the API and the CLI do with signals. Implemented over a Temporal client. */
export interface SignalIntake {
  /**
   * Takes a signal, once: what is sent again with the same timestamp is told apart from another signal.
   *
   * @param source who sends it, for explanations; absent: not known
   * @throws IntakeUnavailableError when the server does not answer: sent again with its timestamp, it cannot trade twice
   * @throws OtherStoreError when the server holds another store than ours: nobody here trades what that one takes
   */
  submit(signal: TradingSignal, source?: SignalSource): Promise<IntakeResult>;
  /** @returns undefined when no such signal is known (any more) */
  show(fingerprint: string): Promise<SignalView | undefined>;
  /** Newest first, at most SIGNAL_LIST_MAX. @param minutes 1 to 10080 */
  list(minutes: number): Promise<readonly SignalSummary[]>;
  /**
   * Ends a signal whose order is MISSING, on a person's word.
   *
   * @returns undefined when no such signal is known (any more)
   * @throws IntakeUnavailableError when nobody answers in time: the signal may have been settled or not
   */
  settle(fingerprint: string, command: SettleCommand): Promise<SettleReply | undefined>;
  /**
   * Ends a signal unsent, or has the venue asked to cancel what is open of its order. Repeating it changes nothing.
   *
   * @param reason for people, kept with the signal
   * @returns undefined when no such signal is known (any more)
   * @throws IntakeUnavailableError when nobody answers in time: it may have been cancelled or not
   */
  cancel(fingerprint: string, reason: string, origin: CancelOrigin): Promise<CancelAnswer | undefined>;
}

/** Goes ahead with a signal while its workflow is on its way to a worker. */
export interface HeadStart {
  /**
   * Called before a signal's workflow is started.
   *
   * @returns what to call, with its run, once it was started by this very call, and only then; undefined: it gets none
   */
  ready(): ((input: SignalWorkflowInput, runId: string) => void) | undefined;
}

/**
 * The server did not answer: what was asked for may have been done or not. Sending a signal again, with its timestamp, is
 * safe: it becomes at most one order.
 */
export class IntakeUnavailableError extends Error {
  override readonly name = 'IntakeUnavailableError';
  readonly code = 'SERVER_UNAVAILABLE';
}
