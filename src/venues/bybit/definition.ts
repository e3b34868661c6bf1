import type { VenueDefinition } from '../definition';
import type * as BybitModule from './bybit-venue';
import { BYBIT_LIMITS } from './limits';
import { FUNDS_REFUSALS } from './outcome-codes';
import { BYBIT_PROMISES } from './promises';
import { BYBIT_REGIONS } from './urls';

/** Bybit V5, linear perpetuals. */
export const BYBIT: VenueDefinition = {
  regions: BYBIT_REGIONS,
  symbolEndings: { USDT: 'USDT', USDC: 'PERP' },
  promises: BYBIT_PROMISES,
  documentedLimits: BYBIT_LIMITS,
  fundsRefusals: FUNDS_REFUSALS,
  create(options) {
    // Loaded here because ccxt costs 70 MB and half a second, which only processes that talk to a venue shall pay.
    const { BybitVenue } = require('./bybit-venue') as typeof BybitModule;
    return new BybitVenue(options);
  },
};
