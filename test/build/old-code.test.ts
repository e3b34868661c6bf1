/**
 * What Jest runs is what the sources say, however it was started: shown with the real Jest in a copy of this checkout,
 * whose dist is built and then becomes old.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as freshness from '../../scripts/freshness.cjs';
import { packageRoot } from '../../src/config/package-root';

const ROOT = packageRoot();
const BUILD_FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.program.json', 'scripts'];
const COPIED = ['dist', 'jest.config.js', ...BUILD_FILES, ...freshness.includedFolders(ROOT, 'tsconfig.json')];
/** Linked instead; what no probe reads; what another build takes away meanwhile. */
const LEFT_OUT = ['node_modules', 'histories', '.build.lock'];
const FIXTURE = 'test/workflow/fixtures/mortal-engine.ts';
const WORKFLOWS = 'workflows/index.ts';
const BUNDLE = 'dist/workflow-bundle.js';
/** Stands for every test that runs workflows, and for every test that runs a fixture in a process of its own. */
const PROBE = `
  import { spawnSync } from 'node:child_process';
  import { readFileSync } from 'node:fs';
  import { WORKFLOW_BUNDLE_PATH } from '../workers/build-workflow-bundle';
  import { runSource } from './support/run-source';

  const bundle = readFileSync(WORKFLOW_BUNDLE_PATH, 'utf8');
  test('workflows', () => expect(bundle.includes('CHANGED WORKFLOWS')).toBe(false));
  test('fixture', () => expect(spawnSync(process.execPath, runSource('${FIXTURE}')).status).not.toBe(77));
`;
/** The same for a file that lies beside a compiled one: as a test loads it, and as a program of a test does. */
const PROBE_OF_LEFTOVERS = `
  import { spawnSync } from 'node:child_process';
  import { isSource } from './probed';
  import { runSource } from './support/run-source';

  test('module', () => expect(isSource).toBe(true));
  test('program', () => expect(spawnSync(process.execPath, runSource('test/probing-program.ts')).status).toBe(0));
`;
/** Compiling and bundling, on a busy machine. */
const BUILD_MAX_MS = 120_000;

interface JestRun {
  readonly status: number | null;
  readonly messages: string;
  /** By the title of the test; none when Jest ended before them. */
  readonly tests: Readonly<Record<string, string>>;
}

interface JestResults {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'oncefill-old-code-test-'));
  const filter = (path: string): boolean => !LEFT_OUT.includes(basename(path));
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'test/probe.test.ts'), PROBE);
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** As an editor runs the probe: Jest itself, without the scripts of package.json. */
function jestArguments(option: string): readonly string[] {
  return ['node_modules/jest/bin/jest.js', option, 'test/probe.test.ts'];
}

function runJest(): JestRun {
  const args = jestArguments('--json');
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  const files = stdout === '' ? [] : (JSON.parse(stdout) as JestResults).testResults;
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  return { status, messages: stderr, tests: Object.fromEntries(tests.map((one) => [one.title, one.status])) };
}

test(
  'what is built is run as it is, and built again when workflows change; a fixture is run as it is now',
  () => {
    const builtMs = statSync(join(copy, BUNDLE)).mtimeMs;
    expect(runJest()).toMatchObject({ status: 0, tests: { workflows: 'passed', fixture: 'passed' } });
    expect(statSync(join(copy, BUNDLE)).mtimeMs).toBe(builtMs);

    appendFileSync(join(copy, WORKFLOWS), "throw new Error('CHANGED WORKFLOWS');\n");
    appendFileSync(join(copy, FIXTURE), 'process.exit(77);\n');
    expect(runJest()).toMatchObject({ status: 1, tests: { workflows: 'failed', fixture: 'failed' } });
  },
  BUILD_MAX_MS,
);

test(
  'a source is run, not what a compiler left beside it',
  () => {
    writeFileSync(join(copy, 'test/probed.ts'), 'export const isSource = true;');
    writeFileSync(join(copy, 'test/probed.js'), 'exports.isSource = false;');
    const program = "import { isSource } from './probed'; process.exit(isSource ? 0 : 77);";
    writeFileSync(join(copy, 'test/probing-program.ts'), program);
    writeFileSync(join(copy, 'test/probe.test.ts'), PROBE_OF_LEFTOVERS);
    expect(runJest().tests).toEqual({ module: 'passed', program: 'passed' });
  },
  BUILD_MAX_MS,
);

test(
  'sources that cannot be compiled end Jest before any test, in one sentence after the reason',
  () => {
    appendFileSync(join(copy, WORKFLOWS), "export const count: number = 'text';\n");
    const { status, messages, tests } = runJest();
    expect({ status, tests }).toEqual({ status: 1, tests: {} });
    expect(messages).toMatch(/workflows\/index\.ts[^]*\nNo test was run, .*\.\n$/);
    expect(existsSync(join(copy, BUNDLE))).toBe(true);
  },
  BUILD_MAX_MS,
);

test(
  'a watch lives on when sources cannot be compiled, and fails its tests until they can',
  async () => {
    // The compiler finds it before it looks at any type, which would take more than twice as long.
    appendFileSync(join(copy, WORKFLOWS), 'export const = 1;\n');
    const watch = spawn(process.execPath, jestArguments('--watchAll'), { cwd: copy, stdio: ['pipe', 'pipe', 'pipe'] });
    let messages = '';
    await new Promise<void>((resolve) => {
      watch.once('exit', () => resolve());
      watch.stderr.on('data', (chunk: Buffer) => {
        messages += chunk.toString();
        if (/^Ran all/m.test(messages)) resolve();
      });
    });
    const isAlive = watch.exitCode === null;
    if (watch.kill('SIGKILL')) await once(watch, 'exit');
    expect(isAlive).toBe(true);
    expect(messages).toMatch(/Test Suites: 1 failed, 1 total\nTests: +0 total/);
  },
  BUILD_MAX_MS,
);
