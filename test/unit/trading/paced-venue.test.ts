import type { RateLimits } from '../../../src/domain/limiter/types';
import { PacedVenue } from '../../../src/trading/paced-venue';
import { NoPermitError, type UnreadableRows, type VenueError } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const PRICE_AGE_MAX_MS = 5_000;
const LIMITS: RateLimits = {
  global: { limit: 120, windowMs: 60_000, weight: 1 },
  endpoints: { account: { limit: 60, windowMs: 60_000, weight: 5 } },
  safetyMargin: 0.9,
  exitSafetyMargin: 0.95,
  permitValidityMs: 2_000,
};

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

const onUnreadableRows = (): void => undefined;

function pacedVenue() {
  let price = 0;
  const tickers = jest.fn(async () => [{ symbol: 'BTCUSDT', bid: '1', ask: String((price += 1)) }]);
  const paced = new PacedVenue(
    { tickers, onUnreadableRows } as never,
    { forRead: async () => goodPermit() } as never,
    PRICE_AGE_MAX_MS,
    LIMITS,
  );
  const ask = async () => (await paced.ticker('BTCUSDT', 'entry'))?.ask;
  return { ask, tickers };
}

test.each([-HOUR_MS, 0, HOUR_MS, -10 * 365 * 24 * HOUR_MS])(
  'a price lives for its age and not longer, though the clock steps by %d ms',
  async (stepMs) => {
    const { ask } = pacedVenue();
    expect(await ask()).toBe('1');
    jest.setSystemTime(NOW_MS + stepMs);
    jest.advanceTimersByTime(PRICE_AGE_MAX_MS);
    expect(await ask()).toBe('1');
    jest.advanceTimersByTime(1);
    expect(await ask()).toBe('2');
  },
);

test('all who ask at the same time share a request', async () => {
  const { ask, tickers } = pacedVenue();
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(['1', '1', '1']);
  expect(tickers).toHaveBeenCalledTimes(1);
});

test.each([
  [true, 60_000],
  [false, HOUR_MS],
])('instruments of which a row is broken (%p) are asked for again after %d ms', async (isBroken, ageMs) => {
  let tell: (report: UnreadableRows) => void = () => undefined;
  const faults = isBroken ? [{ symbol: 'BTCUSDT', fault: 'qtyStep' }] : [];
  const markets = jest.fn(async () => {
    tell({ what: 'instruments', faults });
    return [];
  });
  const venue = { markets, onUnreadableRows: (listener: typeof tell) => (tell = listener) };
  const paced = new PacedVenue(venue as never, { forRead: async () => goodPermit() } as never, 1, LIMITS);
  await paced.market('BTCUSDT', 'entry');
  jest.advanceTimersByTime(ageMs);
  await paced.market('BTCUSDT', 'entry');
  expect(markets).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(1);
  await paced.market('BTCUSDT', 'entry');
  expect(markets).toHaveBeenCalledTimes(2);
});

test.each([1, 2, 3])('instruments on %d pages are paid for by each of them', async (pages) => {
  const markets = async (mayAsk: () => Promise<void>) => {
    for (let page = 1; page < pages; page += 1) await mayAsk();
    return [];
  };
  const forRead = jest.fn(async () => goodPermit());
  const paced = new PacedVenue({ markets, onUnreadableRows } as never, { forRead } as never, 1, LIMITS);
  await paced.market('BTCUSDT', 'entry');
  expect(forRead.mock.calls).toEqual(Array(pages).fill(['market_data', 'entry']));
});

describe('positions', () => {
  const LONG = { direction: 'BUY', quantity: '1' } as const;

  /** A venue that answers with these pages, each under a permit of its own. */
  function venueWith(pages: readonly object[]) {
    const left = [...pages];
    const positions = jest.fn(async (_cursor?: string) => left.shift());
    const forRead = jest.fn(async () => goodPermit());
    return {
      positions,
      forRead,
      paced: new PacedVenue({ positions, onUnreadableRows } as never, { forRead } as never, 1, LIMITS),
    };
  }

  test('of all pages are those of the instant of the first', async () => {
    const { paced, positions, forRead } = venueWith([
      { asOfMs: NOW_MS, bySymbol: { BTCUSDT: LONG }, nextCursor: 'next' },
      { asOfMs: NOW_MS + 1, bySymbol: { ETHUSDT: LONG } },
    ]);
    expect(await paced.positions()).toEqual({ asOfMs: NOW_MS, bySymbol: { BTCUSDT: LONG, ETHUSDT: LONG } });
    expect(positions.mock.calls).toEqual([[undefined], ['next']]);
    expect(forRead).toHaveBeenCalledTimes(2);
  });

  test('are read to the end of so many pages, and no further', async () => {
    const pages = Array.from({ length: 20 }, (_, index) => ({
      asOfMs: NOW_MS,
      bySymbol: { [`S${index}`]: LONG },
      nextCursor: 'more',
    }));
    const { paced, positions } = venueWith(pages);
    const { bySymbol } = await paced.positions();
    expect(positions.mock.calls.length).toBeLessThan(pages.length);
    expect(Object.keys(bySymbol)).toHaveLength(positions.mock.calls.length);
  });
});

