/** What intake makes of a signal is genuine, and nothing else is. */
import fc from 'fast-check';
import type { TradingSignal } from '../../../src/domain/signal';
import { clientOrderIdOf, fingerprintOf } from '../../../src/intake/fingerprint';
import { createSignalCheck, type GenuineClaim } from '../../../src/intake/genuine-signal';
import { parseSignal } from '../../../src/intake/parse-signal';

const NOW_MS = 1_700_000_000_000;
const WINDOW_MS = 300_000;
const MINUTE_MS = 60_000;
const check = createSignalCheck(WINDOW_MS);

const SIGNAL: TradingSignal = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  strategy: 'test',
  timestampMs: NOW_MS,
  intent: 'entry',
  amount: '0.01',
};

function claimOf(signal: TradingSignal): GenuineClaim {
  const fingerprint = fingerprintOf(signal);
  return {
    environment: 'paper',
    venue: 'bybit',
    fingerprint,
    clientOrderId: clientOrderIdOf(fingerprint),
    signal,
    origin: {
      workflowId: fingerprint,
      workflowType: 'signal',
      firstRunId: 'run-1',
      startedAtMs: NOW_MS,
      foreign: [],
    },
  };
}

test('whatever intake accepts is genuine', () => {
  const decimal = fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 8 }));
  const text = decimal.map(([digits, places]) => (digits / 10 ** places).toFixed(places));
  const body = fc.record(
    {
      symbol: fc.stringMatching(/^[A-Za-z0-9]{2,30}$/),
      direction: fc.constantFrom('BUY', 'sell'),
      strategy: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      timestamp: fc.integer({ min: NOW_MS - WINDOW_MS, max: NOW_MS + 5_000 }),
      intent: fc.constantFrom('entry', 'exit'),
      amount: text,
      limit_price: text,
      stop_loss: text,
      take_profit_distance: text,
      trailing_distance: text,
      max_holding_seconds: fc.integer({ min: 1, max: 1_000_000 }),
      signal_strength: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: ['symbol', 'direction', 'strategy', 'timestamp'] },
  );
  fc.assert(
    fc.property(body, (given) => {
      const parsed = parseSignal(given, { nowMs: NOW_MS });
      // As it travels.
      if (parsed.ok) expect(check(claimOf(JSON.parse(JSON.stringify(parsed.signal)) as TradingSignal))).toBeUndefined();
    }),
  );
});

test.each(['cafe\u0301', ' grid', 'grid\u00A0'])(
  'a signal of the strategy %j, which is refused today, goes on where it was taken before',
  (strategy) => {
    expect(check(claimOf({ ...SIGNAL, strategy }))).toBeUndefined();
  },
);

test.each<[string, (claim: GenuineClaim) => object]>([
  ['another id', (claim) => ({ origin: { ...claim.origin, workflowId: 'x' } })],
  ['another type', (claim) => ({ origin: { ...claim.origin, workflowType: 'orphan' } })],
  ['what intake never gives', (claim) => ({ origin: { ...claim.origin, foreign: ['terms of its own'] } })],
  ['another fingerprint', () => ({ fingerprint: 'f'.repeat(16) })],
  ['another client order id', () => ({ clientOrderId: 'of-1' })],
  ['no signal', () => ({ signal: null })],
  ['a time that is none', ({ signal }) => ({ signal: { ...signal, timestampMs: 'yesterday' } })],
  ['a time in seconds', ({ signal }) => ({ signal: { ...signal, timestampMs: NOW_MS / 1_000 } })],
  ['a strength above one', ({ signal }) => ({ signal: { ...signal, signalStrength: 2 } })],
  ['a price in another spelling', ({ signal }) => ({ signal: { ...signal, limitPrice: '1.0' } })],
  ['a stop in another spelling', ({ signal }) => ({ signal: { ...signal, stopLoss: '0.10' } })],
  ['a stop twice', ({ signal }) => ({ signal: { ...signal, stopLoss: '1', stopLossDistance: '1' } })],
  ['an amount as a number', ({ signal }) => ({ signal: { ...signal, amount: 1 } })],
  ['an exit without an amount', ({ signal }) => ({ signal: { ...signal, intent: 'exit', amount: undefined } })],
  ['a field of nobody', ({ signal }) => ({ signal: { ...signal, leverage: 100 } })],
])('a workflow with %s is not genuine, and the sentence says what was wrong', (_what, forge) => {
  const claim = claimOf(SIGNAL);
  const refusal = check({ ...claim, ...forge(claim) });
  expect(refusal).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
  expect(refusal?.message).toMatch(
    /^The workflow "[^"]*" was not started by intake: .+\. Nothing was reserved or sent/,
  );
});

describe('an exit of a position', () => {
  const EXIT: TradingSignal = { ...SIGNAL, direction: 'SELL', intent: 'exit', strategy: 'exit/loyw3v28/1' };
  const startedBy = (workflowId: string, signal: TradingSignal): GenuineClaim => {
    const claim = claimOf(signal);
    return { ...claim, origin: { ...claim.origin, parent: { workflowId, runId: 'p' } } };
  };

  test('is genuine where the position in its symbol at this venue started it', () => {
    expect(check(startedBy('position:bybit:BTCUSDT', EXIT))).toBeUndefined();
  });

  test.each<[string, string, Partial<TradingSignal>]>([
    ['the position in another symbol', 'position:bybit:ETHUSDT', {}],
    ['the position at another venue', 'position:binance:BTCUSDT', {}],
    ['a workflow whose id only begins so', 'position:bybit:BTCUSDT:2', {}],
    ['the venue’s account', 'venue-account:paper:bybit', {}],
    ['its position, and it is an entry', 'position:bybit:BTCUSDT', { intent: 'entry' }],
    ['its position, and its strategy is no exit’s', 'position:bybit:BTCUSDT', { strategy: 'grid' }],
    ['its position, and its strategy only begins as an exit’s', 'position:bybit:BTCUSDT', { strategy: 'exit/now' }],
  ])('is none where %s started it', (_what, workflowId, change) => {
    expect(check(startedBy(workflowId, { ...EXIT, ...change }))).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
  });

  test('is none where no workflow started it, and no taken signal of a like name is lost for that', () => {
    expect(check(claimOf(EXIT))).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
    expect(check(claimOf({ ...EXIT, strategy: 'exit/strategy' }))).toBeUndefined();
  });
});

test.each([
  ['a minute older than the window, as a clock that differs shows it', -WINDOW_MS - MINUTE_MS, undefined],
  ['older', -WINDOW_MS - MINUTE_MS - 1, 'STALE_SIGNAL'],
  ['a minute ahead of what intake takes', MINUTE_MS + 5_000, undefined],
  ['further ahead', MINUTE_MS + 5_001, 'SIGNAL_FROM_FUTURE'],
])('a signal %s of the workflow’s start is judged as intake judges it', (_what, distanceMs, code) => {
  expect(check(claimOf({ ...SIGNAL, timestampMs: NOW_MS + distanceMs }))?.code).toBe(code);
});
