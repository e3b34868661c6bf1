/**
 * Seeds of the attack that once found a defect (chaos/seeds.json) are run again, so that it stays mended: here those whose attack is
 * short, with fewer signals; all of them, with all their signals, by `npm run chaos -- --kept`.
 */
import { readKeptSeeds } from '../../chaos/kept-seeds';
import { runSeed } from '../../chaos/seed-run';

/** A minute on two free cores; a first start may fetch the Temporal server. */
const SEED_MAX_MS = 900_000;
const SEEDS = readKeptSeeds().flatMap(({ seed, signalsInTests: signals, positions, faults }) =>
  signals === undefined ? [] : [{ seed, signals, withPositions: positions, certain: faults }],
);

const signal = new AbortController().signal;

function tellNobody(): void {
  // The report says everything that a test needs.
}

test.each(SEEDS)(
  'a seed of faults and kills leaves one order per signal and equal books: seed $seed with $signals signals',
  async ({ seed, signals, withPositions, certain }) => {
    const report = await runSeed({ seed, signals, withPositions, certain, signal, progress: tellNobody });
    expect(report.violation).toBeUndefined();
    expect(report).toMatchObject({ signals, duplicates: 0, leaks: 0 });
    expect(Object.keys(report.faults)).not.toEqual([]);
    expect(report.kills.trading_engine).toBeGreaterThan(0);
  },
  SEED_MAX_MS,
);
