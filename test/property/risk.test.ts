/** Whatever races, fills, is reported late, twice or not at all: after every reservation the bounds hold. */
import * as fc from 'fast-check';
import Decimal from 'decimal.js';
import type { PositionRow, PositionRowsReport } from '../../src/domain/position/types';
import * as risk from '../../src/domain/risk/risk';
import { Desk, LAG_MS, PRICE, type RiskReducers } from '../unit/domain/risk/desk';
import { BROKEN_RUNS_MAX, RUNS } from './scale';

/** A run of a whole world costs as much as several of the ledger's. */
const RUNS_SHARE = 4;
const SYMBOLS = ['A', 'B', 'C', 'D'];
const EQUITY = 10_000;
const RULES = {
  perSymbol: '0.04',
  total: '0.09',
  groups: { pair: { symbols: ['A', 'B'], limit: '0.05' } },
  positionsMax: 3,
  entriesPerMinute: 12,
  coolDownMinutes: 1,
};

type Op =
  | { kind: 'enter'; symbol: string; direction: 'BUY' | 'SELL'; quantity: number }
  | { kind: 'repeat' | 'fill' | 'release'; pick: number }
  | { kind: 'report'; ageMs: number }
  | { kind: 'lateReport' | 'unreadable' | 'stopOut'; pick: number }
  | { kind: 'pass'; ms: number }
  | { kind: 'carryOver' };

const pick = fc.nat(20);
const opArbitrary: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      symbol: fc.constantFrom(...SYMBOLS),
      direction: fc.constantFrom('BUY' as const, 'BUY' as const, 'SELL' as const),
      quantity: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fill' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('repeat' as const, 'release' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('report' as const), ageMs: fc.constantFrom(0, 0, LAG_MS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('lateReport' as const, 'unreadable' as const, 'stopOut' as const),
      pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 500, 2_000, 5_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'carryOver' as const }) },
);

interface VenuePosition {
  /** Above zero: long. */
  units: number;
  openedAtMs: number;
}

/** The venue: its positions at every instant, and reports of any of them. */
class World {
  readonly desk: Desk;
  /** What was open, from each instant on. */
  private readonly past: { atMs: number; open: ReadonlyMap<string, VenuePosition> }[];
  private readonly open = new Map<string, VenuePosition>();
  private readonly pending: { id: string; command: ReturnType<Desk['command']> }[] = [];
  private readonly reports: PositionRowsReport[] = [];
  private sequence = 0;
  private readonly sequences = new Map<string, number>();

  constructor(adds: number, reducers: RiskReducers) {
    this.desk = new Desk({ risk: RULES, positions: { adds } }, reducers);
    this.past = [{ atMs: this.desk.nowMs, open: new Map() }];
  }

  run(op: Op): void {
    const { desk } = this;
    switch (op.kind) {
      case 'enter':
        return this.enter(op.symbol, op.direction, op.quantity);
      case 'repeat': {
        const one = this.pending[op.pick % Math.max(1, this.pending.length)];
        if (one) expect(desk.reserve(one.command)).toMatchObject({ status: 'reserved', isNew: false });
        return;
      }
      case 'fill':
        return this.fill(op.pick);
      case 'release': {
        const [one] = this.pending.splice(op.pick % Math.max(1, this.pending.length), 1);
        if (one) desk.release(one.id);
        return;
      }
      case 'report': {
        const report = this.reportOf(op.ageMs);
        this.reports.push(report);
        desk.report(report.rows, report);
        return;
      }
      case 'lateReport': {
        const report = this.reports[op.pick % Math.max(1, this.reports.length)];
        if (report) desk.report(report.rows, report);
        return;
      }
      case 'unreadable': {
        const { rows, asOfMs } = this.reportOf(0);
        const hidden = SYMBOLS[op.pick % SYMBOLS.length]!;
        desk.report(
          rows.filter(({ symbol }) => symbol !== hidden),
          { asOfMs, unreadable: [hidden] },
        );
        return;
      }
      case 'stopOut': {
        const symbol = SYMBOLS[op.pick % SYMBOLS.length]!;
        if (this.open.delete(symbol)) this.changed(symbol);
        return;
      }
      case 'pass':
        desk.pass(op.ms);
        return;
      case 'carryOver':
        return desk.carryOver();
    }
  }

  private enter(symbol: string, direction: 'BUY' | 'SELL', quantity: number): void {
    const command = this.desk.command(symbol, {
      direction,
      quantity: String(quantity),
      stopLoss: direction === 'BUY' ? '90' : '110',
    });
    const result = this.desk.reserve(command);
    if (result.status !== 'reserved') return;
    this.pending.push({ id: command.reservationId, command });
    const { metadata, intent } = result.reservation;
    if (intent === 'exit') {
      expect(metadata).toMatchObject({ reduceOnly: true, closesOpposite: true });
      return;
    }
    this.checkBounds();
  }

  /** The order of a reservation fills, as the venue lets it: reduce-only closes no more than there is. */
  private fill(pickOne: number): void {
    const [one] = this.pending.splice(pickOne % Math.max(1, this.pending.length), 1);
    if (!one) return;
    const reservation = this.desk.ledger.pending.find((entry) => entry.reservation.id === one.id)!.reservation;
    const { symbol, direction, quantity, reduceOnly } = reservation.metadata;
    const name = String(symbol);
    const before = this.open.get(name);
    const units = before?.units ?? 0;
    const asked = Number(quantity) * (direction === 'BUY' ? 1 : -1);
    const isAgainst = units * asked < 0;
    const moved = reduceOnly ? (isAgainst ? Math.sign(asked) * Math.min(Math.abs(asked), Math.abs(units)) : 0) : asked;
    if (moved === 0) return this.desk.release(one.id);
    // No order of ours takes a position across zero.
    expect(units * (units + moved)).toBeGreaterThanOrEqual(0);
    const after = units + moved;
    if (after === 0) this.open.delete(name);
    else this.open.set(name, { units: after, openedAtMs: before?.openedAtMs ?? this.desk.nowMs });
    this.changed(name);
    this.desk.commit(one.id, String(Math.abs(moved)));
  }

