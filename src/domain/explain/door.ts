import type { DenialCode } from '../denial';
import { CODE_MEANINGS, remedyOf } from './remedies';
import { GATES, type DoorNote, type Explanation, type GateName, type GateReport } from './types';

/**
 * Why a signal has no workflow: what the door wrote down of it.
 *
 * @param notes oldest first, at least one; the last one counts, but that it was accepted once outlives what was refused since
 */
export function explainAtTheDoor(notes: readonly DoorNote[]): Explanation {
  const note = notes.at(-1)!;
  const { fingerprint, code, message, kind } = note;
  const common = { ...(fingerprint !== undefined && { fingerprint }), waits: [], attempts: [], door: notes };
  if (notes.some((one) => one.kind === 'repeated')) {
    const summary = 'It was accepted before, and the server does not have its history (any more).';
    return { ...common, status: 'ended', summary, gates: GATES.map((gate) => ({ gate, verdict: 'not_recorded' })) };
  }
  const decidedBy = kind === 'conflict' ? 'unique' : isKnown(code) ? CODE_MEANINGS[code].gate : 'valid';
  return {
    ...common,
    status: 'refused',
    ...(code !== undefined && { code }),
    summary: `Refused at the door: ${message}`,
    decidedBy,
    gates: GATES.map((gate) => doorReport(gate, decidedBy, note)),
  };
}

/** One that is not known here is of another release. */
function isKnown(code: string | undefined): code is DenialCode {
  return code !== undefined && Object.hasOwn(CODE_MEANINGS, code);
}

function doorReport(gate: GateName, decidedBy: GateName, { kind, code, message }: DoorNote): GateReport {
  const [place, decided] = [GATES.indexOf(gate), GATES.indexOf(decidedBy)];
  if (place > decided) return { gate, verdict: 'not_reached' };
  // What comes too late, and conflicts with what was accepted, is told of the conflict alone.
  if (place < decided) return { gate, verdict: kind === 'conflict' && gate !== 'valid' ? 'not_recorded' : 'passed' };
  const remedy =
    kind === 'conflict' ? 'Send it as another signal: with another minute, or another strategy.' : remedyOf(code);
  return {
    gate,
    verdict: 'failed',
    actual: message,
    ...(isKnown(code) && { code }),
    ...(remedy !== undefined && { remedy }),
  };
}
