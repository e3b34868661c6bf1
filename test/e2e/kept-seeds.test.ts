/** Every seed of the attack that once found a defect (chaos/seeds.json) is run again, so that it stays mended. */
import { readKeptSeeds } from '../../chaos/kept-seeds';
import { runSeed } from '../../chaos/seed-run';

/** Sixty signals take a minute on two free cores; `npm run chaos -- --kept` sends all of them. */
const SEED_MAX_MS = 900_000;
const SIGNALS_MAX = 60;
const SEEDS = readKeptSeeds().map(({ seed, signals, positions, faults }) => ({
  seed,
  signals: Math.min(signals, SIGNALS_MAX),
  withPositions: positions,
  certain: faults,
}));

const signal = new AbortController().signal;

function tellNobody(): void {
  // The report says everything that a test needs.
}

test.each(SEEDS)(
  'seed $seed with $signals signals finds nothing any more',
  async ({ seed, signals, withPositions, certain }) => {
    const report = await runSeed({ seed, signals, withPositions, certain, signal, progress: tellNobody });
    expect(report.violation).toBeUndefined();
    expect(report).toMatchObject({ signals, duplicates: 0, leaks: 0 });
  },
  SEED_MAX_MS,
);
