import { AUTHORIZATION_VALIDITY_MS } from '../../../src/domain/ledger/authorization';
import type { TradeTimes } from '../../../src/messages/trade';
import { Account, FILLED, INPUT, NOW_MS, PLAN, roadWith, VENUE, TERMS } from './fixtures/short-road';

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

test('with nothing in its way, the order is sent once and booked', async () => {
  const account = new Account('1000');
  const { road, send } = roadWith(account);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'settled', plan: PLAN, order: FILLED });
  expect(send).toHaveBeenCalledTimes(1);
  expect(account.ledger.pending).toEqual([]);
  expect(account.ledger.ended).toMatchObject([{ reservation: { status: 'committed', committedAmount: '600.33' } }]);
});

test('what was filled at once keeps what the venue said of its limits', async () => {
  const limits = { limit: 10, remaining: 9 };
  const { road, send } = roadWith(new Account('1000'));
  const [signedAtMs, answeredAtMs] = [Date.now(), performance.now()];
  const outcome = { kind: 'PLACED', venueCode: '0', httpStatus: 200, message: '', limits } as const;
  send.mockResolvedValue({ outcome, signedAtMs, answeredAtMs, order: FILLED });
  const result = await road.tradeAtOnce(INPUT);
  expect(result.facts).toMatchObject({ venueCode: '0', httpStatus: 200, limits });
});

test('the bounds of risk that an entry of an amount of its own met are kept beside those that its plan met', async () => {
  const account = new Account('1000');
  const { road, plan } = roadWith(account);
  const bounds = [['TOO_MANY_POSITIONS', '5 symbols', '2']] as const;
  plan.mockImplementation(async (_input?: unknown, note?: (facts: object) => void) => {
    note?.({ bounds: [['ORDER_TOO_LARGE', '1000 USDT', '600']] });
    return PLAN;
  });
  const request = account.request.bind(account);
  const asked: unknown[] = [];
  account.request = async (venue, kind, command, wants?: object) => {
    if (wants !== undefined) asked.push(wants);
    return { ...(await request(venue, kind, command)), ...(kind === 'reserve' && { bounds }) };
  };
  const { facts } = await road.tradeAtOnce(INPUT);
  expect(facts?.bounds?.map(([code]) => code)).toEqual(['ORDER_TOO_LARGE', 'TOO_MANY_POSITIONS']);
  expect(asked).toEqual([{ tellBounds: true }]);
});

test.each([
  ['an entry that is sized from free funds, which has heard of them', { amount: undefined }],
  ['an exit, which meets none', { intent: 'exit' as const }],
])('nobody asks for the bounds of %s', async (_what, change) => {
  const account = new Account('1000');
  const request = jest.spyOn(account, 'request');
  const signal = { ...INPUT.signal, ...change };
  await roadWith(account).road.tradeAtOnce({ ...INPUT, signal });
  expect(request.mock.calls.filter((call) => JSON.stringify(call).includes('tellBounds'))).toEqual([]);
});

test('the order is sent only while permit and authorization are good', async () => {
  const { road, send } = roadWith(new Account('1000'));
  await road.tradeAtOnce(INPUT);
  expect(send).toHaveBeenCalledWith(
    'trade',
    PLAN,
    expect.objectContaining({ sendBeforeMs: performance.now() + AUTHORIZATION_VALIDITY_MS }),
  );
});

test('the stop that is sent is the one in the reservation, also where it is planned anew at another price', async () => {
  const guarded = {
    ...PLAN,
    stopLoss: '58800',
    stopTrigger: 'mark',
    takeProfit: '62400',
    targetTrigger: 'last',
    trailingDistance: '600',
    maxHoldingSeconds: 900,
  } as const;
  const account = new Account('1000');
  const first = roadWith(account, 'UNKNOWN', undefined);
  first.plan.mockResolvedValue(guarded);
  await first.road.tradeAtOnce(INPUT);
  expect(first.send.mock.calls).toEqual([['trade', guarded, expect.anything()]]);
  const { asset: _asset, reserveAmount: _amount, ...kept } = guarded;
  expect(account.ledger.pending).toMatchObject([{ reservation: { metadata: kept } }]);
  const second = roadWith(account);
  second.plan.mockResolvedValue({ ...guarded, stopLoss: '58000', takeProfit: '61500' });
  expect(await second.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', plan: guarded });
});

test.each(['pending', 'committed'])('a run that finds its reservation %s sends nothing', async (status) => {
  const account = new Account('1000');
  const first = status === 'pending' ? roadWith(account, 'UNKNOWN', undefined) : roadWith(account);
  await first.road.tradeAtOnce(INPUT);
  const second = roadWith(account);
  expect(await second.road.tradeAtOnce(INPUT)).toMatchObject({
    status: 'reserved',
    earlierAttempt: status === 'pending' ? 'possible' : 'placed',
  });
  expect(second.send).not.toHaveBeenCalled();
});

test('a run that finds its funds released ends', async () => {
  const account = new Account('1000');
  const { road } = roadWith(account, 'REJECTED', undefined);
  await road.tradeAtOnce(INPUT);
  await road.releaseFunds({ venue: VENUE, fingerprint: INPUT.fingerprint, reason: 'rejected' });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'SIGNAL_ENDED' } });
});

