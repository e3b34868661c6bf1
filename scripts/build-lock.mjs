import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 200;
/** Installing and building take minutes at most, on any machine. */
const WAIT_MAX_MS = 15 * 60_000;
/** A lock without a process number belongs to a process that was killed between two system calls. */
const UNREADABLE_AFTER_MS = 5_000;

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether it was done; false: an error of that code stood in its way. */
function tryUnless(code, act) {
  try {
    act();
    return true;
  } catch (error) {
    if (error.code === code) return false;
    throw error;
  }
}

function claim(path) {
  return tryUnless('EEXIST', () => writeFileSync(path, String(process.pid), { flag: 'wx' }));
}

function isAbandoned(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // Ours: of a process before this one that had the same number, as in a container that was started again.
    if (pid > 0) return pid === process.pid || !isRunning(pid);
    return Date.now() - statSync(path).mtimeMs > UNREADABLE_AFTER_MS;
  } catch (error) {
    // Its owner has just finished.
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Moved aside first, so that of several who found it abandoned one removes it, and none the lock of who came next. */
function discardAbandoned(path) {
  const aside = `${path}.abandoned-${process.pid}`;
  if (!tryUnless('ENOENT', () => renameSync(path, aside))) return;
  // Another process took it over in between: it gets its lock back.
  if (!isAbandoned(aside)) tryUnless('EEXIST', () => linkSync(aside, path));
  rmSync(aside, { force: true });
}

/**
 * Runs `work` while no other bootstrap of this checkout installs or builds.
 *
 * @param {string} path of the lock file
 * @param {() => void} onWait called once when another process holds the lock
 * @param {() => Promise<void>} work
 */
export async function withBuildLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  const deadlineMs = Date.now() + WAIT_MAX_MS;
  let waited = false;
  while (!claim(path)) {
    if (isAbandoned(path)) discardAbandoned(path);
    else if (Date.now() > deadlineMs) throw new Error(`Another process holds ${path}; remove it if none runs.`);
    else {
      if (!waited) onWait();
      waited = true;
      await sleep(POLL_INTERVAL_MS);
    }
  }
  try {
    await work();
  } finally {
    rmSync(path, { force: true });
  }
}
