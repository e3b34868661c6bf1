import type { VenueOrder } from '../../../src/domain/market';
import type { Intent } from '../../../src/domain/signal';
import { OrderObserver } from '../../../src/trading/order-observer';
import { OrderObservers } from '../../../src/trading/order-observers';
import { RestingOrders } from '../../../src/trading/resting-orders';
import { StreamHints } from '../../../src/trading/stream-hints';
import { currentPurse, type RequestPermit } from '../../../src/venues/request-permit';
import { VenueError } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';
import { FILLED } from './fixtures/short-road';
import { StubStream } from './fixtures/stub-stream';

const NOW_MS = 1_700_000_000_000;
const ID = FILLED.clientOrderId;

let stream: StubStream;
let hints: StreamHints;
let resting: RestingOrders;
let observer: OrderObserver;
/** What the venue's list shows; absent until it does. */
let shown: VenueOrder[];
let reports: number;
/** In whose share of the limits the lists were asked for. */
let shares: Intent[];

/** It answers nobody without a permit, as the transport does. */
const venue = {
  async recentOrders(): Promise<VenueOrder[]> {
    if (currentPurse()?.take(performance.now()) !== true) throw new Error('A list was asked for without a permit.');
    reports += 1;
    return shown;
  },
};
const permits = {
  async forRead(_group: string, share: Intent): Promise<RequestPermit> {
    shares.push(share);
    return goodPermit();
  },
};

beforeEach(() => {
  jest.useFakeTimers({ now: NOW_MS });
  stream = new StubStream();
  hints = new StreamHints(stream);
  resting = new RestingOrders(hints);
  shown = [];
  reports = 0;
  shares = [];
  observer = new OrderObserver(venue, permits as never, 'entry', hints, resting);
});

afterEach(() => jest.useRealTimers());

async function pass(durationMs: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(durationMs);
}

/** What a watch came to, once it has. */
function watch(id = ID): { result?: VenueOrder | 'left' } {
  const seen: { result?: VenueOrder | 'left' } = {};
  void observer.observe(id, NOW_MS).then((order) => (seen.result = order ?? 'left'));
  return seen;
}

test.each([0, 50, 150, 250, 1_000])(
  'an order that the stream tells of after %d ms takes one request',
  async (lagMs) => {
    stream.start();
    const seen = watch();
    await pass(lagMs);
    shown = [FILLED];
    stream.tell(ID, 'Filled');
    await pass(0);
    expect(seen.result).toEqual(FILLED);
    expect(reports).toBe(1);
  },
);

test('nothing is asked while the stream is live and tells nothing', async () => {
  stream.start();
  watch();
  await pass(1_900);
  expect(reports).toBe(0);
});

test('an order that was told of before its own answer came takes one request', async () => {
  stream.start();
  stream.tell(ID, 'Filled');
  shown = [FILLED];
  const seen = watch();
  await pass(0);
  expect(seen.result).toEqual(FILLED);
  expect(reports).toBe(1);
});

test('a burst that is told of at once shares requests', async () => {
  stream.start();
  const ids = Array.from({ length: 50 }, (_, index) => `of-${index}`);
  const seen = ids.map((id) => watch(id));
  shown = ids.map((clientOrderId) => ({ ...FILLED, clientOrderId }));
  for (const id of ids) stream.tell(id, 'Filled');
  await pass(100);
  expect(seen.every(({ result }) => result !== undefined && result !== 'left')).toBe(true);
  expect(reports).toBeLessThanOrEqual(2);
});

test('an order that is told of twice, and as open afterwards, takes one request', async () => {
  stream.start();
  const seen = watch();
  shown = [FILLED];
  for (const status of ['Filled', 'Filled', 'New', 'PartiallyFilled']) stream.tell(ID, status);
  await pass(3_000);
  expect(seen.result).toEqual(FILLED);
  expect(reports).toBe(1);
});

test('what is forged books nothing: the order is left to its own look-ups', async () => {
  stream.start();
  const seen = watch();
  stream.tell(ID, 'Filled');
  await pass(5_000);
  expect(seen.result).toBe('left');
  expect(reports).toBe(3);
});

test('forged news of one order, again and again, asks no more often than once', async () => {
  stream.start();
  watch();
  for (let count = 0; count < 1_000; count += 1) {
    stream.tell(ID, 'Filled');
    await pass(5);
  }
  expect(reports).toBe(3);
});

test('news of orders that nobody waits for asks nothing', async () => {
  stream.start();
  for (let count = 0; count < 100; count += 1) stream.tell(`stranger-${count}`, 'Filled');
  await pass(5_000);
  expect(reports).toBe(0);
});

test('a lost hint costs time, and the stream is not waited for again until it tells something', async () => {
  stream.start();
  const first = watch();
  shown = [FILLED];
  await pass(2_100);
  expect(first.result).toEqual(FILLED);
  const second = watch('of-2');
  shown = [{ ...FILLED, clientOrderId: 'of-2' }];
  stream.tell('of-2', 'Filled');
  await pass(50);
  expect(second.result).toMatchObject({ clientOrderId: 'of-2' });
  watch('of-3');
  await pass(1_000);
  expect(reports).toBe(2);
});

