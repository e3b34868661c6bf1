import * as fc from 'fast-check';
import { emptyLedger, viewBalances } from '../../src/domain/ledger/ledger';
import type { LedgerState } from '../../src/domain/ledger/ledger';
import { ASSETS, CHECKS } from './ledger-checks';
import type { Op, Reducers, Step } from './ledger-model';
import { LAG_MS, LedgerModel, REPORT_AGE_MAX_MS, run } from './ledger-model';
import { COMMANDS_PER_RUN_MAX, Tally } from './scale';

interface Subject {
  state: LedgerState;
}

const id = fc.nat(5);
const request = fc.nat(8);
const agoMs = fc.nat(60);
const units = fc.oneof({ weight: 4, arbitrary: fc.nat(900) }, { weight: 1, arbitrary: fc.constant(0) });

/** Any command, and what it says. */
export const opArbitrary: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      request,
      id,
      asset: fc.constantFrom('USDT', 'USDT', 'USDT', ASSETS[1]),
      units: fc.oneof(fc.constantFrom(30, 70, 330), units),
      intent: fc.constantFrom('entry' as const, 'entry' as const, 'exit' as const),
      purpose: fc.constantFrom('a', 'a', 'a', 'b'),
      plan: fc.constantFrom('p', 'p', 'p', 'q'),
      leftMs: fc.constantFrom(-1, 0, 300_000, 300_000, 86_400_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), id, units, agoMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bar' as const), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), id, units, agoMs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('snapshot' as const),
      agoMs,
      available: fc.nat(2_000),
      locked: fc.nat(500),
      omitsSecond: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trading' as const),
      request: fc.nat(3),
      to: fc.constantFrom('active' as const, 'active' as const, 'reducing' as const, 'halted' as const),
    }),
  },
);

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 3_650 * 24 * HOUR_MS;
const stepMs = fc.constantFrom(0, -HOUR_MS, HOUR_MS, TEN_YEARS_MS);

/** Mostly none: between two steps of the clocks there is time to agree again. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: fc.constant({ oursMs: 0, venuesMs: 0, isForGood: true }) },
  { weight: 1, arbitrary: fc.record({ oursMs: stepMs, venuesMs: stepMs, isForGood: fc.boolean() }) },
);

/** The memory may forget a signal that is over, by ten years too: what it must keep then is told in ledger-memory.test.ts. */
function isBeyondMemory(op: Op, { oursMs, isForGood }: Step): boolean {
  return oursMs === TEN_YEARS_MS && (isForGood || op.kind === 'bar' || op.kind === 'release');
}

/** One operation, run on the ledger and on the model, with every wanted invariant checked after it. */
class LedgerCommand implements fc.Command<LedgerModel, Subject> {
  constructor(
    private readonly op: Op,
    private readonly passedMs: number,
    private readonly step: Step,
    private readonly reducers: Reducers,
    private readonly checks: readonly string[],
    private readonly tally: Tally,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: LedgerModel, subject: Subject): void {
    this.tally.commands += 1;
    const { oursMs, venuesMs, isForGood } = this.step;
    model.nowMs += this.passedMs + oursMs;
    model.venueMs += this.passedMs + venuesMs;
    this.runAt(model, subject);
    if (isForGood) return;
    model.nowMs -= oursMs;
    model.venueMs -= venuesMs;
  }

  private runAt(model: LedgerModel, subject: Subject): void {
    const { op } = this;
    const before = subject.state;
    const freeBefore = Object.fromEntries(ASSETS.map((asset) => [asset, model.free(asset)]));
    const wasRefusedBefore = op.kind === 'reserve' && model.refused.has(op.request);
    const inputTextBefore = JSON.stringify(before);
    const trip = run(this.reducers, JSON.parse(inputTextBefore) as LedgerState, op, model);
    const step = run(this.reducers, before, op, model);
    const record = {
      op,
      before,
      freeBefore,
      wasRefusedBefore,
      inputTextBefore,
      inputTextAfter: JSON.stringify(before),
      tripText: JSON.stringify([trip.state, trip.result]),
      expected: model.apply(op),
      result: step.result,
      after: step.state,
      model,
    };
    for (const name of this.checks) {
      try {
        CHECKS[name]?.(record);
      } catch (error) {
        throw new Error(`${name}: ${String(error)}`, { cause: error });
      }
    }
    subject.state = step.state;
  }

  toString(): string {
    return `+${this.passedMs} ms ${JSON.stringify(this.step)} ${JSON.stringify(this.op)}`;
  }
}

/**
 * Any sequence of commands keeps the named invariants after every command. Afterwards everything pending is released and
 * reported: nothing may stay held (L12).
 */
export function ledgerProperty(
  reducers: Reducers,
  checks: readonly string[],
  checksLiveness: boolean,
  tally: Tally = new Tally(),
) {
  const command = fc
    .tuple(opArbitrary, fc.nat(30), step)
    .filter(([op, , clocks]) => !isBeyondMemory(op, clocks))
    .map(([op, passedMs, clocks]) => new LedgerCommand(op, passedMs, clocks, reducers, checks, tally));
  return fc.property(fc.commands([command], { maxCommands: COMMANDS_PER_RUN_MAX.ledger, size: '+1' }), (commands) => {
    tally.runs += 1;
    const subject: Subject = { state: emptyLedger({ snapshotLagMs: LAG_MS, reportAgeMaxMs: REPORT_AGE_MAX_MS }) };
    const model = new LedgerModel();
    fc.modelRun(() => ({ model, real: subject }), commands);
    if (checksLiveness) checkLiveness(reducers, subject, model);
  });
}

const REPORT_INTERVAL_MS = 45_000;
const REPORTS_TO_SETTLE = 4;

function checkLiveness(reducers: Reducers, subject: Subject, model: LedgerModel): void {
  for (const reserved of model.accepted) {
    subject.state = run(reducers, subject.state, { kind: 'release', id: reserved }, model).state;
  }
  const report: Op = { kind: 'snapshot', agoMs: 0, available: 1_234, locked: 0, omitsSecond: false };
  // When a clock was set, the first report tells of it, and what it may miss is contained in the last.
  for (let count = 1; count <= REPORTS_TO_SETTLE; count += 1) {
    const passedMs = count * REPORT_INTERVAL_MS;
    const clocks = { nowMs: model.nowMs + passedMs, venueMs: model.venueMs + passedMs };
    subject.state = run(reducers, subject.state, report, clocks).state;
  }
  const view = viewBalances(subject.state);
  for (const asset of ASSETS) {
    const { free, reserved, unsettled } = view.assets[asset] ?? {};
    if (free !== '12.34' || reserved !== '0' || unsettled !== '0') {
      throw new Error(`L12: ${asset} still holds ${reserved} and ${unsettled}, free ${free}`);
    }
  }
}
