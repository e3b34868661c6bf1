import { isRecord, ownValue } from '../plain-values';
import { passTime } from './clock';
import { unbook } from './grants';
import type { LimiterState, LimiterStep } from './state';
import type { GiveBackCommand, GiveBackResult } from './types';

/**
 * Takes a permit that was not used out of the windows again, so that a signal that ends before it is sent costs no pace.
 * Requests that were told to wait keep their instants; later ones may get the room. Asking again with the same request id
 * books anew.
 */
export function giveBack(state: LimiterState, command: GiveBackCommand, nowMs: number): LimiterStep<GiveBackResult> {
  const current = passTime(state, nowMs);
  const permit = isRecord(command) && current.permits.findLast(({ requestId }) => requestId === command.requestId);
  // A lapsed permit leaves the windows by itself.
  if (!permit || permit.expiresAtMs < nowMs) return { state: current, result: { status: 'not_found' } };
  const { endpoint, notBeforeMs, weight } = permit;
  const own = ownValue(current.endpoints, endpoint);
  return {
    state: {
      ...current,
      global: unbook(current.global, notBeforeMs, weight),
      endpoints: own ? { ...current.endpoints, [endpoint]: unbook(own, notBeforeMs, weight) } : current.endpoints,
      permits: current.permits.filter((other) => other !== permit),
    },
    result: { status: 'given_back' },
  };
}
