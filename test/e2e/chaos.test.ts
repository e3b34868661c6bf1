/** A short fixed part of the attack (npm run chaos): one small seed, and three of the points at which a crash is tried. */
import type { CrashPoint } from '../../src/process/crash-points';
import { runSeed } from '../../chaos/seed-run';
import { sweep } from '../../chaos/sweep';

/** A first start may fetch the Temporal server. */
const TEST_MAX_MS = 400_000;
const SEED = 5;
const SIGNALS = 30;
const POINTS: readonly CrashPoint[] = ['reserve.after-update', 'saga.traded', 'saga.settling'];

const signal = new AbortController().signal;

function tellNobody(): void {
  // The report says everything that a test needs.
}

test.concurrent(
  'a seed of faults and kills leaves one order per signal and equal books',
  async () => {
    const report = await runSeed({ seed: SEED, signals: SIGNALS, signal, progress: tellNobody });
    expect(report.violation).toBeUndefined();
    expect(report).toMatchObject({ signals: SIGNALS, duplicates: 0, leaks: 0 });
    expect(Object.keys(report.faults)).not.toEqual([]);
    expect(report.kills.trading_engine).toBeGreaterThan(0);
  },
  TEST_MAX_MS,
);

test.concurrent(
  'a crash at a named point changes no outcome',
  async () => {
    const reports = await sweep({ points: POINTS, signal, progress: tellNobody });
    expect(reports.map(({ point }) => point)).toEqual(expect.arrayContaining([...POINTS]));
    const clean = { violation: undefined, orders: 1 };
    expect(reports.map(({ violation, orders }) => ({ violation, orders }))).toEqual(reports.map(() => clean));
  },
  TEST_MAX_MS,
);
