import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessRunning, readPidFile } from '../process/pid-file';
import { metricsLockPath, metricsSockets, readMetrics } from './metrics/metrics-socket';

const FOLDER = 'run';
/** Held by the `oncefill start` that runs a part of a data folder. */
const START_LOCK = /^start-[a-z]+\.lock$/;
/** What a start is called where processes tell what they count. */
const SUPERVISOR = /^supervisor(?:_[a-z]+)?$/;
/** A start that turns answers at once. */
const ANSWER_MAX_MS = 3_000;
/** Files of a folder that are looked at for the newest. */
const FILES_MAX = 1_000;

/** One `oncefill start` that runs on a data folder, or ended without an orderly stop. */
export interface SupervisorSight {
  readonly pid: number;
  /** `dead`: it left its lock behind. `unknown`: it has just begun, or could not open the way by which it is asked. */
  readonly state: 'answers' | 'silent' | 'unknown' | 'dead';
}

/** The starts whose locks are there. @param ask tests have their own */
export async function lookAtSupervisors(
  dataDir: string,
  ask: (dataDir: string, name: string, timeoutMs: number) => Promise<unknown> = readMetrics,
): Promise<readonly SupervisorSight[]> {
  const holders = new Map<number, SupervisorSight['state']>();
  for (const identity of lockHolders(dataDir)) {
    holders.set(identity.pid, isProcessRunning(identity) ? 'unknown' : 'dead');
  }
  const names = metricsSockets(dataDir).filter((name) => SUPERVISOR.test(name));
  await Promise.all(
    names.map(async (name) => {
      const pid = readPidFile(metricsLockPath(dataDir, name))?.pid;
      if (pid === undefined || holders.get(pid) !== 'unknown') return;
      holders.set(pid, (await ask(dataDir, name, ANSWER_MAX_MS)) === undefined ? 'silent' : 'answers');
    }),
  );
  return [...holders].map(([pid, state]) => ({ pid, state }));
}

/** Starts of these parts that ended without an orderly stop: they left their locks behind. */
export function deadSupervisors(dataDir: string, parts: readonly string[]): readonly number[] {
  const locks = parts.map((part) => `start-${part}.lock`);
  const dead = lockHolders(dataDir, (name) => locks.includes(name)).filter((identity) => !isProcessRunning(identity));
  return [...new Set(dead.map(({ pid }) => pid))];
}

function lockHolders(dataDir: string, isMeant = (name: string) => START_LOCK.test(name)) {
  const folder = join(dataDir, FOLDER);
  return namesIn(folder)
    .filter(isMeant)
    .flatMap((name) => readPidFile(join(folder, name)) ?? []);
}

/** When something of a data folder was last written while it ran, UTC, milliseconds; undefined: nothing is there. */
export function lastSignMs(dataDir: string): number | undefined {
  const times = [FOLDER, 'logs'].flatMap((folder) =>
    namesIn(join(dataDir, folder)).flatMap((name) => {
      const found = statSync(join(dataDir, folder, name), { throwIfNoEntry: false });
      return found?.isFile() ? [found.mtimeMs] : [];
    }),
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, FILES_MAX);
  } catch {
    // Nothing has run here yet.
    return [];
  }
}
