import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createMarketDataActivities } from '../../../activities/market-data';
import { seriesOf } from '../../../src/domain/candle-series';
import type { OutcomeKind } from '../../../src/domain/outcome';
import type { CandleRequest } from '../../../src/trading/candle-reader';
import { VenueError } from '../../../src/venues/venue';

const POSITIONS = { asOfMs: 1, bySymbol: { BTCUSDT: { direction: 'BUY', quantity: '1' } } };
const BALANCES = { asOfMs: 2, assets: {} };

function fetchBalances(pacedVenue: object): Promise<unknown> {
  const activities = createMarketDataActivities({ pacedVenue: pacedVenue as never, candlesDir: '', candleCount: 1 });
  return new MockActivityEnvironment().run(() => activities.fetchBalances({ environment: 'paper', venue: 'bybit' }));
}

/** Reads balances from a venue that refuses, in a process whose clock was an hour ahead when it was told. */
function refusedWith(kind: OutcomeKind, retryAfterMs?: number): Promise<unknown> {
  const balances = async (): Promise<never> => {
    throw new VenueError({ kind, message: 'No.', retryAtMs: Date.now() + 3_600_000, retryAfterMs });
  };
  return fetchBalances({ positions: async () => POSITIONS, balances });
}

test.each([30_000, undefined])(
  'the server repeats a refused read after the venue’s own span of %p ms',
  async (spanMs) => {
    await expect(refusedWith('RATE_LIMITED', spanMs)).rejects.toMatchObject({
      type: 'RATE_LIMITED',
      nextRetryDelay: spanMs,
    });
  },
);

test('a read that only a person can mend is not repeated', async () => {
  await expect(refusedWith('FATAL')).rejects.toMatchObject({ nonRetryable: true });
});

test('positions are read before the balances that they come with', async () => {
  const read: string[] = [];
  const positions = async () => (read.push('positions'), POSITIONS);
  const balances = async () => (read.push('balances'), BALANCES);
  expect(await fetchBalances({ positions, balances })).toEqual({ ...BALANCES, positions: POSITIONS });
  expect(read).toEqual(['positions', 'balances']);
});

test.each([
  ['are refused', () => Promise.reject(new VenueError({ kind: 'FATAL', message: 'No.' }))],
  ['fail for whatever other reason', () => Promise.reject(new TypeError('A defect.'))],
  ['cannot be had soon', () => new Promise(() => undefined)],
])('balances that come while positions %s come without them', async (_what, positions) => {
  jest.useFakeTimers();
  const report = fetchBalances({ positions, balances: async () => BALANCES });
  await jest.advanceTimersByTimeAsync(60_000);
  jest.useRealTimers();
  expect(await report).toEqual(BALANCES);
});

test('costs are told of the symbols that the venue has a market and a price of, and of no others', async () => {
  const pacedVenue = {
    market: async (symbol: string) =>
      symbol === 'GONE'
        ? undefined
        : { symbol, takerFee: '0.00055', quantityStep: '0.1', quantityMin: '1', priceStep: '1' },
    ticker: async (symbol: string) => (symbol === 'MUTE' ? undefined : { symbol, bid: '9', ask: '10' }),
  };
  const activities = createMarketDataActivities({ pacedVenue: pacedVenue as never, candlesDir: '', candleCount: 1 });
  const symbols = ['BTCUSDT', 'GONE', 'MUTE'];
  const asked = { environment: 'paper', venue: 'bybit', symbols } as const;
  expect(await new MockActivityEnvironment().run(() => activities.fetchCosts(asked))).toEqual({
    BTCUSDT: { takerFee: '0.00055', bid: '9', ask: '10' },
  });
  const sized = await new MockActivityEnvironment().run(() => activities.fetchCosts({ ...asked, withSizes: true }));
  expect(sized).toEqual({
    BTCUSDT: { takerFee: '0.00055', bid: '9', ask: '10', quantityStep: '0.1', quantityMin: '1' },
  });
});

test('candles are asked for as far back as predictions are held against what came, and no further than one request reaches', async () => {
  const asked: number[] = [];
  const candles = async ({ count }: { readonly count: number }) => {
    asked.push(count);
    throw new VenueError({ kind: 'NOT_PLACED', message: 'No.' });
  };
  for (const [candleCount, intervalMs] of [
    [97, 60_000],
    [97, 300_000],
    [980, 60_000],
    [1_000, 60_000],
  ] as const) {
    const activities = createMarketDataActivities({ pacedVenue: { candles } as never, candlesDir: '', candleCount });
    const input = { environment: 'paper', venue: 'bybit', symbols: ['BTCUSDT'], intervalMs, closeTimeMs: 0 } as const;
    await expect(new MockActivityEnvironment().run(() => activities.fetchCandles(input))).rejects.toThrow('No.');
  }
  expect(asked).toEqual([157, 109, 998, 1_000]);
});

test('what was fetched before a wait is there for the process that fetches again, and in the tick in the end', async () => {
  const candlesDir = await mkdtemp(join(tmpdir(), 'market-data-'));
  const series = seriesOf([{ openTimeMs: 0, open: '1', high: '1', low: '1', close: '1', volume: '1' }]);
  const fetch = (candles: (request: CandleRequest) => Promise<unknown>) => {
    const activities = createMarketDataActivities({ pacedVenue: { candles } as never, candlesDir, candleCount: 1 });
    const of = {
      environment: 'paper',
      venue: 'bybit',
      symbols: ['A', 'B'],
      intervalMs: 60_000,
      closeTimeMs: 60_000,
    } as const;
    return new MockActivityEnvironment().run(() => activities.fetchCandles(of));
  };
  const lost = fetch(async ({ onWait }) => {
    await onWait!({ candles: { A: series }, missing: { B: 'There was no time left for it.' }, late: [] });
    throw new Error('The process is lost.');
  });
  await expect(lost).rejects.toThrow('lost');
  const reference = await fetch(async ({ restore }) => {
    const [part] = await restore!();
    expect(part).toMatchObject({ tickMs: 60_000, candles: { A: series } });
    return { candles: { ...part!.candles, B: series }, missing: {}, late: [] };
  });
  expect(reference).toMatchObject({ tickMs: 60_000, symbols: ['A', 'B'] });
  expect(await readdir(candlesDir)).toEqual(['bybit-1m-60000.candles']);
  await rm(candlesDir, { recursive: true });
});
