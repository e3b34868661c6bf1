import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder } from './support/signed-request';

const venues = new PaperVenues();
let venue: PaperVenue;

beforeEach(async () => {
  venue = await venues.start();
  await createOrder(venue.url, marketOrder('a'));
  await createOrder(venue.url, marketOrder('a'));
  await createOrder(venue.url, marketOrder('b', { orderType: 'Limit', price: '10000.0' }));
});

afterEach(() => venues.cleanUp());

async function read(path: string): Promise<Record<string, unknown>> {
  return (await (await fetch(venue.url + path)).json()) as Record<string, unknown>;
}

test('the audit tells what was asked and what was done', async () => {
  expect(await read('/paper/audit')).toMatchObject({
    orders: { accepted: 2, rejected: 1, open: 1 },
    ordersPerClientId: { a: 1, b: 1 },
    maxOrdersPerClientId: 1,
    duplicatesRefused: 1,
    requestsPerEndpoint: { order_create: 3 },
    rejectedByCode: { 110072: 1 },
    limitBreaches: { total: 0 },
    positions: [{ symbol: 'BTCUSDT', side: 'Buy', size: '0.01' }],
    openOrders: [{ orderLinkId: 'b' }],
  });
});

test('a summary leaves out the client ids', async () => {
  const summary = await read('/paper/audit?summary=1');
  expect(summary['ordersPerClientId']).toBeUndefined();
  expect(summary).toMatchObject({ distinctClientIds: 2, maxOrdersPerClientId: 1 });
});

test('orders come with their fills', async () => {
  const { orders } = (await read('/paper/orders')) as unknown as { orders: { orderLinkId: string; fills: object[] }[] };
  expect(orders.map(({ orderLinkId, fills }) => [orderLinkId, fills.length])).toEqual([
    ['b', 0],
    ['a', 1],
  ]);
});
