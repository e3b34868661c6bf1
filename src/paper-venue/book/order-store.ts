import { isOpen, isWaiting, type ExecutionRecord, type OrderRecord } from './records';

/** Orders kept for look-ups; when more have closed, the oldest closed ones are let go. Client ids are kept for ever. */
export const ORDERS_KEPT_MAX = 100_000;
/** Fills kept for look-ups. */
const EXECUTIONS_KEPT_MAX = 200_000;
/** Closed orders that the real-time query still shows: the venue's own figure. */
export const RECENT_CLOSED_MAX = 500;

/** Letting go is done for this many at once, because moving a long array costs. */
const RETIRE_BATCH = 10_000;

/** Every order and fill, with the indexes that queries need. */
export class OrderStore {
  readonly #byOrderId = new Map<string, OrderRecord>();
  readonly #orderIdByClientOrderId = new Map<string, string>();
  readonly #openBySymbol = new Map<string, Map<string, OrderRecord>>();
  readonly #waitingBySymbol = new Map<string, Map<string, OrderRecord>>();
  readonly #acceptedByClientOrderId = new Map<string, number>();
  /** Newest last. */
  #orderIds: string[] = [];
  #executions: ExecutionRecord[] = [];
  #recentClosed: string[] = [];
  #retiredClientOrderIds: string[] = [];
  #retiredOrders = 0;
  #lastSequence = 0;
  #lastExecutionSequence = 0;
  #acceptedOrders = 0;
  #externalOrders = 0;

  get lastSequence(): number {
    return this.#lastSequence;
  }

  get lastExecutionSequence(): number {
    return this.#lastExecutionSequence;
  }

  /** Orders ever accepted from clients, those let go included. */
  get acceptedOrders(): number {
    return this.#acceptedOrders;
  }

  get externalOrders(): number {
    return this.#externalOrders;
  }

  /** How many orders each client id got accepted; anything but 1 breaks the venue's promise. */
  get acceptedByClientOrderId(): ReadonlyMap<string, number> {
    return this.#acceptedByClientOrderId;
  }

