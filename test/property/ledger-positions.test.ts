/**
 * Proves what the ledger lends for orders that close positions against a venue that keeps its own books: whatever fills
 * first and whenever it is reported, the venue never has to refuse an order for want of funds.
 */
import * as fc from 'fast-check';
import * as ledger from '../../src/domain/ledger/ledger';
import type { LedgerState } from '../../src/domain/ledger/ledger';
import type { Reducers } from './ledger-model';
import { toText, toUnits } from './ledger-model';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

const LAG_MS = 40;
/** Of a quantity of one, at a price that stands. Exits cost nothing: no ledger can hold what they do not reserve. */
const MARGIN = 100;
const FEE = 1;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'] as const;
/** Funds are short: what a position that is closed sets free counts. */
const START_UNITS = 500;
const START_SIZE = 8;
/** It takes several events in one order to lend the same funds twice. */
const TRIES_MAX = 4 * BROKEN_RUNS_MAX;

type Direction = 'BUY' | 'SELL';
type Symbol = (typeof SYMBOLS)[number];

interface Order {
  readonly id: string;
  readonly symbol: Symbol;
  readonly direction: Direction;
  readonly quantity: number;
  readonly isExit: boolean;
  /** As whoever sends the order was told. */
  readonly offset: number;
  filledAtMs?: number;
  isEnded: boolean;
}

type Event =
  | { kind: 'order'; symbol: Symbol; direction: Direction; quantity: number; isExit: boolean }
  | { kind: 'fill'; pick: number }
  | { kind: 'drop'; pick: number }
  | { kind: 'settle'; pick: number }
  | { kind: 'report'; positionsAgoMs: number; missesMs: number; hasPositions: boolean };

const pick = fc.nat(20);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      symbol: fc.constantFrom(...SYMBOLS, SYMBOLS[0]),
      direction: fc.constantFrom('BUY' as const, 'SELL' as const, 'SELL' as const),
      quantity: fc.constantFrom(2, 4, 8),
      isExit: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fill' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      positionsAgoMs: fc.constantFrom(0, 5, LAG_MS, 2 * LAG_MS),
      missesMs: fc.constantFrom(0, LAG_MS / 2, LAG_MS),
      hasPositions: fc.constantFrom(true, true, true, true, false),
    }),
  },
);

interface Books {
  readonly atMs: number;
  readonly available: number;
  /** Positive: long. */
  readonly sizes: Readonly<Record<Symbol, number>>;
}

class Exchange {
  private nowMs = 1_000_000;
  private books: Books = { atMs: 0, available: START_UNITS, sizes: { BTCUSDT: START_SIZE, ETHUSDT: 0 } };
  private readonly history: Books[] = [this.books];
  private readonly orders: Order[] = [];

  constructor(
    private readonly reducers: Reducers,
    private state: LedgerState,
  ) {
    this.report(0, 0, true);
  }

  handle(event: Event, passedMs: number): void {
    this.nowMs += passedMs;
    const one = (test: (order: Order) => boolean, index: number): Order | undefined => {
      const matching = this.orders.filter(test);
      return matching[index % Math.max(1, matching.length)];
    };
    const isOpen = ({ filledAtMs, isEnded }: Order) => filledAtMs === undefined && !isEnded;
    switch (event.kind) {
      case 'order':
        return this.order(event);
      case 'fill':
        return this.fill(one(isOpen, event.pick));
      case 'drop':
        return this.drop(one(isOpen, event.pick));
      case 'settle':
        return this.settle(one(({ filledAtMs, isEnded }) => filledAtMs !== undefined && !isEnded, event.pick));
      case 'report':
        return this.report(event.positionsAgoMs, event.missesMs, event.hasPositions);
    }
  }

  /** Everything fills, is settled and reported: the ledger agrees with the venue to the last unit. */
  settleAll(): void {
    for (const order of this.orders) {
      if (order.filledAtMs === undefined && !order.isEnded) this.fill(order);
      if (!order.isEnded) this.settle(order);
    }
    this.nowMs += 1_000;
    this.report(0, 0, true);
    const free = toUnits(ledger.viewBalances(this.state).assets.USDT?.free ?? '0');
    if (free !== this.books.available) throw new Error(`free ${free} of ${this.books.available} in the end`);
  }

  private order({ symbol, direction, quantity, isExit }: Extract<Event, { kind: 'order' }>): void {
    const id = `order-${this.orders.length}`;
    const costs = isExit
      ? { amount: '0' }
      : { amount: toText(quantity * (MARGIN + FEE)), closingAmount: toText(quantity * FEE) };
    const { state, result } = this.reducers.reserve(
      this.state,
      {
        requestId: id,
        reservationId: id,
        asset: 'USDT',
        intent: isExit ? 'exit' : 'entry',
        purpose: 'audit',
        metadata: { symbol, direction, quantity: String(quantity) },
        ...costs,
      },
      this.nowMs,
    );
    this.state = state;
    const isReserved = result.status === 'reserved';
    const offset = isReserved ? Number(result.reservation.metadata.offsetQuantity ?? 0) : 0;
    this.orders.push({ id, symbol, direction, quantity, isExit, offset, isEnded: !isReserved });
  }

