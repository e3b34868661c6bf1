import { isRecord, ownValue } from '../plain-values';
import { unbook } from './grants';
import type { LimiterState, LimiterStep } from './state';
import type { GiveBackCommand, GiveBackResult } from './types';

/**
 * Takes a permit that was not used out of the windows again, so that a signal that ends before it is sent costs no pace.
 * Requests that were told to wait keep their instants; later ones may get the room. Asking again with the same request id
 * books anew.
 */
export function giveBack(state: LimiterState, command: GiveBackCommand, nowMs: number): LimiterStep<GiveBackResult> {
  const permit = isRecord(command) && state.permits.findLast(({ requestId }) => requestId === command.requestId);
  // A lapsed permit leaves the windows by itself.
  if (!permit || permit.expiresAtMs < nowMs) return { state, result: { status: 'not_found' } };
  const { endpoint, notBeforeMs, weight } = permit;
  const own = ownValue(state.endpoints, endpoint);
  return {
    state: {
      ...state,
      global: unbook(state.global, notBeforeMs, weight),
      endpoints: own ? { ...state.endpoints, [endpoint]: unbook(own, notBeforeMs, weight) } : state.endpoints,
      permits: state.permits.filter((other) => other !== permit),
    },
    result: { status: 'given_back' },
  };
}
