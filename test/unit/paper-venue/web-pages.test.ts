/* What web pages in the user's browser make of the paper venue: nothing, and nothing is counted. */
import { once } from 'node:events';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder } from './support/signed-request';

const TIGHT = { limit: 120, windowMs: 60_000, weight: 1 };

const venues = new PaperVenues();
let venue: PaperVenue;

beforeEach(async () => {
  venue = await venues.start({ limits: { global: TIGHT, endpoints: {} } });
});

afterEach(() => venues.cleanUp());

async function ask(path: string, options: RequestOptions, body = ''): Promise<number | undefined> {
  const outgoing = request(`${venue.url}${path}`, { agent: false, ...options });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

test('more images than the venue allows requests ban nobody', async () => {
  const image = { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' } };
  const before = venue.audit();
  const load = (): Promise<number | undefined> => ask('/v5/market/time', image);
  const statuses = await Promise.all(Array.from({ length: TIGHT.limit + 10 }, load));
  expect(new Set(statuses)).toEqual(new Set([403]));
  expect(venue.audit()).toEqual(before);
  expect((await createOrder(venue.url, marketOrder('after'))).body.retCode).toBe(0);
});

const JSON_TYPE = { 'content-type': 'application/json' };

test.each<[string, string, RequestOptions, number]>([
  ['a name that was made to point here', '/v5/market/time', { headers: { host: 'evil.example' } }, 403],
  ["another page's plain reading", '/paper/orders', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
  ["an older browser's image", '/v5/market/time', { headers: { 'accept-language': 'en-GB' } }, 403],
  ["an older browser's named page", '/v5/market/time', { headers: { referer: 'http://evil.example/' } }, 403],
  [
    "another page's order",
    '/v5/order/create',
    { method: 'POST', headers: { ...JSON_TYPE, origin: 'https://example.org' } },
    403,
  ],
  ["a form's order", '/v5/order/create', { method: 'POST' }, 415],
  ['a fault plan as text', '/paper/faults', { method: 'POST', headers: { 'content-type': 'text/plain' } }, 415],
  ['a path that is none', '/v5/none', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
])('%s is neither answered nor counted', async (_name, path, options, status) => {
  const before = venue.audit();
  expect(await ask(path, options, '{"rate":1}')).toBe(status);
  expect(venue.audit()).toEqual(before);
});
