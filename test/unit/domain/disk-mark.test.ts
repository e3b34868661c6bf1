import { diskStateAfter, type DiskState } from '../../../src/domain/disk-mark';

const MARK = 1_000;

test.each<[DiskState, number | undefined, DiskState]>([
  ['enough', 1_000, 'enough'],
  ['enough', 999, 'low'],
  ['low', 1_000, 'low'],
  ['low', 1_099, 'low'],
  ['low', 1_100, 'enough'],
  ['enough', undefined, 'unknown'],
  ['enough', NaN, 'unknown'],
  ['unknown', 1_000, 'enough'],
  ['unknown', 0, 'low'],
])('a disk that was %s and has %s free is %s', (before, freeBytes, after) => {
  expect(diskStateAfter(before, freeBytes, MARK)).toBe(after);
});

test('without a mark no disk is low, whatever is known of it', () => {
  expect([0, 5, undefined].map((freeBytes) => diskStateAfter('low', freeBytes, 0))).toEqual([
    'enough',
    'enough',
    'enough',
  ]);
});
