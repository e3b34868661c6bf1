/** The venue enforces limits exactly as configured, says so in its headers, and counts every breach. */
import fc from 'fast-check';
import { SlidingWindow } from '../../../src/paper-venue/http/sliding-window';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { signedRequest } from './support/signed-request';

const START_MS = 1_700_000_000_000;
const WIDE = { limit: 100_000, windowMs: 60_000, weight: 1 };

const venues = new PaperVenues();
let nowMs: number;

beforeEach(() => {
  nowMs = START_MS;
});

afterEach(() => venues.cleanUp());

function cancel(venue: PaperVenue): ReturnType<typeof signedRequest> {
  const body = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'nobody' };
  return signedRequest(venue.url, 'POST', '/v5/order/cancel', body, { timestampMs: nowMs });
}

function balance(venue: PaperVenue): ReturnType<typeof signedRequest> {
  return signedRequest(
    venue.url,
    'GET',
    '/v5/account/wallet-balance',
    { accountType: 'UNIFIED' },
    { timestampMs: nowMs },
  );
}

test('a group takes its weight, refuses with 10006 when full, and says when the next request fits', async () => {
  const order = { limit: 5, windowMs: 1_000, weight: 2 };
  const venue = await venues.start({ now: () => nowMs, limits: { global: WIDE, endpoints: { order } } });
  const first = await cancel(venue);
  expect([first.headers.get('x-bapi-limit'), first.headers.get('x-bapi-limit-status')]).toEqual(['2', '1']);
  nowMs += 400;
  expect((await cancel(venue)).body.retCode).toBe(110001);
  const refused = await cancel(venue);
  expect(refused.body.retCode).toBe(10006);
  expect(refused.headers.get('x-bapi-limit-status')).toBe('0');
  expect(Number(refused.headers.get('x-bapi-limit-reset-timestamp'))).toBe(START_MS + 1_000);

  nowMs = START_MS + 999;
  expect((await cancel(venue)).body.retCode).toBe(10006);
  nowMs = START_MS + 1_000;
  expect((await cancel(venue)).body.retCode).toBe(110001);
  expect(venue.audit().limitBreaches).toEqual({ global: 0, market_data: 0, order: 2, account: 0, total: 2 });
});

test('of several windows each is kept, and the headers tell of the shortest', async () => {
  const order = { limit: 8, windowMs: 60_000, weight: 2, also: [{ limit: 4, windowMs: 1_000 }] };
  const venue = await venues.start({ now: () => nowMs, limits: { global: WIDE, endpoints: { order } } });
  const first = await cancel(venue);
  expect([first.headers.get('x-bapi-limit'), first.headers.get('x-bapi-limit-status')]).toEqual(['2', '1']);
  await cancel(venue);
  expect((await cancel(venue)).body.retCode).toBe(10006);
  nowMs += 1_000;
  for (const retCode of [110001, 110001, 10006]) expect((await cancel(venue)).body.retCode).toBe(retCode);
  // The short window has room again, the long one has not.
  nowMs += 1_000;
  expect((await cancel(venue)).body.retCode).toBe(10006);
});

test.each(['/v5/position/set-leverage', '/v5/position/switch-mode', '/v5/position/trading-stop'])(
  'what %s changes counts as an order does',
  async (path) => {
    const order = { limit: 1, windowMs: 1_000, weight: 1 };
    const venue = await venues.start({ now: () => nowMs, limits: { global: WIDE, endpoints: { order } } });
    await cancel(venue);
    const body = { category: 'linear', symbol: 'BTCUSDT' };
    expect((await signedRequest(venue.url, 'POST', path, body, { timestampMs: nowMs })).body.retCode).toBe(10006);
  },
);

test('groups do not take from each other', async () => {
  const narrow = { limit: 1, windowMs: 1_000, weight: 1 };
  const venue = await venues.start({
    now: () => nowMs,
    limits: { global: WIDE, endpoints: { order: narrow, account: narrow } },
  });
  expect((await cancel(venue)).body.retCode).toBe(110001);
  expect((await balance(venue)).body.retCode).toBe(0);
  expect((await balance(venue)).body.retCode).toBe(10006);
});

test('the global limit counts the weight of every request, and breaking it bans the address for a while', async () => {
  const limits = { global: { limit: 5, windowMs: 1_000, weight: 1 }, endpoints: { order: { ...WIDE, weight: 2 } } };
  const venue = await venues.start({ now: () => nowMs, limits, banMs: 3_000 });
  expect((await cancel(venue)).status).toBe(200);
  expect((await cancel(venue)).status).toBe(200);
  const banned = await cancel(venue);
  expect([banned.status, banned.text]).toEqual([403, 'access too frequent']);
  // The ban outlasts the window, and holds for requests that would fit.
  nowMs += 2_999;
  expect((await balance(venue)).status).toBe(403);
  nowMs += 1;
  expect((await balance(venue)).status).toBe(200);
  expect(venue.audit().limitBreaches).toMatchObject({ global: 2, total: 2 });
});

test('the audit is not counted against any limit', async () => {
  const limits = { global: { limit: 1, windowMs: 60_000, weight: 1 }, endpoints: {} };
  const venue = await venues.start({ limits });
  for (let index = 0; index < 5; index += 1) expect((await fetch(`${venue.url}/paper/audit`)).status).toBe(200);
  expect(venue.audit().limitBreaches.total).toBe(0);
});

test('in no window does the accepted weight exceed the limit', () => {
  const request = fc.record({ gapMs: fc.nat(400), weight: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 100 }), fc.integer({ min: 4, max: 12 }), (requests, limit) => {
      const windowMs = 1_000;
      const window = new SlidingWindow({ limit, windowMs });
      const taken: { atMs: number; weight: number }[] = [];
      let atMs = 0;
      for (const { gapMs, weight } of requests) {
        atMs += gapMs;
        const fits = window.remaining(atMs) >= weight;
        expect(window.fitsAtMs(weight, atMs) === atMs).toBe(fits);
        if (!fits) continue;
        window.take(weight, atMs);
        taken.push({ atMs, weight });
        const inWindow = taken.filter((entry) => entry.atMs > atMs - windowMs);
        expect(inWindow.reduce((sum, entry) => sum + entry.weight, 0)).toBeLessThanOrEqual(limit);
      }
    }),
  );
});
