/**
 * Proves the ledger against a venue that keeps its own books: whatever is in flight, reported late or out of order, the
 * ledger never promises funds that the venue does not have or that another order may still take; also while one of the
 * clocks, ours or the venue's, is set.
 */
import * as fc from 'fast-check';
import * as ledger from '../../src/domain/ledger/ledger';
import type { LedgerState } from '../../src/domain/ledger/ledger';
import type { Reducers } from './ledger-model';
import { toText, toUnits } from './ledger-model';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

const LAG_MS = 40;
/** Held back for positions. It hides what is held back for orders, as on accounts that report only one figure. */
const POSITION_MARGIN = 5_000;

interface Order {
  id: string;
  reserved: number;
  /** Margin that the venue holds back while it rests. */
  lock: number;
  /** Fees and slippage that it may still take beyond its lock. */
  feesLeft: number;
  taken: number;
  placedAtMs?: number;
  executedAtMs: number;
  isFinal: boolean;
  isEnded: boolean;
}

type Event =
  | { kind: 'reserve'; units: number; fees: number }
  | { kind: 'fillAtOnce'; pick: number; share: number }
  | { kind: 'rest'; pick: number }
  | { kind: 'fillPart'; pick: number; share: number; improvement: number }
  | { kind: 'cancelRest'; pick: number }
  | { kind: 'acknowledge'; pick: number }
  | { kind: 'settle'; pick: number }
  | { kind: 'profit'; units: number }
  | { kind: 'takeReport'; ageMs: number }
  | { kind: 'deliverReport'; pick: number }
  | { kind: 'setClock'; offsetMs: number };

/** Whose clock is set, again and again, while the other one is right. */
const WHOSE_CLOCK = ['nobody', 'we', 'the venue'] as const;
type WhoseClock = (typeof WHOSE_CLOCK)[number];

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 3_650 * 24 * HOUR_MS;
/** What settles when a clock was set needs a report from later than this. */
const REPORT_INTERVAL_MS = 45_000;
const REPORTS_TO_SETTLE = 4;

const pick = fc.nat(20);
const share = fc.integer({ min: 0, max: 100 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reserve' as const), units: fc.nat(500), fees: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fillAtOnce' as const), pick, share }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rest' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('fillPart' as const), pick, share, improvement: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancelRest' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('profit' as const), units: fc.nat(100) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('takeReport' as const), ageMs: fc.nat(LAG_MS) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliverReport' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('setClock' as const),
      offsetMs: fc.constantFrom(0, 0, -HOUR_MS, HOUR_MS, TEN_YEARS_MS),
    }),
  },
);

/** The venue's true books, and what it tells about them: reports lag behind and arrive in any order. */
class Auditor {
  /** The true time. */
  private nowMs = 400 * 24 * HOUR_MS;
  private offsets = { ours: 0, venues: 0 };
  private available = 1_000;
  private orders: Order[] = [];
  private history: { atMs: number; available: number; locked: number }[] = [];
  private undelivered: { asOfMs: number; available: number; locked: number }[] = [];
  private count = 0;

  constructor(
    private readonly reducers: Reducers,
    private readonly whoseClock: WhoseClock,
    private state: LedgerState,
  ) {
    this.record();
    this.deliver({ asOfMs: this.venueMs, available: this.available, locked: 0 });
  }

  private get ourMs(): number {
    return this.nowMs + this.offsets.ours;
  }

  private get venueMs(): number {
    return this.nowMs + this.offsets.venues;
  }

  handle(event: Event, passedMs: number): void {
    this.nowMs += passedMs;
    const open = (test: (order: Order) => boolean, index: number): Order | undefined => {
      const matching = this.orders.filter((order) => !order.isEnded && test(order));
      return matching[index % Math.max(1, matching.length)];
    };
    const unplaced = (order: Order) => order.placedAtMs === undefined && !order.isFinal;
    const resting = (order: Order) => order.placedAtMs !== undefined && !order.isFinal;
    switch (event.kind) {
      case 'reserve':
        this.reserve(event.units, event.fees);
        break;
      case 'fillAtOnce':
        this.fillAtOnce(open(unplaced, event.pick), event.share);
        break;
      case 'rest':
        this.rest(open(unplaced, event.pick));
        break;
      case 'fillPart':
        this.fillPart(open(resting, event.pick), event.share, event.improvement);
        break;
      case 'cancelRest':
        this.cancelRest(open(resting, event.pick));
        break;
      case 'acknowledge':
        this.acknowledge(open((order) => order.placedAtMs !== undefined, event.pick));
        break;
      case 'settle':
        this.settle(open((order) => order.isFinal, event.pick));
        break;
      case 'profit':
        this.available += event.units;
        break;
      case 'takeReport':
        this.takeReport(event.ageMs);
        break;
      case 'deliverReport': {
        const [report] = this.undelivered.splice(event.pick % Math.max(1, this.undelivered.length), 1);
        if (report) this.deliver(report);
        break;
      }
      case 'setClock':
        this.setClock(event.offsetMs);
        break;
    }
    this.record();
    this.check();
  }

