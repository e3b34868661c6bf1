import { createOrderActivities } from '../../../activities/orders';
import type { PlaceOrderInput } from '../../../src/messages/trade';
import type { SendCheck, SendRequest } from '../../../src/trading/send-checker';
import type { Repriced } from '../../../src/trading/repricer';
import { FILLED, PLAN } from '../trading/fixtures/short-road';
import { goodPermit } from '../../support/permit';

const INPUT: PlaceOrderInput = {
  fingerprint: 'f',
  venue: 'bybit',
  plan: PLAN,
  intent: 'entry',
  expiresAtMs: 0,
  permitRound: 1,
};

const COVERED: Repriced = { status: 'covered' };

function activitiesWith(
  check: SendCheck,
  repriced = COVERED,
  sent: object = { outcome: { kind: 'PLACED', message: '' }, order: FILLED },
) {
  const checked: SendRequest[] = [];
  const checker = { check: async (request: SendRequest) => (checked.push(request), check) };
  const sender = { send: async () => sent };
  const repricer = { check: async () => repriced };
  return { ...createOrderActivities({ checker, sender, repricer } as never), checked };
}

const CLEAR: SendCheck = { status: 'clear', sendBeforeMs: 1, token: goodPermit(), permitRound: 1 };

test.each<SendCheck>([
  { status: 'wait', waitMs: 60_000, permitRound: 2, reason: 'r' },
  { status: 'lapsed', permitRound: 2, reason: 'r' },
])('a call that sent nothing says for how long to wait, also to steps of an older release: $status', async (check) => {
  jest.useFakeTimers({ now: 1_000_000 });
  const answer = await activitiesWith(check).placeOrder(INPUT);
  jest.useRealTimers();
  expect(answer).toMatchObject({ status: 'wait', permitRound: 2, reason: 'r' });
  const { waitMs, untilMs } = answer as { waitMs: number; untilMs: number };
  expect(untilMs - 1_000_000).toBe(waitMs);
});

test('the end of a call is an instant of the clock that never steps', async () => {
  const activities = activitiesWith(CLEAR);
  const beforeMs = performance.now();
  await activities.placeOrder(INPUT);
  const endsAfterMs = (activities.checked[0]?.callEndsAtMs ?? Number.NaN) - beforeMs;
  expect(endsAfterMs).toBeGreaterThan(0);
  expect(endsAfterMs).toBeLessThan(60_000);
});

test('an order whose price moved beyond what is reserved is denied, and asks for no permit', async () => {
  const denial = { code: 'PRICE_MOVED', message: 'm' } as const;
  const activities = activitiesWith(CLEAR, { status: 'denied', denial });
  expect(await activities.placeOrder(INPUT)).toEqual({ status: 'denied', denial });
  expect(activities.checked).toEqual([]);
});

test('an order whose price cannot be had waits, and asks for no permit', async () => {
  const activities = activitiesWith(CLEAR, { status: 'unknown', reason: 'No price.' });
  expect(await activities.placeOrder(INPUT)).toMatchObject({ status: 'wait', permitRound: 1, reason: 'No price.' });
  expect(activities.checked).toEqual([]);
});

test('an order that was held back at the last instant is no attempt: it waits, as for a permit', async () => {
  const held = { outcome: { kind: 'RATE_LIMITED', message: 'No permit any more.' }, isUnsent: true };
  // Two permits lapsed before: they are not asked for again.
  const activities = activitiesWith({ ...CLEAR, permitRound: 3 }, COVERED, held);
  expect(await activities.placeOrder(INPUT)).toMatchObject({
    status: 'wait',
    permitRound: 3,
    reason: 'No permit any more.',
  });
});
