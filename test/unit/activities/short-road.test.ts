import type { EntityCaller } from '../../../activities/entity-caller';
import type { OrderPlanner } from '../../../activities/order-planner';
import type { OrderSender } from '../../../activities/order-sender';
import { Permits } from '../../../activities/permits';
import { createShortRoadActivities, type TradeInput } from '../../../activities/short-road';
import { applySnapshot, commit, emptyLedger, release, reserve, withdraw } from '../../../src/domain/ledger/ledger';
import type { OrderPlan, VenueOrder } from '../../../src/domain/market';
import type { VenueOutcome } from '../../../src/domain/outcome';
import { acquire, createRateWindow, giveBack, usage } from '../../../src/domain/rate-window/rate-window';
import type { EntityRequest } from '../../../src/messages/entity-batch';
import { AUTHORIZATION_VALIDITY_MS } from '../../../src/messages/balance-ledger';

const NOW_MS = 1_700_000_000_000;
const VENUE = 'bybit';

const PLAN: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'of-1',
  quantity: '0.01',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '600',
  referencePrice: '60000',
};
const FILLED: VenueOrder = {
  clientOrderId: 'of-1',
  venueOrderId: 'v-1',
  symbol: 'BTCUSDT',
  direction: 'BUY',
  status: 'filled',
  quantity: '0.01',
  filledQuantity: '0.01',
  averagePrice: '60000',
  fee: '0.33',
  createdAtMs: NOW_MS,
  updatedAtMs: NOW_MS,
};
const INPUT: TradeInput = {
  fingerprint: 'f'.repeat(16),
  clientOrderId: 'of-1',
  venue: VENUE,
  signal: {
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 'test',
    timestampMs: NOW_MS,
    intent: 'entry',
    amount: '0.01',
  },
  round: 1,
  signalStartedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 300_000,
  leverage: 1,
};

const LIMITER_RULES = { acquire, giveBack };
const LEDGER_RULES = { reserve, release, commit, withdraw };

/** The real rules of both entities, without the workflows around them. */
class Entities {
  books = emptyLedger({ snapshotLagMs: 0 });
  windows = createRateWindow({
    global: { limit: 100, windowMs: 60_000, weight: 1 },
    endpoints: { order: { limit: 4, windowMs: 60_000, weight: 2 } },
    safetyMargin: 1,
    exitSafetyMargin: 1,
    permitValidityMs: 2_000,
  });

  constructor(free: string) {
    const figures = { total: free, available: free, locked: '0' };
    this.books = applySnapshot(this.books, { asOfMs: NOW_MS, assets: { USDT: figures } }, NOW_MS).state;
  }

  async request<Result>(_workflowId: string, { kind, command }: EntityRequest): Promise<Result> {
    const nowMs = Date.now();
    if (kind === 'acquire' || kind === 'giveBack') {
      const step = LIMITER_RULES[kind](this.windows, command as never, nowMs);
      this.windows = step.state;
      return { ...step.result, answeredAtMs: nowMs, blockedUntilMs: this.windows.blockedUntilMs } as Result;
    }
    const step = LEDGER_RULES[kind as keyof typeof LEDGER_RULES](this.books, command as never, nowMs);
    this.books = step.state;
    return step.result as Result;
  }

  get usedWeight(): number {
    return usage(this.windows, Date.now()).endpoints.order?.used ?? 0;
  }
}

function roadWith(
  entities: Entities,
  outcome: VenueOutcome['kind'] = 'PLACED',
  order: VenueOrder | undefined = FILLED,
) {
  const send = jest.fn(async () => ({
    outcome: { kind: outcome, message: '' },
    signedAtMs: Date.now(),
    answeredAtMs: Date.now(),
    order,
  }));
  const caller = entities as unknown as EntityCaller;
  const road = createShortRoadActivities({
    entities: caller,
    permits: new Permits(caller, VENUE),
    planner: { plan: async () => PLAN } as unknown as OrderPlanner,
    sender: { send } as unknown as OrderSender,
  });
  return { road, send };
}

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

test('with nothing in its way, the order is sent once and booked', async () => {
  const entities = new Entities('1000');
  const { road, send } = roadWith(entities);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'settled', plan: PLAN, order: FILLED });
  expect(send).toHaveBeenCalledTimes(1);
  expect(entities.books.pending).toEqual([]);
  expect(entities.books.ended).toMatchObject([{ reservation: { status: 'committed', committedAmount: '600.33' } }]);
});

test('the order leaves only while both leaves are good', async () => {
  const { road, send } = roadWith(new Entities('1000'));
  await road.tradeAtOnce(INPUT);
  expect(send).toHaveBeenCalledWith('trade', PLAN, NOW_MS + AUTHORIZATION_VALIDITY_MS);
});