  private fill(order: Order | undefined): void {
    if (!order) return;
    const { symbol, direction, quantity, isExit } = order;
    const size = this.books.sizes[symbol];
    const opposite = Math.max(0, direction === 'BUY' ? -size : size);
    const closed = Math.min(quantity, opposite);
    const filled = isExit ? closed : quantity;
    const needed = isExit ? 0 : (filled - closed) * MARGIN + filled * FEE;
    if (needed > this.books.available) throw new Error(`the venue refuses ${needed} of ${this.books.available}`);
    order.filledAtMs = this.nowMs;
    this.books = {
      atMs: this.nowMs,
      available: this.books.available + closed * MARGIN - needed,
      sizes: { ...this.books.sizes, [symbol]: size + (direction === 'BUY' ? filled : -filled) },
    };
    this.history.push(this.books);
  }

  private drop(order: Order | undefined): void {
    if (!order) return;
    order.isEnded = true;
    const command = { requestId: `${order.id}:x`, reservationId: order.id, reason: 'rejected' };
    this.state = this.reducers.release(this.state, command, this.nowMs).state;
  }

  private settle(order: Order | undefined): void {
    if (order?.filledAtMs === undefined) return;
    order.isEnded = true;
    const { id, quantity, offset, isExit, filledAtMs: executedAtMs } = order;
    const amount = toText(isExit ? 0 : (quantity - offset) * MARGIN + quantity * FEE);
    const command = { requestId: `${id}:c`, reservationId: id, amount, executedAtMs, reason: 'filled' };
    this.state = this.reducers.commit(this.state, command, this.nowMs).state;
  }

  /** Positions are read first; either answer may miss what happened in the last `missesMs`. */
  private report(positionsAgoMs: number, missesMs: number, hasPositions: boolean): void {
    const knownAt = (atMs: number) => this.history.findLast((books) => books.atMs <= atMs - missesMs) ?? this.books;
    const asOfMs = this.nowMs - positionsAgoMs;
    const open = Object.entries(knownAt(asOfMs).sizes).filter(([, size]) => size !== 0);
    const bySymbol = Object.fromEntries(
      open.map(([symbol, size]) => [
        symbol,
        { direction: size > 0 ? ('BUY' as const) : ('SELL' as const), quantity: String(Math.abs(size)) },
      ]),
    );
    const available = toText(knownAt(this.nowMs).available);
    const command = {
      asOfMs: this.nowMs,
      assets: { USDT: { total: available, available, locked: '0' } },
      ...(hasPositions ? { positions: { asOfMs, bySymbol } } : {}),
    };
    this.state = this.reducers.applySnapshot(this.state, command, this.nowMs).state;
  }
}

function audit(reducers: Reducers, tally = new Tally()) {
  const maxLength = COMMANDS_PER_RUN_MAX.ledgerAudit;
  const steps = fc.array(fc.tuple(event, fc.nat(30)), { maxLength, size: '+1' });
  return fc.property(steps, (events) => {
    tally.runs += 1;
    tally.commands += events.length;
    const exchange = new Exchange(reducers, ledger.emptyLedger({ snapshotLagMs: LAG_MS }));
    for (const [next, passedMs] of events) exchange.handle(next, passedMs);
    exchange.settleAll();
  });
}

test('no order that the ledger lent for is refused by the venue for want of funds', () => {
  const tally = new Tally();
  fc.assert(audit(ledger, tally), { numRuns: RUNS });
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.ledgerAudit);
});

const broken: readonly [fault: string, variant: Partial<Reducers>][] = [
  [
    'a position is closed by any number of orders',
    {
      reserve: (state, command, nowMs) => {
        const step = ledger.reserve({ ...state, pending: [] }, command, nowMs);
        const rest = ledger.reserve(state, { ...command, amount: '0', intent: 'exit' }, nowMs);
        return step.result.status === 'reserved' && rest.result.status === 'reserved'
          ? { ...step, state: { ...step.state, pending: [...state.pending, ...step.state.pending] } }
          : { ...step, state };
      },
    },
  ],
  [
    'a fill leaves the position as it was reported',
    {
      commit: (state, command, nowMs) => {
        const step = ledger.commit(state, command, nowMs);
        return { ...step, state: { ...step.state, positionUses: [] } };
      },
    },
  ],
  [
    'positions count as read with the balances',
    {
      applySnapshot: (state, command, nowMs) => {
        const positions = command.positions && { ...command.positions, asOfMs: command.asOfMs };
        return ledger.applySnapshot(state, { ...command, positions }, nowMs);
      },
    },
  ],
  [
    'an order that comes too late for its position gets no more',
    {
      reserve: (state, command, nowMs) => {
        const step = ledger.reserve(state, command, nowMs);
        const pending = step.state.pending.map((entry) => {
          const { offsetQuantity: _offset, ...metadata } = entry.reservation.metadata;
          return { ...entry, reservation: { ...entry.reservation, metadata } };
        });
        return { ...step, state: { ...step.state, pending } };
      },
    },
  ],
];

test.each(broken)('the exchange catches a ledger where %s', (_fault, variant) => {
  const details = fc.check(audit({ ...ledger, ...variant }), { numRuns: TRIES_MAX, endOnFailure: true });
  expect(details.failed).toBe(true);
  expect(String(details.errorInstance)).toContain('the venue refuses');
});
