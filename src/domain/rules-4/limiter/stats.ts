import { ownValue } from '../plain-values';
import { COUNTED_ENDPOINTS_MAX } from './state';
import type { RateStats } from './types';

export const EMPTY_RATE_STATS: RateStats = {
  requestsTotal: {},
  blockedTotal: 0,
  refusedTotal: 0,
  penaltiesTotal: 0,
  bansTotal: 0,
};

export function countRequest(stats: RateStats, endpoint: string, isBlocked: boolean): RateStats {
  const { requestsTotal } = stats;
  const isCounted = Object.hasOwn(requestsTotal, endpoint) || Object.keys(requestsTotal).length < COUNTED_ENDPOINTS_MAX;
  const name = isCounted ? endpoint : 'other';
  return {
    ...stats,
    requestsTotal: { ...requestsTotal, [name]: (ownValue(requestsTotal, name) ?? 0) + 1 },
    blockedTotal: stats.blockedTotal + (isBlocked ? 1 : 0),
  };
}
