import { pollUntil } from '../../../src/process/poll';

const LONG_MS = 30_000;

function scripted<Answer>(...answers: readonly Answer[]): () => Promise<Answer | undefined> {
  const remaining = [...answers];
  return async () => remaining.shift();
}

test('asks until there is an answer other than undefined and false', async () => {
  const ask = scripted<number | false | undefined>(undefined, false, 0, 7);
  await expect(pollUntil(ask, { intervalMs: 1, timeoutMs: LONG_MS })).resolves.toBe(0);
});

test('asks at least once, and gives up after its time', async () => {
  await expect(pollUntil(scripted(true), { intervalMs: 1, timeoutMs: 0 })).resolves.toBe(true);
  await expect(pollUntil(scripted(false), { intervalMs: 1, timeoutMs: 0 })).resolves.toBeUndefined();
});

test('an abort ends a long wait', async () => {
  const interruption = new AbortController();
  const ask = async (): Promise<false> => {
    interruption.abort();
    return false;
  };
  const polling = pollUntil(ask, { intervalMs: LONG_MS, timeoutMs: LONG_MS, signal: interruption.signal });
  await expect(polling).rejects.toMatchObject({ name: 'AbortError' });
});

test('an error of the question ends the wait', async () => {
  const ask = (): Promise<undefined> => Promise.reject(new Error('it broke'));
  await expect(pollUntil(ask, { intervalMs: 1, timeoutMs: LONG_MS })).rejects.toThrow('it broke');
});
