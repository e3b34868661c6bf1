import type { SignalView } from '../domain/signal-view';
import type { TradingSignal } from '../domain/signal';
import type { SignalWorkflowInput } from '../messages/signal';

/** What intake did with a signal. Only `accepted` started anything. */
export type IntakeResult =
  | { readonly status: 'accepted'; readonly fingerprint: string }
  /** conflicting: the earlier signal with this fingerprint had other content (another amount, say). */
  | { readonly status: 'duplicate'; readonly fingerprint: string; readonly conflicting: boolean }
  | {
      readonly status: 'refused';
      readonly code: 'STALE_SIGNAL' | 'SIGNAL_FROM_FUTURE' | 'UNKNOWN_SYMBOL';
      readonly message: string;
    };

/** One row of a signal list. */
export interface SignalSummary {
  readonly fingerprint: string;
  readonly symbol: string;
  readonly direction: string;
  readonly strategy: string;
  readonly venue: string;
  readonly status: 'running' | 'ended';
  readonly outcome?: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

/** Largest number of rows one list answers. */
export const SIGNAL_LIST_MAX = 500;

/** Everything the API and the CLI do with signals. Implemented over a Temporal client. */
export interface SignalIntake {
  /** @throws IntakeUnavailableError when the server does not answer: sent again with its timestamp, it cannot trade twice */
  submit(signal: TradingSignal): Promise<IntakeResult>;
  /** @returns undefined when no such signal is known (any more) */
  show(fingerprint: string): Promise<SignalView | undefined>;
  /** Newest first, at most SIGNAL_LIST_MAX. @param minutes 1 to 10080 */
  list(minutes: number): Promise<readonly SignalSummary[]>;
}

/** Goes ahead with a signal while its workflow is on its way to a worker. */
export interface HeadStart {
  /**
   * Called before a signal's workflow is started.
   *
   * @returns what to call once it was started by this very call, and only then; undefined: this signal gets none
   */
  ready(): ((input: SignalWorkflowInput) => void) | undefined;
}

/**
 * The server did not answer: the signal may have been accepted or not. Sending it again, with its timestamp, is safe: it
 * becomes at most one order.
 */
export class IntakeUnavailableError extends Error {
  override readonly name = 'IntakeUnavailableError';
  readonly code = 'SERVER_UNAVAILABLE';
}
