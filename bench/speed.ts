import type { Client } from '@temporalio/client';
import { runFloor } from './floor/run-floor';
import { describeMachine } from './machine';
import { openMeasuredProduct, type MeasuredProduct } from './measured-product';
import { directIntake, httpIntake, travel } from './road';
import { SignalMaker } from './signal-maker';
import { summarise, type HistorySize, type SpeedReport } from './speed-report';
import { runRound, type RoundFigures } from './speed-round';
import { measureStartUp } from './start-up';
import { median } from './statistics';
import { openVenueAlone, tradeAlone } from './venue-alone';

/** Pieces of each kind that run before anything counts: caches fill and code gets compiled. */
const WARM_UP_COUNT = 20;
/** Histories that are looked at; they hardly differ. */
const HISTORIES_MAX = 10;

export interface SpeedOptions {
  readonly rounds: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Measures floor and road in alternation, and then a start of the whole product.
 *
 * @throws CliError when a signal is not traded as it should be, and what starting the parts throws
 */
export async function measureSpeed(options: SpeedOptions): Promise<SpeedReport> {
  const { abort, progress } = options;
  const machine = describeMachine();
  const product = await openMeasuredProduct({ progress, withApi: true });
  let measured;
  try {
    measured = await measureRounds(product, options);
  } finally {
    await product.close();
  }
  progress('A start of everything …');
  const startUp = await measureStartUp(abort);
  return summarise(measured.rounds, { ...measured, machine, startUp });
}

async function measureRounds(product: MeasuredProduct, { rounds: count, abort, progress }: SpeedOptions) {
  const venueAlone = openVenueAlone(product.installation);
  try {
    const maker = new SignalMaker();
    progress('Warming up …');
    const warmUp = { count: WARM_UP_COUNT, atOnce: 4, signal: abort };
    await runFloor(product, { ...warmUp, eagerly: false });
    await runFloor(product, { ...warmUp, eagerly: true });
    await travel(product, maker, directIntake(product), warmUp);
    await travel(product, maker, httpIntake(product), warmUp);
    await tradeAlone(venueAlone, maker, WARM_UP_COUNT, abort);
    const before = product.figures();
    const rounds: RoundFigures[] = [];
    while (rounds.length < count) {
      const say = (step: string): void => progress(`Round ${rounds.length + 1} of ${count}: ${step} …`);
      rounds.push(await runRound({ product, maker, venueAlone, abort, progress: say }));
    }
    const after = product.figures();
    const signals = rounds.at(-1)?.fingerprints.slice(0, HISTORIES_MAX) ?? [];
    const history = {
      road: await readHistorySize(product.engine.client, signals),
      floor: await readHistorySize(product.engine.client, ['bench-floor-1']),
    };
    return { rounds, before, after, history };
  } finally {
    await venueAlone.close();
  }
}

/** The medians of some workflows' histories. */
async function readHistorySize(client: Client, workflowIds: readonly string[]): Promise<HistorySize> {
  const sizes = await Promise.all(workflowIds.map((workflowId) => client.workflow.getHandle(workflowId).describe()));
  return {
    events: median(sizes.map(({ historyLength }) => historyLength)),
    bytes: median(sizes.map(({ historySize }) => historySize ?? 0)),
  };
}
