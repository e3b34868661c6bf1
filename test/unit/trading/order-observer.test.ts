import { OrderObserver } from '../../../src/trading/order-observer';
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
    const permits = { forRead: async () => undefined };
    const observer = new OrderObserver({ recentOrders } as never, permits as never);
    const observed = observer.observe('of-1', signedAtMs);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await observed).toEqual(order);
  },
);
