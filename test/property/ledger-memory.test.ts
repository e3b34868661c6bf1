/**
 * Proves what the ledger remembers of signals that are over: whoever asks again within a signal's time to live is never
 * told that it is the first, however little room there is, and whatever our clock shows meanwhile.
 */
import * as fc from 'fast-check';
import * as ledger from '../../src/domain/ledger/ledger';
import type { LedgerState } from '../../src/domain/ledger/ledger';
import { shortenEnded } from '../../src/domain/ledger/ended-ids';
import { ENDED_IDS_BYTES_MAX } from '../../src/domain/ledger/state';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TEN_YEARS_MS = 3_650 * 24 * HOUR_MS;
const START_MS = 400 * 24 * HOUR_MS;
/** Takes the place of most of the memory, so that little is left for the signals that are tried. */
const OTHERS_BYTES = ENDED_IDS_BYTES_MAX - 700;

type Event =
  | { kind: 'start'; lifeMs: number }
  | { kind: 'reserve' | 'commit' | 'release' | 'bar'; pick: number }
  | { kind: 'pass'; durationMs: number };

/** How our clock errs in one run. `once`: for one command; `from`: for good, from one command on. */
interface ClockFault {
  readonly stepMs: number;
  readonly at: number;
  readonly lasts: 'once' | 'from';
}

const pick = fc.nat(20);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      lifeMs: fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS, 2 * HOUR_MS, 24 * HOUR_MS),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('reserve' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'release' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bar' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      durationMs: fc.constantFrom(1, 1_000, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS),
    }),
  },
);

const clockFault: fc.Arbitrary<ClockFault> = fc.record({
  stepMs: fc.constantFrom(0, -HOUR_MS, HOUR_MS, TEN_YEARS_MS),
  at: fc.nat(40),
  lasts: fc.constantFrom('once' as const, 'from' as const),
});

const setBack: fc.Arbitrary<ClockFault> = fc.record({
  stepMs: fc.constant(-HOUR_MS),
  at: fc.integer({ min: 10, max: 30 }),
  lasts: fc.constant('from' as const),
});

interface Signal {
  readonly id: string;
  readonly startedAtMs: number;
  readonly expiresAtMs: number;
  /** The true time when it is over. */
  readonly overAtMs: number;
  status: 'unknown' | 'pending' | 'committed' | 'released' | 'barred';
}

type Reducers = Pick<typeof ledger, 'reserve' | 'commit' | 'release' | 'bar'>;

/** Remembers every signal for ever. */
class Witness {
  private readonly signals: Signal[] = [];
  private trueMs = START_MS;
  private stepMs = 0;
  private state: LedgerState;

  constructor(private readonly reducers: Reducers) {
    const others = { committed: '', released: '', barred: '', youngestMs: 0 };
    const untilMs = START_MS + 23 * HOUR_MS;
    const empty = ledger.emptyLedger({ snapshotLagMs: 0 });
    this.state = { ...empty, endedIds: [{ ...others, untilMs, bytes: OTHERS_BYTES }] };
  }

  handle(event: Event, stepMs: number): void {
    this.stepMs = stepMs;
    if (event.kind === 'pass') this.trueMs += event.durationMs;
    else if (event.kind === 'start') this.start(event.lifeMs);
    else this.ask(event.kind, this.signals[event.pick % Math.max(1, this.signals.length)]);
    // Nothing is known in full: what is tried is the memory of ids.
    this.state = shortenEnded(this.state, 0, this.nowMs);
  }

  private get nowMs(): number {
    return this.trueMs + this.stepMs;
  }

  /** What dates the signal is the clock that dates reservations. */
  private start(lifeMs: number): void {
    const number = this.signals.length;
    const times = { startedAtMs: this.nowMs, expiresAtMs: this.nowMs + lifeMs, overAtMs: this.trueMs + lifeMs };
    this.signals.push({ id: `signal-${number}`.padEnd(90, 'x'), ...times, status: 'unknown' });
  }

