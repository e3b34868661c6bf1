/** Each fault as a client meets it, aimed at one request; and that the venue's books stay right whatever it answers. */
import { waitFor } from '../../../harness/wait-for';
import { FAULT_CLASS_NAMES } from '../../../src/paper-venue/faults/fault-classes';
import { parseFaultPlan } from '../../../src/paper-venue/faults/fault-specification';
import type { FaultTarget } from '../../../src/paper-venue/faults/fault-plan';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { type Answer, createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

/** Of a request that gets an answer. */
const TIMEOUT_MS = 20_000;
/** Of one that gets none. */
const SILENCE_MS = 750;

const venues = new PaperVenues();
let venue: PaperVenue;

beforeEach(async () => {
  venue = await venues.start();
});

afterEach(() => venues.cleanUp());

function aim(target: FaultTarget): void {
  venue.setFaults(parseFaultPlan({ targets: [{ ordinal: 1, ...target }] }, 'of the test'));
}

function create(clientOrderId = 'a'): Promise<Answer> {
  return createOrder(venue.url, marketOrder(clientOrderId), { timeoutMs: TIMEOUT_MS });
}

/** Whose answer is lost. */
function createInVain(clientOrderId = 'a'): Promise<Answer> {
  return createOrder(venue.url, marketOrder(clientOrderId), { timeoutMs: SILENCE_MS });
}

function get(path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
  return signedRequest(venue.url, 'GET', path, { category: 'linear', ...parameters }, { timeoutMs: TIMEOUT_MS });
}

async function found(
  path: '/v5/order/realtime' | '/v5/order/history',
  clientOrderId = 'a',
): Promise<Record<string, string>[]> {
  return rows(await get(path, { settleCoin: 'USDT', orderLinkId: clientOrderId }));
}

/** Waits, within a bound, until something holds. */
async function until(holds: () => boolean): Promise<void> {
  await waitFor('what the test expects of the venue', async () => holds(), { intervalMs: 10, timeoutMs: 20_000 });
}

function accepted(): number {
  return venue.audit().orders.accepted;
}

describe('the answer is lost', () => {
  test.each(['accept_then_time_out', 'accept_then_reset', 'stalled_body', 'body_cut_off'] as const)(
    '%s: the order lives, and a second attempt is a duplicate',
    async (fault) => {
      aim({ fault, endpoint: 'order_create' });
      await expect(createInVain()).rejects.toThrow();
      await until(() => accepted() === 1);
      expect((await create()).body.retCode).toBe(110072);
      expect(venue.audit()).toMatchObject({ faultsInjected: { [fault]: 1 }, maxOrdersPerClientId: 1 });
    },
  );

  test.each(['drop', 'connection_reset'] as const)(
    '%s: there is no order, and a second attempt is accepted',
    async (fault) => {
      aim({ fault, endpoint: 'order_create' });
      await expect(createInVain()).rejects.toThrow();
      expect(accepted()).toBe(0);
      expect((await create()).body.retCode).toBe(0);
    },
  );

  test('late_acceptance: the order appears after a look-up that did not find it', async () => {
    aim({ fault: 'late_acceptance', endpoint: 'order_create', delayMs: 300 });
    await expect(createInVain()).rejects.toThrow();
    expect(await found('/v5/order/realtime')).toHaveLength(0);
    await until(() => accepted() === 1);
    expect(await found('/v5/order/realtime')).toHaveLength(1);
  });

  test('late_acceptance: never after the receive window, however late the plan wants it', async () => {
    aim({ fault: 'late_acceptance', endpoint: 'order_create', delayMs: 60_000 });
    const options = { timestampMs: Date.now(), receiveWindowMs: 1_300 };
    await expect(createOrder(venue.url, marketOrder('a'), options)).rejects.toThrow();
    await until(() => accepted() === 1);
    const [row] = await found('/v5/order/realtime');
    expect(Number(row!['createdTime'])).toBeLessThan(options.timestampMs + options.receiveWindowMs);
  });
});

describe('the answer is wrong', () => {
  test.each([0, 1, 2, 3])('gateway_error variant %i is HTML with its status', async (variant) => {
    aim({ fault: 'gateway_error', endpoint: 'order_create', variant, accepted: variant % 2 === 0 });
    const { status, text } = await create();
    expect(status).toBe([500, 502, 503, 504][variant]);
    expect(text).toContain('<html>');
    expect(accepted()).toBe(variant % 2 === 0 ? 1 : 0);
  });

  test.each([
    [0, 429],
    [2, 403],
    [4, 418],
    [6, 403],
  ])('throttled variant %i refuses with %i and places nothing', async (variant, status) => {
    aim({ fault: 'throttled', endpoint: 'order_create', variant });
    expect((await create()).status).toBe(status);
    expect(accepted()).toBe(0);
  });

  test('truncated_json ends in the middle', async () => {
    aim({ fault: 'truncated_json', endpoint: 'order_create' });
    const { status, text } = await create();
    expect(status).toBe(200);
    expect(() => JSON.parse(text)).toThrow();
    expect(accepted()).toBe(1);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('wrong_json variant %i is not the answer that was promised', async (variant) => {
    aim({ fault: 'wrong_json', endpoint: 'order_create', variant });
    const { text } = await create();
    expect(text).not.toMatch(/"retCode":0.*"result":\{"orderId":"[^"]+","orderLinkId":"a"\}/);
    expect(accepted()).toBe(1);
  });

  test('server_error_code leaves open what happened', async () => {
    aim({ fault: 'server_error_code', endpoint: 'order_create', variant: 0, accepted: true });
    expect((await create()).body.retCode).toBe(10016);
    expect(accepted()).toBe(1);
  });

  test('slow_bytes arrives complete', async () => {
    aim({ fault: 'slow_bytes', endpoint: 'order_create', delayMs: 100 });
    expect((await create()).body.retCode).toBe(0);
  });
});

test('duplicate_delivery: the venue keeps one order and refuses the copy', async () => {
  aim({ fault: 'duplicate_delivery', endpoint: 'order_create' });
  expect((await create()).body.retCode).toBe(110072);
  expect(venue.audit()).toMatchObject({ orders: { accepted: 1 }, duplicatesRefused: 1, maxOrdersPerClientId: 1 });
});

test('partial_fill: a part fills at once, the rest later', async () => {
  aim({ fault: 'partial_fill', endpoint: 'order_create', share: 0.3, delayMs: 200 });
  await create();
  expect((await found('/v5/order/realtime'))[0]).toMatchObject({ orderStatus: 'PartiallyFilled', cumExecQty: '0.003' });
  await until(() => venue.audit().orders.open === 0);
  expect((await found('/v5/order/realtime'))[0]).toMatchObject({ orderStatus: 'Filled', cumExecQty: '0.01' });
});

test('hidden_young_orders: one query misses an order that the other one shows', async () => {
  aim({ fault: 'hidden_young_orders', endpoint: 'order_realtime' });
  await create();
  expect(await found('/v5/order/realtime')).toHaveLength(0);
  expect(await found('/v5/order/history')).toHaveLength(1);
  expect(await found('/v5/order/realtime')).toHaveLength(1);
});

test('stale_young_orders: a filled order looks new for a moment', async () => {
  aim({ fault: 'stale_young_orders', endpoint: 'order_realtime' });
  await create();
  expect((await found('/v5/order/realtime'))[0]).toMatchObject({ orderStatus: 'New', cumExecQty: '0' });
  expect((await found('/v5/order/realtime'))[0]).toMatchObject({ orderStatus: 'Filled', cumExecQty: '0.01' });
});

test('clock_step: the clock is wrong for a while, and timestamps are judged by it', async () => {
  aim({ fault: 'clock_step', endpoint: 'time', variant: 1, delayMs: 60_000 });
  const { body } = await get('/v5/market/time', {});
  expect(body.time - Date.now()).toBeLessThan(-1_000);
  expect((await create()).body.retCode).toBe(10002);
  venue.setFaults(undefined);
  expect((await create()).body.retCode).toBe(0);
});

test('key_revoked: the key is refused for a while', async () => {
  aim({ fault: 'key_revoked', endpoint: 'order_create', delayMs: 150 });
  expect((await create()).body.retCode).toBe(10003);
  expect((await get('/v5/market/time', {})).body.retCode).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await create()).body.retCode).toBe(0);
});

test('external_order: an order appears that nobody here sent', async () => {
  aim({ fault: 'external_order', endpoint: 'order_create' });
  await create();
  expect(venue.audit().orders).toMatchObject({ accepted: 1, external: 1 });
});

describe('an order that vanishes', () => {
  const limit = marketOrder('a', { orderType: 'Limit', price: '10000.0' });

  beforeEach(async () => {
    aim({ fault: 'vanish_after_ack', endpoint: 'order_create' });
    const { body } = await createOrder(venue.url, limit, { timeoutMs: TIMEOUT_MS });
    expect(body).toMatchObject({ retCode: 0, result: { orderId: expect.stringMatching(/.+/), orderLinkId: 'a' } });
  });

  test('is in no list, has no fills, and locks nothing', async () => {
    expect(await found('/v5/order/realtime')).toEqual([]);
    expect(await found('/v5/order/history')).toEqual([]);
    expect(rows(await get('/v5/execution/list', { orderLinkId: 'a' }))).toEqual([]);
    expect(venue.audit()).toMatchObject({
      orders: { accepted: 0, open: 0, vanished: 1 },
      lostClientIds: { vanished: ['a'] },
      balances: { USDT: { locked: '0' } },
    });
  });

  test('keeps its client id used, and its repetition is told apart from that of an order that lives', async () => {
    expect((await create()).body.retCode).toBe(110072);
    expect(venue.audit()).toMatchObject({ orders: { accepted: 0 }, duplicatesRefused: 0, vanishedRefused: 1 });
  });

  test('is still known to the audit after a restart of the venue', async () => {
    const stateDir = venues.folder();
    const before = await venues.start({ stateDir });
    before.setFaults(parseFaultPlan({ targets: [{ fault: 'vanish_after_ack', ordinal: 1 }] }, 'of the test'));
    await createOrder(before.url, marketOrder('b'));
    await before.close();
    const after = await venues.start({ stateDir });
    expect(after.audit()).toMatchObject({ orders: { accepted: 0, vanished: 1 }, lostClientIds: { vanished: ['b'] } });
    expect((await createOrder(after.url, marketOrder('b'))).body.retCode).toBe(110072);
  });
});

test('an order that the venue would refuse does not vanish: it is refused', async () => {
  aim({ fault: 'vanish_after_ack', endpoint: 'order_create' });
  const { body } = await createOrder(venue.url, marketOrder('a', { qty: '90' }), { timeoutMs: TIMEOUT_MS });
  expect(body.retCode).toBe(110007);
  expect(venue.audit().orders.vanished).toBe(0);
});

describe('forgets_closed_orders', () => {
  const cancel = (): Promise<Answer> =>
    signedRequest(venue.url, 'POST', '/v5/order/cancel', { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'a' });

  test('a cancelled order is known to no query any more, and to the audit still', async () => {
    aim({ fault: 'forgets_closed_orders', variant: 0, delayMs: 0 });
    await createOrder(venue.url, marketOrder('a', { orderType: 'Limit', price: '10000.0' }));
    expect((await cancel()).body.retCode).toBe(0);
    await until(() => venue.audit().orders.forgotten === 1);
    expect(await found('/v5/order/realtime')).toEqual([]);
    expect(await found('/v5/order/history')).toEqual([]);
    expect(venue.audit()).toMatchObject({ orders: { accepted: 1 }, lostClientIds: { forgotten: ['a'] } });
    expect((await create()).body.retCode).toBe(110072);
    expect(venue.audit().duplicatesRefused).toBe(1);
  });

  test('an order that filled before its cancellation is forgotten with its fills', async () => {
    aim({ fault: 'forgets_closed_orders', variant: 0, delayMs: 0 });
    await create();
    expect((await cancel()).body.retCode).toBe(110001);
    await until(() => venue.audit().orders.forgotten === 1);
    expect(await found('/v5/order/history')).toEqual([]);
    expect(rows(await get('/v5/execution/list', { orderLinkId: 'a' }))).toEqual([]);
    expect(venue.audit().positions).toMatchObject([{ size: '0.01' }]);
  });
});

test('ban: every request is refused with Retry-After, the limits are not to blame, and healing lifts it', async () => {
  aim({ fault: 'ban', endpoint: 'order_create', delayMs: 60_000 });
  const banned = await create();
  expect(banned.status).toBe(403);
  expect(Number(banned.headers.get('retry-after'))).toBeGreaterThan(50);
  expect((await get('/v5/market/time', {})).status).toBe(403);
  expect((await get('/v5/order/realtime', { orderLinkId: 'a' })).status).toBe(403);
  expect(venue.audit()).toMatchObject({ orders: { accepted: 0, rejected: 1 }, limitBreaches: { total: 0 } });
  venue.setFaults(undefined);
  expect((await create()).body.retCode).toBe(0);
});

test('ban: it ends by itself', async () => {
  aim({ fault: 'ban', endpoint: 'order_create', delayMs: 150 });
  const banned = await create();
  expect([banned.status, banned.headers.get('retry-after')]).toEqual([403, '1']);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await create()).body.retCode).toBe(0);
});

