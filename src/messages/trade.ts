import type { TradingSignal } from '../domain/signal';
import type { SignalWorkflowInput } from './signal';

/** What the short road needs of a signal. */
export interface TradeInput {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly venue: string;
  readonly signal: TradingSignal;
  /** Counts the times something was missing, from 1; each is a new request to the venue's account. */
  readonly round: number;
  /** When the signal's workflow started, or an earlier instant; see ReserveCommand. */
  readonly signalStartedAtMs: number;
  /** Nothing is sent after this instant, milliseconds UTC. */
  readonly expiresAtMs: number;
  readonly leverage: number;
}

/** @param signalStartedAtMs and `round`: see TradeInput */
export function tradeInputOf(
  { fingerprint, clientOrderId, venue, signal, expiresAtMs, settings }: SignalWorkflowInput,
  round: number,
  signalStartedAtMs: number,
): TradeInput {
  const { leverage } = settings;
  return { fingerprint, clientOrderId, venue, signal, round, signalStartedAtMs, expiresAtMs, leverage };
}