  private setClock(offsetMs: number): void {
    if (this.whoseClock === 'we') this.offsets.ours = offsetMs;
    if (this.whoseClock !== 'the venue' || offsetMs === this.offsets.venues) return;
    this.offsets.venues = offsetMs;
    // Reports are asked for one after the other: none that was made before arrives after one made since.
    this.undelivered = [];
  }

  /** Everything executes, is settled and reported: the ledger must agree with the venue to the last unit. */
  settleAll(): void {
    for (const order of this.orders) {
      order.isFinal = true;
      this.available += order.placedAtMs === undefined ? 0 : order.lock;
      this.settle(order.isEnded ? undefined : order);
    }
    for (let count = 0; count < REPORTS_TO_SETTLE; count += 1) {
      this.nowMs += REPORT_INTERVAL_MS;
      this.deliver({ asOfMs: this.venueMs, available: this.available, locked: 0 });
    }
    if (this.free() !== this.available) throw new Error(`free ${this.free()} of ${this.available} in the end`);
  }

  private reserve(units: number, fees: number): void {
    const id = `order-${(this.count += 1)}`;
    const reserved = units + fees;
    const amount = toText(reserved);
    const rest = { asset: 'USDT', intent: 'entry' as const, purpose: 'audit', metadata: {} };
    const step = this.reducers.reserve(this.state, { requestId: id, reservationId: id, amount, ...rest }, this.ourMs);
    this.state = step.state;
    if (step.result.status !== 'reserved') return;
    const order = { taken: 0, executedAtMs: this.venueMs, isFinal: false, isEnded: false };
    this.orders.push({ id, reserved, lock: units, feesLeft: fees, ...order });
  }

  private fillAtOnce(order: Order | undefined, part: number): void {
    if (!order) return;
    this.take(order, Math.floor((order.reserved * part) / 100));
    order.isFinal = true;
  }

  private rest(order: Order | undefined): void {
    if (!order) return;
    order.placedAtMs = this.venueMs;
    this.available -= order.lock;
  }

  private fillPart(order: Order | undefined, part: number, improvement: number): void {
    if (!order) return;
    const margin = Math.ceil((order.lock * part) / 100);
    const fee = Math.floor((order.feesLeft * part) / 100);
    order.lock -= margin;
    order.feesLeft -= fee;
    this.available += margin;
    this.take(order, Math.max(0, margin - improvement) + fee);
    order.isFinal = order.lock === 0;
  }

  private cancelRest(order: Order | undefined): void {
    if (!order) return;
    this.available += order.lock;
    order.lock = 0;
    order.isFinal = true;
  }

  private take(order: Order, units: number): void {
    order.taken += units;
    order.executedAtMs = this.venueMs;
    this.available -= units;
  }

  private acknowledge(order: Order | undefined): void {
    if (order?.placedAtMs === undefined) return;
    const lockedAmount = toText(order.lock);
    const { id, placedAtMs } = order;
    const command = { requestId: `${id}:ack`, reservationId: id, placedAtMs, lockedAmount };
    this.state = this.reducers.acknowledge(this.state, command).state;
  }

  private settle(order: Order | undefined): void {
    if (!order) return;
    order.isEnded = true;
    const ids = { requestId: `${order.id}:end`, reservationId: order.id, reason: 'final' };
    const { executedAtMs } = order;
    this.state =
      order.taken === 0
        ? this.reducers.release(this.state, ids, this.ourMs).state
        : this.reducers.commit(this.state, { ...ids, amount: toText(order.taken), executedAtMs }, this.ourMs).state;
  }

  /** The report may miss what happened in the last `ageMs`, which is at most the promised lag. */
  private takeReport(ageMs: number): void {
    const known = this.history.findLast((entry) => entry.atMs <= this.nowMs - ageMs) ?? this.history[0];
    if (known) this.undelivered.push({ asOfMs: this.venueMs, available: known.available, locked: known.locked });
  }

  private deliver(report: { asOfMs: number; available: number; locked: number }): void {
    const { available, locked } = report;
    const figures = { total: toText(available + locked), available: toText(available), locked: toText(locked) };
    const command = { asOfMs: report.asOfMs, assets: { USDT: figures } };
    this.state = this.reducers.applySnapshot(this.state, command, this.ourMs).state;
  }

