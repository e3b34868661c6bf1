import fc from 'fast-check';
import type { VenueOrder } from '../../../src/domain/market';
import { SharedLookUps, type OrderQuestion } from '../../../src/trading/shared-look-ups';
import { NoPermitError, VenueError } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const SOME_TIME_MS = 60_000;

function order(clientOrderId: string, status: VenueOrder['status'] = 'open'): VenueOrder {
  return { clientOrderId, symbol: 'BTCUSDT', status, filledQuantity: '0' } as VenueOrder;
}

function question(clientOrderId: string, urgency?: OrderQuestion['urgency']): OrderQuestion {
  return { symbol: 'BTCUSDT', clientOrderId, sinceMs: 1, urgency };
}

function venueWith(open: readonly VenueOrder[], final: readonly VenueOrder[] = []) {
  const openOrders = jest.fn(async () => ({ clientOrderIds: [], orders: open }));
  const recentOrders = jest.fn(async () => final);
  const forRead = jest.fn(async (_group: string, _share: string) => goodPermit());
  return { openOrders, recentOrders, forRead, shared: new SharedLookUps({ openOrders, recentOrders }, { forRead }) };
}

async function passing<Value>(work: Promise<Value>): Promise<Value> {
  work.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(SOME_TIME_MS);
  return work;
}

/** All of them, after one that went alone. */
function askAll(shared: SharedLookUps, ids: readonly string[], urgency?: OrderQuestion['urgency']) {
  return Promise.all(ids.map((id) => shared.find(question(id, urgency))));
}

test('one order alone is asked about alone, and at once, however often', async () => {
  const { shared, openOrders, forRead } = venueWith([order('a')]);
  expect(await shared.find(question('a'))).toBeUndefined();
  expect(await shared.find(question('a'))).toBeUndefined();
  expect(openOrders).not.toHaveBeenCalled();
  expect(forRead).not.toHaveBeenCalled();
});

test('many open orders are told of by one list under one permit', async () => {
  const ids = Array.from({ length: 36 }, (_, index) => `of-${index}`);
  const { shared, openOrders, recentOrders, forRead } = venueWith(ids.map((id) => order(id)));
  const found = await passing(askAll(shared, ids));
  expect(found.map((one) => one?.clientOrderId)).toEqual([undefined, ...ids.slice(1)]);
  expect([openOrders, recentOrders, forRead].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
});

test('a crowd of resting orders does not wait as long as a few do', async () => {
  const waitOf = async (count: number): Promise<number> => {
    const { shared, openOrders } = venueWith([]);
    const startedAtMs = performance.now();
    let sentAtMs = Infinity;
    openOrders.mockImplementation(async () => {
      sentAtMs = performance.now();
      return { clientOrderIds: [], orders: [] };
    });
    const ids = Array.from({ length: count }, (_, index) => `of-${index}`);
    await passing(askAll(shared, ids, 'resting'));
    return sentAtMs - startedAtMs;
  };
  expect(await waitOf(40)).toBeLessThan(await waitOf(5));
});

test('those that are not open any more are told of by one report of final orders', async () => {
  const { shared, recentOrders } = venueWith([], [order('b', 'cancelled'), order('c', 'filled')]);
  const found = await passing(askAll(shared, ['a', 'b', 'c']));
  expect(found.map((one) => one?.status)).toEqual([undefined, 'cancelled', 'filled']);
  expect(recentOrders).toHaveBeenCalledTimes(1);
});

test('what neither shows is asked about alone: no list proves that an order is not there', async () => {
  const { shared } = venueWith([]);
  expect(await passing(askAll(shared, ['a', 'b', 'c']))).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['of another symbol', [{ ...order('b'), symbol: 'ETHUSDT' }]],
  ['of an id that was used twice', [order('b'), order('b')]],
])('an order %s is told to nobody', async (_name, open) => {
  const { shared } = venueWith(open);
  expect(await passing(askAll(shared, ['a', 'b', 'c']))).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['resting', 'entry'],
  ['fresh', 'entry'],
  [undefined, 'exit'],
] as const)('a list for orders that are %s goes in the share of an %s', async (urgency, share) => {
  const { shared, forRead } = venueWith([order('b'), order('c')]);
  await passing(askAll(shared, ['a', 'b', 'c'], urgency));
  expect(forRead.mock.calls).toEqual([['account', share]]);
});

test('where there is no room for a list, everybody is told that nothing was asked', async () => {
  const { shared, forRead } = venueWith([]);
  forRead.mockRejectedValue(new NoPermitError({ kind: 'RATE_LIMITED', message: 'full' }));
  const results = await passing(Promise.allSettled(['a', 'b', 'c'].map((id) => shared.find(question(id)))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});

test('a list that cannot be read hides no order: each is asked about alone', async () => {
  const { shared, openOrders } = venueWith([]);
  openOrders.mockRejectedValue(new VenueError({ kind: 'UNKNOWN', message: 'unreadable' }));
  expect(await passing(askAll(shared, ['a', 'b', 'c']))).toEqual([undefined, undefined, undefined]);
});

test('after a list that failed, nobody pays for another one for a while, and everybody hears why', async () => {
  const { shared, openOrders, forRead } = venueWith([]);
  openOrders.mockRejectedValue(new VenueError({ kind: 'NOT_PLACED', message: 'reset' }));
  let failures = 0;
  for (let round = 0; round < 20; round += 1) {
    const all = Promise.allSettled(['a', 'b', 'c'].map((id) => shared.find(question(`${id}${round}`, 'fresh'))));
    await jest.advanceTimersByTimeAsync(2_000);
    failures += (await all).filter(({ status }) => status === 'rejected').length;
  }
  expect(failures).toBeGreaterThan(50);
  expect(forRead.mock.calls.length).toBeLessThanOrEqual(10);
});

test('whoever is told of an open order asked before the list was sent, and nobody waits for ever', async () => {
  const arrivals = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 20_000 }),
      id: fc.integer({ min: 0, max: 5 }),
      urgency: fc.constantFrom('resting', 'fresh', undefined),
    }),
    { minLength: 1, maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 0, max: 3_000 }), async (asked, takesMs) => {
      const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
      const openOrders = async () => {
        const sentAtMs = performance.now();
        await wait(takesMs);
        const orders = [0, 1, 2, 3, 4, 5].map((id) => ({ ...order(String(id)), updatedAtMs: sentAtMs }));
        return { clientOrderIds: [], orders };
      };
      const shared = new SharedLookUps(
        { openOrders, recentOrders: async () => [] },
        { forRead: () => wait(takesMs).then(goodPermit) },
      );
      const answers = asked.map(async ({ atMs, id, urgency }) => {
        await wait(atMs);
        const askedAtMs = performance.now();
        const found = await shared.find(question(String(id), urgency));
        return found === undefined || found.updatedAtMs >= askedAtMs;
      });
      expect(await passing(Promise.all(answers))).not.toContain(false);
    }),
    { numRuns: 50 },
  );
});
