import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { exitCodeOf, hasEnded, sendSignal, stopChild } from '../../../harness/child-process';

const OBEDIENT = `process.on('SIGINT', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready');`;

let child: ChildProcess;

afterEach(() => {
  child.kill('SIGKILL');
});

async function start(program: string): Promise<void> {
  child = spawn(process.execPath, ['-e', program], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
}

test('a child that is asked to stop says how it ended, as often as it is asked', async () => {
  await start(OBEDIENT);
  expect(hasEnded(child)).toBe(false);
  expect(await stopChild(child)).toBe(7);
  expect(hasEnded(child)).toBe(true);
  expect(await stopChild(child)).toBe(7);
  expect(await exitCodeOf(child)).toBe(7);
});

test('a child that a signal ended has no exit code', async () => {
  await start(OBEDIENT);
  expect(sendSignal(child.pid ?? 0, 'SIGKILL')).toBe(true);
  expect(await exitCodeOf(child)).toBeNull();
});

test('a program that cannot be started is an error', async () => {
  child = spawn('/there/is/no/such/program', { stdio: 'ignore' });
  await expect(exitCodeOf(child)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await stopChild(child)).toBeNull();
});
