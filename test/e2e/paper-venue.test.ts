/** The paper venue as its own process: what the command line asks for is what it does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../src/process/exit-codes';
import { eventually } from '../support/engine';
import { findFreePort } from '../support/free-port';

const PROGRAM = join(__dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');

let dataDir: string;
let port: number;
let child: ChildProcess | undefined;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-paper-venue-'));
  port = await findFreePort();
});

afterEach(async () => {
  if (child?.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
});

function run(...words: readonly string[]): ChildProcess {
  child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: dataDir,
    env: { ...process.env, DATA_DIR: dataDir, PAPER_VENUE_PORT: String(port) },
    // Open for as long as the test runs: a process of ours ends with the one that started it.
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return child;
}

test('--faults gives the paper venue its plan', async () => {
  run('paper-venue', '--faults', 'seed=7,rate=0.2');
  const shown = await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/paper/faults`).catch(() => undefined);
    return response?.json();
  });
  expect(shown).toMatchObject({ plan: { seed: 7, rate: 0.2 }, classes: expect.arrayContaining([expect.any(String)]) });
});

test.each([
  ['a plan that cannot be read', ['start', '--faults', 'seed=7,rate=2']],
  ['a mode without a paper venue', ['start', '--mode', 'api', '--faults', 'seed=7,rate=0.2']],
])('start refuses --faults with %s, and starts nothing', async (_what, words) => {
  const [exitCode] = (await once(run(...words), 'exit')) as [number | null];
  expect(exitCode).toBe(ExitCode.USAGE);
});
