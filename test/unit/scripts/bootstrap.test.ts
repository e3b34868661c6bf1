import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

it.each([
  ['/usr/lib/node_modules/npm/bin/npm-cli.js', true],
  ['C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js', true],
  ['/usr/lib/node_modules/yarn/bin/yarn.js', false],
  ['/repo/.yarn/releases/yarn-4.6.0.cjs', false],
  ['/usr/lib/node_modules/pnpm/bin/pnpm.cjs', false],
  ['/usr/lib/my-npm-cli.js.txt', false],
  [undefined, false],
])('%p installs what the lock file says: %p', (runner, isNpm) => {
  expect(freshness.npmOf(runner)).toBe(isNpm ? runner : undefined);
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

/** A small project with the real compiler, whose npm only says what it was asked to do. */
describe('the whole bootstrap', () => {
  const root = packageRoot();
  const BUNDLER = `export {};
    declare const require: any, __dirname: string;
    for (const name of ['', '-sealed']) require('fs').writeFileSync(__dirname + '/../workflow-bundle' + name + '.js', '');`;

  interface Run {
    readonly output: string;
    /** What was said meanwhile: nothing if there was nothing to do. */
    readonly messages: string;
    readonly status: number | null;
  }

  function bootstrap(...args: readonly string[]): Run {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, 'scripts/bootstrap.mjs'), ...args], {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: { PATH: process.env.PATH, npm_execpath: join(folder, 'npm-cli.js') },
    });
    return { output: stdout, messages: stderr, status };
  }

  function isBuilt(path: string): boolean {
    return existsSync(join(folder, 'dist', path));
  }

  function writeProgram(text: string): void {
    write(
      'src/cli/main.ts',
      `declare const process: { argv: string[]; exitCode: number };
       declare const console: { log(text: string): void };
       console.log('${text} ' + process.argv.slice(2).join());
       process.exitCode = 7;`,
    );
  }

  beforeEach(() => {
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    const compilerOptions = {
      module: 'commonjs',
      moduleResolution: 'bundler',
      rootDir: '.',
      lib: ['es2022'],
      types: [],
    };
    write('package.json', JSON.stringify({ engines: { node: '>=20.19.0' } }));
    write('package-lock.json', '{}');
    write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src', 'workers', 'test', 'tools', 'absent'] }));
    write('tsconfig.program.json', JSON.stringify({ extends: './tsconfig.json', include: ['src', 'workers'] }));
    writeProgram('program');
    write('workers/build-workflow-bundle.ts', BUNDLER);
    write('tools/tool.ts', "import '../src/cli/main';");
    write('test/some.test.ts', 'export {};');
    write(
      'npm-cli.js',
      `const { mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
       console.error('npm ' + process.argv[2]);
       mkdirSync('node_modules');
       for (const name of ['typescript', '@typescript'])
         symlinkSync(${JSON.stringify(join(root, 'node_modules'))} + '/' + name, 'node_modules/' + name);
       writeFileSync('node_modules/.package-lock.json', '{}');`,
    );
  });

  it('installs and builds once, then runs the program with its arguments and exit code, from any folder', () => {
    const first = bootstrap('start', '--mode', 'ml');
    expect(first).toMatchObject({ output: 'program start,--mode,ml\n', status: 7 });
    expect(first.messages).toMatch(/npm ci\n/);
    expect(bootstrap('cli', 'status')).toEqual({ output: 'program status\n', messages: '', status: 7 });
  });

  it.each(['what?', 'now!', 'a\tb'])('refuses a folder called %j in one sentence, before anything is done', (name) => {
    cpSync(join(folder, 'scripts'), join(folder, name, 'scripts'), { recursive: true });
    cpSync(join(folder, 'package.json'), join(folder, name, 'package.json'));
    const script = join(folder, name, 'scripts/bootstrap.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, 'start'], { encoding: 'utf8' });
    expect(stderr).toMatch(
      /^oncefill cannot be built in a folder whose path holds "[^"]{1,2}" \(.*\): move it to another one\.\n$/,
    );
    expect(status).toBe(2);
  });

  it('builds again after a source was changed', () => {
    bootstrap('cli');
    writeProgram('changed program');
    expect(bootstrap('cli', 'status').output).toBe('changed program status\n');
  });

  it('builds again what was partly removed', () => {
    bootstrap('cli');
    rmSync(join(folder, 'dist/workers'), { recursive: true });
    bootstrap('cli');
    expect(isBuilt('workers/build-workflow-bundle.js')).toBe(true);
  });

  it('builds once for two that come at once, and runs both', async () => {
    bootstrap('cli');
    write('workers/build-workflow-bundle.ts', `${BUNDLER} require('fs').appendFileSync('bundled', 'x');`);
    const two = [1, 2].map(async () => {
      const child = spawn(process.execPath, [join(folder, 'scripts/bootstrap.mjs'), 'cli'], { stdio: 'ignore' });
      return (await once(child, 'exit')) as [number | null, string | null];
    });
    expect(await Promise.all(two)).toEqual([
      [7, null],
      [7, null],
    ]);
    expect(readFileSync(join(folder, 'bundled'), 'utf8')).toBe('x');
  });

  it('compiles nothing but the program to run it, and the rest for a tool', () => {
    bootstrap('start');
    expect(['src', 'workers', 'tools', 'test'].filter(isBuilt)).toEqual(['src', 'workers']);
    expect(bootstrap('tool', 'tools/tool.ts', '--seed', '1').output).toBe('program --seed,1\n');
    expect(bootstrap('tool', 'tools/tool.ts').messages).toBe('');
  });

  it('leaves nothing of a source that is gone', () => {
    const gone = ['src/gone', 'tools/gone'];
    for (const name of gone) write(`${name}.ts`, 'export {};');
    write('dist/former/gone.js', '');
    bootstrap('start');
    bootstrap('tool', 'tools/tool.ts');
    const built = [...gone, 'former/gone'].map((name) => `${name}.js`);
    expect(built.filter(isBuilt)).toEqual(['src/gone.js', 'tools/gone.js']);
    for (const name of gone) rmSync(join(folder, `${name}.ts`));
    bootstrap('tool', 'tools/tool.ts');
    expect(built.filter(isBuilt)).toEqual([]);
  });

  it('runs nothing when a source cannot be compiled, and leaves the last build whole', () => {
    bootstrap('cli');
    write('src/wrong.ts', "export const amount: number = 'text';");
    const failed = bootstrap('cli', 'status');
    // The compiler's reason, then one sentence.
    expect(failed.messages).toMatch(/src\/wrong\.ts[^]*\nThe compiler failed with status 2\.\n$/);
    expect(failed).toMatchObject({ output: '', status: 2 });
    rmSync(join(folder, 'src/wrong.ts'));
    expect(bootstrap('cli', 'status')).toMatchObject({ output: 'program status\n', messages: '' });
  });

  it('leaves the last build whole when the workflows cannot be bundled', () => {
    bootstrap('cli');
    writeProgram('changed program');
    write('workers/build-workflow-bundle.ts', "throw new Error('no bundle'); export {};");
    expect(bootstrap('cli', 'status')).toMatchObject({ output: '', status: 1 });
    writeProgram('program');
    write('workers/build-workflow-bundle.ts', BUNDLER);
    expect(bootstrap('cli', 'status')).toMatchObject({ output: 'program status\n', messages: '' });
  });

  it('takes a build that could not be moved into place for none', () => {
    bootstrap('cli');
    write('workers/build-workflow-bundle.ts', `${BUNDLER} require('fs').mkdirSync('dist.next/.outgoing');`);
    expect(bootstrap('cli').status).toBe(1);
    write('workers/build-workflow-bundle.ts', BUNDLER);
    const repaired = bootstrap('cli', 'status');
    expect(repaired.output).toBe('program status\n');
    expect(repaired.messages).not.toBe('');
  });

  describe('while a source is changed', () => {
    const MAIN = 'src/cli/main.ts';
    /** Runs in the middle of a build: `change` sees the source's `text` and may `write` another. */
    const meanwhile = (change: string): string => `${BUNDLER}
      const fs = require('fs');
      const text: string = fs.readFileSync('${MAIN}', 'utf8');
      const write = (changed: string): void => fs.writeFileSync('${MAIN}', changed);
      ${change}`;

    it('builds again, and runs what the source says in the end', () => {
      const change = `if (text.includes("'program ")) write(text.replace('program ', 'changed program '));`;
      write('workers/build-workflow-bundle.ts', meanwhile(change));
      expect(bootstrap('cli', 'status').output).toBe('changed program status\n');
    });

    it('keeps nothing of a change that was taken back before the end', () => {
      const change = `const isFirst = !fs.existsSync('changed');
        if (isFirst) write('export {};');
        fs.copyFileSync('${MAIN}', __dirname + '/../workflow-bundle.js');
        if (isFirst) write(text);
        fs.writeFileSync('changed', '');`;
      write('workers/build-workflow-bundle.ts', meanwhile(change));
      bootstrap('cli');
      const [bundle, source] = ['dist/workflow-bundle.js', MAIN].map((path) =>
        readFileSync(join(folder, path), 'utf8'),
      );
      expect(bundle).toBe(source);
    });

    it('gives up in one sentence when that never ends, and leaves the last build whole', () => {
      bootstrap('cli');
      write('workers/build-workflow-bundle.ts', meanwhile(`write(text + ' ');`));
      const failed = bootstrap('cli', 'status');
      expect(failed.messages).toMatch(/\nSources were changed during each of 3 builds: .*\.\n$/);
      expect(failed).toMatchObject({ output: '', status: 1 });
      writeProgram('program');
      write('workers/build-workflow-bundle.ts', BUNDLER);
      expect(bootstrap('cli', 'status')).toMatchObject({ output: 'program status\n', messages: '' });
    });
  });

  it('refuses a program that imports what its build does not look at', () => {
    write('src/cli/main.ts', "import '../../tools/other';");
    write('tools/other.ts', 'export {};');
    const { messages, status } = bootstrap('cli');
    expect(messages).toMatch(/\nThe sources that tsconfig\.program\.json includes import from tools\/, which .*\.\n$/);
    expect(status).toBe(1);
  });

  it('says what a tool needs where nothing is installed', () => {
    const { messages, status } = bootstrap('tool', 'tools/tool.ts');
    expect(messages).toMatch(/The dependencies are not installed: run npm ci\.\n$/);
    expect(status).toBe(1);
  });

  it('refuses a Node.js that is too old, in one sentence', () => {
    write('package.json', JSON.stringify({ engines: { node: '>=99.0.0' } }));
    const { messages, status } = bootstrap('start');
    expect(messages).toBe(`Node.js ${process.versions.node} is too old: install 99.0.0 or later.\n`);
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

it('lends its command line to any folder, through a link as well', () => {
  const link = join(folder, 'oncefill');
  symlinkSync(join(packageRoot(), 'oncefill'), link);
  const { stdout, status } = spawnSync(link, ['--version'], { encoding: 'utf8', cwd: folder });
  expect({ stdout, status }).toEqual({ stdout: '0.1.0\n', status: 0 });
});
