import fc from 'fast-check';
import { parseSignal } from '../../../src/intake/parse-signal';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 30);
const VALID = { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'ml_strategy', timestamp: '2026-03-01T12:00:00Z' };

function parse(body: unknown) {
  return parseSignal(body, { nowMs: NOW });
}

function accepted(change: Record<string, unknown>) {
  const result = parse({ ...VALID, ...change });
  if (!result.ok) throw new Error(result.message);
  return result.signal;
}

function refusal(change: Record<string, unknown>): string {
  const result = parse({ ...VALID, ...change });
  if (result.ok) throw new Error('the signal was accepted');
  expect(result.code).toBe('INVALID_SIGNAL');
  return result.message;
}

test("the older bots' signal is understood", () => {
  expect(accepted({ signal_strength: 0.85 })).toEqual({
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 'ml_strategy',
    timestampMs: Date.UTC(2026, 2, 1, 12),
    intent: 'entry',
    signalStrength: 0.85,
  });
});

test('both spellings of a field mean the same', () => {
  expect(accepted({ limit_price: '10', reduce_only: true, signal_strength: 1, amount: '1' })).toEqual(
    accepted({ limitPrice: '10', reduceOnly: true, signalStrength: 1, amount: '1' }),
  );
});

test('symbol and direction are upper-cased, the strategy stays as given', () => {
  expect(accepted({ symbol: 'ethusdt', direction: 'sell', strategy: ' Mean Reversion é ' })).toMatchObject({
    symbol: 'ETHUSDT',
    direction: 'SELL',
    strategy: ' Mean Reversion é ',
  });
});

describe('timestamp', () => {
  const noon = Date.UTC(2026, 2, 1, 12);

  test.each([
    ['2026-03-01T12:00:00Z', noon],
    ['2026-03-01T14:00:00.250+02:00', noon + 250],
    ['2026-03-01T12:00:59.9999999Z', noon + 59_999],
    [noon, noon],
    [noon / 1000, noon],
    [noon / 1000 + 0.25, noon + 250],
    [noon / 1000 + 59.9999, noon + 59_999],
  ])('%p is %p', (timestamp, expected) => {
    expect(accepted({ timestamp }).timestampMs).toBe(expected);
  });

  test.each([
    ['2026-03-01T12:00:00', 'without an offset it could mean any time zone'],
    ['2026-03-01 12:00:00Z', 'a space'],
    ['2026-02-30T12:00:00Z', 'no such day'],
    ['2026-03-01', 'a day'],
    ['1772366400', 'a number in quotes'],
    ['', 'nothing'],
    [null, 'null'],
    [Number.NaN, 'not a number'],
    [Number.POSITIVE_INFINITY, 'infinite'],
    [noon * 1000, 'microseconds'],
    [-1, 'before 1970'],
    [0, 'the epoch'],
    [['2026-03-01T12:00:00Z'], 'a list'],
  ])('%p is refused: %s', (timestamp, _reason) => {
    expect(refusal({ timestamp })).toMatch(/^timestamp is /);
  });
});

describe('amount and limit price', () => {
  test.each([
    ['0.010', '0.01'],
    ['1.0', '1'],
    ['123456789012345678.000000000000000001', '123456789012345678.000000000000000001'],
    [0.00000001, '0.00000001'],
    [0.1, '0.1'],
    [25, '25'],
  ])('%p becomes %p', (given, expected) => {
    expect(accepted({ amount: given, limitPrice: given })).toMatchObject({ amount: expected, limitPrice: expected });
  });

  test.each(['0', '0.000', '-1', '+1', '1e3', '.5', '5.', '01', ' 1', '1,5', 'NaN', '0x10', '١', ''])(
    'the text %p is refused',
    (amount) => {
      expect(refusal({ amount })).toMatch(/^amount is .*positive decimal/);
    },
  );

  test.each([0, -0, -1, Number.NaN, 1e21, 0.1 + 0.2, 2 ** 53 + 2, null, true, {}, ['1']])(
    'the value %p is refused',
    (amount) => {
      expect(refusal({ amount })).toMatch(/^amount is .*positive decimal/);
    },
  );

  test('any number of up to 15 digits keeps its value', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999_999_999 }),
        fc.integer({ min: 0, max: 15 }),
        (digits, scale) => {
          const text = `${digits}e-${scale}`;
          const { amount } = accepted({ amount: Number(text) });
          expect(Number(amount)).toBe(Number(text));
          expect(amount).toMatch(/^\d+(\.\d*[1-9])?$/);
        },
      ),
    );
  });
});

