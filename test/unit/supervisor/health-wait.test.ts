import { waitUntilHealthy } from '../../../src/supervisor/health-wait';

const LONG_MS = 30_000;

function scripted(answers: readonly (readonly string[])[]): () => Promise<readonly string[]> {
  const remaining = [...answers];
  return () => Promise.resolve(remaining.shift() ?? []);
}

describe('waitUntilHealthy', () => {
  test('ends once nothing is missing', async () => {
    const findMissing = scripted([['api'], ['api'], []]);
    const options = {
      findMissing,
      timeoutMs: LONG_MS,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    };
    await expect(waitUntilHealthy(options)).resolves.toEqual([]);
  });

  test('gives up after its time and tells what was missing', async () => {
    const findMissing = (): Promise<readonly string[]> => Promise.resolve(['ml_manager']);
    const options = { findMissing, timeoutMs: 0, onProgress: () => undefined, signal: new AbortController().signal };
    await expect(waitUntilHealthy(options)).resolves.toEqual(['ml_manager']);
  });

  test('ends when aborted', async () => {
    const findMissing = (): Promise<readonly string[]> => Promise.resolve(['ml_manager']);
    const options = { findMissing, timeoutMs: LONG_MS, onProgress: () => undefined, signal: AbortSignal.abort() };
    await expect(waitUntilHealthy(options)).resolves.toEqual(['ml_manager']);
  });
});
