import type { Durability } from '../src/temporal/server-settings';
import { runFloor } from './floor/run-floor';
import { describeMachine, renderMachine, type Machine } from './machine';
import type { ConfigOverrides } from './settings';
import { openMeasuredProduct } from './measured-product';
import { directIntake, travel } from './road';
import { SignalMaker } from './signal-maker';
import { sumOf } from './process-figures';
import { median } from './statistics';
import { figure, renderFigures } from './table';

const AT_ONCE = 20;
/** Floor and road take turns, so that a disturbance falls on both. */
const TURNS = 4;
const COUNT_ONE_AT_A_TIME = 10;
const COUNT_AT_ONCE = 200;
/** Before anything counts: caches fill, and code is compiled. */
const COUNT_WARM_UP = 40;

/** One set of settings, everything else as the product has it. */
export interface Variant {
  readonly name: string;
  /** Absent: as on paper. */
  readonly durability?: Durability;
  /** Dynamic configuration of the server beside the product's. */
  readonly dynamicConfig?: Readonly<Record<string, number>>;
  /** Parts of the configuration, in the shape of a configuration file. */
  readonly config?: ConfigOverrides;
}

interface VariantFigures {
  readonly name: string;
  readonly floorDoneMs: number;
  readonly floorPerSecond: number;
  readonly acceptedMs: number;
  readonly roadDoneMs: number;
  readonly roadPerSecond: number;
  /** Processor time of all parts for each signal, AT_ONCE at once; undefined: not measured here. */
  readonly roadCpuMs: number | undefined;
}

/** What settings are worth, each row with one of them changed. */
export interface VariantsReport {
  readonly machine: Machine;
  readonly variants: readonly VariantFigures[];
}

/**
 * Runs floor and road on one server after the other, each with other settings, one at a time and AT_ONCE at once.
 *
 * @throws what opening the product and its road throw
 */
export async function measureVariants(
  choices: readonly Variant[],
  abort: AbortSignal,
  progress: (line: string) => void,
): Promise<VariantsReport> {
  const machine = describeMachine();
  const variants: VariantFigures[] = [];
  for (const variant of choices) {
    progress(`${variant.name} …`);
    variants.push(await measureVariant(variant, abort));
  }
  return { machine, variants };
}

async function measureVariant({ name, ...settings }: Variant, signal: AbortSignal): Promise<VariantFigures> {
  const product = await openMeasuredProduct({ progress: () => undefined, ...settings });
  try {
    const maker = new SignalMaker();
    const intake = directIntake(product);
    const [floorMs, acceptedMs, settledMs]: [number[], number[], number[]] = [[], [], []];
    const warmUp = { count: COUNT_WARM_UP, atOnce: AT_ONCE, signal };
    await runFloor(product, { ...warmUp, eagerly: false });
    await travel(product, maker, intake, warmUp);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const one = { count: COUNT_ONE_AT_A_TIME, atOnce: 1, signal };
      floorMs.push(...(await runFloor(product, { ...one, eagerly: false })).completedMs);
      for (const travelled of (await travel(product, maker, intake, one)).signals) {
        acceptedMs.push(travelled.acceptedMs);
        settledMs.push(travelled.settledMs);
      }
    }
    const many = { count: COUNT_AT_ONCE, atOnce: AT_ONCE, signal };
    const floorMany = await runFloor(product, { ...many, eagerly: false });
    const roadMany = await travel(product, maker, intake, many);
    return {
      name,
      floorDoneMs: median(floorMs),
      floorPerSecond: floorMany.perSecond,
      acceptedMs: median(acceptedMs),
      roadDoneMs: median(settledMs),
      roadPerSecond: roadMany.perSecond,
      roadCpuMs: sumOf(roadMany.cpuMs),
    };
  } finally {
    await product.close();
  }
}

/** @returns lines for people */
export function renderVariants({ machine, variants }: VariantsReport): readonly string[] {
  const heading = ['', 'floor p50 ms', 'per second', 'accepted p50 ms', 'road p50 ms', 'per second', 'CPU ms'];
  const rows = variants.map((variant) => [
    variant.name,
    figure(variant.floorDoneMs, 1),
    figure(variant.floorPerSecond, 1),
    figure(variant.acceptedMs, 0),
    figure(variant.roadDoneMs, 1),
    figure(variant.roadPerSecond, 1),
    figure(variant.roadCpuMs, 1),
  ]);
  return [renderMachine(machine), `Per second: ${AT_ONCE} at once.`, '', ...renderFigures([heading, ...rows])];
}
