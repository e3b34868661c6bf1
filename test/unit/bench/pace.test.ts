import { setTimeout as sleep } from 'node:timers/promises';
import { runPaced } from '../../../bench/pace';
import { fingerprintOf } from '../../../src/intake/fingerprint';
import { SignalMaker } from '../../../bench/signal-maker';

const never = new AbortController().signal;

describe('runPaced', () => {
  it('does every item once, never more at once than allowed', async () => {
    let running = 0;
    let most = 0;
    const { pieces } = await runPaced([1, 2, 3, 4, 5, 6, 7], 3, never, async (item) => {
      most = Math.max(most, (running += 1));
      await sleep(1);
      running -= 1;
      return item;
    });
    expect(new Set(pieces.map(({ result }) => result))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
    expect(pieces).toHaveLength(7);
    expect(most).toBe(3);
  });

  it('begins nothing after a failure, and waits for what is under way', async () => {
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('broken');
      await sleep(1);
      ended.push(item);
    };
    await expect(runPaced([1, 2, 3, 4], 2, never, work)).rejects.toThrow('broken');
    expect(ended).toEqual([2]);
  });

  it('ends when it is told to', async () => {
    const abort = new AbortController();
    const done: number[] = [];
    const run = runPaced([1, 2, 3], 1, abort.signal, async (item) => {
      done.push(item);
      abort.abort(new Error('enough'));
    });
    await expect(run).rejects.toThrow('enough');
    expect(done).toEqual([1]);
  });
});

describe('SignalMaker', () => {
  it('gives every signal a fingerprint of its own', () => {
    const maker = new SignalMaker();
    const signals = Array.from({ length: 1_000 }, () => maker.next());
    expect(new Set(signals.map(fingerprintOf)).size).toBe(1_000);
  });

  it('buys and sells every symbol as often', () => {
    const maker = new SignalMaker();
    const bought = new Map<string, number>();
    for (let count = 0; count < 1_200; count += 1) {
      const { symbol, direction } = maker.next();
      bought.set(symbol, (bought.get(symbol) ?? 0) + (direction === 'BUY' ? 1 : -1));
    }
    expect([...bought.values()].every((surplus) => surplus === 0)).toBe(true);
  });
});
