import type { TradingSignal } from '../../../src/domain/signal';
import { describeConflict } from '../../../src/intake/describe-conflict';

const ENTRY: TradingSignal = {
  symbol: 'BTCUSDT',
  direction: 'SELL',
  strategy: 'by_hand',
  timestampMs: Date.UTC(2026, 0, 31, 12, 0, 7),
  intent: 'entry',
  amount: '0.01',
};

test('an exit in the minute of an entry is told which one stands and how to be sent as well', () => {
  expect(describeConflict({ ...ENTRY, intent: 'exit' }, ENTRY)).toBe(
    'An entry of 0.01 BTCUSDT (12:00:07 UTC) was accepted under this fingerprint; its intent is entry, and here it is exit. ' +
      'To send this exit as well, give it another strategy name or a timestamp in another minute.',
  );
});

test.each<[string, Partial<TradingSignal>, string]>([
  ['the amount', { amount: '0.02' }, 'its amount is 0.01, and here it is 0.02.'],
  ['no amount', { amount: undefined }, 'its amount is 0.01, and here it is taken from free funds.'],
  ['the largest amount', { amountMax: '5' }, 'its largest amount is not given, and here it is 5.'],
  ['the price', { limitPrice: '5' }, 'its limit price is none, a market order, and here it is 5.'],
  ['the stop', { stopLoss: '5' }, 'its stop is not given, and here it is 5.'],
  ['the stop as a distance', { stopLossDistance: '5' }, 'its stop is not given, and here it is 5 from its price.'],
  ['the target', { takeProfit: '5' }, 'its target is not given, and here it is 5.'],
  ['the trailing', { trailingDistance: '5' }, 'its trailing distance is not given, and here it is 5.'],
  ['the time to hold', { maxHoldingSeconds: 5 }, 'its longest time to hold is not given, and here it is 5 s.'],
  ['the strength', { signalStrength: 0.5 }, 'its signal strength is not given, and here it is 0.5.'],
  [
    'the intent, though the amount differs too',
    { intent: 'exit', amount: '1' },
    'its intent is entry, and here it is exit.',
  ],
])('the first difference is named: %s', (_name, change, words) => {
  expect(describeConflict({ ...ENTRY, ...change }, ENTRY)).toContain(words);
});

test('a repetition with a new time in the same minute hears that there is nothing left to do', () => {
  const text = describeConflict({ ...ENTRY, timestampMs: ENTRY.timestampMs + 1 }, ENTRY);
  expect(text).toContain('its timestamp is 2026-01-31T12:00:07.000Z, and here it is 2026-01-31T12:00:07.001Z.');
  expect(text).toContain('If this is a repetition of it, nothing is left to do.');
});

test('without the signal that was taken it still says how to send the other', () => {
  expect(describeConflict(ENTRY, undefined)).toMatch(/other content .* To send this entry as well, give it another/);
});
