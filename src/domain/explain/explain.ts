import type { SignalSource } from '../signal-source';
import type { SignalView } from '../signal-view';
import { boundsOf, foundBy } from './actual';
import { decide, type Decision } from './decision';
import { gateOfWait, isBefore, progressOf, type Progress } from './progress';
import { remedyOf } from './remedies';
import { GATES, type ExplainInput, type Explanation, type GateName, type GateReport, type Wait } from './types';

/**
 * Why a signal became an order, or none: every gate on its way, with what it asked for and what it found.
 *
 * At most one gate has failed or waits. Those before it are passed, or not recorded; those behind it are not reached. What a
 * history of before something was recorded does not say is `not_recorded`, never a guess.
 */
export function explain(input: ExplainInput): Explanation {
  const { view, recorded, door = [] } = input;
  const progress = progressOf(input);
  const decision = decide(view, progress);
  const gates = GATES.map((gate) => reportOf(gate, decision, input, progress));
  const source = sourceOf(view) ?? recorded?.source;
  return {
    fingerprint: view.fingerprint,
    status: view.outcome === undefined ? 'running' : 'ended',
    ...(view.outcome !== undefined && { outcome: view.outcome }),
    ...(view.denialCode !== undefined && { code: view.denialCode }),
    summary: view.detail,
    ...(source !== undefined && { source }),
    ...(gates.find((report) => isDeciding(report, decision)) && { decidedBy: decision.gate }),
    gates,
    waits: waitsOf(view, progress),
    attempts: progress.attempts,
    door,
  };
}

/** Of a signal whose order is booked, the position decides only where it is known to be unguarded. */
function isDeciding({ gate, verdict }: GateReport, decision: Decision): boolean {
  return gate === decision.gate && (decision.verdict !== 'passed' || verdict === 'waiting');
}

function sourceOf({ exitReason }: SignalView): SignalSource | undefined {
  return exitReason === undefined ? undefined : { by: 'position', name: exitReason };
}

function reportOf(gate: GateName, decision: Decision, input: ExplainInput, progress: Progress): GateReport {
  if (gate === 'position' && decision.verdict === 'passed') return positionReport(input, progress);
  if (isBefore(gate, decision.gate)) return passedReport(gate, input, progress);
  if (decision.verdict === 'not_recorded') {
    const isOneOf = !isBefore(decision.last, gate);
    const { detail, denialCode: code } = input.view;
    if (!isOneOf) return { gate, verdict: 'not_reached' };
    return gate === decision.gate
      ? { gate, verdict: 'not_recorded', actual: detail, ...(code && { code }) }
      : { gate, verdict: 'not_recorded' };
  }
  if (gate !== decision.gate) return { gate, verdict: 'not_reached' };
  return decidingReport(gate, decision.verdict === 'failed' ? 'failed' : 'waiting', input, progress);
}

/** What is before the gate that decides was passed; of some steps nobody can tell any more. */
function passedReport(gate: GateName, input: ExplainInput, progress: Progress): GateReport {
  const { isForgotten, isAccepted, attempts } = progress;
  const isOfPlan = gate === 'sized' || gate === 'trading_state' || gate === 'risk' || gate === 'funded';
  const isOfSending = gate === 'permitted' || gate === 'sent';
  const isLost = isOfSending && attempts.length === 0 && !isAccepted;
  // Histories without figures may be of before there were bounds of risk.
  const isOlder = gate === 'risk' && Object.keys(progress.facts).length === 0;
  if ((isForgotten && isOfPlan) || isLost || isOlder) return { gate, verdict: 'not_recorded' };
  return { gate, verdict: 'passed', ...foundBy(gate, input, progress) };
}

function decidingReport(
  gate: GateName,
  verdict: 'failed' | 'waiting',
  input: ExplainInput,
  progress: Progress,
): GateReport {
  const { view } = input;
  const last = progress.waits.at(-1);
  const code = verdict === 'failed' ? view.denialCode : view.state === 'SIZING' ? last?.code : undefined;
  const remedy = remedyFor(gate, input, progress, code);
  return {
    gate,
    verdict,
    actual: (verdict === 'failed' ? progress.bookingFault : undefined) ?? view.detail,
    ...boundsOf(gate, progress),
    ...(code !== undefined && { code }),
    ...(remedy !== undefined && { remedy }),
    ...(verdict === 'waiting' && view.waitUntilMs !== undefined && { untilMs: view.waitUntilMs }),
  };
}

function remedyFor(
  gate: GateName,
  { view }: ExplainInput,
  progress: Progress,
  code: string | undefined,
): string | undefined {
  if (view.state === 'MISSING' || progress.bookingFault !== undefined) {
    return `Look at the venue what became of the order, then run oncefill signal settle ${view.fingerprint}.`;
  }
  if (code !== undefined) return remedyOf(code);
  if (gate === 'confirmed' && view.outcome === 'REJECTED')
    return "The venue's own words say what to mend; then send a new signal.";
  return undefined;
}

function positionReport(input: ExplainInput, progress: Progress): GateReport {
  const gate = 'position';
  const { position } = input;
  if (progress.plan?.reduceOnly || input.view.signal.intent === 'exit') {
    return { gate, verdict: 'passed', actual: position?.words ?? 'it only reduced a position' };
  }
  if (position === undefined) return { gate, verdict: 'not_recorded' };
  const { words } = position;
  if (position.state === 'untold') return { gate, verdict: 'not_recorded', actual: words };
  if (position.state !== 'unguarded') return { gate, verdict: 'passed', actual: words };
  return {
    gate,
    verdict: 'waiting',
    actual: words,
    remedy: `Its stop is set again by itself; oncefill position show ${input.view.signal.symbol} tells.`,
  };
}

function waitsOf(view: SignalView, { waits }: Progress): readonly Wait[] {
  return waits.map((wait) => ({
    gate: gateOfWait(wait, view, false) ?? 'sized',
    sinceMs: wait.atMs,
    untilMs: wait.atMs + wait.waitMs,
    reason: wait.reason,
  }));
}
