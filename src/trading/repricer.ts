import type { Denial } from '../domain/denial';
import type { OrderPlan } from '../domain/market';
import { protectionMoveDenial } from '../domain/protection/plan-protection';
import type { ProtectionSettings } from '../domain/protection/types';
import { priceMoveDenial } from '../domain/sizing';
import { VenueError } from '../venues/venue';
import type { PacedVenue } from './paced-venue';

export type Repriced =
  | { readonly status: 'covered' }
  | { readonly status: 'denied'; readonly denial: Denial }
  /** The price cannot be had for now. */
  | { readonly status: 'unknown'; readonly reason: string };

/** Looks at the price again before an order is sent that has waited since it was planned. */
export class Repricer {
  constructor(
    private readonly pacedVenue: Pick<PacedVenue, 'market' | 'ticker'>,
    private readonly leverage: number,
    private readonly protection: ProtectionSettings,
  ) {}

  /** In doubt nothing is sent: an entry waits for a price. Never throws for a venue's failure. */
  async check(plan: OrderPlan): Promise<Repriced> {
    if (plan.reduceOnly || plan.limitPrice !== undefined) return { status: 'covered' };
    try {
      const [market, ticker] = await Promise.all([
        this.pacedVenue.market(plan.symbol, 'entry'),
        this.pacedVenue.ticker(plan.symbol, 'entry'),
      ]);
      if (!market || !ticker) return { status: 'unknown', reason: `No price for ${plan.symbol} yet.` };
      const today = { market, ticker, leverage: this.leverage };
      const denial = priceMoveDenial(plan, today) ?? protectionMoveDenial(plan, today, this.protection);
      return denial === undefined ? { status: 'covered' } : { status: 'denied', denial };
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return { status: 'unknown', reason: error.message };
    }
  }
}
