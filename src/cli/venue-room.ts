import type { RateUsage } from '../domain/limiter/types';

/** A command that looks takes at most this share of what is left: the rest is for orders and balances. */
const ROOM_SHARE = 0.5;

/** Requests that may be asked now, and after how many seconds there is room again. */
export interface VenueRoom {
  readonly requests: number;
  readonly againInSeconds: number;
}

/**
 * What a command may ask beside an engine that trades: half of what its account's windows have left.
 *
 * @param weight of one request, a positive integer
 */
export function roomOf({ global, endpoints }: RateUsage, weight: number): VenueRoom {
  const windows = [global, ...(endpoints['account'] ? [endpoints['account']] : [])];
  const left = Math.min(...windows.map(({ used, limit }) => (limit - used) / weight));
  return {
    requests: Math.max(0, Math.floor(left * ROOM_SHARE)),
    againInSeconds: Math.ceil(Math.max(...windows.map(({ windowMs }) => windowMs)) / 1_000),
  };
}

export function noRoomWords(againInSeconds: number): string {
  return `The request limits leave no room; try again in ${againInSeconds} s.`;
}
