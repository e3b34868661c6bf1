import { formatDecimal, parseDecimal, parseSignedDecimal } from '../../../src/domain/decimal';
import {
  lookUpDelayMs,
  openOrderDelayMs,
  patientDelayMs,
  patientLookUpDelayMs,
} from '../../../src/domain/look-up-delay';
import { isMissing, isWithinMemory } from '../../../src/domain/missing-order';
import { orderOfWord, readSettleWord } from '../../../src/domain/settle-word';
import type { OrderPlan } from '../../../src/domain/market';
import { cutText, jsonBytes, ownValue, showValue } from '../../../src/domain/plain-values';
import { addTimeline } from '../../../src/domain/timeline';
import { TIMELINE_ENTRIES_MAX } from '../../../src/domain/signal-view';
import type { TimelineEntry } from '../../../src/domain/signal-view';

const DAY_MS = 86_400_000;

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

test('what is waited for for a whole day is tried some two hundred times', () => {
  let count = 0;
  for (let ageMs = 0; ageMs < DAY_MS; count += 1) ageMs += Math.max(1_000, patientDelayMs(ageMs));
  expect(count).toBeGreaterThan(100);
  expect(count).toBeLessThan(250);
});

test('an open order that may still fill is asked for every ten minutes at least, however old', () => {
  const delays = { firstMs: 500, growth: 2, maxMs: 60_000 };
  expect(openOrderDelayMs(1_000, delays, 30 * DAY_MS)).toBe(600_000);
  expect(openOrderDelayMs(0, delays, 0)).toBe(500);
});

test('a timeline never runs backwards, whatever clock told of an entry', () => {
  const times = [10, 7, 12, 3].reduce<readonly TimelineEntry[]>(
    (entries, atMs) => addTimeline(entries, { atMs, text: String(atMs) }),
    [],
  );
  expect(times).toEqual([
    { atMs: 10, text: '10' },
    { atMs: 10, text: '7' },
    { atMs: 12, text: '12' },
    { atMs: 12, text: '3' },
  ]);
});

test('an order is missing after three look-ups in a row, and not before a young one could show', () => {
  expect(isMissing({ lookUps: 2, unseenForMs: DAY_MS }, 60_000)).toBe(false);
  expect(isMissing({ lookUps: 3, unseenForMs: 59_999 }, 60_000)).toBe(false);
  expect(isMissing({ lookUps: 3, unseenForMs: 60_000 }, 60_000)).toBe(true);
});

test('absence counts for as long as the venue remembers orders of every end', () => {
  const memory = { filledMs: 7 * DAY_MS, unfilledMs: DAY_MS };
  expect(isWithinMemory(DAY_MS, memory)).toBe(true);
  expect(isWithinMemory(DAY_MS + 1, memory)).toBe(false);
});

describe("a person's word", () => {
  const plan: OrderPlan = {
    symbol: 'BTCUSDT',
    direction: 'BUY',
    clientOrderId: 'of1',
    quantity: '0.01',
    reduceOnly: false,
    asset: 'USDT',
    reserveAmount: '600',
    referencePrice: '60000',
  };
  const word = (command: object, of = plan) => readSettleWord({ reason: 'looked', ...command }, of);

  test('for the whole order is a filled one, and for a part a cancelled one', () => {
    const statusOf = (filledQuantity: string): string => {
      const read = word({ filledQuantity, averagePrice: '60000' });
      return typeof read === 'string' ? read : orderOfWord(read, plan, 1).status;
    };
    expect(statusOf('0.0100')).toBe('filled');
    expect(statusOf('0.009')).toBe('cancelled');
  });

  test('without a fee leaves it unknown, which is not zero', () => {
    const read = word({ filledQuantity: '0.01', averagePrice: '60000' });
    expect(typeof read === 'string' ? read : orderOfWord(read, plan, 1).fee).toBe('');
  });

  test('may name any quantity where the size is forgotten', () => {
    expect(word({ filledQuantity: '5', averagePrice: '1' }, { ...plan, quantity: '0' })).toMatchObject({
      filledQuantity: '5',
    });
    expect(word({ filledQuantity: '5', averagePrice: '1' })).toMatch(
      /5 is more than the 0.01 BTCUSDT that were ordered/,
    );
  });
});
