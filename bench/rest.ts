import { setTimeout as sleep } from 'node:timers/promises';
import { historyEnvironment } from '../harness/history-seal';
import { Installation } from '../harness/installation';
import { runningServer } from '../harness/running-processes';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { readRunningPid } from '../src/process/pid-file';
import { planProcesses } from '../src/supervisor/plan';
import { pidFilePath } from '../src/supervisor/run-folder';
import { describeMachine, renderMachine, type Machine } from './machine';
import { readProcessFigures, type ProcessFigures } from './process-figures';
import { figure, mebibytes, renderFigures } from './table';

const MINUTE_MS = 60_000;
/** What a start has to do is over then: caches are full, the first signals have ended. */
export const SETTLE_MS = 30_000;

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
  const installation = await Installation.create({ name: 'bench', environment: historyEnvironment() });
  try {
    const supervisor = installation.start();
    await installation.waitUntilHealthy();
    await sleep(SETTLE_MS, undefined, { signal: abort });
    const pids = findProcesses(installation, supervisor.pid);
    const begunAtMs = performance.now();
    const readings = [readAll(pids)];
    for (let minute = 1; minute <= minutes; minute += 1) {
      await sleep(begunAtMs + minute * MINUTE_MS - performance.now(), undefined, { signal: abort });
      readings.push(readAll(pids));
      progress(`${minute} of ${minutes} minutes.`);
    }
    return { machine, minutes, processes: [...pids.keys()].map((name) => summariseRest(name, readings, minutes)) };
  } finally {
    await installation.close();
  }
}

/** Every process of a started product, by its name. @throws CliError when one does not run */
export function findProcesses({ config, dataDir }: Installation, supervisor?: number): ReadonlyMap<string, number> {
  const parts = planProcesses('all', config).map(
    ({ name }) => [name, readRunningPid(pidFilePath(dataDir, name))] as const,
  );
  const all = [['supervisor', supervisor] as const, ['temporal_server', runningServer(dataDir)] as const, ...parts];
  return new Map(
    all.map(([name, pid]) => {
      if (pid === undefined) throw new CliError(`The process ${name} does not run.`, ExitCode.FAILURE);
      return [name, pid];
    }),
  );
}

export type Reading = ReadonlyMap<string, ProcessFigures>;

/** What each has used so far. @throws CliError when one ended, or cannot be measured */
export function readAll(pids: ReadonlyMap<string, number>): Reading {
  return new Map(
    [...pids].map(([name, pid]) => {
      const figures = readProcessFigures(pid);
      if (figures) return [name, figures];
      throw new CliError(`The process ${name} (${pid}) ended, or this system tells nothing of it.`, ExitCode.FAILURE);
    }),
  );
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
