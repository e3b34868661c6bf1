import { pageModule } from '../../support/page-module';

interface Decimals {
  readDecimal: (text: unknown) => object | undefined;
  display: (
    decimal: object,
    options?: { digitsMin?: number; digitsMax?: number; significantMin?: number; isSigned?: boolean },
  ) => string;
  subtract: (one: unknown, other: unknown) => string | undefined;
  signOf: (text: unknown) => number | undefined;
}
const { readDecimal, display, subtract, signOf } = pageModule<Decimals>('decimals.js');

interface Times {
  spanWords: (spanMs: number) => string;
  longSpanWords: (spanMs: number) => string;
  timeWords: (timeMs: number, nowMs: number) => string;
  readTime: (iso: string | undefined) => number | undefined;
}
const { spanWords, longSpanWords, timeWords, readTime } = pageModule<Times>('times.js');

const shown = (text: string, options?: Parameters<Decimals['display']>[1]) => display(readDecimal(text)!, options);

describe('an amount is shown', () => {
  test.each([
    ['0', {}, '0'],
    ['100249.18264400', {}, '100,249.182644'],
    ['1234567', {}, '1,234,567'],
    ['100', { digitsMin: 2 }, '100.00'],
    ['0.125', { digitsMax: 2 }, '0.13'],
    ['-0.125', { digitsMax: 2 }, '−0.13'],
    ['-0.001', { digitsMax: 2 }, '−0.001'],
    ['-0.00126', { digitsMin: 2, digitsMax: 2, isSigned: true }, '−0.0013'],
    ['999.995', { digitsMin: 2, digitsMax: 2 }, '1,000.00'],
    ['19.2192', { digitsMin: 2, digitsMax: 2, isSigned: true }, '+19.22'],
    ['-29.4375', { digitsMin: 2, digitsMax: 2, isSigned: true }, '−29.44'],
    ['0.00', { digitsMin: 2, digitsMax: 2, isSigned: true }, '0.00'],
    ['0.000000001', {}, '0.000000001'],
    ['0.00000000123456', { significantMin: 4 }, '0.000000001235'],
    ['0.000000000', {}, '0'],
    ['12345678901234567890.1', {}, '12,345,678,901,234,567,890.1'],
  ])('%s with %j as %s', (text, options, expected) => {
    expect(shown(text, options)).toBe(expected);
  });

  test.each(['', 'NaN', '1e9', '1,000', ' 1', '.5', '0x10', undefined, null, 5])(
    'but never %p, which is none',
    (text) => {
      expect(readDecimal(text)).toBeUndefined();
    },
  );
});

test('amounts are subtracted exactly, and not where one is not known', () => {
  expect(subtract('100249.18', '100102.444')).toBe('146.736');
  expect(subtract('0.1', '0.3')).toBe('-0.2');
  expect(subtract('1', undefined)).toBeUndefined();
  expect([signOf('-0.0'), signOf('-0.1'), signOf('2'), signOf('')]).toEqual([0, -1, 1, undefined]);
});

test.each([
  [38.4, '38 ms'],
  [999.7, '999 ms'],
  [4_260, '4.2 s'],
  [9_999, '9.9 s'],
  [12_900, '12 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
  [-5, '0 ms'],
])('%d ms are %s', (spanMs, words) => {
  expect(spanWords(spanMs)).toBe(words);
});

test('what counts while it is looked at counts in whole seconds', () => {
  expect([0, 999, 1_000, 59_999].map(longSpanWords)).toEqual(['0 s', '0 s', '1 s', '59 s']);
});

test('a time of another day comes with its date', () => {
  const noon = Date.parse('2026-11-29T12:00:00Z');
  expect(timeWords(Date.parse('2026-11-29T00:00:01Z'), noon)).toBe('00:00:01');
  expect(timeWords(Date.parse('2026-11-28T23:59:59Z'), noon)).toBe('11-28 23:59');
  expect([readTime('no time'), readTime(undefined)]).toEqual([undefined, undefined]);
});