test('a signal without funds sends nothing, and its permit is free again', async () => {
  const account = new Account('100');
  const { road, send } = roadWith(account);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'INSUFFICIENT_FUNDS' } });
  expect(send).not.toHaveBeenCalled();
  expect(account.usedWeight).toBe(0);
});

test.each([
  ['is denied without an alert, where its sender may not know what trades', true, 0],
  ['is denied, and a person hears of it, where intake should have kept it away', false, 1],
])('a symbol that is not traded here %s', async (_what, senderMayNotKnow, alerts) => {
  const { road, send, tell, faultOfSymbol } = roadWith(new Account('1000'));
  faultOfSymbol.mockReturnValue({ message: 'It is not traded here.', senderMayNotKnow });
  const denial = { code: 'UNKNOWN_SYMBOL', message: 'It is not traded here.' };
  expect(await road.tradeAtOnce(INPUT)).toEqual({ status: 'denied', denial });
  expect(tell).toHaveBeenCalledTimes(alerts);
  expect(send).not.toHaveBeenCalled();
});

test.each([
  ['sent', 'UNKNOWN', undefined, 'possible'],
  ['booked', 'PLACED', FILLED, 'placed'],
] as const)('a signal that ends unsent hears of what a lost run %s', async (_did, outcome, order, earlierAttempt) => {
  const account = new Account('1000');
  const { road } = roadWith(account, outcome, order);
  await road.tradeAtOnce(INPUT);
  expect(await road.withdraw(INPUT)).toMatchObject({ status: 'reserved', plan: PLAN, earlierAttempt });
  expect(account.ledger.pending).toHaveLength(order ? 0 : 1);
});

test('a signal that was barred can never be sent, not even by a run that is late', async () => {
  const account = new Account('1000');
  const { road, send } = roadWith(account);
  expect(await road.withdraw(INPUT)).toEqual({ status: 'withdrawn' });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'SIGNAL_ENDED' } });
  expect(send).not.toHaveBeenCalled();
});

test('a signal whose reservation may be forgotten looks its order up', async () => {
  const account = new Account('1000');
  account.ledger = { ...account.ledger, forgottenAtMs: NOW_MS };
  const { road } = roadWith(account);
  expect(await road.withdraw(INPUT)).toMatchObject({
    status: 'reserved',
    plan: { symbol: 'BTCUSDT', clientOrderId: 'of-1' },
    earlierAttempt: 'possible',
  });
});

test('a permit that an earlier run may have used is not given back', async () => {
  const account = new Account('1000');
  const { road } = roadWith(account, 'REJECTED', undefined);
  await road.tradeAtOnce(INPUT);
  await road.releaseFunds({ venue: VENUE, fingerprint: INPUT.fingerprint, reason: 'rejected' });
  await road.tradeAtOnce(INPUT);
  expect(account.usedWeight).toBe(2);
});

test('a full window leaves the rest to a durable wait', async () => {
  const account = new Account('10000');
  const { road, send } = roadWith(account);
  for (const name of ['a', 'b']) await road.tradeAtOnce({ ...INPUT, fingerprint: name.repeat(16) });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({
    status: 'reserved',
    earlierAttempt: 'none',
    waitMs: 62_000,
  });
  expect(send).toHaveBeenCalledTimes(2);
});

test('a window that has no room before the signal expires ends it', async () => {
  const account = new Account('10000');
  const { road, send } = roadWith(account, 'PLACED', FILLED, { ...TERMS, expiresAtMs: NOW_MS + 1_000 });
  for (const name of ['a', 'b']) await road.tradeAtOnce({ ...INPUT, fingerprint: name.repeat(16) });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({
    status: 'expired',
    code: 'RATE_LIMIT_EXCEEDED',
  });
  expect(send).toHaveBeenCalledTimes(2);
});

test('an answer of the ledger that took longer than its validity sends nothing', async () => {
  const account = new Account('1000');
  const { road, send } = roadWith(account);
  const request = account.request.bind(account);
  account.request = async (venue, kind, command) => {
    const answer = await request(venue, kind, command);
    if (kind === 'reserve') jest.advanceTimersByTime(AUTHORIZATION_VALIDITY_MS + 1);
    return answer;
  };
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', earlierAttempt: 'none' });
  expect(send).not.toHaveBeenCalled();
});

