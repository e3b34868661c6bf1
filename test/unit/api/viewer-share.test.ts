/** What one caller may have of the page takes nothing from another one, and comes back in time. */
import { OPENINGS_BURST, VIEWERS_PER_CALLER_MAX, ViewerShares } from '../../../src/api/viewer-share';

let nowMs = 0;
let shares: ViewerShares;

beforeEach(() => {
  nowMs = 0;
  shares = new ViewerShares(() => nowMs);
});

function openUntilRefused(caller: string): number {
  for (let count = 0; ; count += 1) if (shares.refusalFor(caller) !== undefined) return count;
}

test('openings of one caller are bounded, come back one by one, and cost no other caller any', () => {
  expect(openUntilRefused('a')).toBe(OPENINGS_BURST);
  expect(shares.refusalFor('b')).toBeUndefined();
  nowMs += 2_000;
  expect(openUntilRefused('a')).toBe(1);
  nowMs += 3_600_000;
  expect(openUntilRefused('a')).toBe(OPENINGS_BURST);
});

test('windows of one caller are bounded, and one that is closed has room for another', () => {
  const close = Array.from({ length: VIEWERS_PER_CALLER_MAX }, () => shares.enter('a'));
  expect([shares.refusalFor('a'), shares.refusalFor('b')]).toEqual(['TOO_MANY_WINDOWS', undefined]);
  close[0]!();
  expect(shares.refusalFor('a')).toBeUndefined();
});

test('callers that come and go are forgotten', () => {
  openUntilRefused('a');
  for (let count = 0; count < 2_000; count += 1) shares.refusalFor(`other ${count}`);
  expect(shares.refusalFor('a')).toBeUndefined();
});
