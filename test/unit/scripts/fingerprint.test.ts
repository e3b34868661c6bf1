import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as freshness from '../../../scripts/freshness.cjs';
import { packageRoot } from '../../../src/config/package-root';

const ROOT = packageRoot();
const PROGRAM = 'tsconfig.program.json';
const TOOLS = 'tsconfig.json';
const SCRIPTS = readdirSync(join(ROOT, 'scripts')).map((name) => join('scripts', name));
/** What decides how the sources are built. */
const BUILD_FILES = ['package.json', 'package-lock.json', TOOLS, PROGRAM, ...SCRIPTS];

let folder: string;

function write(path: string, content: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function fingerprint(config: string): string {
  return freshness.fingerprintSources(folder, config);
}

/** This project's build files, with one small source in each folder. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-fingerprint-test-'));
  for (const path of BUILD_FILES) cpSync(join(ROOT, path), join(folder, path));
  for (const name of freshness.includedFolders(ROOT, TOOLS)) write(`${name}/deep/source.ts`, 'export {};');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([PROGRAM, TOOLS])('the fingerprint of the build of %s', (config) => {
  /** Everything that the compiler reads of this project, by its own account. */
  function compiledSources(): readonly string[] {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [compiler, '--project', join(ROOT, config), '--listFilesOnly'];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const paths = stdout.trim().split('\n');
    return paths.map((path) => relative(ROOT, path)).filter((path) => !/(?:^|\/)node_modules\//.test(path));
  }

  it('covers every source that the compiler reads', () => {
    const compiled = compiledSources();
    expect(compiled.length).toBeGreaterThan(0);
    expect(freshness.listInputs(ROOT, config)).toEqual(expect.arrayContaining([...compiled]));
  });

  it.each(freshness.includedFolders(ROOT, config))('changes with any source in %s', (name) => {
    const fingerprints = [fingerprint(config)];
    write(`${name}/deep/source.ts`, 'export { };');
    fingerprints.push(fingerprint(config));
    write(`${name}/deep/added.ts`, 'export {};');
    fingerprints.push(fingerprint(config));
    renameSync(join(folder, name, 'deep/added.ts'), join(folder, name, 'deep/renamed.ts'));
    fingerprints.push(fingerprint(config));
    expect(new Set(fingerprints).size).toBe(4);
  });

  it.each(BUILD_FILES)('changes with %s', (path) => {
    const before = fingerprint(config);
    appendFileSync(join(folder, path), '\n');
    expect(fingerprint(config)).not.toBe(before);
  });
});

it('holds the sources of the bundle, and of the script that makes it', () => {
  expect(freshness.listInputs(ROOT, PROGRAM)).toEqual(
    expect.arrayContaining(['workers/build-workflow-bundle.ts', 'workflows/index.ts']),
  );
});

it('does not change with files that the build does not read', () => {
  const before = fingerprint(PROGRAM);
  write('src/notes.txt', 'text');
  write('test/some.test.ts', 'export {};');
  expect(fingerprint(PROGRAM)).toBe(before);
});