test('a page of open orders that comes again and again is no list of them', async () => {
  const openOrders = jest.fn(async () => ({ clientOrderIds: ['one'], nextCursor: 'same' }));
  const forRead = async () => goodPermit();
  const paced = new PacedVenue({ openOrders, onUnreadableRows } as never, { forRead } as never, 1, LIMITS);
  await expect(paced.openOrders()).rejects.toMatchObject({ outcome: { kind: 'UNKNOWN' } });
  expect(openOrders).toHaveBeenCalledTimes(2);
});

test('a list of open orders without an end is no shorter one', async () => {
  let page = 0;
  const openOrders = async () => ({ clientOrderIds: ['one'], nextCursor: `${(page += 1)}` });
  const forRead = async () => goodPermit();
  const paced = new PacedVenue({ openOrders, onUnreadableRows } as never, { forRead } as never, 1, LIMITS);
  await expect(paced.openOrders()).rejects.toMatchObject({ outcome: { kind: 'UNKNOWN' } });
  expect(page).toBeLessThan(100);
});

/** A look-up that makes so many requests. */
async function lookUpOf(requests: number, forRead: () => Promise<unknown>) {
  const lookUpOrder = async (_symbol: string, _id: string, _sinceMs: number, mayAsk: () => Promise<void>) => {
    try {
      for (let count = 1; count < requests; count += 1) await mayAsk();
      return { status: 'absent', askedAtMs: 1 };
    } catch (error) {
      return { status: 'unavailable', outcome: (error as VenueError).outcome };
    }
  };
  const paced = new PacedVenue({ lookUpOrder, onUnreadableRows } as never, { forRead } as never, 1, LIMITS);
  return paced.lookUpOrder({ symbol: 'BTCUSDT', clientOrderId: 'id' });
}

test.each([1, 2, 3])('a look-up of %d requests is paid for by each of them, and by no more', async (requests) => {
  const forRead = jest.fn(async () => goodPermit());
  await lookUpOf(requests, forRead);
  expect(forRead.mock.calls).toEqual(Array(requests).fill(['account', 'exit']));
});

test.each([1, 2, 3])(
  'a look-up without a permit for its request number %d says that it did not ask',
  async (failing) => {
    let count = 0;
    const forRead = async () => {
      count += 1;
      if (count === failing) throw new NoPermitError({ kind: 'RATE_LIMITED', message: 'full' });
      return goodPermit();
    };
    expect(await lookUpOf(3, forRead)).toMatchObject({ status: 'unavailable', isUnasked: true });
  },
);

describe('what serves an exit asks in the exits’ share', () => {
  function venueWithAll() {
    const forRead = jest.fn(async (_group: string, _share: string) => goodPermit());
    const list = async () => ({ clientOrderIds: [], bySymbol: {}, asOfMs: 1 });
    const venue = {
      onUnreadableRows,
      markets: async () => [],
      tickers: async () => [],
      balances: async () => ({}),
      cancelOrder: async () => ({ kind: 'PLACED', message: '' }),
      positions: list,
      openOrders: list,
      recentOrders: async () => [],
    };
    return { paced: new PacedVenue(venue as never, { forRead } as never, 1, LIMITS), forRead };
  }

  test.each<[string, string, (paced: PacedVenue) => Promise<unknown>]>([
    ['its rules', 'market_data', (paced) => paced.market('BTCUSDT', 'exit')],
    ['its price', 'market_data', (paced) => paced.ticker('BTCUSDT', 'exit')],
    ['balances', 'account', (paced) => paced.balances()],
    ['open orders', 'account', (paced) => paced.openOrders()],
    ['final orders', 'account', (paced) => paced.recentOrders(0)],
    ['a cancellation', 'order', (paced) => paced.cancelOrder('BTCUSDT', 'id', () => undefined)],
  ])('%s', async (_what, group, ask) => {
    const { paced, forRead } = venueWithAll();
    await ask(paced);
    expect(forRead.mock.calls).toEqual([[group, 'exit']]);
  });

  test('an entry’s rules and price do not', async () => {
    const { paced, forRead } = venueWithAll();
    await paced.market('BTCUSDT', 'entry');
    await paced.ticker('BTCUSDT', 'entry');
    expect(forRead.mock.calls.map(([, share]) => share)).toEqual(['entry', 'entry']);
  });
});
