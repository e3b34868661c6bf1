import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { Journal } from './journal';
import { LostOrders } from './lost-orders';
import { NO_MARGIN, symbolMargin, type SymbolMargin } from './margin';
import { OrderStore } from './order-store';
import { newPositionLife, nextPositionLife, type PositionLife } from './position-life';
import type { ExecutionRecord, OrderRecord, PositionRecord, Transaction } from './records';

/** Records per line of a compacted journal. */
const RECORDS_PER_LINE = 500;

export interface BookOptions {
  readonly balance: string;
  readonly leverage: number;
  readonly takerFee: string;
  /** The MNT of a fresh account; absent: none. */
  readonly mntBalance?: string;
}

/** The account's balance in the settle asset. */
export interface WalletBalance {
  readonly total: Decimal;
  readonly positionMargin: Decimal;
  readonly orderMargin: Decimal;
  /** Total minus margins; open profits and losses are not part of it. */
  readonly available: Decimal;
}

/** The account: wallet, orders, fills and positions. Changes only by transactions, which are journaled first. */
export class Book {
  readonly orders = new OrderStore();
  readonly lost = new LostOrders();
  readonly #positions = new Map<string, PositionRecord>();
  readonly #lives = new Map<string, PositionLife>();
  readonly #margins = new Map<string, SymbolMargin>();
  readonly #orderListeners: ((orders: readonly OrderRecord[]) => void)[] = [];
  #walletBalance: Decimal;
  #mntBalance: Decimal;
  #positionMargin: Decimal = ZERO;
  #orderMargin: Decimal = ZERO;

  private constructor(
    private readonly journal: Journal,
    private readonly options: BookOptions,
  ) {
    this.#walletBalance = new ExactDecimal(options.balance);
    this.#mntBalance = new ExactDecimal(options.mntBalance ?? '0');
  }

