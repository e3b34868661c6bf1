import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { BenchFailure } from './failure.mjs';

/** What this run started and has not yet undone, oldest first. @type {Set<() => Promise<void>>} */
const undos = new Set();

/**
 * Remembers how to undo something, so that a signal or a failure undoes it too.
 * @param {() => Promise<void>} undo
 * @returns {() => Promise<void>} undoes it once, however often it is called
 */
export function undoLater(undo) {
  let done;
  const once = () => {
    undos.delete(once);
    done ??= undo();
    return done;
  };
  undos.add(once);
  return once;
}

/** Undoes all that is left, newest first: a server stops before its folder goes. */
export async function undoAll() {
  for (const undo of [...undos].reverse()) {
    try {
      await undo();
    } catch (error) {
      process.stderr.write(`Could not clean up: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

/** @type {(death: BenchFailure) => void} */
let reportDeath;

/** Fails once a server ends that nobody stopped: without it, a run would wait for a dead server's answers. */
export const serverDeath = new Promise((_, reject) => {
  reportDeath = reject;
});
serverDeath.catch(() => {});

/** @returns {{ path: string, remove: () => Promise<void> }} a new folder that this run removes */
export function makeTemporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'oncefill-peers-'));
  const remove = undoLater(async () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return { path, remove };
}

/** @returns {Promise<number>} a TCP port of 127.0.0.1 that was free just now */
export async function findFreePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @typedef {object} RunningProcess
 * @property {import('node:child_process').ChildProcess} child
 * @property {() => boolean} hasExited
 * @property {() => Promise<void>} stop asks it to stop, and kills it when it does not within 15 s
 */

/**
 * Starts a server that runs until it is stopped.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { stopSignal?: NodeJS.Signals }} options
 * @returns {RunningProcess}
 */
export function startProcess(name, command, args, { stopSignal = 'SIGTERM', ...options } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  const keepTail = (chunk) => {
    output = (output + String(chunk)).slice(-4000);
  };
  child.stdout?.on('data', keepTail);
  child.stderr?.on('data', keepTail);
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => {
      keepTail(error.message);
      resolve(undefined);
    });
  });
  const lastWords = () => output.trim().split('\n').slice(-3).join(' ').trim() || 'it said nothing.';
  let hasExited = false;
  let isStopped = false;
  void exited.then(() => {
    hasExited = true;
    if (!isStopped) reportDeath(new BenchFailure(`${name} stopped by itself: ${lastWords()}`));
  });
  const stop = undoLater(async () => {
    isStopped = true;
    if (hasExited) return;
    child.kill(stopSignal);
    const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(killer);
  });
  return { child, hasExited: () => hasExited, stop };
}

/**
 * Asks again and again until `isReady` answers true; a throw counts as "not yet".
 * @param {string} name what is waited for
 * @param {RunningProcess} server
 * @param {() => Promise<boolean>} isReady
 * @param {number} timeoutMs
 */
export async function waitUntilReady(name, server, isReady, timeoutMs) {
  const deadlineMs = Date.now() + timeoutMs;
  let reason = '';
  while (Date.now() < deadlineMs) {
    if (server.hasExited()) await serverDeath;
    try {
      if (await isReady()) return;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    await sleep(50);
  }
  throw new BenchFailure(`${name} was not ready ${timeoutMs / 1000} s after its start (${reason || 'no answer'}).`);
}
