import type { RateLimits } from '../../../src/domain/limiter/types';
import type { OutcomeKind } from '../../../src/domain/outcome';
import { CandleReader, type CandleRequest } from '../../../src/trading/candle-reader';
import { VenueError } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';

const MINUTE_MS = 60_000;
const LIMITS: RateLimits = {
  global: { limit: 120, windowMs: MINUTE_MS, weight: 1 },
  endpoints: { market_data: { limit: 100, windowMs: MINUTE_MS, weight: 1 } },
  safetyMargin: 0.9,
  exitSafetyMargin: 0.95,
  permitValidityMs: 2_000,
};

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function symbolsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `S${index}`);
}

function refusal(kind: OutcomeKind, retryAfterMs?: number): VenueError {
  return new VenueError({ kind, message: `It is ${kind}.`, retryAfterMs });
}

/** Reads to the end, whatever time that takes. */
async function read(
  venue: (symbol: string) => Promise<string>,
  change: Partial<CandleRequest> & { readonly forRead?: () => Promise<void>; readonly limits?: RateLimits } = {},
) {
  const { forRead = async () => undefined, limits = LIMITS, ...request } = change;
  const permits = jest.fn(async (_group: string, _share: string, count: number, _weight: number) => {
    await forRead();
    return Array.from({ length: count }, goodPermit);
  });
  const candles = jest.fn((symbol: string) => venue(symbol) as never);
  const reader = new CandleReader({ candles }, { forReads: permits }, limits);
  const startedAtMs = performance.now();
  const answer = reader
    .read({
      symbols: symbolsOf(3),
      intervalMs: MINUTE_MS,
      count: 1,
      patienceMs: 51_000,
      onProgress: () => undefined,
      ...request,
    })
    .then(
      (value) => ({ value, error: undefined }),
      (error: unknown) => ({ value: undefined, error }),
    );
  let tookMs: number | undefined;
  void answer.then(() => (tookMs = performance.now() - startedAtMs));
  await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
  return { ...(await answer), tookMs, permits, asked: candles.mock.calls.map(([symbol]) => symbol) };
}

const ANY = async (symbol: string): Promise<string> => symbol;

test('one symbol that fails loses no other one, and is tried once more', async () => {
  const { value, asked } = await read(async (symbol) => {
    if (symbol === 'S1') throw refusal('REJECTED');
    return symbol;
  });
  expect(value).toEqual({ candles: { S0: 'S0', S2: 'S2' }, missing: { S1: 'It is REJECTED.' } });
  expect(asked.filter((symbol) => symbol === 'S1')).toHaveLength(2);
});

test('one that fails once is not missing', async () => {
  let isFirst = true;
  const { value } = await read(async (symbol) => {
    if (symbol === 'S1' && isFirst) {
      isFirst = false;
      throw new Error('A reset connection.');
    }
    return symbol;
  });
  expect(value).toEqual({ candles: { S0: 'S0', S1: 'S1', S2: 'S2' }, missing: {} });
});

test('where nothing could be read, the reason is thrown', async () => {
  const { error } = await read(async () => Promise.reject(refusal('NOT_PLACED')));
  expect(error).toMatchObject({ outcome: { kind: 'NOT_PLACED' } });
});

test.each(['BANNED', 'RATE_LIMITED', 'FATAL'] as const)(
  'a venue that answers %s is asked no more, and what came before is kept',
  async (kind) => {
    const { value, asked } = await read(
      async (symbol) => {
        if (symbol === 'S14') throw refusal(kind);
        return symbol;
      },
      { symbols: symbolsOf(40) },
    );
    expect(Object.keys(value?.candles ?? {})).toEqual(expect.arrayContaining([...symbolsOf(12)]));
    expect(asked.length).toBeLessThanOrEqual(24);
    expect(value?.missing).toMatchObject({ S14: `It is ${kind}.`, S39: expect.any(String) as string });
  },
);

test('a refusal by the limiter is waited for, and loses nothing', async () => {
  let calls = 0;
  const forRead = async (): Promise<void> => {
    if ((calls += 1) === 2) throw refusal('RATE_LIMITED', 7_000);
  };
  const { value, tookMs } = await read(ANY, { symbols: symbolsOf(20), forRead });
  expect(Object.keys(value?.candles ?? {})).toHaveLength(20);
  expect(tookMs).toBeGreaterThanOrEqual(7_000);
});

test('what the limiter refuses for longer than anybody has patience is missing, and the rest is there', async () => {
  let calls = 0;
  const forRead = async (): Promise<void> => {
    if ((calls += 1) > 1) throw refusal('RATE_LIMITED', 3_000);
  };
  const { value, tookMs } = await read(ANY, { symbols: symbolsOf(20), forRead });
  expect(Object.keys(value?.candles ?? {})).toHaveLength(12);
  expect(Object.keys(value?.missing ?? {})).toHaveLength(8);
  expect(tookMs).toBeLessThanOrEqual(51_000);
});

test('few symbols are read at once, and many at a pace that leaves a quarter of the window', async () => {
  expect((await read(ANY, { symbols: symbolsOf(33) })).tookMs).toBe(0);
  const many = await read(ANY, { symbols: symbolsOf(48) });
  expect(Object.keys(many.value?.candles ?? {})).toHaveLength(48);
  // 67 of 90 in 62 s: after each of the first three groups of 12 as much time as these take.
  expect(many.tookMs).toBeGreaterThanOrEqual((36 * 62_000) / 67);
  expect(many.tookMs).toBeLessThan(45_000);
});

test('a wait is told now and then, so that nobody takes the reading for lost', async () => {
  const toldAtMs: number[] = [];
  await read(ANY, { symbols: symbolsOf(48), onProgress: () => void toldAtMs.push(performance.now()) });
  const pauses = toldAtMs.slice(1).map((atMs, index) => atMs - toldAtMs[index]!);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(5_001);
});

test('each request is paid for by its weight, and groups are as small as narrow limits', async () => {
  const limits = { ...LIMITS, endpoints: { market_data: { limit: 100, windowMs: MINUTE_MS, weight: 10 } } };
  const { permits } = await read(ANY, { symbols: symbolsOf(4), limits });
  expect(permits.mock.calls.map(([, , count, weight]) => [count, weight])).toEqual([
    [3, 10],
    [1, 10],
  ]);
});