test.each([
  [0, 3_600_000],
  [1, -3_600_000],
  [2, 315_360_000_000],
])('clock_leap variant %i: one answer is off by %i ms, and nothing else is', async (variant, leapMs) => {
  aim({ fault: 'clock_leap', endpoint: 'time', variant });
  const beforeMs = Date.now();
  const { body } = await get('/v5/market/time', {});
  expect(Math.abs(body.time - beforeMs - leapMs)).toBeLessThan(60_000);
  expect(Math.abs(Number(body.result['timeSecond']) * 1_000 - beforeMs - leapMs)).toBeLessThan(60_000);
  expect((await create()).body.retCode).toBe(0);
  const [row] = await found('/v5/order/realtime');
  expect(Math.abs(Number(row!['createdTime']) - beforeMs)).toBeLessThan(60_000);
});

test('a fault aimed at a client id meets only that one', async () => {
  venue.setFaults(parseFaultPlan({ targets: [{ fault: 'drop', clientOrderId: 'b', ordinal: 1 }] }, 'of the test'));
  expect((await create('a')).body.retCode).toBe(0);
  await expect(createInVain('b')).rejects.toThrow();
  expect((await create('b')).body.retCode).toBe(0);
});

describe('control while running', () => {
  const headers = { 'content-type': 'application/json' };
  const post = (body: string): Promise<Response> =>
    fetch(`${venue.url}/paper/faults`, { method: 'POST', headers, body });

  test('a plan is set, shown and healed', async () => {
    expect(await (await post('{"seed":7,"rate":1,"weights":{"connection_reset":1}}')).json()).toMatchObject({
      plan: { seed: 7, rate: 1 },
      classes: ['connection_reset'],
    });
    await expect(createInVain()).rejects.toThrow();
    expect(await (await post('{}')).json()).toEqual({});
    expect((await create()).body.retCode).toBe(0);
  });

  test.each(['{"rate":2}', '{"plan":{"targets":[{"fault":"nonsense"}]}}', 'no json'])('%s is refused', async (body) => {
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.any(String) }]);
  });
});

