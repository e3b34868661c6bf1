/** What a person may set at the exchange, or the exchange decides: each as a client meets it. */
import { GOOD_PROFILE, type AccountProfile } from '../../../src/paper-venue/account-profile';
import type { PaperVenueOptions } from '../../../src/paper-venue/options';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { type Answer, createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const DAY_MS = 86_400_000;
const venues = new PaperVenues();

afterAll(() => venues.cleanUp());

const withAccount = (changes: Partial<AccountProfile>, options: Partial<PaperVenueOptions> = {}): Promise<PaperVenue> =>
  venues.start({ account: { ...GOOD_PROFILE, ...changes }, ...options });

const get = (venue: PaperVenue, path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  signedRequest(venue.url, 'GET', path, { category: 'linear', settleCoin: 'USDT', ...query });

const codeOf = async (answer: Promise<Answer>): Promise<number> => (await answer).body.retCode;

async function orderNamed(venue: PaperVenue, orderLinkId: string): Promise<Record<string, string>> {
  const [row] = rows(await get(venue, '/v5/order/realtime', { orderLinkId }));
  return row!;
}

async function walletOf(venue: PaperVenue): Promise<Record<string, string> & { coin: Record<string, string>[] }> {
  const answer = await get(venue, '/v5/account/wallet-balance', { accountType: 'UNIFIED' });
  return rows(answer)[0] as never;
}

describe('the price band', () => {
  const priceBand = { x: '0.01', y: '0.02' };
  const limits = async (venue: PaperVenue): Promise<{ buyLmt: string; sellLmt: string; last: number }> => {
    const { result } = (await get(venue, '/v5/market/price-limit', { symbol: 'BTCUSDT' })).body;
    const [ticker] = rows(await get(venue, '/v5/market/tickers', { symbol: 'BTCUSDT' }));
    return { ...(result as { buyLmt: string; sellLmt: string }), last: Number(ticker!['lastPrice']) };
  };
  const far = (side: string, last: number): Record<string, unknown> => ({
    orderType: 'Limit',
    side,
    price: String(Math.round(last * (side === 'Buy' ? 1.2 : 0.8))),
  });

  test('is told, on the grid of prices and inside what the fractions allow', async () => {
    const { buyLmt, sellLmt, last } = await limits(await withAccount({}, { priceBand }));
    expect(Number(buyLmt) / last).toBeCloseTo(1.01, 3);
    expect(Number(sellLmt) / last).toBeCloseTo(0.99, 3);
    const [instrument] = rows(
      await get(await withAccount({}, { priceBand }), '/v5/market/instruments-info', { symbol: 'BTCUSDT' }),
    );
    expect(instrument!['riskParameters']).toEqual({ priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' });
  });

  test.each([
    ['Buy', 30208],
    ['Sell', 30209],
  ])('a %s outside is refused where the account wants that', async (side, code) => {
    const venue = await withAccount({ refusesPricesOutsideBand: true }, { priceBand });
    const { last } = await limits(venue);
    expect(await codeOf(createOrder(venue.url, marketOrder('far', far(side, last))))).toBe(code);
    expect(venue.audit().orders.accepted).toBe(0);
  });

  test.each([['Buy'], ['Sell']])('a %s outside is moved to its edge otherwise, without a word', async (side) => {
    const venue = await withAccount({ refusesPricesOutsideBand: false }, { priceBand });
    const { last } = await limits(venue);
    expect(await codeOf(createOrder(venue.url, marketOrder('far', far(side, last))))).toBe(0);
    const price = Number((await orderNamed(venue, 'far'))['price']);
    expect(Math.abs(price / last - 1)).toBeLessThan(0.015);
  });

  test('leaves a price alone that is on the good side of the market', async () => {
    const venue = await withAccount({}, { priceBand });
    await createOrder(venue.url, marketOrder('low', { orderType: 'Limit', price: '1000.0' }));
    expect((await orderNamed(venue, 'low'))['price']).toBe('1000');
  });
});

describe('fees in MNT', () => {
  test('leave the wallet of MNT, and the settle asset only once there is none', async () => {
    // One order of 0.01 BTC costs some 0.5 USDT, which is one MNT here: the second one finds too little.
    const venue = await withAccount({ feesInMnt: true, mntBalance: '1.5', mntPrice: '0.5' });
    await createOrder(venue.url, marketOrder('one'));
    const first = await orderNamed(venue, 'one');
    const [fill] = rows(await get(venue, '/v5/execution/list'));
    const paid = (first['cumFeeDetail'] as unknown as { MNT: string }).MNT;
    expect(first).toMatchObject({ cumFeeDetail: { MNT: paid }, cumExecFee: '' });
    expect(fill).toMatchObject({ feeCurrency: 'MNT', execFee: paid });
    const wallet = await walletOf(venue);
    expect(wallet.coin.map(({ coin, walletBalance }) => [coin, walletBalance])).toEqual([
      ['USDT', '100000'],
      ['MNT', String((15_000_000_0 - Math.round(Number(paid) * 1e8)) / 1e8)],
    ]);
    await createOrder(venue.url, marketOrder('two'));
    const second = await orderNamed(venue, 'two');
    expect(Object.keys(second['cumFeeDetail'] as unknown as object)).toEqual(['USDT']);
  });

  test('are kept across a restart', async () => {
    const stateDir = venues.folder();
    const account = { ...GOOD_PROFILE, feesInMnt: true, mntBalance: '100', mntPrice: '1' };
    const before = await venues.start({ stateDir, account });
    await createOrder(before.url, marketOrder('one'));
    const balances = before.audit().balances;
    await before.close();
    expect((await venues.start({ stateDir, account })).audit().balances).toEqual(balances);
    expect(Number(balances['MNT']!.total)).toBeLessThan(100);
  });
});

describe('margin modes', () => {
  test('isolated margin has no figures of the whole account', async () => {
    const wallet = await walletOf(await withAccount({ marginMode: 'isolated' }));
    expect(wallet).toMatchObject({ totalAvailableBalance: '', totalInitialMargin: '', accountIMRate: '' });
    expect(wallet.coin[0]).toMatchObject({ coin: 'USDT', totalOrderIM: '0', totalPositionIM: '0' });
  });

  test('portfolio margin tells no margin of a coin, no leverage of a position, and takes none', async () => {
    const venue = await withAccount({ marginMode: 'portfolio' });
    const [coin] = (await walletOf(venue)).coin;
    expect(coin).toMatchObject({ totalOrderIM: '', totalPositionIM: '', totalPositionMM: '' });
    const [position] = rows(await get(venue, '/v5/position/list', { symbol: 'BTCUSDT' }));
    expect(position).toMatchObject({ leverage: '', positionIM: '', positionMM: '', riskId: 0 });
    const leverage = { category: 'linear', symbol: 'BTCUSDT', buyLeverage: '2', sellLeverage: '2' };
    expect(await codeOf(signedRequest(venue.url, 'POST', '/v5/position/set-leverage', leverage))).toBe(110038);
  });
});

describe('maintenance', () => {
  const states = async (venue: PaperVenue, timestampMs: number): Promise<unknown> => [
    rows(await get(venue, '/v5/system/status')).map(({ state }) => state),
    await codeOf(createOrder(venue.url, marketOrder(`at-${timestampMs}`), { timestampMs })),
  ];

  test('that is announced begins after an hour, refuses orders for two, and is over then', async () => {
    let nowMs = Date.now();
    const venue = await withAccount({ maintenance: 'scheduled' }, { now: () => nowMs });
    expect(await states(venue, nowMs)).toEqual([['scheduled'], 0]);
    nowMs += 3_600_000;
    expect(await states(venue, nowMs)).toEqual([['ongoing'], 110066]);
    nowMs += 2 * 3_600_000;
    expect(await states(venue, nowMs)).toEqual([['completed'], 0]);
  });
});

describe('a symbol', () => {
  test('that is about to be delisted is only closed, and one that does not trade is on no list', async () => {
    const venue = await withAccount({});
    await createOrder(venue.url, marketOrder('open'));
    venue.setSymbolState('BTCUSDT', 'delisting');
    const reduce = { side: 'Sell', reduceOnly: true, qty: '0.001' };
    expect(await codeOf(createOrder(venue.url, marketOrder('more')))).toBe(30228);
    expect(await codeOf(createOrder(venue.url, marketOrder('less', reduce)))).toBe(0);
    venue.setSymbolState('BTCUSDT', 'closed');
    expect(await codeOf(createOrder(venue.url, marketOrder('none', reduce)))).toBe(110074);
    const listed = rows(await get(venue, '/v5/market/instruments-info')).map(({ symbol }) => symbol);
    expect(listed).toEqual(['ETHUSDT']);
    venue.setSymbolState('BTCUSDT', 'trading');
    expect(await codeOf(createOrder(venue.url, marketOrder('again')))).toBe(0);
  });
});

test('a symbol is closed from outside, by programs of this machine, and only one that there is', async () => {
  const venue = await withAccount({});
  const close = async (symbol: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ symbol, state: 'closed' });
    return (await fetch(`${venue.url}/paper/symbol`, { method: 'POST', headers, body })).status;
  };
  expect(await close('NONEUSDT')).toBe(409);
  expect(await close('BTCUSDT')).toBe(200);
  expect(await codeOf(createOrder(venue.url, marketOrder('closed')))).toBe(110074);
});

describe('what is told of the past', () => {
  const HISTORY = '/v5/order/history';
  const FILLS = '/v5/execution/list';
  let nowMs = Date.now();
  let venue: PaperVenue;
  const startedAtMs = nowMs;

  const idsIn = async (path: string, query: Record<string, string | number> = {}): Promise<unknown> => {
    const all = { category: 'linear', symbol: 'BTCUSDT', ...query };
    const answer = await signedRequest(venue.url, 'GET', path, all, { timestampMs: nowMs });
    return answer.body.retCode === 0 ? rows(answer).map((row) => row['orderLinkId']) : answer.body.retCode;
  };

  beforeAll(async () => {
    venue = await venues.start({ documentedRetention: true, now: () => nowMs });
    const timestampMs = nowMs;
    await createOrder(venue.url, marketOrder('filled'), { timestampMs });
    await createOrder(venue.url, marketOrder('unfilled', { orderType: 'Limit', price: '1000.0', timeInForce: 'IOC' }), {
      timestampMs,
    });
  });

  test('holds fills for seven days where no time is named, and orders without one for a day', async () => {
    expect(await idsIn(HISTORY)).toEqual(['unfilled', 'filled']);
    nowMs = startedAtMs + DAY_MS + 1;
    expect(await idsIn(HISTORY)).toEqual(['filled']);
    nowMs = startedAtMs + 7 * DAY_MS + 1;
    expect([await idsIn(HISTORY), await idsIn(FILLS)]).toEqual([[], []]);
    expect(await idsIn(HISTORY, { orderLinkId: 'filled' })).toEqual([]);
  });

  test('holds older fills for a query that names when', async () => {
    nowMs = startedAtMs + 30 * DAY_MS;
    const startTime = startedAtMs - 1;
    expect([await idsIn(HISTORY, { startTime }), await idsIn(FILLS, { startTime })]).toEqual([['filled'], ['filled']]);
    expect(await idsIn(HISTORY, { endTime: startedAtMs + 6 * DAY_MS })).toEqual(['filled']);
    expect(await idsIn(HISTORY, { endTime: startedAtMs + 8 * DAY_MS })).toEqual([]);
  });

  test('is never longer than seven days', async () => {
    const startTime = startedAtMs;
    expect(await idsIn(HISTORY, { startTime, endTime: startTime + 7 * DAY_MS })).toEqual(['filled']);
    expect(await idsIn(HISTORY, { startTime, endTime: startTime + 7 * DAY_MS + 1 })).toBe(10001);
  });
});
