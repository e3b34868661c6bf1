import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

function claim(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 0) return !isRunning(pid);
    return Date.now() - statSync(path).mtimeMs > UNREADABLE_AFTER_MS;
  } catch (error) {
    // Its owner has just finished.
    if (error.code === 'ENOENT') return false;
    throw error;
  }
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
  for (let waited = false; !claim(path); waited = true) {
    if (isAbandoned(path)) rmSync(path, { force: true });
    else if (Date.now() > deadlineMs) throw new Error(`Another process holds ${path}; remove it if none runs.`);
    else {
      if (!waited) onWait();
      await sleep(POLL_INTERVAL_MS);
    }
  }
  try {
    await work();
  } finally {
    rmSync(path, { force: true });
  }
}