describe('intent', () => {
  test.each([
    [{}, 'entry'],
    [{ intent: 'exit' }, 'exit'],
    [{ reduce_only: true }, 'exit'],
    [{ reduceOnly: false }, 'entry'],
    [{ intent: 'exit', reduceOnly: true }, 'exit'],
  ])('%p means %s', (change, intent) => {
    expect(accepted({ amount: '1', ...change }).intent).toBe(intent);
  });

  test.each([
    { intent: 'entry', reduce_only: true },
    { intent: 'exit', reduceOnly: false },
  ])('%p contradicts itself', (change) => {
    expect(refusal(change)).toMatch(/contradict/);
  });
});

test('an exit must say how much', () => {
  expect(refusal({ reduce_only: true })).toMatch(/^The signal has no amount/);
});

describe('refused', () => {
  test.each([
    [{ symbol: 'BTC/USDT' }, /^symbol is "BTC\/USDT"/],
    // "ß" becomes "SS" in upper case: it must be refused before that.
    [{ symbol: 'ßUSDT' }, /^symbol is/],
    [{ symbol: 'B' }, /^symbol is/],
    [{ symbol: 'X'.repeat(31) }, /^symbol is/],
    [{ symbol: undefined }, /^symbol is undefined/],
    [{ direction: 'LONG' }, /^direction is "LONG"; it must be BUY or SELL/],
    [{ strategy: '' }, /^strategy is/],
    [{ strategy: '   ' }, /^strategy is/],
    [{ strategy: 'x'.repeat(65) }, /^strategy is "x+…"/],
    [{ strategy: 'a\u0000b' }, /^strategy is "a\\u\{0\}b"/],
    [{ strategy: 'a\u202Eb' }, /^strategy is/],
    [{ strategy: '\uD800' }, /^strategy is/],
    [{ signal_strength: 1.01 }, /^signal_strength is 1.01/],
    [{ signalStrength: '0.5' }, /^signalStrength is "0.5"/],
    [{ intent: 'EXIT' }, /^intent is "EXIT"/],
    [{ reduce_only: 'true' }, /^reduce_only is "true"/],
    [{ amont: '1' }, /^The field "amont" is not known/],
    [{ limit_price: '1', limitPrice: '2' }, /^The signal has both limit_price and limitPrice/],
    [{ ['x'.repeat(5000)]: 1 }, /^The field "x+…" is not known/],
  ])('%p', (change, message) => {
    expect(refusal(change)).toMatch(message);
  });

  test.each(['symbol', 'direction', 'strategy', 'timestamp'])('without %s', (field) => {
    const body = Object.fromEntries(Object.entries(VALID).filter(([key]) => key !== field));
    expect(parse(body)).toMatchObject({ ok: false, message: expect.stringContaining(`no ${field};`) as string });
  });

  test.each([undefined, null, 'BUY', 7, true, []])('a body that is %p', (body) => {
    expect(parse(body)).toMatchObject({ ok: false, message: expect.stringContaining('JSON object') as string });
  });

  test('keys that reach for prototypes, which stay as they are', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const body: unknown = JSON.parse(`{"${key}":{"polluted":true},${JSON.stringify(VALID).slice(1)}`);
      expect(parse(body)).toMatchObject({ ok: false, message: expect.stringContaining(key) as string });
    }
    expect({}).not.toHaveProperty('polluted');
  });

  test('a body nested beyond any recursion', () => {
    const depth = 50_000;
    const nested: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(refusal({ strategy: nested })).toMatch(/^strategy is a list of 1/);
  });
});

test('anything at all is answered with a signal or one short sentence, and never thrown', () => {
  const field = fc.oneof(fc.constantFrom(...Object.keys(VALID), 'amount', 'limit_price', 'reduceOnly'), fc.string());
  const body = fc.dictionary(field, fc.anything(), { maxKeys: 8 }).map((extra) => ({ ...VALID, ...extra }));
  fc.assert(
    fc.property(fc.oneof(body, fc.anything()), (anything) => {
      const result = parse(anything);
      if (result.ok) return;
      expect(result.message).toMatch(/^[^\n]{1,500}\.$/);
    }),
    { numRuns: 2_000 },
  );
});
