import { fork } from 'node:child_process';
import { join } from 'node:path';
import { isAlive, waitUntil } from '../supervisor/support';

// The child runs the real module.
test('a process ends when its supervisor is gone', async () => {
  const child = fork(join(__dirname, 'fixtures', 'lifeline-child.cjs'), { stdio: 'ignore', detached: true });
  await new Promise((resolve) => {
    child.once('message', resolve);
  });
  const pid = child.pid ?? 0;
  expect(isAlive(pid)).toBe(true);
  child.disconnect();
  await waitUntil(() => !isAlive(pid), 'the end of the orphan');
});