  private record(): void {
    const resting = this.orders.filter((order) => order.placedAtMs !== undefined && !order.isFinal);
    const locked = resting.reduce((total, order) => total + order.lock, POSITION_MARGIN);
    this.history.push({ atMs: this.nowMs, available: this.available, locked });
  }

  private free(): number {
    return toUnits(ledger.viewBalances(this.state).assets.USDT?.free ?? '0');
  }

  private check(): void {
    const claims = this.orders
      .filter((order) => !order.isFinal)
      .map((order) => (order.placedAtMs === undefined ? order.reserved : order.feesLeft));
    const spendable = this.available - claims.reduce((total, claim) => total + claim, 0);
    if (this.free() > Math.max(0, spendable)) throw new Error(`the ledger promises ${this.free()} of ${spendable}`);
  }
}

function audit(reducers: Reducers, whoseClock: WhoseClock, tally = new Tally()) {
  const maxLength = COMMANDS_PER_RUN_MAX.ledgerAudit;
  const steps = fc.array(fc.tuple(event, fc.nat(30)), { maxLength, size: '+1' });
  return fc.property(steps, (events) => {
    tally.runs += 1;
    tally.commands += events.length;
    const auditor = new Auditor(reducers, whoseClock, ledger.emptyLedger({ snapshotLagMs: LAG_MS }));
    for (const [next, passedMs] of events) auditor.handle(next, passedMs);
    auditor.settleAll();
  });
}

test.each(WHOSE_CLOCK)('the ledger never promises funds that the venue does not have; %s set the clock', (whose) => {
  const tally = new Tally();
  fc.assert(audit(ledger, whose, tally), { numRuns: RUNS });
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.ledgerAudit);
});

const broken: readonly [fault: string, whose: WhoseClock, variant: Partial<Reducers>][] = [
  [
    "the venue's lag is ignored",
    'nobody',
    {
      commit: (state, command, nowMs) =>
        ledger.commit(state, { ...command, executedAtMs: command.executedAtMs - LAG_MS }, nowMs),
    },
  ],
  [
    'acknowledgements count at once',
    'nobody',
    {
      acknowledge: (state, command) =>
        ledger.acknowledge(state, { ...command, placedAtMs: command.placedAtMs - LAG_MS }),
    },
  ],
  [
    'an older report replaces a newer one',
    'nobody',
    {
      applySnapshot: (state, command, nowMs) =>
        ledger.applySnapshot({ ...state, asOfMs: Math.min(state.asOfMs, command.asOfMs) }, command, nowMs),
    },
  ],
  [
    'a report is dated by our clock',
    'we',
    {
      applySnapshot: (state, command, nowMs) => ledger.applySnapshot(state, { ...command, asOfMs: nowMs }, nowMs),
    },
  ],
  [
    "the venue's clock is trusted",
    'the venue',
    {
      applySnapshot: (state, command, nowMs) =>
        ledger.applySnapshot(
          { ...state, asOfMs: Math.max(state.asOfMs, command.asOfMs), reportedAtMs: 0 },
          command,
          nowMs,
        ),
    },
  ],
  [
    'what happened before the reservation is believed',
    'the venue',
    {
      reserve: (state, command, nowMs) => {
        const { asOfMs } = state;
        const step = ledger.reserve({ ...state, asOfMs: Math.min(asOfMs, 1) }, command, nowMs);
        return { ...step, state: { ...step.state, asOfMs } };
      },
    },
  ],
  [
    'a commit frees the reservation and forgets what was taken',
    'nobody',
    {
      commit: (state, command, nowMs) => ledger.release(state, command, nowMs),
    },
  ],
  [
    'what is reserved counts as free',
    'nobody',
    {
      reserve: (state, command, nowMs) => {
        const step = ledger.reserve(state, command, nowMs);
        const assets = Object.entries(step.state.assets).map(([asset, account]) => [
          asset,
          { ...account, reserved: '0', contained: '0' },
        ]);
        return { ...step, state: { ...step.state, assets: Object.fromEntries(assets) } };
      },
    },
  ],
  [
    'fees are taken to be held back by the venue',
    'nobody',
    {
      acknowledge: (state, command) => {
        const entry = state.pending.find(({ reservation }) => reservation.id === command.reservationId);
        return ledger.acknowledge(state, { ...command, lockedAmount: entry?.reservation.amount ?? '0' });
      },
    },
  ],
];

test.each(broken)('the auditor catches a ledger where %s', (_fault, whose, variant) => {
  const details = fc.check(audit({ ...ledger, ...variant }, whose), { numRuns: BROKEN_RUNS_MAX, endOnFailure: true });
  expect(details.failed).toBe(true);
});
