import type { RateLimits } from '../../../src/domain/limiter/types';
import { tightWindows } from '../../../src/domain/request-budget';
import type { OutcomeKind } from '../../../src/domain/outcome';
import { seriesOf } from '../../../src/domain/candle-series';
import type { Candle } from '../../../src/domain/market';
import { COMPARED_EVERY, PUSHED_MAX } from '../../../src/trading/kept-candles';
import { CandleReader, LATE_CANDLE_WAIT_MAX_MS, type CandleRequest } from '../../../src/trading/candle-reader';
import type { PushedCandle } from '../../../src/venues/candle-stream';
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

// Two seconds after a candle has closed, as a tick begins.
beforeEach(() => jest.useFakeTimers({ now: 1_800_000_002_000 }));
afterEach(() => jest.useRealTimers());

function symbolsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `S${index}`);
}

function refusal(kind: OutcomeKind, retryAfterMs?: number): VenueError {
  return new VenueError({ kind, message: `It is ${kind}.`, retryAfterMs });
}

const OF = { open: '1', high: '1', low: '1', close: '1', volume: '1' };

/** The newest candle that has closed. */
function closeMs(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}

function candlesUntil(closeTimeMs: number, count: number): readonly Candle[] {
  return Array.from({ length: count }, (_, index) => ({
    ...OF,
    openTimeMs: closeTimeMs - (count - index) * MINUTE_MS,
  }));
}

type Answer = readonly Candle[] | undefined;

interface Setting {
  readonly forRead?: () => Promise<void>;
  readonly limits?: RateLimits;
  readonly clockMs?: () => number;
  readonly stream?: StubCandles;
}

/** A stream that tells what a test says. */
class StubCandles {
  readonly followed: string[] = [];
  private listener: (pushed: PushedCandle) => void = () => undefined;

  follow(symbols: readonly string[], intervalMs: number): void {
    this.followed.push(`${symbols.join()} ${intervalMs}`);
  }

  onCandle(listener: (pushed: PushedCandle) => void): void {
    this.listener = listener;
  }

  /** Of each symbol the candle that closed then. */
  tell(closeTimeMs: number, symbols = symbolsOf(3), change: object = {}): void {
    for (const symbol of symbols) {
      const candle = { ...OF, openTimeMs: closeTimeMs - MINUTE_MS, ...change };
      this.listener({ symbol, intervalMs: MINUTE_MS, candle });
    }
  }
}

/** A reader at a venue that gives the newest candles, where it is not told what to answer. */
function openReader(venue: (symbol: string, count: number) => Promise<Answer>, setting: Setting = {}) {
  const { forRead = async () => undefined, limits = LIMITS, clockMs = () => undefined, stream } = setting;
  const permits = jest.fn(async (_group: string, _share: string, count: number, _weight: number) => {
    await forRead();
    return Array.from({ length: count }, goodPermit);
  });
  const candles = jest.fn(
    async (symbol: string, _intervalMs: number, count: number) =>
      (await venue(symbol, count)) ?? candlesUntil(closeMs(), count),
  );
  const reader = new CandleReader({ candles, clockMs }, { forReads: permits }, limits, stream);
  /** Reads to the end, whatever time that takes. */
  async function read(change: Partial<CandleRequest> = {}) {
    const startedAtMs = performance.now();
    candles.mockClear();
    const answer = reader
      .read({
        symbols: symbolsOf(3),
        intervalMs: MINUTE_MS,
        closeTimeMs: closeMs(),
        count: 1,
        patienceMs: 51_000,
        onProgress: () => undefined,
        ...change,
      })
      .then(
        (value) => ({ value, error: undefined }),
        (error: unknown) => ({ value: undefined, error }),
      );
    let tookMs: number | undefined;
    void answer.then(() => (tookMs = performance.now() - startedAtMs));
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    const asked = candles.mock.calls.map(([symbol]) => symbol);
    return { ...(await answer), tookMs, permits, asked, counts: candles.mock.calls.map(([, , count]) => count) };
  }
  return { reader, read };
}

function read(
  venue: (symbol: string, count: number) => Promise<Answer>,
  { forRead, limits, clockMs, ...change }: Partial<CandleRequest> & Setting = {},
) {
  return openReader(venue, { forRead, limits, clockMs }).read(change);
}