  private ask(kind: 'reserve' | 'commit' | 'release' | 'bar', signal: Signal | undefined): void {
    if (signal === undefined || this.trueMs > signal.overAtMs) return;
    const ids = { requestId: kind, reservationId: signal.id, reason: '' };
    const times = { signalStartedAtMs: signal.startedAtMs, expiresAtMs: signal.expiresAtMs };
    switch (kind) {
      case 'reserve':
        return this.reserve(signal, { ...ids, ...times, requestId: `${signal.id.slice(0, 20)}-r` });
      case 'commit': {
        const step = this.reducers.commit(this.state, { ...ids, amount: '0', executedAtMs: 1 }, this.nowMs);
        this.state = step.state;
        if (step.result.status === 'ended') signal.status = 'committed';
        return;
      }
      case 'release': {
        // Whoever does not know of a reservation bars.
        if (signal.status !== 'pending') return;
        this.state = this.reducers.release(this.state, ids, this.nowMs).state;
        signal.status = 'released';
        return;
      }
      case 'bar':
        return this.bar(signal, { ...ids, ...times });
    }
  }

  private reserve(signal: Signal, command: { requestId: string; reservationId: string }): void {
    const body = { asset: 'USDT', amount: '0', intent: 'exit' as const, purpose: 'p', metadata: {} };
    const { state, result } = this.reducers.reserve(this.state, { ...command, ...body }, this.nowMs);
    this.state = state;
    if (result.status !== 'reserved') return;
    if (result.isNew && signal.status !== 'unknown') throw new Error(`${signal.status}, and called new`);
    if (result.reservation.status === 'pending') signal.status = 'pending';
  }

  private bar(signal: Signal, command: { requestId: string; reservationId: string }): void {
    const { state, result } = this.reducers.bar(this.state, command, this.nowMs);
    this.state = state;
    const mayLive = signal.status === 'pending' || signal.status === 'committed';
    if (result.status === 'withdrawn' && mayLive) throw new Error(`${signal.status}, and called unsent`);
    if (signal.status === 'unknown') signal.status = 'barred';
  }
}

function memoryProperty(reducers: Reducers, faults: fc.Arbitrary<ClockFault>, tally = new Tally()) {
  const events = fc.array(event, { maxLength: COMMANDS_PER_RUN_MAX.ledgerAudit, size: '+1' });
  return fc.property(events, faults, (commands, fault) => {
    tally.runs += 1;
    tally.commands += commands.length;
    const witness = new Witness(reducers);
    for (const [index, command] of commands.entries()) {
      const isWrong = fault.lasts === 'once' ? index === fault.at : index >= fault.at;
      witness.handle(command, isWrong ? fault.stepMs : 0);
    }
  });
}

test('no signal is called the first, or unsent, that was neither within its time to live', () => {
  const tally = new Tally();
  fc.assert(memoryProperty(ledger, clockFault, tally), { numRuns: RUNS });
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.ledgerAudit);
});

const broken: readonly [fault: string, faults: fc.Arbitrary<ClockFault>, variant: Partial<Reducers>][] = [
  [
    'what is forgotten is not noted',
    clockFault,
    { reserve: (state, command, nowMs) => ledger.reserve({ ...state, forgottenAtMs: 0 }, command, nowMs) },
  ],
  [
    'a clock that was set back is believed',
    setBack,
    {
      reserve: (state, command, nowMs) => {
        const forgottenAtMs = Math.min(state.forgottenAtMs, nowMs);
        return ledger.reserve({ ...state, forgottenAtMs, behind: undefined }, command, nowMs);
      },
    },
  ],
  ['the memory of ids is not asked', clockFault, { reserve: forgetful(ledger.reserve), bar: forgetful(ledger.bar) }],
  [
    'a signal that was barred counts as released',
    clockFault,
    {
      bar: (state, command, nowMs) => {
        const step = ledger.bar(state, command, nowMs);
        return step.result.status === 'uncertain' ? { ...step, result: { status: 'withdrawn' } } : step;
      },
    },
  ],
];

function forgetful<Command, Step extends { state: LedgerState }>(
  reducer: (state: LedgerState, command: Command, nowMs: number) => Step,
) {
  return (state: LedgerState, command: Command, nowMs: number): Step => {
    const step = reducer({ ...state, endedIds: [] }, command, nowMs);
    return { ...step, state: { ...step.state, endedIds: state.endedIds } };
  };
}

test.each(broken)('the witness catches a ledger where %s', (_fault, faults, variant) => {
  const details = fc.check(memoryProperty({ ...ledger, ...variant }, faults), {
    numRuns: BROKEN_RUNS_MAX,
    endOnFailure: true,
  });
  expect(details.failed).toBe(true);
});
