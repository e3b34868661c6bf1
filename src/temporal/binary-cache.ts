import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BinaryPin } from './binary-pins';
import { findForeignWriter } from './private-path';

const WORK_FOLDER_PREFIX = '.fetching-';
/** A work folder older than this belongs to a process that was killed: no fetch takes so long. */
const ABANDONED_AFTER_MS = 3_600_000;
const READ_CHUNK_BYTES = 1024 * 1024;
const EXECUTABLE_MODE = 0o755;
const FOLDER_MODE = 0o700;

/** Outside every checkout, so that a fresh clone finds what an earlier one fetched. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (env.ONCEFILL_CACHE_DIR) return resolve(env.ONCEFILL_CACHE_DIR);
  // A relative XDG_CACHE_HOME is to be ignored, says its specification.
  const caches = isAbsolute(env.XDG_CACHE_HOME ?? '') ? env.XDG_CACHE_HOME! : join(homedir(), '.cache');
  return join(caches, 'oncefill');
}

/**
 * Makes the cache's folder, unless it is there, and says why what lies in it cannot be trusted: a verified binary is run by its
 * path, so nobody else may put another file there meanwhile.
 *
 * @returns what is wrong, as the end of a sentence, or undefined
 */
export async function findCacheFault(pin: BinaryPin, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const folder = cacheFolder(env);
    const target = cachedBinaryPath(pin, env);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const real = await realpath(folder);
    return await findForeignWriter(real, join(real, target.slice(folder.length + 1)));
  } catch (error) {
    return (error as Error).message;
  }
}

/** Where a binary lies in the cache, whether it is there or not. */
export function cachedBinaryPath(pin: BinaryPin, env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'temporal', pin.version, pin.name);
}

/** @throws Error when the file's SHA-256 is not the expected one */
export async function assertSha256(file: string, expected: string | undefined): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: READ_CHUNK_BYTES }), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) throw new Error(`its SHA-256 is ${actual}, not ${expected ?? 'a pinned one'}`);
}

/** Removes what killed processes left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(WORK_FOLDER_PREFIX));
  for (const path of names.map((name) => join(folder, name))) {
    // It may vanish meanwhile: then its owner lives and has finished.
    const changedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - changedMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Runs `fetchInto` in a fresh folder of the cache, and puts the binary that it returns into its place by a rename: whoever
 * looks sees no binary or a whole one, and of two that fetch at once the later replaces the same bytes.
 *
 * @param fetchInto returns a verified binary inside the folder, or undefined for none
 * @returns whether a binary was installed
 */
export async function installBinary(
  target: string,
  fetchInto: (workFolder: string) => Promise<string | undefined>,
): Promise<boolean> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  await removeAbandoned(folder);
  const workFolder = await mkdtemp(join(folder, WORK_FOLDER_PREFIX));
  try {
    const binary = await fetchInto(workFolder);
    if (binary === undefined) return false;
    if (!existsSync(binary)) throw new Error(`the archive holds no ${binary.slice(workFolder.length + 1)}`);
    await chmod(binary, EXECUTABLE_MODE);
    await rename(binary, target);
    return true;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}