  private changed(symbol: string): void {
    this.sequence += 1;
    this.sequences.set(symbol, this.sequence);
    this.past.push({ atMs: this.desk.nowMs, open: new Map(this.open) });
  }

  /** The venue's answer now, from books that may be so much older. */
  private reportOf(ageMs: number): PositionRowsReport {
    const atMs = this.desk.nowMs - ageMs;
    const index = this.past.findLastIndex((one) => one.atMs <= atMs);
    const { open } = this.past[Math.max(0, index)]!;
    const rows = [...open].map(([symbol, { units, openedAtMs }]): PositionRow =>
      this.desk.row(symbol, {
        side: units > 0 ? 'LONG' : 'SHORT',
        size: String(Math.abs(units)),
        stopLoss: units > 0 ? '90' : '110',
        openedAtMs,
        updatedAtMs: Math.max(openedAtMs, this.past[Math.max(0, index)]!.atMs),
        sequence: Math.min(this.sequences.get(symbol) ?? 0, Math.max(0, index)),
      }),
    );
    return { asOfMs: this.desk.nowMs, rows, unreadable: [] };
  }

  /** P18: what is truly open, with what is pending, is within every bound. */
  private checkBounds(): void {
    const longs = new Map<string, number>();
    const shorts = new Map<string, number>();
    const add = (symbol: string, units: number): void => {
      const side = units > 0 ? longs : shorts;
      side.set(symbol, (side.get(symbol) ?? 0) + Math.abs(units));
    };
    for (const [symbol, { units }] of this.open) add(symbol, units);
    for (const { reservation } of this.desk.ledger.pending) {
      const { symbol, direction, quantity } = reservation.metadata;
      if (reservation.intent === 'entry') add(String(symbol), Number(quantity) * (direction === 'BUY' ? 1 : -1));
    }
    const worth = (units: number): Decimal => new Decimal(units).times(PRICE);
    const of = (symbol: string): number => (longs.get(symbol) ?? 0) + (shorts.get(symbol) ?? 0);
    const limit = (fraction: string): number => EQUITY * Number(fraction);
    const total = SYMBOLS.reduce((sum, symbol) => sum + of(symbol), 0);
    for (const symbol of SYMBOLS) expect(worth(of(symbol)).toNumber()).toBeLessThanOrEqual(limit(RULES.perSymbol));
    expect(worth(total).toNumber()).toBeLessThanOrEqual(limit(RULES.total));
    for (const side of [longs, shorts]) {
      const pair = (side.get('A') ?? 0) + (side.get('B') ?? 0);
      expect(worth(pair).toNumber()).toBeLessThanOrEqual(limit(RULES.groups.pair.limit));
    }
    const symbols = SYMBOLS.filter((symbol) => of(symbol) > 0);
    expect(symbols.length).toBeLessThanOrEqual(RULES.positionsMax);
    const entries = this.desk.ledger.pending.filter(({ reservation }) => reservation.intent === 'entry');
    expect(new Set(entries.map(({ reservation }) => reservation.metadata.symbol)).size).toBe(entries.length);
  }
}

function property(reducers: RiskReducers = risk) {
  const ops = fc.array(opArbitrary, { maxLength: 60, size: '+1' });
  return fc.property(ops, fc.nat(3), (all, adds) => {
    const world = new World(adds, reducers);
    for (const op of all) world.run(op);
    const carried = JSON.stringify(world.desk.book);
    expect(JSON.stringify(JSON.parse(carried))).toBe(carried);
  });
}

test('after every reservation all that is open and pending is within every bound, and no order crosses zero', () => {
  fc.assert(property(), { numRuns: Math.ceil(RUNS / RUNS_SHARE) });
});

const broken: readonly [fault: string, reducers: Partial<RiskReducers>][] = [
  ['what is pending is not counted', { check: (command, at) => risk.check(command, { ...at, pending: [] }) }],
  ['what filled and is not reported yet is not counted', { takeFill: (book) => book }],
  [
    'a missing row is flat at once',
    {
      takeReport: (book, report, times) => {
        const gone = Object.entries(book.symbols).filter(
          ([symbol]) => !report.rows.some((row) => row.symbol === symbol),
        );
        const flat = gone.map(([symbol, one]) => [symbol, { asOfMs: one.asOfMs }] as const);
        return risk.takeReport({ ...book, symbols: { ...book.symbols, ...Object.fromEntries(flat) } }, report, times);
      },
    },
  ],
  [
    'a stale report is accepted',
    {
      takeReport: (book, report, times) => {
        const symbols = Object.entries(book.symbols).map(([symbol, one]) => {
          const { sequence: _sequence, fills: _fills, ...rest } = one;
          return [symbol, { ...rest, asOfMs: 0 }] as const;
        });
        return risk.takeReport({ ...book, asOfMs: 0, symbols: Object.fromEntries(symbols) }, report, times);
      },
    },
  ],
  [
    'an unreadable row is taken for a missing one',
    {
      takeReport: (book, report, times) => risk.takeReport(book, { ...report, unreadable: [] }, { ...times, lagMs: 0 }),
    },
  ],
];

test.each(broken)('a broken gate is caught: %s', (_fault, reducers) => {
  const details = fc.check(property({ ...risk, ...reducers }), { numRuns: BROKEN_RUNS_MAX, endOnFailure: true });
  expect(details.failed).toBe(true);
});
