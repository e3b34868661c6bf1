import type { Transaction } from './records';

/** Orders of which no query tells: those that were acknowledged and never existed, and those that were forgotten. */
export class LostOrders {
  readonly #vanished = new Set<string>();
  readonly #forgotten = new Set<string>();

  /** Client ids that were acknowledged without an order; they stay used. */
  get vanished(): ReadonlySet<string> {
    return this.#vanished;
  }

  /** Order ids that exist in the book, and that no query answers for. */
  get forgotten(): ReadonlySet<string> {
    return this.#forgotten;
  }

  apply({ vanished = [], forgotten = [], remembered = [] }: Transaction): void {
    for (const clientOrderId of vanished) this.#vanished.add(clientOrderId);
    for (const orderId of forgotten) this.#forgotten.add(orderId);
    for (const orderId of remembered) this.#forgotten.delete(orderId);
  }
}
