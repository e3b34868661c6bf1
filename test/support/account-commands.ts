import type { CommitCommand, ReserveCommand } from '../../src/domain/ledger/types';
import type { AcquireCommand } from '../../src/domain/limiter/types';
import type { TradingVenue } from '../../src/domain/trading-venue';
import type { VenueAccountSettings } from '../../src/messages/venue-account';

/** A venue of tests, which trade nowhere else. */
export function onPaper(venue: string): TradingVenue {
  return { environment: 'paper', venue };
}

/** An account whose limits nobody meets, and whose venue nobody serves. */
export const SETTINGS: VenueAccountSettings = {
  environment: 'paper',
  venue: 'nowhere',
  updateIntervalMs: 3_600_000,
  snapshotLagMs: 0,
  limits: {
    global: { limit: 100_000, windowMs: 60_000, weight: 1 },
    endpoints: { order: { limit: 100_000, windowMs: 60_000, weight: 2 } },
    safetyMargin: 0.9,
    exitSafetyMargin: 0.95,
    permitValidityMs: 2_000,
  },
};

export const AMOUNT = '1.5';

export function acquireCommand(requestId: string): AcquireCommand {
  return { requestId, endpoint: 'order', intent: 'entry' };
}

export function reserveCommand(requestId: string, amount = AMOUNT): ReserveCommand {
  return {
    requestId,
    reservationId: requestId,
    asset: 'USDT',
    amount,
    intent: 'entry',
    purpose: 'a test',
    metadata: {},
  };
}

/** Of an order that took nothing of what was reserved for it, so that all of it is free again. */
export function commitCommand(reservationId: string, amount = '0'): CommitCommand {
  return {
    requestId: `${reservationId}:commit`,
    reservationId,
    amount,
    executedAtMs: Date.now(),
    reason: 'a test',
  };
}