test.each([-3_600_000, 3_600_000])(
  'no step of the clock by %d ms while an order is sent shows in its times',
  async (stepMs) => {
    const { road, send } = roadWith(new Account('1000'));
    const answer = send.getMockImplementation()!;
    send.mockImplementation(async () => {
      jest.advanceTimersByTime(7);
      jest.setSystemTime(Date.now() + stepMs);
      return answer();
    });
    const result = await road.tradeAtOnce(INPUT);
    const {
      reservedAtMs,
      sentAtMs,
      answeredAtMs,
      toldAtMs = NaN,
    } = 'times' in result ? result.times : ({} as TradeTimes);
    expect([sentAtMs - reservedAtMs, answeredAtMs - sentAtMs, toldAtMs - answeredAtMs]).toEqual([0, 7, 0]);
  },
);

test.each([-3_600_000, 3_600_000])(
  'a step of the clock by %d ms before the answer lends no order more time',
  async (stepMs) => {
    const account = new Account('1000');
    const { road, send } = roadWith(account, 'PLACED', FILLED, { ...TERMS, expiresAtMs: NOW_MS + 10 * 3_600_000 });
    const request = account.request.bind(account);
    account.request = async (venue, kind, command) => {
      const answer = await request(venue, kind, command);
      if (kind === 'reserve') {
        jest.advanceTimersByTime(AUTHORIZATION_VALIDITY_MS + 1);
        jest.setSystemTime(NOW_MS + stepMs);
      }
      return answer;
    };
    expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', earlierAttempt: 'none' });
    expect(send).not.toHaveBeenCalled();
  },
);

test.each(['REJECTED', 'UNKNOWN', 'RATE_LIMITED'] as const)(
  'the answer %s is left to the durable road',
  async (kind) => {
    const account = new Account('1000');
    const { road } = roadWith(account, kind, undefined);
    expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'answered', outcome: { kind } });
    expect(account.ledger.pending).toHaveLength(1);
  },
);

test.each([
  ['knows no reservation', { status: 'not_found' }],
  ['released it before', { status: 'already_ended', reservation: { status: 'released' } }],
  ['refuses the command', { status: 'invalid', message: 'No.' }],
])('a fill that the ledger does not book, because it %s, is left to the durable road', async (_why, answer) => {
  const account = new Account('1000');
  const { road } = roadWith(account);
  const request = account.request.bind(account);
  account.request = async (venue, kind, command) =>
    kind === 'commit' ? (answer as never) : request(venue, kind, command);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'answered', order: FILLED });
  expect(await road.bookFill({ ...INPUT, plan: PLAN, order: FILLED, leverage: TERMS.leverage })).toMatchObject({
    status: 'refused',
  });
});

test('a fill that is booked twice is booked once', async () => {
  const account = new Account('1000');
  const { road } = roadWith(account);
  await road.tradeAtOnce(INPUT);
  const { ended } = account.ledger;
  expect(await road.bookFill({ ...INPUT, plan: PLAN, order: FILLED, leverage: TERMS.leverage })).toEqual({
    status: 'booked',
  });
  expect(account.ledger.ended).toEqual(ended);
});

describe('while nothing is asked of the account', () => {
  test('the fill is told to it instead of asked, and the signal has ended', async () => {
    const account = new Account('1000');
    account.isIdle = true;
    const request = jest.spyOn(account, 'request');
    const { road } = roadWith(account);
    expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'settled', plan: PLAN, order: FILLED });
    expect(account.told).toMatchObject([{ reservationId: INPUT.fingerprint, amount: '600.33' }]);
    expect(request).not.toHaveBeenCalledWith(VENUE, 'commit', expect.anything());
    expect(account.ledger.ended).toMatchObject([{ reservation: { status: 'committed', committedAmount: '600.33' } }]);
  });

  test('the durable road asks all the same: it tells in the signal itself what is not booked', async () => {
    const account = new Account('1000');
    account.isIdle = true;
    const { road } = roadWith(account);
    expect(await road.bookFill({ ...INPUT, plan: PLAN, order: FILLED, leverage: TERMS.leverage })).toMatchObject({
      status: 'refused',
    });
    expect(account.told).toEqual([]);
  });
});

test('an order that was held back at the last instant stays reserved, and is no attempt', async () => {
  const account = new Account('1000');
  const { road, send } = roadWith(account);
  const outcome = { kind: 'NOT_PLACED', message: 'Too late.' };
  send.mockResolvedValueOnce({ outcome, signedAtMs: NOW_MS, answeredAtMs: 0, isUnsent: true } as never);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({
    status: 'reserved',
    earlierAttempt: 'none',
    reason: 'Too late.',
  });
});