  get retired(): { readonly clientOrderIds: readonly string[]; readonly orders: number } {
    return { clientOrderIds: this.#retiredClientOrderIds, orders: this.#retiredOrders };
  }

  put(order: OrderRecord): void {
    if (!this.#byOrderId.has(order.orderId)) this.#add(order);
    this.#byOrderId.set(order.orderId, order);
    const open = this.#open(order.symbol);
    if (order.stop) this.#putStop(order);
    if (isOpen(order)) {
      open.set(order.orderId, order);
      return;
    }
    open.delete(order.orderId);
    this.#recentClosed.push(order.orderId);
    if (this.#recentClosed.length > 2 * RECENT_CLOSED_MAX) this.#recentClosed.splice(0, RECENT_CLOSED_MAX);
    if (this.#orderIds.length >= ORDERS_KEPT_MAX + RETIRE_BATCH) this.#retireOldest();
  }

  addExecution(execution: ExecutionRecord): void {
    this.#executions.push(execution);
    this.#lastExecutionSequence = Math.max(this.#lastExecutionSequence, execution.sequence);
    if (this.#executions.length >= EXECUTIONS_KEPT_MAX + RETIRE_BATCH) this.#executions.splice(0, RETIRE_BATCH);
  }

  restoreRetired(clientOrderIds: readonly string[], orders: number): void {
    for (const id of clientOrderIds) {
      this.#countAccepted(id);
      this.#retiredClientOrderIds.push(id);
    }
    this.#retiredOrders += orders;
    this.#acceptedOrders += orders;
  }

  isClientOrderIdUsed(clientOrderId: string): boolean {
    return this.#acceptedByClientOrderId.has(clientOrderId);
  }

  byOrderId(orderId: string): OrderRecord | undefined {
    return this.#byOrderId.get(orderId);
  }

  byClientOrderId(clientOrderId: string): OrderRecord | undefined {
    const orderId = this.#orderIdByClientOrderId.get(clientOrderId);
    return orderId === undefined ? undefined : this.#byOrderId.get(orderId);
  }

  /** Oldest first. */
  openOrders(symbol: string): Iterable<OrderRecord> {
    return this.#openBySymbol.get(symbol)?.values() ?? [];
  }

  /** The stops of a symbol's position that wait, oldest first. */
  stops(symbol: string): OrderRecord[] {
    return [...(this.#waitingBySymbol.get(symbol)?.values() ?? [])];
  }

  symbolsWithStops(): string[] {
    return [...this.#waitingBySymbol.keys()];
  }

  openCount(symbol: string): number {
    return this.#openBySymbol.get(symbol)?.size ?? 0;
  }

  symbolsWithOpenOrders(): string[] {
    return [...this.#openBySymbol].filter(([, orders]) => orders.size > 0).map(([symbol]) => symbol);
  }

  /** Newest first. */
  *orders(): Generator<OrderRecord> {
    for (let index = this.#orderIds.length - 1; index >= 0; index -= 1) {
      yield this.#byOrderId.get(this.#orderIds[index]!)!;
    }
  }

  /** Newest first. */
  *executions(): Generator<ExecutionRecord> {
    for (let index = this.#executions.length - 1; index >= 0; index -= 1) yield this.#executions[index]!;
  }

  /** The newest closed orders, the latest to close first. */
  recentClosed(): OrderRecord[] {
    return this.#recentClosed
      .slice(-RECENT_CLOSED_MAX)
      .reverse()
      .flatMap((orderId) => this.#byOrderId.get(orderId) ?? []);
  }

  isRecentClosed(orderId: string): boolean {
    const index = this.#recentClosed.lastIndexOf(orderId);
    return index >= 0 && index >= this.#recentClosed.length - RECENT_CLOSED_MAX;
  }

  /** What a restart of the venue does: closed orders are in the history only from then on. */
  forgetRecentClosed(): void {
    this.#recentClosed = [];
  }

  #add(order: OrderRecord): void {
    this.#orderIds.push(order.orderId);
    this.#lastSequence = Math.max(this.#lastSequence, order.sequence);
    if (order.external) this.#externalOrders += 1;
    else if (!order.stop) this.#acceptedOrders += 1;
    if (order.clientOrderId === '') return;
    this.#orderIdByClientOrderId.set(order.clientOrderId, order.orderId);
    this.#countAccepted(order.clientOrderId);
  }

  #countAccepted(clientOrderId: string): void {
    this.#acceptedByClientOrderId.set(clientOrderId, (this.#acceptedByClientOrderId.get(clientOrderId) ?? 0) + 1);
  }

  #putStop(order: OrderRecord): void {
    const waiting = this.#waitingBySymbol.get(order.symbol) ?? new Map<string, OrderRecord>();
    if (isWaiting(order)) waiting.set(order.orderId, order);
    else waiting.delete(order.orderId);
    if (waiting.size > 0) this.#waitingBySymbol.set(order.symbol, waiting);
    else this.#waitingBySymbol.delete(order.symbol);
  }

  #open(symbol: string): Map<string, OrderRecord> {
    let open = this.#openBySymbol.get(symbol);
    if (!open) this.#openBySymbol.set(symbol, (open = new Map()));
    return open;
  }

  #retireOldest(): void {
    const kept: string[] = [];
    let left = RETIRE_BATCH;
    for (const orderId of this.#orderIds) {
      const order = this.#byOrderId.get(orderId)!;
      if (left === 0 || isOpen(order)) {
        kept.push(orderId);
        continue;
      }
      left -= 1;
      if (!order.external && !order.stop) this.#retiredOrders += 1;
      this.#byOrderId.delete(orderId);
      this.#orderIdByClientOrderId.delete(order.clientOrderId);
      if (order.clientOrderId !== '') this.#retiredClientOrderIds.push(order.clientOrderId);
    }
    this.#orderIds = kept;
  }
}
