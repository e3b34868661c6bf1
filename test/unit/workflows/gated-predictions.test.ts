import type { Forecast } from '../../../activities/inference';
import { PredictionGate } from '../../../workflows/gated-predictions';
import { COSTS, MINUTE_MS, predicted, SETTINGS, START_MS } from '../domain/model-gate/fixtures';

const LOOP = {
  environment: 'paper',
  venue: 'bybit',
  symbols: ['BTCUSDT'],
  candleIntervalMs: MINUTE_MS,
  closeDelayMs: 0,
} as const;

function sourceBy(forecast: Partial<Forecast>) {
  jest.useFakeTimers({ now: START_MS });
  const gate = new PredictionGate(undefined);
  const made = { model: 'returns 1', predicted: 1, predictions: [predicted(0.0009)], signals: [], ...forecast };
  const { sources } = gate.judge(made, LOOP, SETTINGS, { BTCUSDT: COSTS }, START_MS);
  jest.useRealTimers();
  return sources['BTCUSDT'];
}

test('the origin of a signal names the model, its version and its hash, what it expected and what it needed', () => {
  expect(sourceBy({ modelHash: '0123456789abcdef' })).toEqual({
    by: 'model',
    name: 'returns 1',
    hash: '0123456789abcdef',
    expected: 0.0009,
    needed: 0.0003,
  });
});

test('a forecast of before the hash was kept names none', () => {
  expect(sourceBy({})).not.toHaveProperty('hash');
});
