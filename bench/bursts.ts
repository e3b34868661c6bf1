import { describeMachine, renderMachine, type Machine } from './machine';
import { openMeasuredProduct } from './measured-product';
import { sumOf } from './process-figures';
import { patientIntake } from './patient-intake';
import { travel } from './road';
import { SignalMaker } from './signal-maker';
import { percentile, ratio } from './statistics';
import { figure, renderFigures } from './table';

/** Signals of one burst. More than a few hundred is what a venue's own limits would spread. */
export const BURST_SIZES: readonly number[] = [200, 600, 2_000];
/** Before anything counts: caches fill, and code is compiled. */
const WARM_UP = { count: 40, atOnce: 20 };

interface BurstFigures {
  readonly signals: number;
  /** From the first hand-in to the last settled end. */
  readonly seconds: number;
  /** Signals that ended per second. */
  readonly perSecond: number;
  /** `perSecond` beside that of the best burst, 0 to 1. */
  readonly ofBest: number | undefined;
  /** From handing a signal in to its settled end, milliseconds. */
  readonly settledMs: { readonly median: number; readonly slowest: number };
  /** Processor time of all parts for each signal, milliseconds; undefined: not measured here. */
  readonly cpuMs: number | undefined;
}

/** Everything that `npm run bench -- bursts` found out; also what `--json` prints. */
export interface BurstsReport {
  readonly machine: Machine;
  readonly bursts: readonly BurstFigures[];
  /** The slowest burst's pace beside the best one's: 1 when size does not matter. */
  readonly worstOfBest: number | undefined;
}

/**
 * Hands whole bursts in at once, each to a fresh product, and counts how many signals end per second: a pace that falls
 * with the size of the burst means that signals stand in each other's way.
 *
 * @throws CliError when a signal does not end FILLED, and what opening the product throws
 */
export async function measureBursts(
  abort: AbortSignal,
  progress: (line: string) => void,
  sizes: readonly number[] = BURST_SIZES,
): Promise<BurstsReport> {
  const machine = describeMachine();
  const bursts: Omit<BurstFigures, 'ofBest'>[] = [];
  for (const signals of sizes) {
    progress(`${signals} signals at once …`);
    bursts.push(await measureBurst(signals, abort));
  }
  return summariseBursts(machine, bursts);
}

async function measureBurst(signals: number, signal: AbortSignal): Promise<Omit<BurstFigures, 'ofBest'>> {
  const product = await openMeasuredProduct({ progress: () => undefined });
  try {
    const maker = new SignalMaker();
    const intake = patientIntake(product);
    await travel(product, maker, intake, { ...WARM_UP, signal });
    const travelled = await travel(product, maker, intake, { count: signals, atOnce: signals, signal });
    const settledMs = travelled.signals.map((one) => one.settledMs);
    return {
      signals,
      seconds: signals / travelled.perSecond,
      perSecond: travelled.perSecond,
      settledMs: { median: percentile(settledMs, 0.5), slowest: percentile(settledMs, 1) },
      cpuMs: sumOf(travelled.cpuMs),
    };
  } finally {
    await product.close();
  }
}

/** @param bursts one or more */
export function summariseBursts(machine: Machine, bursts: readonly Omit<BurstFigures, 'ofBest'>[]): BurstsReport {
  const paces = bursts.map(({ perSecond }) => perSecond);
  const best = Math.max(...paces);
  return {
    machine,
    bursts: bursts.map((burst) => ({ ...burst, ofBest: ratio(burst.perSecond, best) })),
    worstOfBest: ratio(Math.min(...paces), best),
  };
}

/** @returns lines for people */
export function renderBursts({ machine, bursts, worstOfBest }: BurstsReport): readonly string[] {
  const heading = ['at once', 'seconds', 'ended per second', 'best = 1', 'settled p50 ms', 'slowest ms', 'CPU ms'];
  const rows = bursts.map((burst) => [
    `${burst.signals} signals`,
    figure(burst.seconds, 1),
    figure(burst.perSecond, 1),
    figure(burst.ofBest, 2),
    figure(burst.settledMs.median, 0),
    figure(burst.settledMs.slowest, 0),
    figure(burst.cpuMs, 1),
  ]);
  return [
    renderMachine(machine),
    '',
    ...renderFigures([heading, ...rows]),
    '',
    `The slowest burst's pace is ${figure(worstOfBest, 2)} of the best one's.`,
  ];
}
