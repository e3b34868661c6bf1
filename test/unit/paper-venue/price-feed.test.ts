/** What is shown while a minute goes on must fit the candle that the minute becomes. */
import fc from 'fast-check';
import { candlePath } from '../../../src/paper-venue/market/candle-path';
import { MINUTE_MS } from '../../../src/paper-venue/market/market-source';
import { PriceFeed } from '../../../src/paper-venue/market/price-feed';
import { SeededStream } from '../../../src/paper-venue/market/seeded-random';
import { SimulatedMarket } from '../../../src/paper-venue/market/simulated-market';

const FIRST_MINUTE = 28_000_000;
const NOW_MS = (FIRST_MINUTE + 1_500) * MINUTE_MS;

function feed(): PriceFeed {
  return new PriceFeed(new SimulatedMarket(7, FIRST_MINUTE, ['BTCUSDT'], 'USDT'), 7, 0.0002);
}

const candles = fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.nat(1_000)).map((prices) => {
  const [low, one, other, high] = prices.toSorted((a, b) => a - b).map((price) => price + 1);
  return { low: low!, open: one!, close: other!, high: high!, volume: 1 };
});

test('a path starts at the open, touches high and low, stays between them and ends at the close', () => {
  fc.assert(
    fc.property(candles, fc.nat(), fc.constantFrom(4, 60, 300), (candle, counter, points) => {
      const path = candlePath(candle, points, new SeededStream(1, 'test'), counter);
      expect([path[0], path.at(-1)]).toEqual([candle.open, candle.close]);
      expect([Math.min(...path), Math.max(...path)]).toEqual([candle.low, candle.high]);
    }),
  );
});

test('the candle in progress grows into the finished one', () => {
  const seen = feed();
  const finished = seen.klines(
    { symbol: 'BTCUSDT', intervalMinutes: 1, limit: 1, endMs: NOW_MS },
    NOW_MS + MINUTE_MS,
  )[0]!;
  const lasts: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    const atMs = NOW_MS + second * 1_000;
    const partial = seen.klines({ symbol: 'BTCUSDT', intervalMinutes: 1, limit: 1 }, atMs)[0]!;
    const { last } = seen.quote('BTCUSDT', atMs);
    lasts.push(Number(last));
    expect(partial).toMatchObject({ open: finished.open, close: last });
    expect(Number(partial.high)).toBe(Math.max(...lasts));
    expect(Number(partial.low)).toBe(Math.min(...lasts));
  }
  const complete = seen.klines({ symbol: 'BTCUSDT', intervalMinutes: 1, limit: 1 }, NOW_MS + 59_999)[0]!;
  expect(complete).toEqual(finished);
});

test('the spread lies around the last price', () => {
  const { bid, ask, last } = feed().quote('BTCUSDT', NOW_MS);
  expect(Number(bid)).toBeLessThanOrEqual(Number(last));
  expect((Number(ask) - Number(bid)) / Number(last)).toBeCloseTo(0.0002, 5);
});

test('wider candles are made of one-minute candles', () => {
  const seen = feed();
  const wide = seen.klines({ symbol: 'BTCUSDT', intervalMinutes: 5, limit: 2 }, NOW_MS - 1)[1]!;
  const endMs = wide.openTimeMs + 4 * MINUTE_MS;
  const minutes = seen.klines(
    { symbol: 'BTCUSDT', intervalMinutes: 1, startMs: wide.openTimeMs, endMs, limit: 10 },
    NOW_MS,
  );
  expect(minutes).toHaveLength(5);
  expect(wide.openTimeMs % (5 * MINUTE_MS)).toBe(0);
  expect(wide.open).toBe(minutes[4]!.open);
  expect(wide.close).toBe(minutes[0]!.close);
  expect(Number(wide.high)).toBe(Math.max(...minutes.map(({ high }) => Number(high))));
  expect(Number(wide.low)).toBe(Math.min(...minutes.map(({ low }) => Number(low))));
});

test('a start without an end answers the candles right after the start', () => {
  const startMs = NOW_MS - 100 * MINUTE_MS;
  const answered = feed().klines({ symbol: 'BTCUSDT', intervalMinutes: 1, startMs, limit: 3 }, NOW_MS);
  expect(answered.map(({ openTimeMs }) => (openTimeMs - startMs) / MINUTE_MS)).toEqual([2, 1, 0]);
});

test('there is no candle from the future', () => {
  const answered = feed().klines(
    { symbol: 'BTCUSDT', intervalMinutes: 1, limit: 5, endMs: NOW_MS + 10 * MINUTE_MS },
    NOW_MS,
  );
  expect(answered[0]!.openTimeMs).toBe(NOW_MS);
});
