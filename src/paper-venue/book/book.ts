import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { PriceJump } from '../market/price-jumps';
import { ledgersOfFormer } from '../money-log/former-ledgers';
import { type AccountBefore, Ledgers } from '../money-log/ledgers';
import type { ClosingRecord, MoneyRecord } from '../money-log/records';
import type { Journal } from './journal';
import { LostOrders } from './lost-orders';
import { NO_MARGIN, symbolMargin, type SymbolMargin } from './margin';
import { OrderStore } from './order-store';
import { newPositionLife, nextPositionLife, type PositionLife } from './position-life';
import type { ExecutionRecord, OrderRecord, PositionRecord, Transaction } from './records';

/** Records per line of a compacted journal. */
const RECORDS_PER_LINE = 500;

const DEFAULT_SETTLE = 'USDT';

export interface BookOptions {
  readonly balance: string;
  readonly leverage: number;
  readonly takerFee: string;
  /** The MNT of a fresh account; absent: none. */
  readonly mntBalance?: string;
  /** What the wallet is kept in; absent: USDT. */
  readonly settleAsset?: string;
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
  readonly ledgers = new Ledgers();
  readonly #positions = new Map<string, PositionRecord>();
  readonly #lives = new Map<string, PositionLife>();
  readonly #margins = new Map<string, SymbolMargin>();
  readonly #orderListeners: ((orders: readonly OrderRecord[]) => void)[] = [];
  #walletBalance: Decimal;
  #mntBalance: Decimal;
  #positionMargin: Decimal = ZERO;
  #orderMargin: Decimal = ZERO;
  #fundedUntilMs: number | undefined;
  #priceJumps: readonly PriceJump[] = [];

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
    book.#keepFormerLedgers();
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

  /** Until when funding is paid, on the machine's clock; undefined: nobody has looked yet. */
  get fundedUntilMs(): number | undefined {
    return this.#fundedUntilMs;
  }

  /** How a test moved the prices, oldest first. */
  get priceJumps(): readonly PriceJump[] {
    return this.#priceJumps;
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
  commit(step: Transaction): void {
    const transaction = this.ledgers.complete(step, this.#account);
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
    this.ledgers.apply(transaction);
    this.#fundedUntilMs = transaction.fundedUntilMs ?? this.#fundedUntilMs;
    if (transaction.priceJumps) this.#priceJumps = transaction.priceJumps;
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
    let isByOthers = false;
    for (const { symbol: traded, orderId, closedQuantity } of executions) {
      const order = this.orders.byOrderId(orderId);
      const isClients = order && !order.external && !order.reduceOnly;
      isByOthers ||= order?.external === true;
      if (traded === symbol && closedQuantity !== '0' && isClients) reducers.add(orderId);
    }
    const step = { before, after, stops: this.orders.stops(symbol), reducers: [...reducers], isByOthers, atMs };
    this.#lives.set(symbol, nextPositionLife(this.#lives.get(symbol) ?? newPositionLife(symbol), step));
  }

  #updateMargin(symbol: string): void {
    const before = this.margin(symbol);
    const after = symbolMargin(this.position(symbol), this.orders.openOrders(symbol), this.options.takerFee);
    this.#margins.set(symbol, after);
    this.#positionMargin = this.#positionMargin.minus(before.position).plus(after.position);
    this.#orderMargin = this.#orderMargin.minus(before.orders).plus(after.orders);
  }

  get #account(): AccountBefore {
    const { settleAsset: settle = DEFAULT_SETTLE } = this.options;
    return {
      settle,
      wallet: this.#walletBalance,
      mnt: this.#mntBalance,
      position: (symbol) => this.position(symbol),
    };
  }

  /** A journal of a former version has fills and no ledgers. */
  #keepFormerLedgers(): void {
    const executions = [...this.orders.executions()].toReversed();
    if (this.ledgers.money.length > 0 || executions.length === 0) return;
    const { settle, wallet, mnt } = this.#account;
    this.#store(ledgersOfFormer({ settle, wallet, mnt, executions, positions: [...this.#positions.values()] }));
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
      fundedUntilMs: this.#fundedUntilMs,
      ...(this.#priceJumps.length > 0 && { priceJumps: this.#priceJumps }),
      retired: this.orders.retired,
      ...(this.#lives.size > 0 && { lives: [...this.#lives.values()] }),
      vanished: [...this.lost.vanished],
      forgotten: [...this.lost.forgotten].filter((orderId) => this.orders.byOrderId(orderId)),
    };
    for (const orders of batches<OrderRecord>([...this.orders.orders()].toReversed())) yield { orders };
    for (const executions of batches<ExecutionRecord>([...this.orders.executions()].toReversed())) yield { executions };
    for (const money of batches<MoneyRecord>(this.ledgers.money.oldestFirst())) yield { money };
    for (const closings of batches<ClosingRecord>(this.ledgers.closings.oldestFirst())) yield { closings };
  }
}

function* batches<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += RECORDS_PER_LINE)
    yield items.slice(start, start + RECORDS_PER_LINE);
}
