import { AttemptLimit } from '../../../src/access/attempt-limit';

function told(limit: AttemptLimit, address: string, attempts: number, nowMs: number): number {
  return Array.from({ length: attempts }).filter(() => limit.refuse(address, nowMs)).length;
}

test('an address is told ten refusals at once, and one more every five seconds', () => {
  const limit = new AttemptLimit(0);
  expect(told(limit, 'a', 50, 0)).toBe(10);
  expect(told(limit, 'a', 50, 4_999)).toBe(0);
  expect(told(limit, 'a', 50, 10_000)).toBe(2);
  expect(told(limit, 'b', 50, 10_000)).toBe(10);
});

test('all addresses together have a bound, so that many of them fill no log', () => {
  const limit = new AttemptLimit(0);
  const all = Array.from({ length: 5_000 }, (_, index) => told(limit, `address ${index}`, 1, 0));
  expect(all.reduce((sum, count) => sum + count, 0)).toBe(100);
  expect(told(limit, 'another', 5, 1_000)).toBe(2);
});
