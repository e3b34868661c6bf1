/**
 * The account survives restarts and crashes. A crash is a copy of the state folder taken while the venue runs: what
 * the operating system has of the journal at that moment is what a SIGKILL leaves.
 */
import { appendFileSync, cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PaperAudit } from '../../../src/paper-venue/http/paper-routes';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PortInUseError } from '../../../src/net/ports';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let stateDir: string;
let journal: string;

beforeEach(() => {
  stateDir = venues.folder();
  journal = join(stateDir, 'journal.jsonl');
});

afterEach(() => venues.cleanUp());

function account({ orders, balances, ordersPerClientId }: PaperAudit): object {
  return { accepted: orders.accepted, open: orders.open, balances, ordersPerClientId };
}

async function trade(venue: PaperVenue): Promise<void> {
  await createOrder(venue.url, marketOrder('bought'));
  await createOrder(venue.url, marketOrder('sold', { side: 'Sell', qty: '0.004' }));
  await createOrder(venue.url, marketOrder('resting', { orderType: 'Limit', price: '10000.0' }));
  await createOrder(venue.url, marketOrder('cancelled', { orderType: 'Limit', price: '10000.0' }));
  const body = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'cancelled' };
  await signedRequest(venue.url, 'POST', '/v5/order/cancel', body);
  const leverage = { category: 'linear', symbol: 'ETHUSDT', buyLeverage: '3', sellLeverage: '3' };
  await signedRequest(venue.url, 'POST', '/v5/position/set-leverage', leverage);
}

test.each([
  ['an orderly stop', false],
  ['a crash', true],
])('orders, wallet, leverage and used client ids survive %s', async (_, isCrash) => {
  const before = await venues.start({ stateDir });
  await trade(before);
  const expected = account(before.audit());
  let restored = stateDir;
  if (isCrash) cpSync(stateDir, (restored = venues.folder()), { recursive: true });
  else await before.close();

  const after = await venues.start({ stateDir: restored, balance: '1' });
  expect(account(after.audit())).toEqual(expected);
  expect((await createOrder(after.url, marketOrder('cancelled'))).body.retCode).toBe(110072);
  const query = { category: 'linear', settleCoin: 'USDT', orderLinkId: 'bought' };
  expect(rows(await signedRequest(after.url, 'GET', '/v5/order/realtime', query))).toHaveLength(0);
  expect(rows(await signedRequest(after.url, 'GET', '/v5/order/history', query))).toHaveLength(1);
  const positions = await signedRequest(after.url, 'GET', '/v5/position/list', {
    category: 'linear',
    symbol: 'ETHUSDT',
  });
  expect(rows(positions)[0]).toMatchObject({ leverage: '3' });
});

test('simulated candles of the past are the same after a restart', async () => {
  const path = `/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=500&end=${Date.now() - 120_000}`;
  const candles = async (venue: PaperVenue): Promise<unknown> =>
    ((await (await fetch(venue.url + path)).json()) as { result: unknown }).result;
  const before = await venues.start({ stateDir, candlesDir: undefined });
  const expected = await candles(before);
  await before.close();
  const after = await venues.start({ stateDir, candlesDir: undefined });
  expect(await candles(after)).toEqual(expected);
});

test('a last line that was cut off is an order that was never answered', async () => {
  const before = await venues.start({ stateDir });
  await createOrder(before.url, marketOrder('kept'));
  const keptBytes = readFileSync(journal).length;
  await createOrder(before.url, marketOrder('cut'));
  await before.close();
  truncateSync(journal, keptBytes + 40);
  const after = await venues.start({ stateDir });
  expect(after.audit().ordersPerClientId).toEqual({ kept: 1 });
  expect((await createOrder(after.url, marketOrder('cut'))).body.retCode).toBe(0);
});

test.each([
  ['a line that is no JSON', (): void => appendFileSync(journal, 'garbage\n')],
  ['a line of something else', (): void => appendFileSync(journal, '{"hello":1}\n')],
  ['a missing first line', (): void => writeFileSync(journal, '{"orders":[]}\n')],
])('%s stops the start with file and line', async (_, damage) => {
  await (await venues.start({ stateDir })).close();
  damage();
  await expect(venues.start({ stateDir })).rejects.toMatchObject({
    code: 'JOURNAL_DAMAGED',
    message: expect.stringMatching(/journal\.jsonl:\d+/),
  });
});

test('a second venue on the same port says so, and does not touch the journal of the first', async () => {
  const first = await venues.start({ stateDir });
  const port = Number(new URL(first.url).port);
  await expect(venues.start({ stateDir, port })).rejects.toBeInstanceOf(PortInUseError);
  await expect(venues.start({ stateDir, port })).rejects.toThrow(`Port ${port}`);
  await createOrder(first.url, marketOrder('later'));
  await first.close();
  const restarted = await venues.start({ stateDir });
  expect(restarted.audit().ordersPerClientId).toEqual({ later: 1 });
});
