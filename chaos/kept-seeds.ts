import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../src/config/package-root';
import { CERTAIN_FAULTS } from './fault-mix';

const keptSeeds = z.array(
  z.strictObject({
    seed: z.int().min(0),
    signals: z.int().min(1),
    /** How many of them `npm test` sends: so many that the attack lasts until the engine is killed. Absent: only `--kept` runs the seed. */
    signalsInTests: z.int().min(1).optional(),
    /** With positions. */
    positions: z.boolean().default(false),
    /** What came in any case; absent: what the seed draws, alone. */
    faults: z.enum(CERTAIN_FAULTS).optional(),
    /** What the seed found. */
    found: z.string().min(1),
  }),
);

export type KeptSeed = z.infer<typeof keptSeeds>[number];

/** Seeds that once found a defect. They are run again, so that it stays mended. */
export function readKeptSeeds(): readonly KeptSeed[] {
  const file = join(packageRoot(), 'chaos', 'seeds.json');
  return keptSeeds.parse(JSON.parse(readFileSync(file, 'utf8')));
}
