import type { DocumentedLimits } from '../definition';

/**
 * Bybit V5's "Rate Limit Rules": 600 requests in 5 s from an address; for each account and endpoint a rolling second, of
 * which linear perpetuals have 10 orders, 10 cancellations, 10 changes of leverage, and 50 reads. Whatever changes something counts
 * together here.
 */
export const BYBIT_LIMITS: DocumentedLimits = {
  address: [{ limit: 600, windowMs: 5_000 }],
  account: {
    order: [{ limit: 10, windowMs: 1_000 }],
    account: [{ limit: 50, windowMs: 1_000 }],
  },
};
