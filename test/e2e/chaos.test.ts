/** A short fixed part of the sweep (npm run chaos -- --sweep): three of the points at which a crash is tried. */
import type { CrashPoint } from '../../src/process/crash-points';
import { sweep } from '../../chaos/sweep';

/** A first start may fetch the Temporal server. */
const TEST_MAX_MS = 400_000;
const POINTS: readonly CrashPoint[] = ['reserve.after-update', 'saga.traded', 'saga.settling'];

const signal = new AbortController().signal;

function tellNobody(): void {
  // The report says everything that a test needs.
}

test(
  'a crash at a named point changes no outcome',
  async () => {
    const reports = await sweep({ points: POINTS, signal, progress: tellNobody });
    expect(reports.map(({ point }) => point)).toEqual(expect.arrayContaining([...POINTS]));
    const clean = { violation: undefined, orders: 1 };
    expect(reports.map(({ violation, orders }) => ({ violation, orders }))).toEqual(reports.map(() => clean));
  },
  TEST_MAX_MS,
);
