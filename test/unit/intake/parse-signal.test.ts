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
  expect(accepted({ symbol: 'ethusdt', direction: 'sell', strategy: 'Mean  Reversion \u00E9' })).toMatchObject({
    symbol: 'ETHUSDT',
    direction: 'SELL',
    strategy: 'Mean  Reversion \u00E9',
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
    ['2026-03-01T12:00Z', noon],
    ['2026-03-01 12:00:00Z', noon],
    ['2026-03-01 12:00:00.123456+00:00', noon + 123],
    ['2026-03-01t12:00:00z', noon],
    ['2026-03-01T12:00:00,5Z', noon + 500],
    ['2026-03-01T12:00:00.123456789Z', noon + 123],
    ['2026-03-01T06:30:00-05:30', noon],
    ['2026-03-01T14:00:00+0200', noon],
    ['2026-03-01T14:00:00+02', noon],
    ['2026-03-01T12:00:00-00:00', noon],
    ['2026-03-02T00:00:00+12:00', noon],
    ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
    [`${noon}`, noon],
    [`${noon / 1000}`, noon],
    [`${noon / 1000}.9999999`, noon + 999],
    [`${noon}.9`, noon],
    ['1772366459999', noon + 59_999],
  ])('%p is %p', (timestamp, expected) => {
    expect(accepted({ timestamp }).timestampMs).toBe(expected);
  });

  test.each([
    ['2026-03-01T12:00:00', 'without an offset it could mean any time zone'],
    ['2026-02-30T12:00:00Z', 'no such day'],
    ['2026-03-01', 'a day'],
    ['2026-02-29T12:00:00Z', 'not a leap year'],
    ['2026-04-31T12:00:00Z', 'no such day'],
    ['2026-13-01T12:00:00Z', 'no such month'],
    ['2026-03-01T24:00:00Z', 'the end of a day'],
    ['2026-03-01T24:00:01Z', 'no such hour'],
    ['2026-03-01T23:59:60Z', 'a leap second'],
    ['2026-03-01T12:60:00Z', 'no such minute'],
    ['2026-03-01T12:00:00+24:00', 'no such zone'],
    ['2026-03-01T12:00:00 UTC', 'a name of a zone'],
    ['2026-03-01T12Z', 'an hour'],
    ['20260301T120000Z', 'without separators'],
    ['2026-W09-7T12:00:00Z', 'a week'],
    ['+002026-03-01T12:00:00Z', 'a year of six digits'],
    ['0050-03-01T12:00:00Z', 'the first century'],
    ['Sun, 01 Mar 2026 12:00:00 GMT', 'a date of mails'],
    ['now', 'a word'],
    [' 2026-03-01T12:00:00Z', 'a blank'],
    ['２０２６-03-01T12:00:00Z', 'full-width digits'],
    ['1772366400000000', 'microseconds as text'],
    [noon * 1e6, 'nanoseconds'],
    ['+1772366400', 'a plus'],
    ['-1772366400', 'before 1970'],
    ['1.7723664e9', 'an exponent'],
    ['1_772_366_400', 'groups'],
    ['9'.repeat(5_000), 'without end'],
    ['Infinity', 'infinite'],
    [true, 'yes'],
    [{}, 'a map'],
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

  test.each([
    ['2026-03-01T12:00:00', '2026-03-01T12:00:00Z'],
    ['2026-03-01T12:00:60Z', '2026-03-01T12:00:59Z'],
    ['2026-02-28T24:00:00Z', '2026-03-01T00:00:00Z'],
    [' 2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z'],
    ['２０２６-03-01T12:00:00Z', '2026-03-01T12:00:00Z'],
    ['2026-03-01T12:00:00−05:00', '2026-03-01T12:00:00-05:00'],
    ['1.7723664e9', '1772366400'],
    ['now', '2026-03-01T12:00:30.000Z'],
    [null, '2026-03-01T12:00:30.000Z'],
  ])('of %p the refusal says a spelling that is accepted: %p', (timestamp, spelling) => {
    expect(refusal({ timestamp })).toContain(`"${spelling}"`);
    expect(accepted({ timestamp: spelling }).timestampMs).toBe(Date.parse(spelling) || noon);
  });

  test.each([noon * 1_000 + 7, `${noon}007`, noon * 1e6, `${noon}000007`])(
    '%p is told in milliseconds',
    (timestamp) => {
      expect(refusal({ timestamp })).toMatch(new RegExp(`seconds; send milliseconds: ${noon}\\.$`));
    },
  );
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

  test.each([
    ['1e3', '1000'],
    ['1E-7', '0.0000001'],
    ['+1', '1'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007.50', '7.5'],
    [' 1 ', '1'],
    ['1_000.5', '1000.5'],
    ["1'000", '1000'],
    ['1 000', '1000'],
    ['1,5', '1.5'],
    ['0,0015', '0.0015'],
    ['１２．５', '12.5'],
    ['0.0033698836094045678', '0.003369883609404567'],
    ['1.7e-18', '0.000000000000000001'],
  ])('of %p the refusal says a spelling that is accepted: %p', (amount, spelling) => {
    expect(refusal({ amount })).toContain(`"${spelling}"`);
    expect(accepted({ amount: spelling }).amount).toBe(spelling);
  });

  test.each([0.0033698836094045678, 0.1 + 0.2, Number('9007199254740993')])(
    'of the number %p, which may have changed on its way, no other amount is proposed',
    (amount) => {
      const [, remedy = ''] = refusal({ amount }).split('; ');
      expect(remedy).toContain('Send it as text in quotes');
      expect(remedy.replace('"0.01"', '')).not.toMatch(/\d{3}|\d\.\d/);
    },
  );

  test.each(['1,500', '1,234.5', '1.234,5', '12-3', '--1', '1e-19', '1e999999999', '٣', 'ⅠⅤ', '1'.repeat(2_000)])(
    'of the text %p no other spelling is guessed',
    (amount) => {
      expect(refusal({ amount })).not.toMatch(/write|cut it/);
    },
  );

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

describe('strategy', () => {
  test.each([
    ['emoji of several', '👨‍💻 grid 👩‍👩‍👧'],
    ['emoji of tags, keycaps and flags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ 🇩🇪'],
    ['Persian', 'می‌خواهم'],
    ['Hindi', 'क्‍ष'],
    ['Hebrew', 'מסחר 1'],
    ['marks that combine with no letter into one', 'x\u0301'],
    ['an Arabic number sign', '\u0600١٢'],
    ['64 characters', '戦'.repeat(64)],
  ])('%s is taken as it is', (_name, strategy) => {
    expect(accepted({ strategy }).strategy).toBe(strategy);
  });

  test.each([
    ['tab', 'a\tb', 'holds U+0009, a control character'],
    ['line', 'a\nb', 'holds U+000A, a line break'],
    ['line separator', 'a\u2028b', 'holds U+2028, a line break'],
    ['escape', '\u001b[2Jx', 'holds U+001B, a control character'],
    ['C1 control', 'a\u009bb', 'holds U+009B, a control character'],
    ['override of direction', 'a\u202Eb', 'holds U+202E, which turns the direction of writing'],
    ['isolate', 'a\u2066b', 'holds U+2066, which turns the direction of writing'],
    ['mark of direction', 'a\u200Fb', 'holds U+200F, which turns the direction of writing'],
    ['joiner between letters of ASCII', 'a\u200Db', 'holds U+200D, which cannot be seen'],
    ['joiner at the end', 'می\u200C', 'holds U+200C, which cannot be seen'],
    ['two joiners', 'م\u200C\u200Cی', 'holds U+200C, which cannot be seen'],
    ['soft hyphen', 'a\u00ADb', 'holds U+00AD, which cannot be seen'],
    ['byte order mark', '\uFEFFgrid', 'holds U+FEFF, which cannot be seen'],
    ['hidden text of tags', 'a\u{E0041}', 'holds U+E0041, which cannot be seen'],
    ['half an emoji', 'a\uD83D', 'holds U+D83D, half of a character'],
    ['blank that is a letter', '\u3164\u2800', 'is empty'],
    ['a letter in two parts', 'cafe\u0301', 'is spelled with other code points than its usual form (Unicode NFC)'],
    ['blank before it', ' grid', 'begins or ends with a blank'],
    ['no-break space behind it', 'grid\u00A0', 'begins or ends with a blank'],
    ['name of an exit', 'exit/loyw3v28/1', 'begins with "exit/", which only the exits of positions do'],
    ['name of an exit in other letters', 'Exit/mine', 'begins with "exit/"'],
    ['emoji too many', '👨‍💻'.repeat(13), 'has 65 characters'],
  ])('%s is refused for what it is', (_name, strategy, fault) => {
    expect(refusal({ strategy })).toMatch(/^strategy is "/);
    expect(refusal({ strategy })).toContain(`; it ${fault}`);
  });
});

test.each([
  ['amont', 'amount'],
  ['Amount', 'amount'],
  ['limit-price', 'limitPrice'],
  ['LIMIT_PRICE', 'limitPrice'],
  ['qty', 'amount'],
  ['side', 'direction'],
  ['price', 'limit_price'],
  ['time_stamp', 'timestamp'],
  ['reduceonly', 'reduceOnly'],
])('the unknown field %p is told with the nearest known one: %p', (field, nearest) => {
  expect(refusal({ [field]: '1' })).toContain(`Did you mean ${nearest}?`);
});

test.each(['leverage', 'x', 'iceberg_share', '', '__proto__x'])(
  'of the unknown field %p no other is guessed',
  (field) => {
    expect(refusal({ [field]: '1' })).not.toContain('Did you mean');
  },
);

test('fields are called as the caller names them', () => {
  const names = { limitPrice: '--limit-price', amount: '--amount', timestamp: '--timestamp' };
  const messages = [
    { ...VALID, limitPrice: '1,5' },
    { ...VALID, amount: 'x' },
    { ...VALID, timestamp: 'x' },
    { ...VALID, intent: 'exit' },
  ].map((body) => parseSignal(body, { nowMs: NOW, names }));
  expect(messages).toMatchObject(
    ['--limit-price is "1,5"', '--amount is "x"', '--timestamp is "x"', 'The signal has no --amount'].map((words) => ({
      message: expect.stringContaining(words) as string,
    })),
  );
});

test('an exit must say how much', () => {
  expect(refusal({ reduce_only: true })).toMatch(/^The signal has no amount/);
});

test.each(['amountMax', 'amount_max'])('%s bounds an entry that is sized from free funds', (field) => {
  expect(accepted({ [field]: '0.50' })).toMatchObject({ amountMax: '0.5' });
  expect(refusal({ [field]: '1', amount: '1' })).toBe(`The signal has both amount and ${field}; give one of them.`);
  expect(refusal({ [field]: '1', amount: '1', intent: 'exit' })).toMatch(/is for entries/);
  expect(refusal({ [field]: '0' })).toMatch(new RegExp(`^${field} is "0"`));
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
    const message = expect.stringMatching(new RegExp(`no ${field}; it must be .+`)) as string;
    expect(parse(body)).toMatchObject({ ok: false, message });
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
      expect(result.message).toMatch(/^[^\n]{1,500}[.?]$/);
    }),
    { numRuns: 2_000 },
  );
});