test.each(['pending', 'committed'])('a run that finds its reservation %s sends nothing', async (status) => {
  const entities = new Entities('1000');
  const first = status === 'pending' ? roadWith(entities, 'UNKNOWN', undefined) : roadWith(entities);
  await first.road.tradeAtOnce(INPUT);
  const second = roadWith(entities);
  expect(await second.road.tradeAtOnce(INPUT)).toMatchObject({
    status: 'reserved',
    earlierAttempt: status === 'pending' ? 'possible' : 'placed',
  });
  expect(second.send).not.toHaveBeenCalled();
});

test('a run that finds its funds released ends', async () => {
  const entities = new Entities('1000');
  const { road } = roadWith(entities, 'REJECTED', undefined);
  await road.tradeAtOnce(INPUT);
  await road.releaseFunds({ venue: VENUE, fingerprint: INPUT.fingerprint, reason: 'rejected' });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'SIGNAL_ENDED' } });
});

test('a signal without funds sends nothing, and its permit is free again', async () => {
  const entities = new Entities('100');
  const { road, send } = roadWith(entities);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'INSUFFICIENT_FUNDS' } });
  expect(send).not.toHaveBeenCalled();
  expect(entities.usedWeight).toBe(0);
});

test.each([
  ['sent', 'UNKNOWN', undefined, 'possible'],
  ['booked', 'PLACED', FILLED, 'placed'],
] as const)('a signal that ends unsent hears of what a lost run %s', async (_did, outcome, order, earlierAttempt) => {
  const entities = new Entities('1000');
  const { road } = roadWith(entities, outcome, order);
  await road.tradeAtOnce(INPUT);
  expect(await road.withdraw(INPUT)).toMatchObject({ status: 'reserved', plan: PLAN, earlierAttempt });
  expect(entities.books.pending).toHaveLength(order ? 0 : 1);
});

test('a signal that has withdrawn can never be sent, not even by a run that is late', async () => {
  const entities = new Entities('1000');
  const { road, send } = roadWith(entities);
  expect(await road.withdraw(INPUT)).toEqual({ status: 'withdrawn' });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'SIGNAL_ENDED' } });
  expect(send).not.toHaveBeenCalled();
});

test('a signal whose reservation may be forgotten looks its order up', async () => {
  const entities = new Entities('1000');
  entities.books = { ...entities.books, forgottenAtMs: NOW_MS };
  const { road } = roadWith(entities);
  expect(await road.withdraw(INPUT)).toMatchObject({
    status: 'reserved',
    plan: { symbol: 'BTCUSDT', clientOrderId: 'of-1' },
    earlierAttempt: 'possible',
  });
});

test('a permit that an earlier run may have used is not given back', async () => {
  const entities = new Entities('1000');
  const { road } = roadWith(entities, 'REJECTED', undefined);
  await road.tradeAtOnce(INPUT);
  await road.releaseFunds({ venue: VENUE, fingerprint: INPUT.fingerprint, reason: 'rejected' });
  await road.tradeAtOnce(INPUT);
  expect(entities.usedWeight).toBe(2);
});

test('a full window leaves the rest to a durable wait', async () => {
  const entities = new Entities('10000');
  const { road, send } = roadWith(entities);
  for (const name of ['a', 'b']) await road.tradeAtOnce({ ...INPUT, fingerprint: name.repeat(16) });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({
    status: 'reserved',
    earlierAttempt: 'none',
    waitUntilMs: NOW_MS + 62_000,
  });
  expect(send).toHaveBeenCalledTimes(2);
});

test('a window that has no room before the signal expires ends it', async () => {
  const entities = new Entities('10000');
  const { road, send } = roadWith(entities);
  for (const name of ['a', 'b']) await road.tradeAtOnce({ ...INPUT, fingerprint: name.repeat(16) });
  expect(await road.tradeAtOnce({ ...INPUT, expiresAtMs: NOW_MS + 1_000 })).toMatchObject({ status: 'expired' });
  expect(send).toHaveBeenCalledTimes(2);
});

test('an answer of the ledger that took longer than its validity sends nothing', async () => {
  const entities = new Entities('1000');
  const { road, send } = roadWith(entities);
  const request = entities.request.bind(entities);
  entities.request = async (workflowId, wanted) => {
    const answer = await request(workflowId, wanted);
    if (wanted.kind === 'reserve') jest.setSystemTime(Date.now() + AUTHORIZATION_VALIDITY_MS + 1);
    return answer as never;
  };
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', earlierAttempt: 'none' });
  expect(send).not.toHaveBeenCalled();
});

test.each(['REJECTED', 'UNKNOWN', 'RATE_LIMITED'] as const)(
  'the answer %s is left to the durable road',
  async (kind) => {
    const entities = new Entities('1000');
    const { road } = roadWith(entities, kind, undefined);
    expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'answered', outcome: { kind } });
    expect(entities.books.pending).toHaveLength(1);
  },
);
