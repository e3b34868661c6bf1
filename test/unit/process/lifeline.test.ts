import { fork } from 'node:child_process';
import { join } from 'node:path';
import { isOrphaned } from '../../../src/process/lifeline';
import { isAlive, waitUntil } from '../supervisor/support';

const CHILD = join(__dirname, 'fixtures', 'lifeline-child.cjs');

// The child runs the real module.
test('a process ends when its supervisor is gone', async () => {
  const child = fork(CHILD, { stdio: 'ignore', detached: true });
  await new Promise((resolve) => {
    child.once('message', resolve);
  });
  const pid = child.pid ?? 0;
  expect(isAlive(pid)).toBe(true);
  child.disconnect();
  await waitUntil(() => !isAlive(pid), 'the end of the orphan');
});

test('a process that nobody started for a supervisor is no orphan', () => {
  const { connected } = process;
  try {
    for (const [state, isOne] of [
      [undefined, false],
      [true, false],
      [false, true],
    ] as const) {
      Object.assign(process, { connected: state });
      expect(isOrphaned()).toBe(isOne);
    }
  } finally {
    Object.assign(process, { connected });
  }
});

test('a process says again and again that it lives', async () => {
  const child = fork(CHILD, { stdio: 'ignore', detached: true });
  const beats: unknown[] = [];
  child.on('message', (message) => message !== 'following' && beats.push(message));
  await waitUntil(() => beats.length >= 2, 'two beats');
  expect(beats.slice(0, 2)).toEqual([{ kind: 'beat' }, { kind: 'beat' }]);
  child.disconnect();
});

test('a process that has finished its work ends, though it could go on saying that it lives', async () => {
  const child = fork(CHILD, ['idle'], { stdio: 'ignore', detached: true });
  await waitUntil(() => child.exitCode !== null, 'its end');
  expect(child.exitCode).toBe(0);
});