  /**
   * Restores the account from the journal, or opens it with the configured balance, and compacts the journal.
   *
   * @throws JournalError for a damaged journal
   */
  static open(journal: Journal, options: BookOptions): Book {
    const book = new Book(journal, options);
    const symbols = new Set<string>();
    // Margins follow from the last state alone, and would make up most of the time of a long replay.
    journal.replay((transaction) => book.#store(transaction).forEach((symbol) => symbols.add(symbol)));
    for (const symbol of symbols) book.#updateMargin(symbol);
    book.orders.forgetRecentClosed();
    journal.compact(book.#snapshot());
    return book;
  }

  get walletBalance(): WalletBalance {
    return {
      total: this.#walletBalance,
      positionMargin: this.#positionMargin,
      orderMargin: this.#orderMargin,
      available: this.#walletBalance.minus(this.#positionMargin).minus(this.#orderMargin),
    };
  }

  get mntBalance(): Decimal {
    return this.#mntBalance;
  }

  get positions(): Iterable<PositionRecord> {
    return this.#positions.values();
  }

  /** How the positions of every symbol were guarded, those of former runs included. */
  get lives(): Iterable<PositionLife> {
    return this.#lives.values();
  }

  /** A symbol never traded has a position of size zero. */
  position(symbol: string): PositionRecord {
    return (
      this.#positions.get(symbol) ?? {
        symbol,
        size: '0',
        entryValue: '0',
        realisedProfit: '0',
        leverage: String(this.options.leverage),
        createdAtMs: 0,
        updatedAtMs: 0,
      }
    );
  }

  margin(symbol: string): SymbolMargin {
    return this.#margins.get(symbol) ?? NO_MARGIN;
  }

  /** @throws Error when the journal cannot be written; nothing has changed then */
  commit(transaction: Transaction): void {
    this.journal.append(transaction);
    for (const symbol of this.#store(transaction)) this.#updateMargin(symbol);
    if (transaction.orders) for (const tell of this.#orderListeners) tell(transaction.orders);
  }

  /** Called with the orders that changed, after each change; not for what the journal restores. */
  onOrders(listener: (orders: readonly OrderRecord[]) => void): void {
    this.#orderListeners.push(listener);
  }

  /** @returns the symbols whose margins may have changed */
  #store(transaction: Transaction): Set<string> {
    const touched = new Set<string>();
    if (transaction.retired) {
      this.orders.restoreRetired(transaction.retired.clientOrderIds, transaction.retired.orders);
    }
    this.lost.apply(transaction);
    if (transaction.walletBalance !== undefined) this.#walletBalance = new ExactDecimal(transaction.walletBalance);
    if (transaction.mntBalance !== undefined) this.#mntBalance = new ExactDecimal(transaction.mntBalance);
    for (const order of transaction.orders ?? []) {
      this.orders.put(order);
      touched.add(order.symbol);
    }
    for (const execution of transaction.executions ?? []) this.orders.addExecution(execution);
    for (const position of transaction.positions ?? []) {
      const before = this.position(position.symbol);
      this.#positions.set(position.symbol, position);
      this.#live(before, position, transaction);
      touched.add(position.symbol);
    }
    for (const life of transaction.lives ?? []) this.#lives.set(life.symbol, life);
    for (const { symbol, what } of transaction.oddExits ?? []) {
      const life = this.#lives.get(symbol) ?? newPositionLife(symbol);
      const { exitsOfNothing, exitsTooLarge } = life;
      const counted =
        what === 'nothing' ? { exitsOfNothing: exitsOfNothing + 1 } : { exitsTooLarge: exitsTooLarge + 1 };
      this.#lives.set(symbol, { ...life, ...counted });
    }
    return touched;
  }

  #live(before: PositionRecord, after: PositionRecord, transaction: Transaction): void {
    const { executions = [] } = transaction;
    // A change without a time is one of the leverage, or of a former version.
    const atMs = transaction.atMs ?? (before.size === after.size ? undefined : after.updatedAtMs);
    if (atMs === undefined) return;
    const { symbol } = after;
    const reducers = new Set<string>();
    for (const { symbol: traded, orderId, closedQuantity } of executions) {
      const order = this.orders.byOrderId(orderId);
      const isClients = order && !order.external && !order.reduceOnly;
      if (traded === symbol && closedQuantity !== '0' && isClients) reducers.add(orderId);
    }
    const step = { before, after, stops: this.orders.stops(symbol), reducers: [...reducers], atMs };
    this.#lives.set(symbol, nextPositionLife(this.#lives.get(symbol) ?? newPositionLife(symbol), step));
  }

  #updateMargin(symbol: string): void {
    const before = this.margin(symbol);
    const after = symbolMargin(this.position(symbol), this.orders.openOrders(symbol), this.options.takerFee);
    this.#margins.set(symbol, after);
    this.#positionMargin = this.#positionMargin.minus(before.position).plus(after.position);
    this.#orderMargin = this.#orderMargin.minus(before.orders).plus(after.orders);
  }

  get #hasMnt(): boolean {
    return !this.#mntBalance.isZero() || !new ExactDecimal(this.options.mntBalance ?? '0').isZero();
  }

  *#snapshot(): Generator<Transaction> {
    yield {
      walletBalance: formatDecimal(this.#walletBalance),
      // Zero as well where a fresh account would have some: it was spent.
      ...(this.#hasMnt && { mntBalance: formatDecimal(this.#mntBalance) }),
      positions: [...this.#positions.values()],
      retired: this.orders.retired,
      ...(this.#lives.size > 0 && { lives: [...this.#lives.values()] }),
      vanished: [...this.lost.vanished],
      forgotten: [...this.lost.forgotten].filter((orderId) => this.orders.byOrderId(orderId)),
    };
    for (const orders of batches<OrderRecord>([...this.orders.orders()].toReversed())) yield { orders };
    for (const executions of batches<ExecutionRecord>([...this.orders.executions()].toReversed())) yield { executions };
  }
}

function* batches<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += RECORDS_PER_LINE)
    yield items.slice(start, start + RECORDS_PER_LINE);
}
