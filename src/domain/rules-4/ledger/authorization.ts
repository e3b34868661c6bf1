import type { Denial } from '../denial';
import type { LedgerState } from './state';

/**
 * How long an authorization (or the answer of `reserve`) lets an order be sent. Whoever halts trading waits this long
 * before saying so: then nothing that was authorized earlier can still leave.
 */
export const AUTHORIZATION_VALIDITY_MS = 2_000;

/** May this reservation's order be sent? Asked right before every send that is not fresh from `reserve`. */
export interface Authorization {
  readonly authorized: boolean;
  readonly denial?: Denial;
}

/** Whether a pending reservation's order may be sent in the present trading state. */
export function authorize({ pending, tradingState }: LedgerState, reservationId: string): Authorization {
  const entry = pending.find(({ reservation }) => reservation.id === reservationId);
  if (!entry) return denied('SIGNAL_ENDED', 'Nothing is reserved for this order (any more).');
  if (tradingState === 'halted') return denied('TRADING_HALTED', 'Trading was halted while the signal waited.');
  if (tradingState === 'reducing' && entry.reservation.intent === 'entry') {
    return denied('REDUCE_ONLY', 'Trading was reduced to exits while the signal waited.');
  }
  return { authorized: true };
}

function denied(code: Denial['code'], message: string): Authorization {
  return { authorized: false, denial: { code, message } };
}
