/** What of a signal says how its position is guarded: the spellings, the ranges, and what contradicts itself. */
import { MAX_HOLDING_SECONDS_MAX } from '../../../src/domain/protection/signal-fault';
import { parseSignal } from '../../../src/intake/parse-signal';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 30);
const ENTRY = { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestamp: NOW, amount: '1' };

function parse(change: object, names?: Record<string, string>) {
  return parseSignal({ ...ENTRY, ...change }, { nowMs: NOW, names });
}

test.each([
  [
    { stop_loss: '95', take_profit: '110' },
    { stopLoss: '95', takeProfit: '110' },
  ],
  [
    { stopLoss: 95.5, takeProfit: '110.50' },
    { stopLoss: '95.5', takeProfit: '110.5' },
  ],
  [{ stop_loss_distance: '5' }, { stopLossDistance: '5' }],
  [
    { stopLossDistance: '5', take_profit: '110' },
    { stopLossDistance: '5', takeProfit: '110' },
  ],
  [{ take_profit_distance: '5' }, { takeProfitDistance: '5' }],
  [
    { takeProfitDistance: '5', stop_loss: '95' },
    { takeProfitDistance: '5', stopLoss: '95' },
  ],
  [{ trailing_distance: '0.5' }, { trailingDistance: '0.5' }],
  [{ trailingDistance: '0.5' }, { trailingDistance: '0.5' }],
  [{ max_holding_seconds: 900 }, { maxHoldingSeconds: 900 }],
  [{ maxHoldingSeconds: '900' }, { maxHoldingSeconds: 900 }],
  [{ max_holding_seconds: MAX_HOLDING_SECONDS_MAX }, { maxHoldingSeconds: MAX_HOLDING_SECONDS_MAX }],
  [
    { limit_price: '100', stop_loss: '99.9', take_profit: '100.1' },
    { stopLoss: '99.9', takeProfit: '100.1' },
  ],
  [
    { direction: 'SELL', limit_price: '100', stop_loss: '101', take_profit: '99' },
    { stopLoss: '101', takeProfit: '99' },
  ],
])('%j is taken as %j', (change, meant) => {
  expect(parse(change)).toMatchObject({ ok: true, signal: meant });
});

test.each([
  [{ stop_loss: 0 }, 'stop_loss is 0; it must be a positive decimal number'],
  [{ stop_loss: '-95' }, 'stop_loss is "-95"'],
  [{ take_profit: 'high' }, 'take_profit is "high"'],
  [{ take_profit: null }, 'take_profit is null'],
  [{ stop_loss_distance: '2 %' }, 'stop_loss_distance is "2 %"'],
  [{ trailing_distance: [] }, 'trailing_distance is a list of 0'],
  [{ max_holding_seconds: 0 }, 'it must be a whole number of seconds from 1 to 31536000 (365 days).'],
  [{ max_holding_seconds: 1.5 }, 'max_holding_seconds is 1.5'],
  [{ max_holding_seconds: MAX_HOLDING_SECONDS_MAX + 1 }, '(365 days)'],
  [{ stopLoss: '1', stop_loss: '1' }, 'both stopLoss and stop_loss'],
  [
    { stop_loss: '95', stop_loss_distance: '5' },
    'The signal has both stop_loss and stop_loss_distance; give one of them.',
  ],
  [
    { takeProfit: '95', takeProfitDistance: '5' },
    'The signal has both takeProfit and takeProfitDistance; give one of them.',
  ],
  [
    { stop_loss: '105', take_profit: '100' },
    'stop_loss is 105 and take_profit is 100; of a BUY the stop must lie below the target.',
  ],
  [
    { direction: 'SELL', stop_loss: '95', take_profit: '100' },
    'stop_loss is 95 and take_profit is 100; of a SELL the stop must lie above the target.',
  ],
  [
    { limit_price: '100', stop_loss: '100' },
    'stop_loss is 100 and limit_price is 100; of a BUY the stop must lie below the price.',
  ],
  [
    { direction: 'SELL', limit_price: '100', take_profit: '101' },
    'limit_price is 100 and take_profit is 101; of a SELL the price must lie above the target.',
  ],
  [
    { limit_price: '100', stop_loss_distance: '100' },
    'stop_loss_distance is 100 and limit_price is 100; the distance must be smaller than the price.',
  ],
  [{ direction: 'SELL', limit_price: '100', take_profit_distance: '100' }, 'take_profit_distance is 100'],
  [{ stop_los: '95' }, 'The field "stop_los" is not known'],
])('%j is refused: %s', (change, message) => {
  const result = parse(change);
  expect(result).toMatchObject({ ok: false, code: 'INVALID_SIGNAL' });
  expect((result as { message: string }).message).toContain(message);
});

test.each([
  { stop_loss: '95' },
  { stop_loss_distance: '5' },
  { take_profit: '110' },
  { take_profit_distance: '5' },
  { trailing_distance: '5' },
  { max_holding_seconds: 5 },
])('an exit is refused with %j: it only closes', (change) => {
  const [name] = Object.keys(change);
  expect(parse({ ...change, intent: 'exit' })).toMatchObject({
    ok: false,
    message: `${name} is for entries, and this signal is an exit, which only closes what is open. Leave it out.`,
  });
});

test('a command line reads of its own options', () => {
  const names = { stopLoss: '--stop-loss', stopLossDistance: '--stop-loss-distance' };
  const result = parse({ stopLoss: '1', stopLossDistance: '1' }, names);
  expect(result).toMatchObject({
    message: 'The signal has both --stop-loss and --stop-loss-distance; give one of them.',
  });
});

test('a signal that says nothing of it has no trace of it', () => {
  const result = parse({});
  expect(result.ok && Object.keys(result.signal)).toEqual([
    'symbol',
    'direction',
    'strategy',
    'timestampMs',
    'intent',
    'amount',
  ]);
});
