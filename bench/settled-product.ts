import { setTimeout as sleep } from 'node:timers/promises';
import { historyEnvironment } from '../harness/history-seal';
import { Installation } from '../harness/installation';
import { runningServer } from '../harness/running-processes';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { readRunningPid } from '../src/process/pid-file';
import { planProcesses } from '../src/supervisor/plan';
import { pidFilePath } from '../src/supervisor/run-folder';
import { readProcessFigures, type ProcessFigures } from './process-figures';

/** What a start has to do is over then: caches are full, the first signals have ended. */
const SETTLE_MS = 30_000;

/** A product that was started at its defaults, and that nothing is sent to. */
export interface SettledProduct {
  readonly apiUrl: string;
  /** Of every process, by its name. */
  readonly pids: ReadonlyMap<string, number>;
}

/**
 * Starts the whole product, waits until its start is over, and ends it after the work.
 *
 * @throws CliError when a process does not run, and what an unhealthy start throws
 */
export async function withSettledProduct<Result>(
  abort: AbortSignal,
  work: (product: SettledProduct) => Promise<Result>,
): Promise<Result> {
  const installation = await Installation.create({ name: 'bench', environment: historyEnvironment() });
  try {
    const supervisor = installation.start();
    await installation.waitUntilHealthy();
    await sleep(SETTLE_MS, undefined, { signal: abort });
    const pids = findProcesses(installation, supervisor.pid);
    return await work({ apiUrl: installation.apiUrl, pids });
  } finally {
    await installation.close();
  }
}

/** Every process of a started product, by its name. @throws CliError when one does not run */
function findProcesses({ config, dataDir }: Installation, supervisor?: number): ReadonlyMap<string, number> {
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
