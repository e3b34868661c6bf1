import type { DenialCode } from '../denial';
import type { SignalView } from '../signal-view';
import { firstOpenGate, gateOfWait, isBefore, laterGate, placeOf, type Progress } from './progress';
import { CODE_MEANINGS } from './remedies';
import type { GateName } from './types';

/** Which gate decides over a signal at present, or decided over it. */
export type Decision =
  | { readonly verdict: 'failed' | 'waiting'; readonly gate: GateName }
  /** One of these did, and nobody wrote down which. */
  | { readonly verdict: 'not_recorded'; readonly gate: GateName; readonly last: GateName }
  /** Its order is booked: what remains is the position. */
  | { readonly verdict: 'passed'; readonly gate: 'position' };

/** Ends that say by themselves nothing of where the signal stood. */
const ANYWHERE: readonly DenialCode[] = ['SIGNAL_EXPIRED', 'CANCELLED_BY_USER'];
const UNKNOWN_BEFORE_SENDING = { verdict: 'not_recorded', gate: 'sized', last: 'funded' } as const;

/** Finds the gate that explains where a signal stands. */
export function decide(view: SignalView, progress: Progress): Decision {
  if (view.outcome === undefined) return decideRunning(view, progress);
  const { isAccepted, bookingFault } = progress;
  switch (view.outcome) {
    case 'FILLED':
    case 'PARTIALLY_FILLED':
      return bookingFault === undefined ? { verdict: 'passed', gate: 'position' } : failed('settled');
    case 'REJECTED':
      return failed(view.denialCode === 'VENUE_UNAVAILABLE' ? 'sent' : 'confirmed');
    case 'CANCELLED':
      // Without a code an order of it existed, or a person said that none does.
      if (view.denialCode === undefined) return failed(isAccepted ? 'settled' : 'confirmed');
      return decideDenied(view, progress, view.denialCode);
    case 'DENIED':
    case 'EXPIRED':
      return decideDenied(view, progress, view.denialCode ?? 'SIGNAL_EXPIRED');
  }
}

function failed(gate: GateName): Decision {
  return { verdict: 'failed', gate };
}

function decideDenied(view: SignalView, progress: Progress, code: DenialCode): Decision {
  if (ANYWHERE.includes(code)) return decideAnywhere(view, progress);
  const { gate } = CODE_MEANINGS[code];
  if (progress.isReserved) return failed(laterGate(gate, firstOpenGate(progress, view)));
  const place = progress.denied && placeOf(progress.denied, view);
  const isOfContent = code === 'INVALID_SIGNAL';
  if (isBefore(gate, 'sized') && !isOfContent) return failed(gate);
  if (place === 'plan') return failed('sized');
  // A word of the account's first checks, or of its rules of risk.
  if (isOfContent && place === 'account') return { verdict: 'not_recorded', gate: 'trading_state', last: 'funded' };
  if (place === undefined) return UNKNOWN_BEFORE_SENDING;
  return failed(laterGate(gate, 'trading_state'));
}

/** Its time passed, or somebody cancelled it, where it stood. */
function decideAnywhere(view: SignalView, progress: Progress): Decision {
  const where = gateOfLastWait(view, progress);
  if (where !== undefined) return where.verdict === 'waiting' ? failed(where.gate) : where;
  const isKnown = progress.isWhole || progress.isReserved || progress.denied !== undefined;
  return isKnown ? failed(firstOpenGate(progress, view)) : UNKNOWN_BEFORE_SENDING;
}

function gateOfLastWait(view: SignalView, progress: Progress): Decision | undefined {
  const { isReserved, attempts, waits } = progress;
  const last = waits.at(-1);
  if (isReserved || last === undefined) return undefined;
  const gate = gateOfWait(last, view, attempts.length > 0);
  return gate === undefined ? UNKNOWN_BEFORE_SENDING : { verdict: 'waiting', gate };
}

function decideRunning(view: SignalView, progress: Progress): Decision {
  const waiting = (gate: GateName): Decision => ({ verdict: 'waiting', gate });
  const { isAccepted, attempts, isReserved } = progress;
  switch (view.state) {
    case 'RECEIVED':
    case 'RESERVING':
      return waiting(isReserved ? firstOpenGate(progress, view) : 'sized');
    case 'SIZING': {
      const where = gateOfLastWait(view, progress);
      return where ?? (progress.isWhole ? waiting('sized') : UNKNOWN_BEFORE_SENDING);
    }
    case 'WAITING_FOR_PERMIT':
    case 'PLACING':
      return waiting(attempts.length > 0 || view.sendAttempts > 0 ? 'sent' : 'permitted');
    case 'RESOLVING':
      return waiting('confirmed');
    case 'MISSING':
      return waiting(isAccepted ? 'settled' : 'confirmed');
    case 'WORKING':
    case 'SETTLING':
    case 'ENDED':
      return waiting('settled');
  }
}
