import type { LookUpAnswer, OrderPlan } from '../../../src/domain/market';
import { OrderEvidence } from '../../../src/trading/order-evidence';
import { FILLED, PLAN } from './fixtures/short-road';

const VENUE_NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const PLANNED = { ...PLAN, plannedAtMs: VENUE_NOW_MS - HOUR_MS };
const CALL = { venue: 'bybit', fingerprint: 'f'.repeat(16) };
const ABSENT: LookUpAnswer = { status: 'absent', askedAtMs: VENUE_NOW_MS };
/** By the clock of a sender that is ten hours ahead. */
const REUSABLE_SINCE_MS = VENUE_NOW_MS + 10 * HOUR_MS;

function evidenceWith(answer: LookUpAnswer) {
  const lookUpOrder = jest.fn(async (_question: unknown) => answer);
  const recentOrders = jest.fn(async (sinceMs: number) => (FILLED.createdAtMs >= sinceMs ? [FILLED] : []));
  const venue = { clockMs: () => VENUE_NOW_MS };
  return { evidence: new OrderEvidence({ venue, lookUpOrder, recentOrders } as never), lookUpOrder, recentOrders };
}

test('an order is looked for from when it was planned, on the venue’s clock', async () => {
  const { evidence, lookUpOrder } = evidenceWith(ABSENT);
  await evidence.lookUp({ ...CALL, plan: PLANNED });
  expect(lookUpOrder).toHaveBeenCalledWith(
    expect.objectContaining({ symbol: 'BTCUSDT', clientOrderId: 'of-1', sinceMs: PLANNED.plannedAtMs }),
  );
});

test('where ids may be used again, a sender’s wrong clock hides no order', async () => {
  const { evidence } = evidenceWith(ABSENT);
  expect(await evidence.lookUp({ ...CALL, plan: PLANNED, reusableIdSinceMs: REUSABLE_SINCE_MS })).toMatchObject({
    status: 'found',
  });
});

test('where ids may be used again, an order from before the plan is not ours', async () => {
  const order = { ...FILLED, createdAtMs: PLANNED.plannedAtMs - HOUR_MS };
  const { evidence } = evidenceWith({ status: 'found', order });
  expect(await evidence.lookUp({ ...CALL, plan: PLANNED, reusableIdSinceMs: 0 })).toMatchObject({
    status: 'unavailable',
  });
});

test.each<[string, OrderPlan]>([
  ['no instant of the venue', PLAN],
  ['an instant ahead of a venue’s clock that was set back', { ...PLAN, plannedAtMs: VENUE_NOW_MS + HOUR_MS }],
])('with %s the sender’s clock decides which orders may be ours', async (_what, plan) => {
  const { evidence, recentOrders } = evidenceWith(ABSENT);
  await evidence.lookUp({ ...CALL, plan, reusableIdSinceMs: 7 });
  expect(recentOrders).toHaveBeenCalledWith(7);
});
