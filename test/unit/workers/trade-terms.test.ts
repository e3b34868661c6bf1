import { loadConfig } from '../../../src/config/load-config';
import type { TradingSignal } from '../../../src/domain/signal';
import { BYBIT_PROMISES } from '../../../src/venues/bybit/promises';
import { termsFrom } from '../../../workers/trade-terms';

const NOW_MS = 1_700_000_000_000;
const CONFIG = loadConfig({ env: {}, cwd: __dirname, flags: [] });
const TIME_TO_LIVE_MS = CONFIG.signals.timeToLiveSeconds * 1_000;
const termsOf = termsFrom(CONFIG, CONFIG.venues.bybit!, BYBIT_PROMISES);

function signalMadeAt(timestampMs: number): TradingSignal {
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'test', timestampMs, intent: 'entry' };
}

test('a signal lives from when it was made', () => {
  expect(termsOf(signalMadeAt(NOW_MS - 10_000), NOW_MS).expiresAtMs).toBe(NOW_MS - 10_000 + TIME_TO_LIVE_MS);
});

test.each([1, 3 * 3_600_000])('a sender whose clock is %d ms ahead gets no longer life for it', (aheadMs) => {
  expect(termsOf(signalMadeAt(NOW_MS + aheadMs), NOW_MS).expiresAtMs).toBe(NOW_MS + TIME_TO_LIVE_MS);
});

test('what a signal says of its own life counts, and a GTC order rests until somebody cancels it', () => {
  const limit = { ...signalMadeAt(NOW_MS), limitPrice: '1' };
  expect(termsOf({ ...limit, goodForSeconds: 10 }, NOW_MS)).toMatchObject({
    expiresAtMs: NOW_MS + 10_000,
    restsUntilMs: NOW_MS + 10_000,
  });
  expect(termsOf({ ...limit, timeInForce: 'GTC' }, NOW_MS)).toMatchObject({
    expiresAtMs: NOW_MS + TIME_TO_LIVE_MS,
    restsUntilMs: null,
  });
  expect(termsOf(limit, NOW_MS)).not.toHaveProperty('restsUntilMs');
});
