import type { VenueOutcome } from '../domain/outcome';
import type { Problems } from './problems';

/** So many in a row are no accident of one signal. */
const REFUSED_IN_A_ROW_MIN = 5;

/** Tells a person when a venue refuses one order after the other, each for a reason that is final for that order alone. */
export class RefusedOrders {
  private inARow = 0;
  private sinceMs = 0;

  constructor(
    private readonly venue: string,
    private readonly problems: Problems,
  ) {}

  /** @param outcome of a request to place an order */
  note({ kind, httpStatus, message }: VenueOutcome): void {
    if (kind === 'PLACED' || kind === 'DUPLICATE') {
      this.inARow = 0;
      return this.problems.clear('ORDERS_REJECTED');
    }
    // Without a status nothing was sent; all other outcomes say nothing about the order.
    if (kind !== 'REJECTED' || httpStatus === undefined) return;
    if (this.inARow === 0) this.sinceMs = Date.now();
    this.inARow += 1;
    if (this.inARow < REFUSED_IN_A_ROW_MIN) return;
    const since = new Date(this.sinceMs).toISOString().slice(0, 19);
    this.problems.set(
      'ORDERS_REJECTED',
      `${this.venue} has refused the last ${this.inARow} orders, since ${since}Z; the newest because: ${message}`,
    );
  }
}
