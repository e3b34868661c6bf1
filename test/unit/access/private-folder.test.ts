import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder, tightenDataFolder } from '../../../src/access/private-folder';

const SOMEBODY_ELSE = 65_534;
/** Only root can give a folder away. */
const testAsRoot = process.geteuid?.() === 0 ? test : test.skip;

let folder: string;
let dataDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-folder-'));
  dataDir = join(folder, 'data');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

function makeOpen(...names: readonly string[]): void {
  for (const name of names) {
    writeFileSync(join(dataDir, name), '');
    chmodSync(join(dataDir, name), 0o666);
  }
}

describe('the data folder', () => {
  test('is made private, whatever the process allows by default', () => {
    const before = process.umask(0);
    try {
      expect(openDataFolder(dataDir)).toBe(false);
    } finally {
      process.umask(before);
    }
    expect(modeOf(dataDir)).toBe(0o700);
  });

  test.each([0o777, 0o755, 0o770, 0o701])('of mode %o is closed when it is ours', (mode) => {
    mkdirSync(dataDir);
    chmodSync(dataDir, mode);
    expect(openDataFolder(dataDir)).toBe(true);
    expect(modeOf(dataDir)).toBe(0o700);
    expect(openDataFolder(dataDir)).toBe(false);
  });

  test('may be a link of ours to a folder of ours', () => {
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    symlinkSync(join(folder, 'real'), dataDir);
    expect(openDataFolder(dataDir)).toBe(false);
  });

  test('is refused when it is a file', () => {
    writeFileSync(dataDir, '');
    expect(() => openDataFolder(dataDir)).toThrow(/DATA_DIR|EEXIST/);
  });

  test('is made with the folders above it', () => {
    openDataFolder(join(dataDir, 'one', 'two'));
    expect(modeOf(join(dataDir, 'one', 'two'))).toBe(0o700);
  });

  test.each([
    ['below a link that leads nowhere', ['data']],
    ['at a link that leads nowhere', []],
  ])('%s is refused with the link', (_where, below) => {
    symlinkSync(join(folder, 'gone'), dataDir);
    expect(() => openDataFolder(join(dataDir, ...below))).toThrow(
      `${dataDir} is a link that leads nowhere. Set DATA_DIR`,
    );
  });

  (existsSync('/proc/self') ? test : test.skip).each(['/proc/oncefill', '/proc/oncefill/data'])(
    'at %s, where the system makes none, is refused at once',
    (path) => expect(() => openDataFolder(path)).toThrow('no folder can be made at /proc/oncefill. Set DATA_DIR'),
  );

  testAsRoot('of another user is refused', () => {
    mkdirSync(dataDir, { mode: 0o700 });
    chownSync(dataDir, SOMEBODY_ELSE, SOMEBODY_ELSE);
    expect(() => openDataFolder(dataDir)).toThrow(/belongs to another user/);
  });

  testAsRoot('that is a link to the folder of another user is refused', () => {
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    chownSync(join(folder, 'real'), SOMEBODY_ELSE, SOMEBODY_ELSE);
    symlinkSync(join(folder, 'real'), dataDir);
    expect(() => openDataFolder(dataDir)).toThrow(/link to a folder of another user/);
  });
});

describe('what older releases left there', () => {
  beforeEach(() => {
    for (const name of ['temporal', 'logs', 'run', 'logs/deep']) mkdirSync(join(dataDir, name), { recursive: true });
    openDataFolder(dataDir);
  });

  test('is closed to others, down to the last file, and stays what it is to us', () => {
    makeOpen('temporal/temporal.db', 'temporal/temporal.db-wal', 'logs/deep/a.log', 'run/api.pid');
    chmodSync(join(dataDir, 'run/api.pid'), 0o755);
    expect(tightenDataFolder(dataDir)).toBeGreaterThanOrEqual(4);
    expect(modeOf(join(dataDir, 'temporal/temporal.db'))).toBe(0o600);
    expect(modeOf(join(dataDir, 'temporal/temporal.db-wal'))).toBe(0o600);
    expect(modeOf(join(dataDir, 'logs/deep/a.log'))).toBe(0o600);
    expect(modeOf(join(dataDir, 'run/api.pid'))).toBe(0o700);
    expect(modeOf(join(dataDir, 'logs'))).toBe(0o700);
    expect(tightenDataFolder(dataDir)).toBe(0);
  });

  test('is not looked for behind a link, nor in folders that are not ours to make', () => {
    const outside = join(folder, 'outside');
    writeFileSync(outside, '');
    chmodSync(outside, 0o644);
    symlinkSync(outside, join(dataDir, 'logs', 'link'));
    mkdirSync(join(dataDir, 'own'));
    makeOpen('own/file');
    tightenDataFolder(dataDir);
    expect(modeOf(outside)).toBe(0o644);
    expect(modeOf(join(dataDir, 'own/file'))).toBe(0o666);
  });

  testAsRoot('is left alone where it belongs to another user', () => {
    makeOpen('logs/theirs');
    chownSync(join(dataDir, 'logs/theirs'), SOMEBODY_ELSE, SOMEBODY_ELSE);
    tightenDataFolder(dataDir);
    expect(modeOf(join(dataDir, 'logs/theirs'))).toBe(0o666);
  });
});
