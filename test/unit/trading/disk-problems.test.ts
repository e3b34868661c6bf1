import { watchDisk } from '../../../src/trading/disk-problems';
import { Problems } from '../../../src/trading/problems';

test('a disk that is low alerts once and is listed until there is room again', async () => {
  jest.useFakeTimers();
  try {
    const alerts: string[] = [];
    const problems = new Problems((sentence) => alerts.push(sentence));
    let fault: string | undefined = 'The disk is nearly full.';
    const end = watchDisk({ fault: async () => fault }, problems);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(alerts).toEqual(['The disk is nearly full.']);
    expect(problems.list()).toEqual(['The disk is nearly full.']);
    fault = undefined;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(problems.list()).toEqual([]);
    end();
  } finally {
    jest.useRealTimers();
  }
});
