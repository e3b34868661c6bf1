import type { Attempt, DoorNote, Explanation, GateReport, Wait } from '../domain/explain/types';
import type { SignalSource } from '../domain/signal-source';

function isoTime(timeMs: number | undefined): string | undefined {
  return timeMs === undefined || Number.isNaN(timeMs) ? undefined : new Date(timeMs).toISOString();
}

/** The body of `GET /api/signals/:fingerprint/explanation`; also what `oncefill explain --json` prints. */
export function presentExplanation(explanation: Explanation) {
  return {
    fingerprint: explanation.fingerprint,
    status: explanation.status,
    outcome: explanation.outcome,
    code: explanation.code,
    summary: explanation.summary,
    source: explanation.source && presentSource(explanation.source),
    decided_by: explanation.decidedBy,
    gates: explanation.gates.map(presentGate),
    waits: explanation.waits.map(presentWait),
    attempts: explanation.attempts.map(presentAttempt),
    door: explanation.door.map(presentDoorNote),
  };
}

function presentSource({ by, name, hash, expected, needed, chance, chanceMin, quantiles, risk }: SignalSource) {
  return {
    by,
    name,
    model_hash: hash,
    expected_return: expected,
    needed_return: needed,
    net_gain_chance: chance,
    net_gain_chance_min: chanceMin,
    return_quantiles: quantiles?.map(([level, value]) => ({ level, value })),
    risk_per_trade: risk,
  };
}

function presentGate({ gate, verdict, limit, actual, bounds, code, remedy, untilMs }: GateReport) {
  const figures = bounds?.map(([name, allowed, value, of]) => ({ code: name, of, limit: allowed, value }));
  return { gate, verdict, limit, actual, bounds: figures, code, remedy, until: isoTime(untilMs) };
}

function presentWait({ gate, sinceMs, untilMs, reason }: Wait) {
  return { gate, since: isoTime(sinceMs), until: isoTime(untilMs), reason };
}

function presentAttempt({ atMs, kind, venueCode, httpStatus, limits, message }: Attempt) {
  return {
    time: isoTime(atMs),
    result: kind,
    venue_code: venueCode,
    http_status: httpStatus,
    limit: limits?.limit,
    limit_remaining: limits?.remaining,
    limit_reset_after_ms: limits?.resetAfterMs,
    message,
  };
}

/** One note of the door. */
export function presentDoorNote({ atMs, kind, ...note }: DoorNote) {
  return { time: isoTime(atMs), result: kind, ...note };
}
