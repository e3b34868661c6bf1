import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine, renderMachine, type Machine } from './machine';
import { readAll, withSettledProduct, type Reading } from './settled-product';
import { figure, mebibytes, renderFigures } from './table';

const MINUTE_MS = 60_000;

/** One process at rest. */
export interface RestFigures {
  readonly name: string;
  /** Processor time of all its threads, milliseconds a minute. */
  readonly cpuMsPerMinute: number;
  /** Resident, bytes: when the rest began, when it ended, and the most that was seen. */
  readonly memoryBytes: { readonly start: number; readonly end: number; readonly largest: number };
}

export interface RestReport {
  readonly machine: Machine;
  readonly minutes: number;
  readonly processes: readonly RestFigures[];
}

export interface RestOptions {
  readonly minutes: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Starts the whole product at its defaults, the model included, and sends it nothing. Its rest is not sleep: prices are read,
 * the model runs every minute, and the signals that it makes are traded.
 *
 * @throws CliError when a process ends or cannot be measured, and what an unhealthy start throws
 */
export async function measureRest({ minutes, abort, progress }: RestOptions): Promise<RestReport> {
  const machine = describeMachine();
  return withSettledProduct(abort, async ({ pids }) => {
    const begunAtMs = performance.now();
    const readings = [readAll(pids)];
    for (let minute = 1; minute <= minutes; minute += 1) {
      await sleep(begunAtMs + minute * MINUTE_MS - performance.now(), undefined, { signal: abort });
      readings.push(readAll(pids));
      progress(`${minute} of ${minutes} minutes.`);
    }
    return { machine, minutes, processes: [...pids.keys()].map((name) => summariseRest(name, readings, minutes)) };
  });
}

/** @param readings the first when the rest began, then one a minute */
export function summariseRest(name: string, readings: readonly Reading[], minutes: number): RestFigures {
  const figures = readings.flatMap((reading) => reading.get(name) ?? []);
  const [first, last] = [figures[0], figures.at(-1)];
  if (!first || !last) throw new RangeError(`There is no reading of ${name}.`);
  return {
    name,
    cpuMsPerMinute: (last.cpuMs - first.cpuMs) / minutes,
    memoryBytes: {
      start: first.memoryBytes,
      end: last.memoryBytes,
      largest: Math.max(...figures.map(({ memoryBytes }) => memoryBytes)),
    },
  };
}

/** The report for people. */
export function renderRest({ machine, minutes, processes }: RestReport): readonly string[] {
  const sum = (of: (figures: RestFigures) => number): number => processes.reduce((total, each) => total + of(each), 0);
  const rows = processes.map(({ name, cpuMsPerMinute, memoryBytes }) => [
    name,
    figure(cpuMsPerMinute, 0),
    ...[memoryBytes.start, memoryBytes.end, memoryBytes.largest].map(mebibytes),
  ]);
  const total = [
    'all',
    figure(
      sum((each) => each.cpuMsPerMinute),
      0,
    ),
    mebibytes(sum((each) => each.memoryBytes.start)),
    mebibytes(sum((each) => each.memoryBytes.end)),
    '',
  ];
  return [
    renderMachine(machine),
    `${minutes} minutes at the defaults, nothing sent. Memory is resident; pages that processes share count in each.`,
    '',
    ...renderFigures([['process', 'CPU ms a minute', 'memory at start', 'at end', 'largest'], ...rows, total]),
  ];
}
