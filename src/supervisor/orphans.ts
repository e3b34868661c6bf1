import { ORPHAN_STOP_MAX_MS } from '../process/lifeline';
import { isProcessRunning, readPidFile, type ProcessIdentity } from '../process/pid-file';
import { pollUntil } from '../process/poll';
import { pidFilePath } from './run-folder';

const POLL_INTERVAL_MS = 100;
/** Orphans end themselves; what still runs after this is stuck. */
const ORPHAN_WAIT_MAX_MS = ORPHAN_STOP_MAX_MS + 1_000;

interface Orphan {
  readonly name: string;
  readonly identity: ProcessIdentity;
}

function findOrphans(dataDir: string, names: readonly string[]): readonly Orphan[] {
  return names.flatMap((name) => {
    const identity = readPidFile(pidFilePath(dataDir, name));
    return identity !== undefined && isProcessRunning(identity) ? [{ name, identity }] : [];
  });
}

/**
 * Waits until the processes of a supervisor that was killed have ended, and ends those that have not. Two of each must not
 * run side by side: the ports are taken, and the ML manager's slot is not free. Call it while holding the start locks, which
 * prove that nobody supervises them.
 */
export async function awaitOrphans(
  dataDir: string,
  names: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const orphans = findOrphans(dataDir, names);
  if (orphans.length === 0) return;
  const list = orphans.map(({ name, identity }) => `${name} (process ${identity.pid})`).join(', ');
  print(`An earlier start was killed; waiting for what it left to end: ${list}.`);
  const haveEnded = async (): Promise<boolean> => !orphans.some(({ identity }) => isProcessRunning(identity));
  await pollUntil(haveEnded, { intervalMs: POLL_INTERVAL_MS, timeoutMs: ORPHAN_WAIT_MAX_MS });
  for (const { identity } of orphans) {
    if (isProcessRunning(identity)) process.kill(identity.pid, 'SIGKILL');
  }
}
