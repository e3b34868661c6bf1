import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../src/config/package-root';

const SCRIPT = pathToFileURL(join(packageRoot(), 'scripts/build-lock.mjs')).href;

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-build-lock-test-'));
  lock = join(folder, 'lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a process that wants the lock does first: `works`, or `waits` and goes. `before` runs in it, with `fs` and the `lock`. */
function comeForLock(before = ''): string {
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const lock = ${JSON.stringify(lock)};
    ${before}
    syncBuiltinESMExports();
    const { withBuildLock } = await import(${JSON.stringify(SCRIPT)});
    const waits = () => { console.log('waits'); process.exit(); };
    await withBuildLock(lock, waits, async () => console.log('works'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return stdout + stderr;
}

function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

test('a lock that nobody holds is taken, and gone afterwards', () => {
  expect(comeForLock()).toBe('works\n');
  expect(existsSync(lock)).toBe(false);
});

test('a lock of a process that runs is waited for', () => {
  writeFileSync(lock, String(process.pid));
  expect(comeForLock()).toBe('waits\n');
});

test('a lock of a process that ended is taken over', () => {
  writeFileSync(lock, String(endedPid()));
  expect(comeForLock()).toBe('works\n');
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock of an earlier process with the same number is taken over', () => {
  expect(comeForLock('fs.writeFileSync(lock, String(process.pid));')).toBe('works\n');
});

test('a lock that another process took over in between stays with it', () => {
  writeFileSync(lock, String(endedPid()));
  // This test's process is the other one: it comes just before the first call that would put the abandoned lock away.
  const before = `
    for (const name of ['rmSync', 'renameSync']) {
      const original = fs[name];
      fs[name] = (path, ...others) => {
        if (fs.readFileSync(path, 'utf8') !== '${process.pid}') fs.writeFileSync(lock, '${process.pid}');
        return original(path, ...others);
      };
    }`;
  expect(comeForLock(before)).toBe('waits\n');
  expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
  expect(readdirSync(folder)).toEqual(['lock']);
});
