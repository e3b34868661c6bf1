import { loadConfig } from '../../../src/config/load-config';
import { OrderObserver, reportSpacingMs } from '../../../src/trading/order-observer';
import { FILLED } from './fixtures/short-road';

const NOW_MS = 1_700_000_000_000;

const DEFAULT_LIMITS = loadConfig({ env: {}, cwd: '/', flags: [] }).venues.bybit!.limits;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

test.each([-3_600_000, -60_000, 0, 60_000, 3_600_000])(
  'an order that fills at once is seen at a venue whose clock is %d ms ahead of ours',
  async (aheadMs) => {
    const signedAtMs = NOW_MS + aheadMs;
    const order = { ...FILLED, createdAtMs: signedAtMs + 50 };
    const recentOrders = async (sinceMs: number) => (order.createdAtMs >= sinceMs ? [order] : []);
    const permits = { forRead: async () => undefined };
    const observer = new OrderObserver({ recentOrders } as never, permits as never, DEFAULT_LIMITS);
    const observed = observer.observe('of-1', signedAtMs);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await observed).toEqual(order);
  },
);

test.each([
  ['by default as many orders as before share one', DEFAULT_LIMITS, 30],
  ['2,400 a minute would be used up by them: they do not come faster', limitsOf(2_400, 60_000), 30],
  ['12,000 a minute let them come faster', limitsOf(12_000, 60_000), 20],
  ['so does a short window', limitsOf(200, 1_000), 20],
  ['a heavy report counts for what it weighs', limitsOf(24_000, 60_000, 2), 20],
  ['the limit of all requests counts, too', { ...limitsOf(1_000_000, 1_000), global: windowOf(12_000, 60_000) }, 20],
  ['a venue may limit all requests alone', { global: windowOf(12_000, 60_000), endpoints: {} }, 20],
  ['limits that nobody meets leave a pause all the same', limitsOf(1_000_000, 1_000), 5],
])('reports wait for each other as the limits allow: %s', (_why, limits, spacingMs) => {
  expect(reportSpacingMs(limits)).toBe(spacingMs);
});

function windowOf(limit: number, windowMs: number, weight = 1) {
  return { limit, windowMs, weight };
}

function limitsOf(limit: number, windowMs: number, weight = 1) {
  const account = windowOf(limit, windowMs, weight);
  return { global: windowOf(1_000_000, 1_000), endpoints: { account } };
}
