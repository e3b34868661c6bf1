import type { Durability } from '../src/temporal/server-settings';
import { runFloor } from './floor/run-floor';
import { describeMachine, renderMachine, type Machine } from './machine';
import { openRig } from './rig';
import { deskIntake, travel } from './road';
import { SignalMaker } from './signal-maker';
import { median } from './statistics';
import { figure, renderFigures } from './table';

const AT_ONCE = 20;
const COUNT_ONE_AT_A_TIME = 40;
const COUNT_AT_ONCE = 160;
/** Before anything counts: caches fill, and code is compiled. */
const COUNT_WARM_UP = 40;

/** The server's own defaults of what temporal-config/dynamic-config*.yaml sets. */
const DEFAULT_PARTITIONS = {
  'matching.numTaskqueueReadPartitions': 4,
  'matching.numTaskqueueWritePartitions': 4,
};
const DEFAULT_POLLERS = {
  'history.transferProcessorMaxPollRPS': 20,
  'history.timerProcessorMaxPollRPS': 20,
};
const DEFAULT_UPDATES = { 'history.maxInFlightUpdates': 10, 'history.maxTotalUpdates': 2_000 };

interface Variant {
  readonly name: string;
  readonly durability: Durability;
  /** What it sets back to the server's default. */
  readonly dynamicConfig: Readonly<Record<string, number>>;
}

const VARIANTS: readonly Variant[] = [
  { name: 'ours, paper (synchronous NORMAL)', durability: 'paper', dynamicConfig: {} },
  { name: 'ours, live (synchronous FULL)', durability: 'live', dynamicConfig: {} },
  { name: 'default pace of the history shard', durability: 'paper', dynamicConfig: DEFAULT_POLLERS },
  { name: 'default partitions of a task queue', durability: 'paper', dynamicConfig: DEFAULT_PARTITIONS },
  { name: 'default limits of updates', durability: 'paper', dynamicConfig: DEFAULT_UPDATES },
  {
    name: 'all three at their defaults',
    durability: 'paper',
    dynamicConfig: { ...DEFAULT_POLLERS, ...DEFAULT_PARTITIONS, ...DEFAULT_UPDATES },
  },
];

interface VariantFigures {
  readonly name: string;
  readonly floorDoneMs: number;
  readonly floorPerSecond: number;
  readonly acceptedMs: number;
  readonly roadDoneMs: number;
  readonly roadPerSecond: number;
}

/** What the settings of temporal-config are worth, each against the server's default. */
export interface VariantsReport {
  readonly machine: Machine;
  readonly variants: readonly VariantFigures[];
}

/**
 * Runs floor and road on one server after the other, each with other settings, one at a time and AT_ONCE at once.
 *
 * @throws what the rig and the road throw
 */
export async function measureVariants(abort: AbortSignal, progress: (line: string) => void): Promise<VariantsReport> {
  const machine = describeMachine();
  const variants: VariantFigures[] = [];
  for (const variant of VARIANTS) {
    progress(`${variant.name} …`);
    variants.push(await measureVariant(variant, abort));
  }
  return { machine, variants };
}

async function measureVariant(
  { name, durability, dynamicConfig }: Variant,
  signal: AbortSignal,
): Promise<VariantFigures> {
  const rig = await openRig({ progress: () => undefined, durability, dynamicConfig });
  try {
    const maker = new SignalMaker();
    const intake = deskIntake(rig);
    const warmUp = { count: COUNT_WARM_UP, atOnce: AT_ONCE, signal };
    const one = { count: COUNT_ONE_AT_A_TIME, atOnce: 1, signal };
    const many = { count: COUNT_AT_ONCE, atOnce: AT_ONCE, signal };
    await runFloor(rig, { ...warmUp, eagerly: false });
    await travel(rig, maker, intake, warmUp);
    const floorOne = await runFloor(rig, { ...one, eagerly: false });
    const roadOne = await travel(rig, maker, intake, one);
    const floorMany = await runFloor(rig, { ...many, eagerly: false });
    const roadMany = await travel(rig, maker, intake, many);
    return {
      name,
      floorDoneMs: median(floorOne.completedMs),
      floorPerSecond: floorMany.perSecond,
      acceptedMs: median(roadOne.signals.map(({ acceptedMs }) => acceptedMs)),
      roadDoneMs: median(roadOne.signals.map(({ settledMs }) => settledMs)),
      roadPerSecond: roadMany.perSecond,
    };
  } finally {
    await rig.close();
  }
}

/** @returns lines for people */
export function renderVariants({ machine, variants }: VariantsReport): readonly string[] {
  const heading = ['', 'floor p50 ms', 'floor per second', 'accepted p50 ms', 'road p50 ms', 'road per second'];
  const rows = variants.map((variant) => [
    variant.name,
    figure(variant.floorDoneMs, 1),
    figure(variant.floorPerSecond, 1),
    figure(variant.acceptedMs, 0),
    figure(variant.roadDoneMs, 1),
    figure(variant.roadPerSecond, 1),
  ]);
  return [renderMachine(machine), `Per second: ${AT_ONCE} at once.`, '', ...renderFigures([heading, ...rows])];
}
