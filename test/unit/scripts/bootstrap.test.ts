import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as freshness from '../../../scripts/freshness.cjs';
import { packageRoot } from '../../../src/config/package-root';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'oncefill-bootstrap-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

it.each([
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.0.0', true],
  ['20.18.9', false],
  ['18.20.0', false],
])('Node.js %s satisfies >=20.19.0: %p', (version, supported) => {
  expect(freshness.isNodeSupported(version, '>=20.19.0')).toBe(supported);
});

describe('dependencies', () => {
  const installed = { installedMs: 2_000, lockMs: 1_000, installedHash: 'a', lockHash: 'a' };

  it.each([
    ['never installed', { ...installed, installedMs: undefined, installedHash: undefined }, true],
    ['installed from this lock file', installed, false],
    ['lock file touched, not changed', { ...installed, lockMs: 3_000 }, false],
    ['lock file changed, and older by its time', { ...installed, lockHash: 'b' }, true],
    ['installed by hand after the lock file was changed', { ...installed, installedHash: undefined }, false],
    ['installed by hand before', { ...installed, installedHash: undefined, lockMs: 3_000 }, true],
  ])('%s', (_case, state, needed) => {
    expect(freshness.needsInstall(state)).toBe(needed);
  });
});

describe('the build', () => {
  const built = { builtFingerprint: 'a', sourceFingerprint: 'a', hasOutputs: true };

  it.each([
    ['up to date', built, false],
    ['never made', { ...built, builtFingerprint: undefined }, true],
    ['older than a source', { ...built, sourceFingerprint: 'b' }, true],
    ['partly removed', { ...built, hasOutputs: false }, true],
  ])('%s', (_case, state, needed) => {
    expect(freshness.needsBuild(state)).toBe(needed);
  });
});

describe('the fingerprint of the sources', () => {
  beforeEach(() => {
    for (const name of ['package.json', 'package-lock.json', 'tsconfig.json']) write(name, '{}');
    for (const name of ['src', 'workflows', 'activities', 'workers']) write(`${name}/index.ts`, 'export {};');
  });

  it('changes with any source that is edited, added or renamed', () => {
    const fingerprints = [freshness.fingerprintSources(folder)];
    write('src/deep/added.ts', 'export {};');
    fingerprints.push(freshness.fingerprintSources(folder));
    rmSync(join(folder, 'src/deep/added.ts'));
    write('src/deep/renamed.ts', 'export {};');
    fingerprints.push(freshness.fingerprintSources(folder));
    write('workflows/index.ts', 'export { };');
    fingerprints.push(freshness.fingerprintSources(folder));
    expect(new Set(fingerprints).size).toBe(4);
  });

  it('does not change with files that the build does not read', () => {
    const before = freshness.fingerprintSources(folder);
    write('src/notes.txt', 'text');
    write('test/some.test.ts', 'export {};');
    expect(freshness.fingerprintSources(folder)).toBe(before);
  });
});

/** A project whose npm only says what it was asked to do, and whose build and program do almost nothing. */
describe('the whole bootstrap', () => {
  const root = packageRoot();

  function bootstrap(...args: readonly string[]): { readonly output: string; readonly status: number | null } {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, 'scripts/bootstrap.mjs'), ...args], {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: { PATH: process.env.PATH, npm_execpath: join(folder, 'npm.js') },
    });
    return { output: stdout + stderr, status };
  }

  beforeEach(() => {
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    write('package.json', JSON.stringify({ engines: { node: '>=20.19.0' } }));
    for (const name of ['package-lock.json', 'tsconfig.json']) write(name, '{}');
    for (const name of ['src', 'workflows', 'activities', 'workers']) write(`${name}/index.ts`, 'export {};');
    write(
      'npm.js',
      `const { mkdirSync, writeFileSync } = require('node:fs');
       process.stderr.write('npm ' + process.argv[2] + '\\n');
       if (process.argv[2] === 'ci') {
         mkdirSync('node_modules', { recursive: true });
         writeFileSync('node_modules/.package-lock.json', '{}');
       } else {
         mkdirSync('dist/src/cli', { recursive: true });
         writeFileSync('dist/workflow-bundle.js', '');
         writeFileSync('dist/src/cli/main.js', 'console.log(process.argv.slice(2).join()); process.exitCode = 7;');
       }`,
    );
  });

  it('installs and builds once, then runs the program with its arguments and exit code, from any folder', () => {
    const first = bootstrap('start', '--mode', 'ml');
    expect(first.output).toMatch(/npm ci\n[^]*npm run\n/);
    expect(first).toMatchObject({ status: 7, output: expect.stringMatching(/start,--mode,ml\n/) as string });
    expect(bootstrap('cli', 'status')).toEqual({ status: 7, output: 'status\n' });
  });

  it('builds again after a source was changed', () => {
    bootstrap('cli');
    write('src/index.ts', 'export const changed = true;');
    expect(bootstrap('cli').output).toMatch(/npm run/);
  });

  it('refuses a Node.js that is too old, in one sentence', () => {
    write('package.json', JSON.stringify({ engines: { node: '>=99.0.0' } }));
    const { output, status } = bootstrap('start');
    expect(output).toBe(`Node.js ${process.versions.node} is too old: install 99.0.0 or later.\n`);
    expect(status).toBe(2);
  });
});

describe('the counts of a test run', () => {
  const script = join(packageRoot(), 'scripts/count-tests.mjs');
  const counts = {
    numPassedTests: 5,
    numFailedTests: 0,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: 0,
    numTodoTests: 0,
  };

  function count(results: object | undefined, exitStatus: number): string {
    if (results !== undefined) write('results.json', JSON.stringify(results));
    const args = [script, join(folder, 'results.json'), String(exitStatus)];
    return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
  }

  it.each([
    ['everything passed', counts, 0, '5 passed, 0 failed\n'],
    ['some were skipped', { ...counts, numPendingTests: 2 }, 0, '5 passed, 0 failed, 2 skipped\n'],
    ['a test failed', { ...counts, numFailedTests: 1 }, 1, '5 passed, 1 failed\n'],
    ['a file could not be loaded', { ...counts, numRuntimeErrorTestSuites: 1 }, 1, '5 passed, 1 failed\n'],
    ['Jest never ran', undefined, 1, '0 passed, 1 failed\n'],
    ['something else failed', counts, 1, '5 passed, 1 failed\n'],
    ['no test was found', { ...counts, numPassedTests: 0 }, 0, '0 passed, 1 failed\n'],
  ])('%s', (_case, results, exitStatus, line) => {
    expect(count(results, exitStatus)).toBe(line);
  });
});
