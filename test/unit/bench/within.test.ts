import { within } from '../../../bench/within';

const NEVER = new Promise<string>(() => undefined);
const LONG_MS = 600_000;

describe('work with a bound', () => {
  const { signal } = new AbortController();

  it('gives what the work comes to, or throws it', async () => {
    await expect(within(Promise.resolve('done'), LONG_MS, signal, () => 'late')).resolves.toBe('done');
    await expect(within(Promise.reject(new Error('broken')), LONG_MS, signal, () => 'late')).rejects.toThrow('broken');
  });

  it('gives what there is to say when it takes too long, also when no time is left', async () => {
    await expect(within(NEVER, 1, signal, () => 'late')).resolves.toBe('late');
    await expect(within(NEVER, -1, signal, () => 'late')).resolves.toBe('late');
  });

  it('ends with an interruption, before or during the work', async () => {
    const interruption = new AbortController();
    const waiting = within(NEVER, LONG_MS, interruption.signal, () => 'late');
    interruption.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await expect(within(NEVER, LONG_MS, interruption.signal, () => 'late')).rejects.toThrow('stop');
  });
});
