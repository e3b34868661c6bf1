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

function presentSource({ by, name, expected, needed }: SignalSource) {
  return { by, name, expected_return: expected, needed_return: needed };
}

function presentGate({ gate, verdict, limit, actual, code, remedy, untilMs }: GateReport) {
  return { gate, verdict, limit, actual, code, remedy, until: isoTime(untilMs) };
}

function presentWait({ gate, sinceMs, untilMs, reason }: Wait) {
  return { gate, since: isoTime(sinceMs), until: isoTime(untilMs), reason };
}

function presentAttempt({ atMs, kind, venueCode, httpStatus, message }: Attempt) {
  return { time: isoTime(atMs), result: kind, venue_code: venueCode, http_status: httpStatus, message };
}

/** One note of the door. */
export function presentDoorNote({ atMs, kind, ...note }: DoorNote) {
  return { time: isoTime(atMs), result: kind, ...note };
}