const ANY = async (): Promise<Answer> => undefined;

test('one symbol that fails loses no other one, and is tried once more', async () => {
  const { value, asked } = await read(async (symbol) => {
    if (symbol === 'S1') throw refusal('REJECTED');
    return undefined;
  });
  expect(Object.keys(value!.candles)).toEqual(['S0', 'S2']);
  expect(value).toMatchObject({ missing: { S1: 'It is REJECTED.' }, late: [] });
  expect(asked.filter((symbol) => symbol === 'S1')).toHaveLength(2);
});

test('one that fails once is not missing', async () => {
  let isFirst = true;
  const { value } = await read(async (symbol) => {
    if (symbol === 'S1' && isFirst) {
      isFirst = false;
      throw new Error('A reset connection.');
    }
    return undefined;
  });
  expect(Object.keys(value!.candles)).toEqual(['S0', 'S1', 'S2']);
  expect(value).toMatchObject({ missing: {}, late: [] });
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
        return undefined;
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

test('200 symbols are read within every minute where the limits leave room for so many', async () => {
  const window = { limit: tightWindows(LIMITS, MINUTE_MS, 200)[0]!.limitMin, windowMs: MINUTE_MS, weight: 1 };
  const { read: readOn } = openReader(ANY, {
    limits: { ...LIMITS, global: window, endpoints: { market_data: window } },
  });
  for (let tick = 1; tick <= 3; tick += 1) {
    const { value, asked, tookMs } = await readOn({ symbols: symbolsOf(200) });
    expect(value).toMatchObject({ missing: {}, late: [] });
    expect(asked).toHaveLength(200);
    expect(tookMs).toBeLessThan(45_000);
  }
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

describe('of what was read before', () => {
  test('a tick asks only for what closed since, and the windows are whole', async () => {
    const { read: readOn } = openReader(ANY);
    const first = await readOn({ count: 97 });
    expect(first.counts).toEqual([99, 99, 99]);
    const second = await readOn({ count: 97 });
    expect(second.counts).toEqual([3, 3, 3]);
    const { openTimesMs } = second.value!.candles['S0']!;
    expect(openTimesMs).toHaveLength(99);
    expect(openTimesMs).toEqual(seriesOf(candlesUntil(openTimesMs.at(-1)! + MINUTE_MS, 99)).openTimesMs);
  });

  test('nothing is asked again for the same tick, whatever stopped it in the midst', async () => {
    let isStopped = true;
    const { read: readOn } = openReader(async (symbol) => {
      if (isStopped && symbol === 'S20') throw refusal('BANNED');
      return undefined;
    });
    const closeTimeMs = closeMs();
    const first = await readOn({ symbols: symbolsOf(24), closeTimeMs });
    isStopped = false;
    const second = await readOn({ symbols: symbolsOf(24), closeTimeMs });
    expect(second.asked).toEqual(Object.keys(first.value!.missing));
    expect(Object.keys(second.value!.candles)).toHaveLength(24);
    expect((await readOn({ symbols: symbolsOf(24), closeTimeMs })).asked).toEqual([]);
  });

  test('what another process kept counts, too', async () => {
    const closeTimeMs = closeMs();
    const kept = (symbols: readonly string[], tickMs: number) => ({
      tickMs,
      candles: Object.fromEntries(symbols.map((symbol) => [symbol, seriesOf(candlesUntil(tickMs, 12))])),
    });
    const restore = async () => [kept(['S0', 'S1'], closeTimeMs - MINUTE_MS), kept(['S0'], closeTimeMs)];
    const { asked, counts } = await read(ANY, { count: 10, closeTimeMs, restore });
    expect([asked, counts]).toEqual([
      ['S1', 'S2'],
      [3, 12],
    ]);
  });

  test('a venue that contradicts it is asked for all of it', async () => {
    let price = '1';
    const { read: readOn } = openReader(async (_symbol, count) =>
      candlesUntil(closeMs(), count).map((candle) => ({ ...candle, close: price })),
    );
    await readOn({ symbols: ['S0'], count: 10 });
    price = '2';
    const { counts, value } = await readOn({ symbols: ['S0'], count: 10 });
    expect(counts).toEqual([3, 12]);
    expect(new Set(value!.candles['S0']!.closes)).toEqual(new Set([2]));
  });

  test('a symbol that cannot be read keeps its old candles, and is missing', async () => {
    let isMute = false;
    const { read: readOn } = openReader(async (symbol) => {
      if (isMute && symbol === 'S1') throw refusal('REJECTED');
      return undefined;
    });
    const first = await readOn();
    isMute = true;
    const { value } = await readOn();
    expect(value!.candles['S1']).toEqual(first.value!.candles['S1']);
    expect(value!.missing).toEqual({ S1: 'It is REJECTED.' });
  });
});

describe('a candle that the venue publishes late', () => {
  /** S1's newest candle is there from this on. */
  function lateUntil(publishedMs: number) {
    return async (symbol: string, count: number): Promise<Answer> =>
      candlesUntil(symbol === 'S1' && Date.now() < publishedMs ? closeMs() - MINUTE_MS : closeMs(), count);
  }

  test('is asked for again until it is there', async () => {
    const { value, asked, tookMs } = await read(lateUntil(closeMs() + 4_500));
    expect(value!.late).toEqual([]);
    expect(asked).toEqual(['S0', 'S1', 'S2', 'S1', 'S1', 'S1']);
    expect(tookMs).toBe(3_000);
  });

  test('is not awaited longer than the bound, and the symbol keeps what there is', async () => {
    const { value, tookMs } = await read(lateUntil(Infinity));
    expect(value!.late).toEqual(['S1']);
    expect(Object.keys(value!.candles)).toEqual(symbolsOf(3));
    expect(tookMs).toBe(LATE_CANDLE_WAIT_MAX_MS - 2_000);
  });

  test('is awaited on the clock of the venue, not on ours', async () => {
    const clockMs = (): number => Date.now() + LATE_CANDLE_WAIT_MAX_MS;
    expect((await read(lateUntil(Infinity), { clockMs })).tookMs).toBe(0);
  });

  test('is awaited no longer where the clock of the venue is an hour behind', async () => {
    const clockMs = (): number => Date.now() - 3_600_000;
    const { tookMs } = await read(lateUntil(Infinity), { clockMs });
    expect(tookMs).toBe(10_000 + LATE_CANDLE_WAIT_MAX_MS);
  });

  test('is awaited no more once the share of candles is used up', async () => {
    const late = async (_symbol: string, count: number): Promise<Answer> => candlesUntil(closeMs() - MINUTE_MS, count);
    const { asked, value } = await read(late, { symbols: symbolsOf(30) });
    expect(asked).toHaveLength(33);
    expect(value!.late).toHaveLength(30);
  });

  test('is not awaited in every tick where the symbol trades no more, and is awaited again once it does', async () => {
    const lastMs = closeMs() - MINUTE_MS;
    let publishedMs = Infinity;
    const { read: readOn } = openReader(async (symbol, count) => {
      if (symbol !== 'S1') return undefined;
      if (publishedMs === Infinity) return candlesUntil(lastMs, count);
      return candlesUntil(Date.now() < publishedMs ? closeMs() - MINUTE_MS : closeMs(), count);
    });
    expect((await readOn()).tookMs).toBe(LATE_CANDLE_WAIT_MAX_MS - 2_000);
    const { value, tookMs, asked } = await readOn();
    expect({ late: value!.late, tookMs, asked }).toEqual({ late: ['S1'], tookMs: 0, asked: ['S0', 'S1', 'S2'] });
    publishedMs = closeMs() + 4_500;
    expect(await readOn()).toMatchObject({ value: { late: [] }, tookMs: 3_000 });
  });

  test('is asked for once more after all others were read at their pace', async () => {
    const { value, asked } = await read(lateUntil(closeMs() + 20_000), { symbols: symbolsOf(40) });
    expect(asked.filter((symbol) => symbol === 'S1')).toHaveLength(2);
    expect(value!.late).toEqual([]);
  });
});

test('a venue whose clock is 90 s ahead of ours gives whole windows to each tick, and is asked for no more than the new ones', async () => {
  const { read: readOn } = openReader(async (_symbol, count) => candlesUntil(closeMs() + MINUTE_MS, count), {
    clockMs: () => Date.now() + 90_000,
  });
  for (const counts of [
    [7, 7, 7],
    [2, 2, 2],
  ]) {
    const tickMs = closeMs();
    const { value, tookMs, counts: askedFor } = await readOn({ count: 5 });
    expect({ late: value!.late, tookMs, askedFor }).toEqual({ late: [], tookMs: 0, askedFor: counts });
    const openTimesMs = [...value!.candles['S0']!.openTimesMs].filter((openTimeMs) => openTimeMs < tickMs);
    expect(openTimesMs.slice(-5)).toEqual(candlesUntil(tickMs, 5).map(({ openTimeMs }) => openTimeMs));
  }
});

test.each([
  ['three seconds behind ours is waited for', 5_000, 3_000],
  ['an hour behind ours is not waited for all that time', 3_600_000, 10_000],
])('a venue whose clock is %s', async (_what, behindMs, tookMs) => {
  expect((await read(ANY, { clockMs: () => Date.now() - behindMs })).tookMs).toBe(tookMs);
});

test('before every wait it is told what there is', async () => {
  const told: number[] = [];
  const onWait = async ({ candles }: { readonly candles: object }): Promise<void> =>
    void told.push(Object.keys(candles).length);
  await read(ANY, { symbols: symbolsOf(48), onWait });
  expect(told).toEqual([12, 24, 36]);
});

describe('of what the stream told', () => {
  /** Every reading takes a minute here: the next candle has closed, and its tick begins. */
  const nextTick = closeMs;

  function openPushed(venue = ANY) {
    const stream = new StubCandles();
    return { stream, ...openReader(venue, { stream }) };
  }

  test('a tick asks for nothing, and has what requests would have brought', async () => {
    const { stream, read: readOn } = openPushed();
    const { read: readAlone } = openReader(ANY);
    const beganMs = Date.now();
    await readOn({ count: 97 });
    jest.setSystemTime(beganMs);
    await readAlone({ count: 97 });
    for (let tick = 1; tick <= 3; tick += 1) {
      const closeTimeMs = nextTick();
      stream.tell(closeTimeMs);
      const pushed = await readOn({ count: 97, closeTimeMs });
      jest.setSystemTime(closeTimeMs + 2_000);
      const asked = await readAlone({ count: 97, closeTimeMs });
      expect([pushed.asked, asked.asked]).toEqual([[], symbolsOf(3)]);
      expect(pushed.value).toEqual(asked.value);
    }
    expect(new Set(stream.followed)).toEqual(new Set(['S0,S1,S2 60000']));
  });

  test('what was not told is asked for, and nothing else', async () => {
    const { stream, read: readOn } = openPushed();
    await readOn({ count: 9 });
    const closeTimeMs = nextTick();
    stream.tell(closeTimeMs, ['S0', 'S2']);
    const { asked, counts, value } = await readOn({ count: 9, closeTimeMs });
    expect([asked, counts]).toEqual([['S1'], [3]]);
    expect(Object.values(value!.candles).map(({ openTimesMs }) => openTimesMs.at(-1))).toEqual(
      Array.from({ length: 3 }, () => closeTimeMs - MINUTE_MS),
    );
  });

  test('a gap is filled by a request before anything more is taken', async () => {
    const { stream, read: readOn } = openPushed();
    await readOn({ count: 9 });
    jest.setSystemTime(Date.now() + MINUTE_MS);
    const closeTimeMs = nextTick();
    stream.tell(closeTimeMs);
    const { counts } = await readOn({ count: 9, closeTimeMs });
    expect(counts).toEqual([4, 4, 4]);
    const nextMs = nextTick();
    stream.tell(nextMs);
    expect((await readOn({ count: 9, closeTimeMs: nextMs })).asked).toEqual([]);
  });

  test('twice, late and out of order changes nothing', async () => {
    const { stream, read: readOn } = openPushed();
    await readOn({ count: 9 });
    const closeTimeMs = nextTick();
    for (const toldMs of [closeTimeMs, closeTimeMs, closeTimeMs - 3 * MINUTE_MS]) stream.tell(toldMs);
    const { asked, value } = await readOn({ count: 9, closeTimeMs });
    expect(asked).toEqual([]);
    expect(value!.candles['S0']!.openTimesMs).toEqual(seriesOf(candlesUntil(closeTimeMs, 11)).openTimesMs);
  });

  test('what contradicts what is kept has all of the symbol asked for', async () => {
    const { stream, reader, read: readOn } = openPushed();
    await readOn({ count: 9 });
    const closeTimeMs = nextTick();
    stream.tell(closeTimeMs, ['S0'], { close: '7' });
    stream.tell(closeTimeMs);
    const { asked, counts, value } = await readOn({ count: 9, closeTimeMs });
    expect([asked, counts]).toEqual([['S0'], [11]]);
    expect(new Set(value!.candles['S0']!.closes)).toEqual(new Set([1]));
    expect(reader.pushedFigures).toMatchObject({ taken: 3, differed: 1 });
  });

  test('a request compares it now and then, and what was forged is gone', async () => {
    const { stream, reader, read: readOn } = openPushed();
    await readOn({ count: 30, symbols: ['S0'] });
    const asked: (readonly number[])[] = [];
    let last: Awaited<ReturnType<typeof readOn>> | undefined;
    for (let tick = 1; tick <= PUSHED_MAX + 1; tick += 1) {
      const closeTimeMs = nextTick();
      stream.tell(closeTimeMs, ['S0'], tick === 2 ? { close: '7' } : {});
      last = await readOn({ count: 30, symbols: ['S0'], closeTimeMs });
      asked.push(last.counts);
    }
    expect(asked.slice(0, PUSHED_MAX)).toEqual(Array.from({ length: PUSHED_MAX }, () => []));
    expect(asked.at(-1)).toEqual([PUSHED_MAX + 3, 32]);
    expect(new Set(last!.value!.candles['S0']!.closes)).toEqual(new Set([1]));
    expect(reader.pushedFigures).toEqual({ taken: PUSHED_MAX, compared: 0, differed: 1 });
  });

  test('what is told while others are read at their pace is asked for no more', async () => {
    const { stream, read: readOn } = openPushed();
    const symbols = symbolsOf(48);
    await readOn({ symbols, count: 9 });
    const closeTimeMs = nextTick();
    const { value, asked } = await readOn({
      symbols,
      count: 9,
      closeTimeMs,
      onWait: async () => stream.tell(closeTimeMs, symbols),
    });
    // Whose turn it is to be compared is asked for beside them.
    const turns = symbols.filter((_, index) => index >= 12 && index % COMPARED_EVERY === PUSHED_MAX);
    expect(asked).toEqual([...symbolsOf(12), ...turns]);
    expect(value).toMatchObject({ missing: {}, late: [] });
  });

  test('symbols take turns in being compared: no tick asks for all, and each is asked for once in its turn', async () => {
    const { stream, reader, read: readOn } = openPushed();
    const symbols = symbolsOf(2 * COMPARED_EVERY);
    await readOn({ symbols, count: 30 });
    const asked: string[] = [];
    for (let tick = 1; tick <= 2 * COMPARED_EVERY; tick += 1) {
      const closeTimeMs = nextTick();
      stream.tell(closeTimeMs, symbols);
      const last = await readOn({ symbols, count: 30, closeTimeMs });
      expect(last.asked).toHaveLength(2);
      asked.push(...last.asked);
    }
    expect(asked.toSorted()).toEqual([...symbols, ...symbols].toSorted());
    const { taken, compared, differed } = reader.pushedFigures;
    expect(taken).toBe(2 * PUSHED_MAX * symbols.length);
    // Those since each symbol's last turn are compared with its next one.
    expect(compared).toBeGreaterThanOrEqual(PUSHED_MAX * symbols.length);
    expect(compared).toBeLessThan(taken);
    expect(differed).toBe(0);
  });

  test('nothing is taken before a request has shown what it joins, nor of another interval', async () => {
    const { stream, read: readOn } = openPushed();
    stream.tell(closeMs());
    expect((await readOn({ count: 9 })).counts).toEqual([11, 11, 11]);
    const intervalMs = 5 * MINUTE_MS;
    const closeTimeMs = Math.floor(Date.now() / intervalMs) * intervalMs;
    await readOn({ count: 1, intervalMs, closeTimeMs, symbols: ['S0'] });
    stream.tell(nextTick());
    expect((await readOn({ count: 1, intervalMs, closeTimeMs, symbols: ['S0'] })).asked).toEqual([]);
  });
});
