import { median, mostWithin, percentile, ratio } from '../../../bench/statistics';

describe('percentile', () => {
  const tens = [100, 20, 40, 10, 30, 60, 50, 80, 70, 90];

  it('is the smallest value with at least that share at or below it', () => {
    expect([0.05, 0.1, 0.5, 0.51, 0.95, 1].map((share) => percentile(tens, share))).toEqual([10, 10, 50, 60, 100, 100]);
  });

  it('orders numbers, not texts', () => {
    expect(percentile([9, 10, 100], 0.5)).toBe(10);
  });

  it('refuses what has no answer', () => {
    expect(() => percentile([], 0.5)).toThrow('There is no percentile of no values.');
    expect(() => percentile(tens, 0)).toThrow('A share is above 0 and at most 1, and was 0.');
    expect(() => percentile(tens, 1.5)).toThrow(RangeError);
  });
});

describe('median', () => {
  it('is the middle value, or the mean of both middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7, 9])).toBe(8);
    expect(median([5])).toBe(5);
  });

  it('agrees with its definition for every count', () => {
    for (let count = 1; count <= 200; count += 1) {
      const values = Array.from({ length: count }, (_, index) => index);
      expect(median(values)).toBe((count - 1) / 2);
    }
  });
});

describe('ratio', () => {
  it('compares two figures', () => {
    expect(ratio(3, 2)).toBe(1.5);
    expect(ratio(0, 2)).toBe(0);
  });

  it('has no answer without both, or for nothing', () => {
    expect(ratio(undefined, 2)).toBeUndefined();
    expect(ratio(1, undefined)).toBeUndefined();
    expect(ratio(1, 0)).toBeUndefined();
  });
});

describe('the most within a span', () => {
  it.each([
    [[], 0],
    [[5], 1],
    [[0, 999, 1_000, 1_999], 2],
    [[0, 1, 2, 1_500, 1_501], 3],
    [[0, 1_000, 2_000], 1],
  ])('of %j is %d', (timesMs, most) => {
    expect(mostWithin(timesMs, 1_000)).toBe(most);
  });
});
