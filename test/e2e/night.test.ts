/** A short fixed part of a night (npm run night): what each fault is for, and little more. */
import type { FaultName } from '../../night/faults';
import { runNight } from '../../night/night-run';

/** A first start may fetch the Temporal server, and eight other programs may run at the same time. */
const TEST_MAX_MS = 840_000;
const SEED = 5;
const SIGNAL_EVERY_MS = 5_000;
/** A death, a silence, one of the sender of alerts itself, trouble at the venue, and mail that cannot be sent. */
const FAULTS: readonly FaultName[] = [
  'venue ban',
  'dead mail server',
  'stop api',
  'kill system_monitor',
  'kill trading_engine',
];

test(
  'in a night everybody is told of everything, everything comes back, and each signal is one order',
  async () => {
    const report = await runNight({
      seed: SEED,
      minutes: 3,
      faults: FAULTS,
      signalEveryMs: SIGNAL_EVERY_MS,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    expect(report.violations).toEqual([]);
    expect(report.faults.map(({ fault }) => fault.name)).toEqual(expect.arrayContaining([...FAULTS]));
    expect(report.mostOrdersPerSignal).toBe(1);
    expect(report.signals.accepted).toBeGreaterThan(0);
    expect(report.pings).toBeGreaterThan(0);
  },
  TEST_MAX_MS,
);
