import type { Config } from '../config/schema';
import { readRunningPid, isProcessRunning } from '../process/pid-file';
import { planProcesses, START_MODES } from '../supervisor/plan';
import { pidFilePath, startLockPath } from '../supervisor/run-folder';
import { readServerRecord } from '../temporal/server-record';

/** The processes of a `start` on this data folder, `start` itself not among them. */
function supervised(config: Config): readonly number[] {
  const pids = planProcesses('all', config).map(({ name }) => readRunningPid(pidFilePath(config.dataDir, name)));
  const server = readServerRecord(config.dataDir)?.server;
  if (server !== undefined && isProcessRunning(server)) pids.push(server.pid);
  return pids.filter((pid) => pid !== undefined);
}

/** The `start` commands that run on this data folder. */
export function runningStarts({ dataDir }: Config): readonly number[] {
  const pids = START_MODES.map((mode) => readRunningPid(startLockPath(dataDir, mode)));
  return [...new Set(pids.filter((pid) => pid !== undefined))];
}

/** Every process that a `start` on this data folder runs, as its files tell. */
export function ownProcesses(config: Config): ReadonlySet<number> {
  return new Set([...runningStarts(config), ...supervised(config)]);
}