test('a stream that stays silent is not waited for at the second order', async () => {
  stream.start();
  watch();
  shown = [FILLED];
  await pass(2_100);
  shown = [{ ...FILLED, clientOrderId: 'of-2' }];
  const second = watch('of-2');
  await pass(0);
  expect(second.result).toMatchObject({ clientOrderId: 'of-2' });
});

test('an order is asked about at once when the stream is lost', async () => {
  stream.start();
  const seen = watch();
  await pass(500);
  shown = [FILLED];
  stream.lose();
  await pass(0);
  expect(seen.result).toEqual(FILLED);
});

test('an order that filled in a gap is found by the request that follows the gap', async () => {
  stream.start();
  const seen = watch();
  await pass(100);
  stream.lose();
  await pass(0);
  shown = [FILLED];
  stream.start();
  await pass(50);
  expect(seen.result).toEqual(FILLED);
});

test('a gap asks for nothing where nobody waits', async () => {
  stream.start();
  stream.lose();
  stream.start();
  await pass(5_000);
  expect(reports).toBe(0);
});

test('a gap is followed by one list of what ended, for orders that rest', async () => {
  stream.start();
  await pass(1);
  resting.keep({ ...FILLED, status: 'open' }, performance.now());
  shown = [FILLED];
  stream.lose();
  stream.start();
  await pass(100);
  expect(reports).toBe(1);
  expect(resting.recall(ID)).toEqual(FILLED);
});

test.each([50, 150, 250, 1_000])(
  'lists that are %d ms behind the stream are soon asked at the right time',
  async (lagMs) => {
    stream.start();
    const orders = 100;
    for (let count = 0; count < orders; count += 1) {
      const id = `of-${count}`;
      const seen = watch(id);
      stream.tell(id, 'Filled');
      await pass(lagMs);
      shown = [{ ...FILLED, clientOrderId: id }];
      await pass(3_000);
      expect(seen.result).toMatchObject({ clientOrderId: id });
    }
    expect(reports / orders).toBeLessThanOrEqual(1.2);
  },
);

test.each([50, 150, 250, 1_000])(
  'lists that are %d ms behind the stream cost the first order two requests in vain at the most',
  async (lagMs) => {
    stream.start();
    const seen = watch();
    stream.tell(ID, 'Filled');
    await pass(lagMs);
    shown = [FILLED];
    await pass(3_000);
    expect(seen.result).toEqual(FILLED);
    expect(reports).toBeLessThanOrEqual(3);
  },
);

test('lists that have caught up are asked sooner and sooner', async () => {
  stream.start();
  const tookMs: number[] = [];
  for (let count = 0; count < 60; count += 1) {
    const id = `of-${count}`;
    const toldAtMs = performance.now();
    void observer.observe(id, NOW_MS).then(() => tookMs.push(performance.now() - toldAtMs));
    stream.tell(id, 'Filled');
    await pass(count === 0 ? 1_000 : 0);
    shown = [{ ...FILLED, clientOrderId: id }];
    await pass(3_000);
  }
  expect(tookMs[1]).toBeGreaterThan(1_000);
  expect(tookMs.at(-1)).toBeLessThan(100);
});

test('without a stream orders are asked about as before', async () => {
  const seen = watch();
  await pass(400);
  expect(seen.result).toBe('left');
  expect(reports).toBe(4);
});

describe('where exits are watched apart', () => {
  let observers: OrderObservers;

  beforeEach(() => {
    // Of their own: nobody else hears them.
    stream = new StubStream();
    hints = new StreamHints(stream);
    resting = new RestingOrders(hints);
    observers = new OrderObservers(venue, permits as never, { hints, resting });
  });

  test.each(['entry', 'exit'] as const)('the stream wakes the report of an %s, in its own share', async (intent) => {
    stream.start();
    const observed = observers.observe(ID, NOW_MS, intent);
    await pass(1_000);
    expect(reports).toBe(0);
    shown = [FILLED];
    stream.tell(ID, 'Filled');
    await pass(0);
    expect(await observed).toEqual(FILLED);
    expect(shares).toEqual([intent]);
  });

  test('a gap is followed by one list for orders that rest, in the share of entries', async () => {
    stream.start();
    await pass(1);
    resting.keep({ ...FILLED, status: 'open' }, performance.now());
    stream.lose();
    stream.start();
    await pass(5_000);
    expect(shares).toEqual(['entry']);
  });
});

test('while lists fail, what the stream tells of an entry asks for none', async () => {
  stream.start();
  const recentOrders = jest.fn(async () => {
    throw new VenueError({ kind: 'NOT_PLACED', message: 'reset' });
  });
  observer = new OrderObserver({ recentOrders }, permits as never, 'entry', hints, resting);
  for (const id of ['of-1', 'of-2', 'of-3']) {
    const seen = watch(id);
    stream.tell(id, 'Filled');
    await pass(50);
    expect(seen.result).toBe('left');
  }
  expect(recentOrders).toHaveBeenCalledTimes(1);
});