describe('the venue changes its mind', () => {
  test('reject_after_ack: the order is acknowledged, and shown as rejected without a fill', async () => {
    aim({ fault: 'reject_after_ack', endpoint: 'order_create', variant: 0 });
    expect((await create()).body.retCode).toBe(0);
    const rejected = { orderStatus: 'Rejected', rejectReason: 'EC_InvalidSymbolStatus', cumExecQty: '0' };
    expect(await found('/v5/order/realtime')).toMatchObject([rejected]);
    expect(await found('/v5/order/history')).toMatchObject([rejected]);
    expect(venue.audit().balances['USDT']).toMatchObject({ locked: '0', total: '100000' });
  });

  test.each([
    [1, '0.005', 'EC_NoEnoughQtyToFill'],
    [4, '0', 'EC_NoImmediateQtyToFill'],
  ])('ioc_rest, variant %i: a market order ends with %s filled', async (variant, cumExecQty, rejectReason) => {
    aim({ fault: 'ioc_rest', endpoint: 'order_create', share: 0.5, variant });
    expect((await create()).body.retCode).toBe(0);
    expect(await found('/v5/order/realtime')).toMatchObject([{ orderStatus: 'Cancelled', cumExecQty, rejectReason }]);
  });

  test.each([
    ['status_change', 0, 30228],
    ['status_change', 1, 110074],
    ['maintenance', 0, 110066],
  ] as const)('%s, variant %i: orders are refused with %i until it is over', async (fault, variant, code) => {
    aim({ fault, endpoint: 'order_create', variant, delayMs: 60_000 });
    expect((await create()).body.retCode).toBe(code);
    expect((await create('b')).body.retCode).toBe(code);
    venue.setFaults(undefined);
    expect((await create('c')).body.retCode).toBe(0);
  });
});

