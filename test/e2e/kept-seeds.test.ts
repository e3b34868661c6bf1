/** Every seed of the attack that once found a defect (chaos/seeds.json) is run again, so that it stays mended. */
import { readKeptSeeds } from '../../chaos/kept-seeds';
import { runSeed } from '../../chaos/seed-run';

/** A seed of 300 signals takes two or three minutes on two free cores. */
const SEED_MAX_MS = 900_000;

const signal = new AbortController().signal;

function tellNobody(): void {
  // The report says everything that a test needs.
}

test.each(readKeptSeeds())(
  'seed $seed with $signals signals finds nothing any more',
  async ({ seed, signals }) => {
    const report = await runSeed({ seed, signals, signal, progress: tellNobody });
    expect(report.violation).toBeUndefined();
    expect(report).toMatchObject({ signals, duplicates: 0, leaks: 0 });
  },
  SEED_MAX_MS,
);
