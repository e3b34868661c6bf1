import { OrderObservers } from '../../../src/trading/order-observers';
import type { Intent } from '../../../src/domain/signal';
import { NoPermitError, VenueError } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';
import { FILLED } from './fixtures/short-road';

const NOW_MS = 1_700_000_000_000;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

test.each([-3_600_000, -60_000, 0, 60_000, 3_600_000])(
  'an order that fills at once is seen at a venue whose clock is %d ms ahead of ours',
  async (aheadMs) => {
    const signedAtMs = NOW_MS + aheadMs;
    const order = { ...FILLED, createdAtMs: signedAtMs + 50 };
    const recentOrders = async (sinceMs: number) => (order.createdAtMs >= sinceMs ? [order] : []);
    const permits = { forRead: async () => goodPermit() };
    const observer = new OrderObservers({ recentOrders } as never, permits as never);
    const observed = observer.observe('of-1', signedAtMs, 'entry');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await observed).toEqual(order);
  },
);

describe('where reports fail', () => {
  function observerThat(fails: () => boolean) {
    const recentOrders = jest.fn(async () => {
      if (fails()) throw new VenueError({ kind: 'NOT_PLACED', message: 'reset' });
      return [FILLED];
    });
    const forRead = jest.fn(async (_group: string, _share: string) => goodPermit());
    const observer = new OrderObservers({ recentOrders } as never, { forRead } as never);
    const observe = async (intent: Intent) => {
      const observed = observer.observe(FILLED.clientOrderId, NOW_MS, intent);
      await jest.advanceTimersByTimeAsync(100);
      return observed;
    };
    return { observe, forRead };
  }

  test('entries leave the next orders to their own look-ups for a while, without a permit', async () => {
    const { observe, forRead } = observerThat(() => true);
    for (let count = 0; count < 20; count += 1) expect(await observe('entry')).toBeUndefined();
    expect(forRead.mock.calls.length).toBeLessThanOrEqual(3);
  });

  test('an exit has a report of its own meanwhile, and the next in a second', async () => {
    const { observe, forRead } = observerThat(() => true);
    await observe('entry');
    await observe('exit');
    await observe('exit');
    await observe('exit');
    expect(forRead.mock.calls.map(([, share]) => share)).toEqual(['entry', 'exit', 'exit']);
  });
});

describe('where entries have filled the limits', () => {
  function observerAtFullLimits() {
    const forRead = jest.fn(async (_group: string, share: string) => {
      if (share === 'entry') throw new NoPermitError({ kind: 'RATE_LIMITED', message: 'full' });
      return goodPermit();
    });
    const recentOrders = async () => [FILLED];
    const observer = new OrderObservers({ recentOrders } as never, { forRead } as never);
    const observe = async (intent: Intent) => {
      const observed = observer.observe(FILLED.clientOrderId, NOW_MS, intent);
      await jest.advanceTimersByTimeAsync(100);
      return observed;
    };
    return { observe };
  }

  test('an exit’s fill is seen, each time', async () => {
    const { observe } = observerAtFullLimits();
    for (let count = 0; count < 5; count += 1) expect(await observe('exit')).toEqual(FILLED);
  });

  test('a report of entries is let through every fifteen seconds, and leaves the rest to exits', async () => {
    const { observe } = observerAtFullLimits();
    const seen: boolean[] = [];
    for (let second = 0; second < 45; second += 1) {
      seen.push((await observe('entry')) !== undefined);
      await jest.advanceTimersByTimeAsync(900);
    }
    expect(seen.filter(Boolean)).toHaveLength(3);
  });
});
