import type { OrderPlan, VenueOrder } from '../domain/market';
import { withMovedPrice } from '../domain/moved-price';

/** Orders that were told of; when there are more, the oldest may be told of again. */
const TOLD_MAX = 1_000;

/** Tells of orders that rest at another price than planned, once of each. */
export class MovedPrices {
  private readonly told = new Set<string>();

  /** @param warn hears a sentence about each */
  constructor(private readonly warn: (sentence: string, about: Readonly<Record<string, string>>) => void) {}

  /** @returns the order; with a note, where its limit price is not the planned one */
  check(plan: OrderPlan, order: VenueOrder): VenueOrder {
    const checked = withMovedPrice(plan, order);
    const { note, clientOrderId, symbol } = checked;
    if (note !== undefined && checked !== order && !this.told.has(clientOrderId)) {
      this.remember(clientOrderId);
      this.warn(`An order stands at another price than planned: ${note}.`, { clientOrderId, symbol });
    }
    return checked;
  }

  private remember(clientOrderId: string): void {
    const [oldest] = this.told;
    if (this.told.size >= TOLD_MAX && oldest !== undefined) this.told.delete(oldest);
    this.told.add(clientOrderId);
  }
}
