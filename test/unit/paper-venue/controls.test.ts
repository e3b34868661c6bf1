/** What a test lets happen at the venue itself: orders that are forgotten or cancelled there, a clock that is set. */
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const HOUR_MS = 3_600_000;

const venues = new PaperVenues();
let venue: PaperVenue;

beforeEach(async () => {
  venue = await venues.start();
  await createOrder(venue.url, marketOrder('filled'));
  await createOrder(venue.url, marketOrder('resting', { orderType: 'Limit', price: '10000.0' }));
});

afterEach(() => venues.cleanUp());

async function post(path: string, body: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(venue.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, body: await response.json() };
}

async function known(url = venue.url): Promise<string[]> {
  const query = { category: 'linear', settleCoin: 'USDT' };
  const [open, closed] = await Promise.all([
    signedRequest(url, 'GET', '/v5/order/realtime', { ...query, openOnly: '0' }),
    signedRequest(url, 'GET', '/v5/order/history', query),
  ]);
  return [...rows(open), ...rows(closed)].map(({ orderLinkId = '' }) => orderLinkId).toSorted();
}

test('every closed order is forgotten, and what is open stays', async () => {
  expect(await post('/paper/forget', '{}')).toEqual({ status: 200, body: { forgotten: ['filled'] } });
  expect(await known()).toEqual(['resting']);
  expect(venue.audit().orders).toMatchObject({ accepted: 2, forgotten: 1 });
});

test('one order is forgotten, once it is closed', async () => {
  const forget = (): ReturnType<typeof post> => post('/paper/forget', '{"clientOrderId":"resting"}');
  expect((await forget()).body).toEqual({ forgotten: [] });
  expect((await post('/paper/cancel', '{"clientOrderId":"resting"}')).status).toBe(200);
  expect(await known()).toEqual(['filled', 'resting']);
  expect((await forget()).body).toEqual({ forgotten: ['resting'] });
  expect(await known()).toEqual(['filled']);
});

test('the memory of a venue ends by its own clock', async () => {
  const forget = (): ReturnType<typeof post> => post('/paper/forget', JSON.stringify({ closedForMs: 24 * HOUR_MS }));
  await post('/paper/clock', JSON.stringify({ offsetMs: 10 * HOUR_MS }));
  await post('/paper/cancel', '{"clientOrderId":"resting"}');
  await post('/paper/clock', JSON.stringify({ offsetMs: 30 * HOUR_MS }));
  expect((await forget()).body).toEqual({ forgotten: ['filled'] });
  await post('/paper/clock', JSON.stringify({ offsetMs: 60 * HOUR_MS }));
  expect((await forget()).body).toEqual({ forgotten: ['resting'] });
  await post('/paper/clock', '{"offsetMs":0}');
  expect(await known()).toEqual([]);
});

test('what was forgotten stays so after a restart, and its client id stays used', async () => {
  const stateDir = venues.folder();
  const before = await venues.start({ stateDir });
  await createOrder(before.url, marketOrder('gone'));
  expect(before.forgetOrders()).toEqual(['gone']);
  await before.close();
  const after = await venues.start({ stateDir });
  expect(await known(after.url)).toEqual([]);
  expect((await createOrder(after.url, marketOrder('gone'))).body.retCode).toBe(110072);
  expect(after.audit()).toMatchObject({ orders: { accepted: 1, forgotten: 1 }, positions: [{ size: '0.01' }] });
});

test.each([
  ['/paper/cancel', '{"clientOrderId":"filled"}', 409],
  ['/paper/cancel', '{"clientOrderId":"nobody"}', 409],
  ['/paper/cancel', '{}', 400],
  ['/paper/clock', '{"offsetMs":1e15}', 400],
  ['/paper/clock', 'no json', 400],
  ['/paper/forget', '{"colour":"red"}', 400],
])('%s with %s is refused', async (path, body, status) => {
  expect(await post(path, body)).toEqual({ status, body: { error: expect.any(String) } });
});

test.each(['0', '-1', '10001', '1000000000', '1e3', '', 'all'])('%p orders are not listed', async (limit) => {
  expect((await fetch(`${venue.url}/paper/orders?limit=${limit}`)).status).toBe(400);
});
