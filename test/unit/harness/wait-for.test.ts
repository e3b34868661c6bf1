import { waitFor } from '../../../harness/wait-for';

test('gives the answer', async () => {
  await expect(waitFor('an answer', async () => 7, { intervalMs: 1, timeoutMs: 0 })).resolves.toBe(7);
});

test('says what did not happen, and what may explain it', async () => {
  const never = async (): Promise<undefined> => undefined;
  const poll = { intervalMs: 1, timeoutMs: 0 };
  await expect(waitFor('an answer', never, poll)).rejects.toThrow(/^Waited 0 ms for an answer\.$/);
  await expect(waitFor('an answer', never, { ...poll, explain: () => 'Nobody is there.' })).rejects.toThrow(
    'Waited 0 ms for an answer. Nobody is there.',
  );
});
