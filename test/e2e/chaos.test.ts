/** A short fixed part of the sweep (npm run chaos -- --sweep): a crash on each road of a signal, and one inside the engine. */
import { sweep } from '../../chaos/sweep';
import type { SweepCase } from '../../chaos/sweep-scenarios';

/** A first start may fetch the Temporal server. */
const TEST_MAX_MS = 400_000;
const CASES: readonly SweepCase[] = [
  { point: 'reserve.after-update', scenario: 'market_inside' },
  { point: 'saga.traded', scenario: 'market' },
  { point: 'saga.settling', scenario: 'lost_answer' },
];

const signal = new AbortController().signal;

function tellNobody(): void {
  // The report says everything that a test needs.
}

test(
  'a crash at a named point changes no outcome',
  async () => {
    const reports = await sweep({ cases: CASES, signal, progress: tellNobody });
    expect(reports.map(({ point, scenario }) => ({ point, scenario }))).toEqual(expect.arrayContaining([...CASES]));
    expect(reports).toHaveLength(CASES.length);
    const clean = { violation: undefined, orders: 1 };
    expect(reports.map(({ violation, orders }) => ({ violation, orders }))).toEqual(reports.map(() => clean));
  },
  TEST_MAX_MS,
);
