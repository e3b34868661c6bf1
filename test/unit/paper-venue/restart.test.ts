/**
 * The account survives restarts and crashes. A crash is a copy of the state folder taken while the venue runs: what
 * the operating system has of the journal at that moment is what a SIGKILL leaves.
 */
import { appendFileSync, copyFileSync, cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PaperAudit } from '../../../src/paper-venue/http/paper-routes';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PortInUseError } from '../../../src/net/ports';
import { parsePositionRows } from '../../../src/venues/bybit/desk/parse';
import { PaperVenues, SAMPLES } from './support/paper-server';
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

test('a position that a release of before opened is told as one that can be read', async () => {
  const before = await venues.start({ stateDir });
  await createOrder(before.url, marketOrder('bought'));
  await before.close();
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  writeFileSync(journal, `${lines.map(asBefore).join('\n')}\n`);
  const after = await venues.start({ stateDir });
  const query = { category: 'linear', settleCoin: 'USDT' };
  const told = rows(await signedRequest(after.url, 'GET', '/v5/position/list', query));
  expect(parsePositionRows(told, new Set(['BTCUSDT']))).toMatchObject({ rows: [{ symbol: 'BTCUSDT' }], faults: [] });
});

/** A line of the journal as it was while positions had neither a sequence nor the instant at which they were opened. */
function asBefore(line: string): string {
  const transaction = JSON.parse(line) as { positions?: readonly Record<string, unknown>[] };
  const later = ['sequence', 'openedAtMs', 'openedWithStop', 'episodeProfit', 'openFee'];
  const positions = transaction.positions?.map((position) =>
    Object.fromEntries(Object.entries(position).filter(([field]) => !later.includes(field))),
  );
  return JSON.stringify({ ...transaction, positions });
}

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

describe('a symbol that is not traded any more while something is open in it', () => {
  async function leave(options: { candlesDir: string | undefined }): Promise<void> {
    const before = await venues.start({ stateDir, ...options });
    await createOrder(before.url, marketOrder('held', { stopLoss: '1000' }));
    await createOrder(before.url, marketOrder('rests', { orderType: 'Limit', price: '10000.0' }));
    const moved = await paperRequest(before, '/paper/price', { symbol: 'BTCUSDT', price: '90000' });
    expect(moved.status).toBe(200);
    await before.close();
  }

  function paperRequest({ url }: PaperVenue, path: string, body: object): Promise<Response> {
    return fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async function positions({ url }: PaperVenue): Promise<Record<string, string>[]> {
    return rows(
      await signedRequest(url, 'GET', '/v5/position/list', { category: 'linear', settleCoin: 'USDT', limit: '50' }),
    );
  }

  test('goes on trading in a simulated market until nothing is open, and the venue says so', async () => {
    await leave({ candlesDir: undefined });
    const after = await venues.start({ stateDir, candlesDir: undefined, symbols: ['ETHUSDT'] });
    expect(after.notices.filter((notice) => notice.includes('BTCUSDT'))).toHaveLength(1);
    expect(await positions(after)).toMatchObject([{ symbol: 'BTCUSDT', size: '0.01', stopLoss: '1000' }]);
    expect((await paperRequest(after, '/paper/funding', { rate: '0.001' })).status).toBe(200);
    const close = marketOrder('closed', { side: 'Sell', reduceOnly: true });
    expect((await createOrder(after.url, close)).body.retCode).toBe(0);
    expect(await positions(after)).toEqual([]);
    const cancelled = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'rests' };
    expect((await signedRequest(after.url, 'POST', '/v5/order/cancel', cancelled)).body.retCode).toBe(0);
    await after.close();
    const last = await venues.start({ stateDir, candlesDir: undefined, symbols: ['ETHUSDT'] });
    expect(last.notices.filter((notice) => notice.includes('BTCUSDT'))).toEqual([]);
  });

  test('keeps its last price and does not trade where its candle file is gone, and trades on when it is back', async () => {
    await leave({ candlesDir: SAMPLES });
    const candlesDir = venues.folder();
    copyFileSync(join(SAMPLES, 'ETHUSDT-5m-sample.csv.gz'), join(candlesDir, 'ETHUSDT-5m-sample.csv.gz'));
    const after = await venues.start({ stateDir, candlesDir });
    expect(after.notices.filter((notice) => notice.includes('BTCUSDT'))).toHaveLength(1);
    const [entry] = rows(await signedRequest(after.url, 'GET', '/v5/execution/list', { category: 'linear' }));
    expect(await positions(after)).toMatchObject([
      { symbol: 'BTCUSDT', size: '0.01', markPrice: entry?.['markPrice'] },
    ]);
    const close = marketOrder('closed', { side: 'Sell', reduceOnly: true });
    expect((await createOrder(after.url, close)).body.retCode).toBe(110074);
    const eth = marketOrder('other', { symbol: 'ETHUSDT', qty: '0.1' });
    expect((await createOrder(after.url, eth)).body.retCode).toBe(0);
    await after.close();
    const back = await venues.start({ stateDir, candlesDir: SAMPLES });
    expect((await createOrder(back.url, close)).body.retCode).toBe(0);
  });
});
