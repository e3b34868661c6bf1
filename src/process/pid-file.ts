import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './error-code';

/** One process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process was born, in the kernel's own words; absent where the system does not tell. */
  readonly birth?: string;
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errorCode(error) ?? '');
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended while its file in /proc was being read.
    if (hasCode(error, 'ENOENT', 'ESRCH', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function respondsToSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return hasCode(error, 'EPERM');
  }
}

/**
 * Start time and boot id from /proc (proc_pid_stat(5): field 3 is the state, field 22 the start time). The process's name,
 * field 2, may hold spaces and brackets: counting begins after its closing bracket.
 */
function readBirth(pid: number): { readonly ended: boolean; readonly birth?: string } {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  if (stat === undefined) return { ended: false };
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const bootId = readIfPresent('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { ended: fields[0] === 'Z' || fields[0] === 'X', birth: `${bootId}:${fields[19] ?? ''}` };
}

/** @returns undefined when no such process runs */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!respondsToSignals(pid)) return undefined;
  const { ended, birth } = readBirth(pid);
  if (ended) return undefined;
  return birth === undefined ? { pid } : { pid, birth };
}

/** Whether this very process, not a later one with its number, still runs. */
export function isProcessRunning(identity: ProcessIdentity): boolean {
  const current = identifyProcess(identity.pid);
  return current !== undefined && current.birth === identity.birth;
}

/** @returns undefined when there is no file or it holds no process */
export function readPidFile(path: string): ProcessIdentity | undefined {
  const [pidText, birth] = (readIfPresent(path) ?? '').split('\n');
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return birth === undefined || birth === '' ? { pid } : { pid, birth };
}

/** The process that a PID file names, if it still runs. */
export function readRunningPid(path: string): number | undefined {
  const identity = readPidFile(path);
  return identity !== undefined && isProcessRunning(identity) ? identity.pid : undefined;
}

function linkIfAbsent(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Moves a dead process's file aside; puts it back if another process claimed the path in between. */
function discardStale(path: string): void {
  const asidePath = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, asidePath);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (readRunningPid(asidePath) !== undefined) linkIfAbsent(asidePath, path);
  rmSync(asidePath, { force: true });
}

/** Attempts to claim a path while other processes claim and die at the same time. */
const CLAIM_ATTEMPTS_MAX = 5;

/**
 * Writes a PID file unless a living process holds it; files of dead processes are taken over. It keeps people from starting
 * the same thing twice on one machine; what must never run twice is kept single by the Temporal server.
 *
 * @returns the living holder, or undefined when the claim succeeded
 */
export function claimPidFile(path: string, pid: number): ProcessIdentity | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const draftPath = `${path}.claim-${pid}`;
  const identity = identifyProcess(pid) ?? { pid };
  try {
    writeFileSync(draftPath, `${identity.pid}\n${identity.birth ?? ''}\n`);
    for (let attempt = 0; attempt < CLAIM_ATTEMPTS_MAX; attempt += 1) {
      // A link appears with its content in one step; a file that is created and then written can be read half-way.
      if (linkIfAbsent(draftPath, path)) return undefined;
      const holder = readPidFile(path);
      if (holder !== undefined && isProcessRunning(holder)) return holder.pid === pid ? undefined : holder;
      discardStale(path);
    }
    throw new Error(`${path} could not be claimed in ${CLAIM_ATTEMPTS_MAX} attempts. Remove it if nothing runs.`);
  } finally {
    rmSync(draftPath, { force: true });
  }
}

/** Removes the file if it names this process; another process's file stays. */
export function releasePidFile(path: string, pid: number): void {
  if (readPidFile(path)?.pid === pid) rmSync(path, { force: true });
}
