import { mapAlert } from '../../../../src/domain/hooks/map-alert';
import { mapSymbol } from '../../../../src/domain/hooks/map-symbol';
import { readPairs } from '../../../../src/domain/hooks/read-pairs';
import { DIRECTION_WORDS, type AlertMapping } from '../../../../src/domain/hooks/source';

const MAPPING: AlertMapping = {
  fields: {
    symbol: '/ticker',
    direction: '/action',
    strategy: '/id',
    timestamp: '/time',
    amount: '/contracts',
    stopLoss: '/stop',
    marketPosition: '/now',
    priorMarketPosition: '/before',
  },
  constants: {},
  optional: ['amount', 'stopLoss', 'marketPosition', 'priorMarketPosition'],
  symbols: {},
  stripPrefixes: [],
  stripSuffixes: [],
  directionWords: DIRECTION_WORDS,
  strategyPrefix: 'tv-',
  onReversal: 'entry',
  timestampIs: 'fired',
};
const ALERT = { ticker: 'BTCUSDT', action: 'buy', id: 'Long', time: '2026-11-29T14:00:00Z' };

function map(change: object = {}, mapping: Partial<AlertMapping> = {}) {
  return mapAlert({ ...MAPPING, ...mapping }, { ...ALERT, ...change });
}

test('an alert becomes the fields of a signal, its strategy behind the prefix of its source', () => {
  expect(map({ contracts: 0.05 })).toMatchObject({
    ok: true,
    wish: 'signal',
    fields: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'tv-Long', timestamp: ALERT.time, amount: 0.05 },
  });
});

test('a constant stands for what the body does not say', () => {
  const { strategy: _strategy, ...fields } = MAPPING.fields;
  expect(map({}, { fields, constants: { strategy: 'breakout', stopLossDistance: '150' } })).toMatchObject({
    fields: { strategy: 'tv-breakout', stopLossDistance: '150' },
  });
});

describe('what may be missing', () => {
  test.each([undefined, null, '', 'NaN', 'na', 'n/a'])('%j of an optional field is left out', (stop) => {
    const mapped = map({ stop });
    expect(mapped.ok && Object.keys(mapped.fields)).not.toContain('stopLoss');
  });

  test.each([undefined, null])('%j of any other field is refused, with its place', (stop) => {
    expect(map({ stop }, { optional: ['marketPosition', 'priorMarketPosition', 'amount'] })).toMatchObject({
      ok: false,
      message: expect.stringContaining('stop_loss (at /stop)') as string,
    });
  });

  test('a field that is not optional and not a number is left to the judgement of the signal', () => {
    expect(map({ stop: 'NaN' }, { optional: ['marketPosition', 'priorMarketPosition', 'amount'] })).toMatchObject({
      fields: { stopLoss: 'NaN' },
    });
  });
});

test('a placeholder that was not filled in is told by its name', () => {
  expect(map({ action: '{{strategy.order.action}}' })).toMatchObject({
    ok: false,
    message: expect.stringContaining('"{{strategy.order.action}}", a placeholder that was not filled in') as string,
  });
});

test.each([[['buy']], [{ a: 1 }]])('a value that is %j and no single one is refused', (action) => {
  expect(map({ action })).toMatchObject({ ok: false, message: expect.stringContaining('must be one value') as string });
});

test.each(['hold', 'constructor', '__proto__', '', 7, true])('the direction %j is no word of its source', (action) => {
  expect(map({ action })).toMatchObject({
    ok: false,
    message: expect.stringContaining('direction (at /action)') as string,
  });
});

test.each([
  ['BUY', 'BUY'],
  [' Long ', 'BUY'],
  ['short', 'SELL'],
])('the word %j means %s', (action, direction) => {
  expect(map({ action })).toMatchObject({ wish: 'signal', fields: { direction } });
});

test.each(['flat', 'Close', 'exit'])('the word %j closes the whole position, and has no side of its own', (action) => {
  const mapped = map({ action });
  expect(mapped).toMatchObject({ ok: true, wish: 'close' });
  expect(mapped.ok && mapped.fields).not.toHaveProperty('direction');
});

