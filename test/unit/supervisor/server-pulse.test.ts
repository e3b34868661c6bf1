import { feelPulse } from '../../../src/supervisor/server-pulse';
import { waitUntil } from './support';

const SILENCE_MAX_MS = 50;

/** Somebody who answers as he is told, and counts. */
class FakeCheck {
  serves = true;
  asked = 0;
  closed = 0;

  isServing(): Promise<boolean> {
    this.asked += 1;
    return Promise.resolve(this.serves);
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

test('a server has a pulse as long as it says that it serves', async () => {
  const check = new FakeCheck();
  let beats = 0;
  const end = feelPulse(
    '127.0.0.1:1',
    SILENCE_MAX_MS,
    () => (beats += 1),
    () => check,
  );
  await waitUntil(() => beats === 3, 'three beats');
  check.serves = false;
  const { asked } = check;
  await waitUntil(() => check.asked > asked + 3, 'further questions');
  expect(beats).toBeLessThanOrEqual(asked + 1);
  end();
});

test('whoever is not asked any more is let go', async () => {
  const check = new FakeCheck();
  const end = feelPulse(
    '127.0.0.1:1',
    SILENCE_MAX_MS,
    () => undefined,
    () => check,
  );
  await waitUntil(() => check.asked > 0, 'a question');
  end();
  await waitUntil(() => check.closed === 1, 'the end of the connection');
});
