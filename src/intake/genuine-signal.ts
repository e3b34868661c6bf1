import { isDeepStrictEqual } from 'node:util';
import { checkSignalTime, type SignalTimeFault, type TradingSignal } from '../domain/signal';
import { quoteValue } from '../domain/quote-value';
import { readExitStrategy } from '../domain/position/exit-strategy';
import { isExitOf } from '../messages/position';
import type { Refusal } from '../messages/refusal';
import { SIGNAL_WORKFLOW_TYPE } from '../messages/signal';
import type { TradeInput } from '../messages/trade';
import { clientOrderIdOf, fingerprintOf } from './fingerprint';
import { parseSignal, type ParseSignalOptions } from './parse-signal';

/** Intake judges a signal's time by its own clock, and a moment before the server starts the workflow by its own. */
const CLOCKS_DIFFER_MAX_MS = 60_000;

/** What of a call shows whether intake began it. */
export type GenuineClaim = Pick<
  TradeInput,
  'environment' | 'venue' | 'fingerprint' | 'clientOrderId' | 'signal' | 'origin'
>;

/** @returns why intake cannot have started the workflow that calls; undefined: it may have */
export type SignalCheck = (claim: GenuineClaim) => Refusal | undefined;

/**
 * Anyone who reaches the Temporal server can start a signal's workflow, with any id and any input. The process that trades
 * therefore works out anew what intake would have made of the signal, before it holds or sends anything.
 *
 * @param dedupWindowMs older signals are refused, as intake does: the server may have forgotten that they were traded
 */
export function createSignalCheck(dedupWindowMs: number): SignalCheck {
  return (claim) => {
    const { origin, signal } = claim;
    const fault = identityFault(claim);
    if (fault !== undefined) {
      const message = `The workflow ${quoteValue(origin.workflowId)} was not started by intake: ${fault}. Nothing was reserved or sent; look at who reaches the Temporal server.`;
      return { code: 'SIGNAL_NOT_GENUINE', message };
    }
    return timeFault(signal, origin.startedAtMs, dedupWindowMs);
  };
}

function identityFault(claim: GenuineClaim): string | undefined {
  const { fingerprint, clientOrderId, signal, origin } = claim;
  if (origin.workflowType !== SIGNAL_WORKFLOW_TYPE) return `its type is ${quoteValue(origin.workflowType)}`;
  const [foreign] = origin.foreign;
  if (foreign !== undefined) return `it was given ${foreign}`;
  const contentFault = faultOfContent(signal, { nowMs: origin.startedAtMs, isTaken: true });
  if (contentFault !== undefined) return contentFault;
  const familyFault = faultOfFamily(claim);
  if (familyFault !== undefined) return familyFault;
  const expected = fingerprintOf(signal);
  if (fingerprint !== expected) return `its fingerprint is ${quoteValue(fingerprint)}, and its signal's is ${expected}`;
  if (origin.workflowId !== expected) return `its id is not ${expected}, the fingerprint of its signal`;
  if (clientOrderId !== clientOrderIdOf(expected))
    return `its client order id ${quoteValue(clientOrderId)} is not ours`;
  return undefined;
}

/** Positions start the exits of their own, and nothing else; nobody else starts one. */
function faultOfFamily({ signal, origin: { parent }, ...of }: GenuineClaim): string | undefined {
  if (parent !== undefined) {
    return isExitOf(parent.workflowId, of, signal)
      ? undefined
      : `the workflow ${quoteValue(parent.workflowId)} started it`;
  }
  if (readExitStrategy(signal.strategy) === undefined) return undefined;
  return `no position started it, and its strategy is ${quoteValue(signal.strategy)}`;
}

/** A signal of intake is one that intake would make of it again. @param signal any value, whatever its type says */
export function faultOfContent(signal: TradingSignal, options: ParseSignalOptions): string | undefined {
  if (typeof signal !== 'object' || signal === null) return `its signal is ${quoteValue(signal)}`;
  const { timestampMs, ...others } = signal;
  const parsed = parseSignal({ ...others, timestamp: timestampMs }, options);
  if (!parsed.ok) return `its signal is not valid (${parsed.message})`;
  return isDeepStrictEqual(parsed.signal, signal) ? undefined : 'its signal is not written as intake writes it';
}

function timeFault(signal: TradingSignal, startedAtMs: number, windowMs: number): SignalTimeFault | undefined {
  const { timestampMs } = signal;
  const onEarlierClock = checkSignalTime(timestampMs, startedAtMs - CLOCKS_DIFFER_MAX_MS, windowMs);
  const onLaterClock = checkSignalTime(timestampMs, startedAtMs + CLOCKS_DIFFER_MAX_MS, windowMs);
  // Refused only where every clock that intake may have had would have refused it.
  return onEarlierClock?.code === 'STALE_SIGNAL' || onLaterClock?.code === 'SIGNAL_FROM_FUTURE'
    ? checkSignalTime(timestampMs, startedAtMs, windowMs)
    : undefined;
}