describe('what the sender holds afterwards says what its order was', () => {
  test.each([
    ['buy', 'long', 'flat', 'entry'],
    ['buy', 'long', 'long', 'entry'],
    ['sell', 'short', 'flat', 'entry'],
    ['sell', 'long', 'long', 'exit'],
    ['buy', 'short', 'short', 'exit'],
    ['sell', 'long', undefined, 'exit'],
    ['buy', 'long', undefined, 'entry'],
  ])('%s, then %s, before %s: an %s', (action, now, before, intent) => {
    expect(map({ action, now, before })).toMatchObject({ ok: true, wish: 'signal', fields: { intent } });
  });

  test.each([
    ['sell', 'long'],
    ['buy', 'short'],
    ['buy', undefined],
  ])('%s, then flat, before %s: the end of the position', (action, before) => {
    expect(map({ action, now: 'flat', before })).toMatchObject({ ok: true, wish: 'close' });
  });

  test.each([
    ['entry', { ok: true, wish: 'signal', fields: { direction: 'BUY', intent: 'entry' } }],
    ['close', { ok: true, wish: 'close' }],
    ['refuse', { ok: false }],
  ] as const)('a change from short to long in one alert is taken as its source says: %s', (onReversal, expected) => {
    expect(map({ action: 'buy', now: 'long', before: 'short' }, { onReversal })).toMatchObject(expected);
  });

  test.each([
    ['sell', 'long', 'flat'],
    ['sell', 'long', 'short'],
    ['buy', 'short', 'long'],
  ])('%s, then %s, before %s contradicts itself', (action, now, before) => {
    expect(map({ action, now, before })).toMatchObject({
      ok: false,
      message: expect.stringContaining('contradicts itself') as string,
    });
  });

  test('another word than long, short and flat is refused', () => {
    expect(map({ now: 'hedged' })).toMatchObject({ ok: false });
  });
});

test.each(['text', 7, null, true])('%j is no alert', (body) => {
  expect(mapAlert(MAPPING, body)).toMatchObject({ ok: false });
});

test('a strength in quotes is the number that it says', () => {
  const fields = { ...MAPPING.fields, signalStrength: '/strength' };
  expect(map({ strength: '0.7' }, { fields })).toMatchObject({ fields: { signalStrength: 0.7 } });
});

describe('symbols', () => {
  const rules = {
    symbols: { XBTUSD: 'BTCUSDT', GOLD: 'PAXGUSDT' },
    stripPrefixes: ['BYBIT:', 'BINANCE:'],
    stripSuffixes: ['.P'],
  };

  test.each([
    ['BTCUSDT', 'BTCUSDT'],
    ['BTCUSDT.P', 'BTCUSDT'],
    ['BYBIT:BTCUSDT.P', 'BTCUSDT'],
    ['binance:btcusdt.p', 'BTCUSDT'],
    ['XBTUSD', 'BTCUSDT'],
    ['BYBIT:xbtusd.P', 'BTCUSDT'],
    ['KRAKEN:BTCUSDT', 'KRAKEN:BTCUSDT'],
    ['BTCUSDT.P.P', 'BTCUSDT.P'],
  ])('%s is %s', (theirs, ours) => {
    expect(mapSymbol(theirs, rules)).toBe(ours);
  });
});

describe('pairs', () => {
  test('stand between semicolons and on lines, with or without blanks', () => {
    expect(readPairs(' SIGNAL = BUY; SYMBOL=BTCUSDT;\r\nNOTE=a=b\n')).toEqual({
      value: { SIGNAL: 'BUY', SYMBOL: 'BTCUSDT', NOTE: 'a=b' },
    });
  });

  test.each(['', ' ; ', 'BUY', '=x', 'a=1;a=2', Array.from({ length: 65 }, (_, index) => `k${index}=1`).join(';')])(
    '%j are none',
    (text) => {
      expect(readPairs(text)).toHaveProperty('fault');
    },
  );

  test('a pair without a key is not repeated: it may be a secret', () => {
    expect(JSON.stringify(readPairs('a=1;hush-hush'))).not.toContain('hush');
  });

  test('a key of the prototype is a key as any other', () => {
    expect(Object.hasOwn((readPairs('__proto__=1') as { value: object }).value, '__proto__')).toBe(true);
  });
});
