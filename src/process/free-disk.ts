import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code';

/** A file system that answers later is not waited for: one over a network can hang for minutes. */
const ANSWER_MAX_MS = 1_000;
/** So long is waited at once, and then looked: the time that this process itself is held up counts no longer than that. */
const WAIT_STEP_MS = 100;
/** Parents of a folder that are looked at where it does not exist yet. */
const PARENTS_MAX = 64;

/** Free space as the operating system tells it: for users without rights of their own. */
export interface FileSystemFigures {
  readonly bavail: number;
  readonly bsize: number;
}

export type AskFileSystem = (path: string) => Promise<FileSystemFigures>;

export type FreeSpace = { readonly freeBytes: number } | { readonly fault: string };

/**
 * What is free on the file system of a folder, or of the nearest parent that exists. Never throws.
 *
 * @param ask another source than the operating system, for tests
 */
export async function readFreeSpace(folder: string, ask: AskFileSystem = statfs): Promise<FreeSpace> {
  const ended = new AbortController();
  try {
    return await Promise.race([readNearest(folder, ask), faultOfSilence(ended.signal)]);
  } finally {
    ended.abort();
  }
}

/** @param ended ends the waiting */
async function faultOfSilence(ended: AbortSignal): Promise<FreeSpace> {
  for (let waitedMs = 0; waitedMs < ANSWER_MAX_MS && !ended.aborted; waitedMs += WAIT_STEP_MS) {
    await sleep(WAIT_STEP_MS, undefined, { ref: false });
  }
  return { fault: `no answer within ${ANSWER_MAX_MS} ms` };
}

async function readNearest(folder: string, ask: AskFileSystem): Promise<FreeSpace> {
  let path = folder;
  for (let parent = 0; parent <= PARENTS_MAX; parent += 1) {
    try {
      const { bavail, bsize } = await ask(path);
      return { freeBytes: bavail * bsize };
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'ENOENT' || dirname(path) === path) return { fault: code ?? String(error) };
      path = dirname(path);
    }
  }
  return { fault: 'no parent of the folder exists' };
}
