import { formatDecimal, parseDecimal, parseSignedDecimal } from '../../../src/domain/decimal';
import { lookUpDelayMs, patientLookUpDelayMs } from '../../../src/domain/look-up-delay';
import { cutText, jsonBytes, ownValue, showValue } from '../../../src/domain/plain-values';
import { addTimeline } from '../../../src/domain/timeline';
import { TIMELINE_ENTRIES_MAX } from '../../../src/domain/signal-view';
import type { TimelineEntry } from '../../../src/domain/signal-view';

test('look-ups wait longer each time, up to the largest delay', () => {
  const delays = { firstMs: 250, growth: 2, maxMs: 3_000 };
  expect([0, 1, 2, 3, 4, 5_000].map((attempt) => lookUpDelayMs(attempt, delays))).toEqual([
    250, 500, 1_000, 2_000, 3_000, 3_000,
  ]);
});

test('an answer that takes a month costs a few hundred look-ups', () => {
  const delays = { firstMs: 500, growth: 2, maxMs: 60_000 };
  let ageMs = 0;
  let count = 0;
  for (; ageMs < 30 * 24 * 3_600_000; count += 1) ageMs += patientLookUpDelayMs(count, delays, ageMs);
  expect(count).toBeLessThan(300);
});

test('at first it is asked for as often as anything else', () => {
  const delays = { firstMs: 500, growth: 2, maxMs: 60_000 };
  expect(patientLookUpDelayMs(3, delays, 7_500)).toBe(lookUpDelayMs(3, delays));
});

test('a full timeline keeps its first entry and its newest', () => {
  let entries: readonly TimelineEntry[] = [];
  for (let atMs = 0; atMs < TIMELINE_ENTRIES_MAX + 10; atMs += 1) entries = addTimeline(entries, { atMs, text: '' });
  expect(entries).toHaveLength(TIMELINE_ENTRIES_MAX);
  expect(entries.slice(0, 2).map(({ atMs }) => atMs)).toEqual([0, 11]);
  expect(entries.at(-1)?.atMs).toBe(TIMELINE_ENTRIES_MAX + 9);
});

test.each([
  '',
  '-1',
  '+1',
  '1e3',
  '.5',
  '5.',
  'NaN',
  'Infinity',
  ' 1',
  '1\n',
  '0x10',
  '1'.repeat(21),
  1,
  null,
  undefined,
])('%j is no decimal', (value) => {
  expect(parseDecimal(value)).toBeUndefined();
});

test('decimals keep every digit and lose trailing zeros', () => {
  const longest = `${'9'.repeat(20)}.${'9'.repeat(18)}`;
  expect(['1.50', '007', '0.000', longest].map((text) => formatDecimal(parseDecimal(text)!))).toEqual([
    '1.5',
    '7',
    '0',
    longest,
  ]);
  expect(formatDecimal(parseSignedDecimal('-0.00')!)).toBe('0');
  expect(formatDecimal(parseDecimal(longest)!.plus(parseDecimal('0.000000000000000001')!))).toBe(`1${'0'.repeat(20)}`);
});

test('the size of JSON is never less than its bytes', () => {
  for (const text of ['plain', 'é', '漢', '😀', '"\n', '\ud83d']) {
    expect(jsonBytes(text)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(text)));
  }
  expect(jsonBytes('plain')).toBe(7);
});

test('texts are cut to their bytes, and short ones stay', () => {
  expect(cutText('short', 20)).toBe('short');
  expect(jsonBytes(cutText('漢'.repeat(200), 100))).toBeLessThanOrEqual(100);
});

test('a key never finds what the prototype has', () => {
  expect(ownValue({}, 'constructor')).toBeUndefined();
  expect(ownValue({ constructor: 1 }, 'constructor')).toBe(1);
});

test('a value that is too deep to unfold has no size and is only named', () => {
  let deep: unknown = 'x';
  for (let level = 0; level < 200_000; level += 1) deep = level % 2 === 0 ? [deep] : { deep };
  expect(jsonBytes(deep)).toBe(Infinity);
  expect(showValue(deep)).toMatch(/nested/);
  expect(showValue([[['x']]])).toBe('[[["x"]]]');
});
