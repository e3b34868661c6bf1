import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LedgerStats } from '../domain/ledger/types';
import type { RateLimits, RateStats } from '../domain/rate-window/types';

export const VENUE_ACCOUNT_WORKFLOW_TYPE = 'venueAccount';

/** What the account needs of the configuration; a restart with other values reconfigures the running one. */
export interface VenueAccountSettings {
  readonly venue: string;
  /** Pause between two reports of the venue's balances. */
  readonly updateIntervalMs: number;
  readonly snapshotLagMs: number;
  readonly limits: RateLimits;
}

export interface VenueAccountStats {
  readonly ledger: LedgerStats;
  readonly limiter: RateStats;
}

export const configureAccountSignal = defineSignal<[VenueAccountSettings]>('configure');
export const accountStatsQuery = defineQuery<VenueAccountStats>('stats');