describe('odd_rows', () => {
  const odd = async (endpoint: FaultTarget['endpoint'], variant: number, ask: () => Promise<Answer>) => {
    aim({ fault: 'odd_rows', endpoint, variant });
    return rows(await ask());
  };
  const order = () => get('/v5/order/realtime', { settleCoin: 'USDT', orderLinkId: 'a' });

  test('an order comes with nulls, beside one of somebody else, or twice under one id', async () => {
    await create();
    expect(await odd('order_realtime', 0, order)).toMatchObject([{ orderLinkId: 'a', avgPrice: null }]);
    expect(await odd('order_realtime', 1, order)).toMatchObject([
      { symbol: 'ODDUSDT', orderStatus: 'Levitating' },
      { orderLinkId: 'a', orderStatus: 'Filled' },
    ]);
    expect(await odd('order_realtime', 2, order)).toMatchObject([
      { orderLinkId: 'a', orderStatus: 'Rejected', rejectReason: 'EC_DuplicatedClOrdID' },
      { orderLinkId: 'a', orderStatus: 'Filled' },
    ]);
  });

  test.each([
    ['position_list', '/v5/position/list', { symbol: 'BTCUSDT' }],
    ['instruments_info', '/v5/market/instruments-info', { symbol: 'BTCUSDT' }],
    ['tickers', '/v5/market/tickers', { symbol: 'BTCUSDT' }],
  ] as const)('%s names another symbol beside the one asked for', async (endpoint, path, query) => {
    const list = await odd(endpoint, 0, () => get(path, query));
    expect(list.map(({ symbol }) => symbol)).toEqual(['ODDUSDT', 'BTCUSDT']);
  });

  test('the wallet names coins of which little is told', async () => {
    const ask = () => get('/v5/account/wallet-balance', { accountType: 'UNIFIED' });
    const [wallet] = (await odd('wallet_balance', 0, ask)) as unknown as { coin: { coin: string }[] }[];
    expect(wallet?.coin.map(({ coin }) => coin)).toEqual(['ODD', 'ODDER', 'USDT']);
  });
});

test('whatever a seed brings, every order is accepted at most once and the wallet adds up', async () => {
  const orders = 60;
  // A ban would keep most of the others away.
  const names = FAULT_CLASS_NAMES.filter((name) => name !== 'ban');
  const weights = Object.fromEntries(names.map((name) => [name, 1]));
  venue.setFaults(parseFaultPlan({ seed: 3, rate: 0.7, weights }, 'of the test'));
  await Promise.all(
    Array.from({ length: orders }, async (_, index) => {
      for (let attempt = 0; attempt < 3; attempt += 1) await createInVain(`o-${index}`).catch(() => undefined);
    }),
  );
  venue.setFaults(undefined);
  const { maxOrdersPerClientId, balances, faultsInjected } = venue.audit();
  const { total, available, locked } = balances['USDT']!;
  expect(maxOrdersPerClientId).toBe(1);
  expect(Number(available) + Number(locked)).toBeCloseTo(Number(total), 6);
  expect(Object.keys(faultsInjected).length).toBeGreaterThan(10);
});
