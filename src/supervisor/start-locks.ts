import { claimPidFile, readRunningPid, releasePidFile } from '../process/pid-file';
import { LOCKS_OF_MODE, START_MODES, type StartMode } from './plan';
import { startLockPath } from './run-folder';

/** Another command already runs this part on this data folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
  readonly code = 'DATA_FOLDER_IN_USE';

  constructor(
    dataDir: string,
    /** What the other command was told to run. */
    readonly mode: StartMode,
    readonly holderPid: number,
  ) {
    const [what, another] =
      mode === 'all' ? ['everything ("all")', ''] : [`the part "${mode}"`, ' start another part with --mode,'];
    super(
      `Process ${holderPid} already runs ${what} on ${dataDir}; stop it,${another} or set DATA_DIR to another folder.`,
    );
  }
}

/**
 * Claims a mode's parts on a data folder for this process. Locks of dead processes are taken over. This spares people
 * confusion; that nothing is traded twice is the Temporal server's doing.
 *
 * @returns gives the locks back
 * @throws DataFolderInUseError
 */
export function claimStartLocks(dataDir: string, mode: StartMode): () => void {
  const claimed: string[] = [];
  const release = (): void => {
    for (const path of claimed) releasePidFile(path, process.pid);
  };
  for (const part of LOCKS_OF_MODE[mode]) {
    const path = startLockPath(dataDir, part);
    const holder = claimPidFile(path, process.pid);
    if (holder) {
      release();
      throw new DataFolderInUseError(dataDir, modeOf(holder.pid, dataDir) ?? part, holder.pid);
    }
    claimed.push(path);
  }
  return release;
}

/** The mode that a process was started with: the one whose locks are just those that it holds. */
function modeOf(pid: number, dataDir: string): StartMode | undefined {
  const isHeld = (part: StartMode): boolean => readRunningPid(startLockPath(dataDir, part)) === pid;
  const held = LOCKS_OF_MODE.all.filter(isHeld);
  return START_MODES.find((mode) => LOCKS_OF_MODE[mode].join(' ') === held.join(' '));
}

/** Gives the locks of a mode back that this process holds: for one that ends at once. */
export function releaseStartLocks(dataDir: string, mode: StartMode): void {
  for (const part of LOCKS_OF_MODE[mode]) releasePidFile(startLockPath(dataDir, part), process.pid);
}
