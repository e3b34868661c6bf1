import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MODULE = join(__dirname, '..', '..', '..', 'dist', 'src', 'supervisor', 'npm-parent.js');
/** Longer than any program of these takes to hear of what happened. */
const LONG_MS = 30_000;
/** Prints what becomes of it; lives for a while by itself. */
const programFor = (livesMs: number): string => `
  require(${JSON.stringify(MODULE)}).followNpm(() => { console.log('npm is gone'); process.exit(); });
  setTimeout(() => { console.log('left alone'); process.exit(); }, ${livesMs});
  console.log('started');
`;
/** A program that serves until it is stopped, as a worker, the API and the paper venue do. */
const SERVING = `
  require(${JSON.stringify(join(__dirname, '..', '..', '..', 'dist', 'src', 'cli', 'follow-starter.js'))}).followStarter();
  process.once('SIGTERM', () => { console.log('stopped'); process.exit(); });
  setTimeout(() => { console.log('left alone'); process.exit(); }, ${LONG_MS});
  console.log('started');
`;
/** Stands in for npm: it runs the program, and passes no signal on. */
const PARENT = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['-e', process.env.PROGRAM], { stdio: 'inherit' });
  setTimeout(() => {}, 60000);
`;

async function endParentOf(env: NodeJS.ProcessEnv): Promise<string> {
  const parent: ChildProcess = spawn(process.execPath, ['-e', PARENT], {
    env: { PATH: process.env.PATH, PROGRAM: programFor(LONG_MS), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  parent.stdout?.on('data', (part: Buffer) => {
    output += part.toString();
    if (output === 'started\n') parent.kill('SIGTERM');
  });
  // The program holds the pipe too: it closes when both have ended.
  await once(parent, 'close');
  return output;
}

test('a program that npm runs hears that npm was ended', async () => {
  expect(await endParentOf({ npm_lifecycle_event: 'start' })).toBe('started\nnpm is gone\n');
});

test('a program that somebody else runs does not mind', async () => {
  expect(await endParentOf({ PROGRAM: programFor(3_000) })).toBe('started\nleft alone\n');
});

test('a program that serves stops with the npm that started it', async () => {
  expect(await endParentOf({ npm_lifecycle_event: 'oncefill', PROGRAM: SERVING })).toBe('started\nstopped\n');
});
