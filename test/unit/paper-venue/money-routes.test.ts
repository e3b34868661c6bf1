/** What the venue tells of money, of positions that end without an order of ours, and of funding; and the door by which tests bring that about. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExactDecimal } from '../../../src/domain/decimal';
import { GOOD_PROFILE } from '../../../src/paper-venue/account-profile';
import { parseFaultPlan } from '../../../src/paper-venue/faults/fault-specification';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { type Answer, createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const DAY_MS = 86_400_000;
const FUNDING = { isOn: true, intervalMinutes: 480 };
/** Nothing is due by the clock while a test runs. */
const NOON_MS = Date.UTC(2026, 4, 4, 12);

const venues = new PaperVenues();
let venue: PaperVenue;
let nowMs: number;

beforeEach(async () => {
  nowMs = NOON_MS;
  venue = await venues.start({ funding: FUNDING, now: () => nowMs });
});

afterEach(() => venues.cleanUp());

const get = (path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  signedRequest(venue.url, 'GET', path, { category: 'linear', ...query }, { timestampMs: nowMs });
const trade = (clientOrderId: string, changes: object = {}): Promise<Answer> =>
  createOrder(venue.url, marketOrder(clientOrderId, { ...changes }), { timestampMs: nowMs });
const log = async (query: Readonly<Record<string, string>> = {}) =>
  rows(await get('/v5/account/transaction-log', query));
const closings = async (query: Readonly<Record<string, string>> = {}) =>
  rows(await get('/v5/position/closed-pnl', query));
const fills = async (query: Readonly<Record<string, string>> = {}) => rows(await get('/v5/execution/list', query));
const position = async (symbol = 'BTCUSDT') => rows(await get('/v5/position/list', { symbol }))[0]!;

/** Ids of rows tell nothing. */
const withoutIds = async () => (await log()).map((row) => ({ ...row, id: '' }));

async function act(path: string, command: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${venue.url}/paper/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const sum = (list: readonly Record<string, string>[], field: string): string =>
  list.reduce((total, row) => total.plus(row[field] || '0'), new ExactDecimal(0)).toFixed();

const TRANSACTION =
  'id symbol category side transactionTime type transSubType qty size currency tradePrice funding fee cashFlow change ' +
  'cashBalance feeRate bonusChange tradeId orderId orderLinkId extraFees';
const CLOSING =
  'symbol orderId side qty orderPrice orderType execType closedSize cumEntryValue avgEntryPrice cumExitValue avgExitPrice ' +
  'closedPnl fillCount leverage openFee closeFee createdTime updatedTime';

test('every kind of change has its row in the log, with all documented fields, and the sums are the wallet', async () => {
  await trade('open', { qty: '0.2' });
  await act('funding', { rate: '0.001' });
  await act('positions/close', { symbol: 'BTCUSDT', quantity: '0.05' });
  await act('positions/adl', { symbol: 'BTCUSDT', quantity: '0.05' });
  await act('positions/liquidate', { symbol: 'BTCUSDT' });
  await act('transfer', { amount: '250.5' });
  await act('transfer', { amount: '-50' });
  // A transfer belongs to no category.
  const all = await log({ category: '' });
  expect(all.map(({ type }) => type)).toEqual([
    'TRANSFER_OUT',
    'TRANSFER_IN',
    'LIQUIDATION',
    'ADL',
    'TRADE',
    'SETTLEMENT',
    'TRADE',
  ]);
  expect(all.map((row) => TRANSACTION.split(' ').filter((field) => !(field in row)))).toEqual(all.map(() => []));
  const wallet = venue.audit().balances['USDT']!.total;
  expect(all[0]!['cashBalance']).toBe(wallet);
  expect(new ExactDecimal(sum(all, 'change')).plus(100_000).toFixed()).toBe(wallet);
  const ended = await closings();
  expect(ended.map((row) => CLOSING.split(' ').filter((field) => !(field in row)))).toEqual(ended.map(() => []));
  expect(ended.map(({ execType, closedSize }) => [execType, closedSize])).toEqual([
    ['BustTrade', '0.1'],
    ['AdlTrade', '0.05'],
    ['Trade', '0.05'],
  ]);
  const explained = new ExactDecimal(sum(ended, 'closedPnl')).plus(sum(all, 'funding')).plus('200.5');
  expect(explained.plus(100_000).toFixed()).toBe(wallet);
});

test('a fee in MNT has a row of its own, beside that of the settle asset', async () => {
  const account = { ...GOOD_PROFILE, feesInMnt: true, mntBalance: '100', mntPrice: '2' };
  venue = await venues.start({ account, now: () => nowMs });
  await trade('a');
  const [fee, settled] = await log();
  expect(settled).toMatchObject({ currency: 'USDT', change: '0', fee: '0', cashBalance: '100000' });
  expect(fee).toMatchObject({ currency: 'MNT', type: 'TRADE', tradeId: settled!['tradeId'], id: settled!['id'] });
  expect(new ExactDecimal(fee!['cashBalance']!).minus(fee!['change']!).toFixed()).toBe('100');
  expect(venue.audit().balances['MNT']!.total).toBe(fee!['cashBalance']);
});

test('closed profit is the value of the exit less that of the entry and the fees of both', async () => {
  await trade('open', { qty: '0.02' });
  await trade('close', { side: 'Sell', qty: '0.01' });
  const [row] = await closings();
  const { cumEntryValue, cumExitValue, openFee, closeFee, closedPnl } = row!;
  expect(new ExactDecimal(cumExitValue!).minus(cumEntryValue!).minus(openFee!).minus(closeFee!).toFixed()).toBe(
    closedPnl,
  );
  const [opened] = await fills({ orderLinkId: 'open' });
  const half = new ExactDecimal(opened!['execFee']!).div(2).toDecimalPlaces(8, ExactDecimal.ROUND_HALF_UP).toFixed();
  expect(openFee).toBe(half);
});

test('the log is asked for by type, currency, category and time, and in pages', async () => {
  await trade('a');
  await act('funding', { rate: '0.001' });
  await act('transfer', { amount: '1' });
  const types = async (query: Record<string, string>): Promise<(string | undefined)[]> =>
    (await log(query)).map(({ type }) => type);
  expect(await types({ type: 'SETTLEMENT' })).toEqual(['SETTLEMENT']);
  expect(await types({ currency: 'USDC' })).toEqual([]);
  expect(await types({})).toEqual(['SETTLEMENT', 'TRADE']);
  const uncategorised = { category: '' };
  expect(await types(uncategorised)).toEqual(['TRANSFER_IN', 'SETTLEMENT', 'TRADE']);
  const first = await get('/v5/account/transaction-log', { ...uncategorised, limit: '2' });
  const cursor = String(first.body.result['nextPageCursor']);
  expect(await types({ ...uncategorised, limit: '2', cursor })).toEqual(['TRADE']);
  for (const refused of [{ limit: '51' }, { accountType: 'CONTRACT' }] as Record<string, string>[]) {
    expect((await get('/v5/account/transaction-log', refused)).body.retCode).toBe(10001);
  }
});

test('a venue of documented memory tells of one day, and of seven where they are named, and never of more', async () => {
  venue = await venues.start({ documentedRetention: true, now: () => nowMs });
  await trade('old');
  nowMs += 2 * DAY_MS;
  await trade('new', { side: 'Sell' });
  const count = async (query: Record<string, string>): Promise<number> => (await log(query)).length;
  expect(await count({})).toBe(1);
  expect(await count({ startTime: String(nowMs - 6 * DAY_MS) })).toBe(2);
  expect(await count({ startTime: String(nowMs - 6 * DAY_MS), endTime: String(nowMs) })).toBe(2);
  const tooLong = { startTime: String(nowMs - 8 * DAY_MS), endTime: String(nowMs) };
  expect((await get('/v5/account/transaction-log', tooLong)).body.retCode).toBe(10001);
});

test('executions of every kind come together, and one kind where it is asked for', async () => {
  await trade('open', { qty: '0.2' });
  await act('funding', { rate: '-0.001' });
  await act('positions/adl', { symbol: 'BTCUSDT', quantity: '0.05' });
  await act('positions/liquidate', { symbol: 'BTCUSDT' });
  const all = await fills();
  expect(all.map((row) => [row['execType'], row['createType'], row['closedSize'], row['orderLinkId']])).toEqual([
    ['BustTrade', 'CreateByLiq', '0.15', ''],
    ['AdlTrade', 'CreateByAdl_PassThrough', '0.05', ''],
    ['Funding', '', '0', ''],
    ['Trade', 'CreateByUser', '0', 'open'],
  ]);
  const [payment] = await fills({ execType: 'Funding' });
  // Who is long is paid at a rate below zero: a fee below zero, and a row above it in the log.
  expect(Number(payment!['execFee'])).toBeLessThan(0);
  expect(payment).toMatchObject({ side: 'Buy', orderType: 'UNKNOWN', feeRate: '-0.001' });
  const [settled] = await log({ type: 'SETTLEMENT' });
  expect(settled).toMatchObject({ tradeId: payment!['execId'], orderId: payment!['orderId'] });
  expect(new ExactDecimal(settled!['funding']!).plus(payment!['execFee']!).toFixed()).toBe('0');
});

test('a position closed by hand is told from ours: no client id, and the venue says who placed it', async () => {
  await trade('ours');
  const { body } = await act('positions/close', { symbol: 'BTCUSDT' });
  expect(body['order']).toMatchObject({ createType: 'CreateByClosing', orderLinkId: '', orderStatus: 'Filled' });
  expect(body['order']).toMatchObject({ reduceOnly: true, side: 'Sell' });
  expect(await position()).toMatchObject({ size: '0' });
  expect(venue.audit().orders).toMatchObject({ accepted: 1, external: 1 });
});

test('a position is made larger and turned by hand', async () => {
  await trade('ours', { side: 'Sell' });
  await act('positions/add', { symbol: 'BTCUSDT', quantity: '0.02' });
  expect(await position()).toMatchObject({ side: 'Sell', size: '0.03' });
  await act('positions/flip', { symbol: 'BTCUSDT' });
  expect(await position()).toMatchObject({ side: 'Buy', size: '0.03' });
  await act('positions/add', { symbol: 'ETHUSDT', quantity: '0.1', side: 'Sell' });
  expect(await position('ETHUSDT')).toMatchObject({ side: 'Sell', size: '0.1' });
});

test('the venue loses the stop of a position', async () => {
  await trade('ours', { stopLoss: '1000.0' });
  expect(Number((await position())['stopLoss'])).toBe(1_000);
  expect((await act('positions/clear-stop', { symbol: 'BTCUSDT' })).body).toEqual({ cleared: 1 });
  expect(Number((await position())['stopLoss'])).toBe(0);
});

test.each([
  ['positions/close', { symbol: 'BTCUSDT' }, 409],
  ['positions/clear-stop', { symbol: 'BTCUSDT' }, 409],
  ['positions/flip', { symbol: 'BTCUSDT' }, 409],
  ['positions/liquidate', { symbol: 'BTCUSDT' }, 409],
  ['positions/adl', { symbol: 'BTCUSDT' }, 409],
  ['positions/add', { symbol: 'NONEUSDT', quantity: '1' }, 409],
  ['positions/add', { symbol: 'BTCUSDT', quantity: '0.00001' }, 409],
  ['positions/add', { symbol: 'BTCUSDT', quantity: '-1' }, 400],
  ['positions/close', {}, 400],
  ['price', { symbol: 'NONEUSDT', price: '1' }, 409],
  ['price', { symbol: 'BTCUSDT', price: '9999999' }, 409],
  ['price', { symbol: 'BTCUSDT', price: '0' }, 400],
  ['transfer', { amount: '-100000.01' }, 409],
  ['transfer', { amount: 'much' }, 400],
  ['funding', { rate: 1 }, 400],
])('%s %j is refused with %i, and changes nothing', async (path, command, status) => {
  const answer = await act(path, command);
  expect([answer.status, answer.body]).toEqual([status, { error: expect.any(String) }]);
  expect(venue.audit()).toMatchObject({ orders: { external: 0 }, balances: { USDT: { total: '100000' } } });
});

const OF_SYMBOLS: readonly (readonly [string, object])[] = [
  ['positions/close', {}],
  ['positions/add', { quantity: '1' }],
  ['positions/flip', {}],
  ['positions/liquidate', {}],
  ['positions/adl', {}],
  ['positions/clear-stop', {}],
  ['funding', {}],
  ['price', { factor: '1.1' }],
  ['symbol', { state: 'closed' }],
];

test.each(OF_SYMBOLS)('%s of a symbol that is not traded is refused with a sentence', async (path, command) => {
  for (const symbol of ['NOPE', '', 'btcusdt', '__proto__', 'BTCUSDT '])
    expect(await act(path, { ...command, symbol })).toEqual({
      status: 409,
      body: { error: `The paper venue does not trade ${symbol}.` },
    });
});

test.each([...OF_SYMBOLS.map(([path]) => path), 'transfer', 'cancel', 'forget', 'clock', 'faults'])(
  '%s refuses every body that it cannot read, and the venue goes on',
  async (path) => {
    const odd = [[], [{}], 'text', 1, true, { unknown: 1 }, { symbol: 1 }, { symbol: null }, { symbol: ['BTCUSDT'] }];
    for (const body of odd) expect([body, (await act(path, body)).status]).toEqual([body, 400]);
    for (const body of ['{', 'null', '\u0000']) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${venue.url}/paper/${path}`, { method: 'POST', headers, body });
      expect([body, response.status]).toEqual([body, 400]);
    }
    expect((await fetch(`${venue.url}/paper/audit?summary=1`)).status).toBe(200);
  },
);

test('what is missing at a door is said, and an order that is not there cannot be cancelled', async () => {
  for (const path of [...OF_SYMBOLS.map(([name]) => name).filter((name) => name !== 'funding'), 'transfer', 'cancel']) {
    expect([path, (await act(path, {})).status]).toEqual([path, 400]);
  }
  expect((await act('cancel', { clientOrderId: 'nobody' })).status).toBe(409);
});

test('a fault behind the door is told with 500, and the venue goes on', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const broken = jest.spyOn(ExactDecimal.prototype, 'plus').mockImplementationOnce(() => {
    throw new Error('a fault');
  });
  expect(await act('transfer', { amount: '1' })).toEqual({
    status: 500,
    body: { error: 'The paper venue failed: Error: a fault' },
  });
  expect(warned).toHaveBeenCalled();
  broken.mockRestore();
  warned.mockRestore();
  expect((await act('transfer', { amount: '1' })).status).toBe(200);
});

test('a price leaps, goes on from there with the market, and stays so after a restart', async () => {
  const stateDir = venues.folder();
  venue = await venues.start({ stateDir, now: () => nowMs });
  const last = async (): Promise<number> =>
    Number(rows(await get('/v5/market/tickers', { symbol: 'BTCUSDT' }))[0]!['lastPrice']);
  const before = await last();
  await act('price', { symbol: 'BTCUSDT', factor: '0.9' });
  const after = await last();
  expect(Math.abs(after / before - 0.9)).toBeLessThan(0.0001);
  await venue.close();
  venue = await venues.start({ stateDir, now: () => nowMs });
  expect(await last()).toBe(after);
  const [candle] = (await get('/v5/market/kline', { symbol: 'BTCUSDT', interval: '1', limit: '1' })).body.result[
    'list'
  ] as string[][];
  expect(Number(candle![4])).toBe(after);
});

test('a price that leaps beyond the liquidation price of a position liquidates the account', async () => {
  venue = await venues.start({ leverage: 50, now: () => nowMs });
  await trade('large', { qty: '30' });
  const { liqPrice, positionMM } = await position();
  expect(Number(positionMM)).toBeGreaterThan(0);
  await act('price', { symbol: 'BTCUSDT', price: String(Math.floor(Number(liqPrice)) - 10) });
  expect(await position()).toMatchObject({ size: '0', liqPrice: '' });
  expect((await log({ type: 'LIQUIDATION' })).length).toBe(1);
  const total = Number(venue.audit().balances['USDT']!.total);
  expect(total >= 0 && total < 10).toBe(true);
});

test('the wallet tells of the maintenance margin, and a rate of it', async () => {
  await trade('a', { qty: '1' });
  const [wallet] = (await get('/v5/account/wallet-balance', { accountType: 'UNIFIED' })).body.result['list'] as [
    {
      accountMMRate: string;
      totalMaintenanceMargin: string;
      totalMarginBalance: string;
      totalInitialMargin: string;
      totalAvailableBalance: string;
      coin: Record<string, string>[];
    },
  ];
  const { positionMM } = await position();
  expect(wallet.totalMaintenanceMargin).toBe(positionMM);
  expect(wallet.coin[0]!['totalPositionMM']).toBe(positionMM);
  expect(Number(wallet.accountMMRate)).toBeCloseTo(Number(positionMM) / Number(wallet.totalMarginBalance), 5);
  expect(wallet.coin[0]!['equity']).toBe(wallet.totalMarginBalance);
  // Open profits and losses are part of it.
  const { totalMarginBalance, totalInitialMargin, totalAvailableBalance } = wallet;
  expect(new ExactDecimal(totalMarginBalance).minus(totalInitialMargin).toFixed()).toBe(totalAvailableBalance);
});

test('the rate that is shown as next is the one that is paid, and then the first of the past ones', async () => {
  await trade('a', { qty: '0.1' });
  const [ticker] = rows(await get('/v5/market/tickers', { symbol: 'BTCUSDT' }));
  const [instrument] = rows(await get('/v5/market/instruments-info', { symbol: 'BTCUSDT' }));
  expect(instrument).toMatchObject({ fundingInterval: 480, upperFundingRate: '0.00375', lowerFundingRate: '-0.00375' });
  expect(ticker).toMatchObject({ nextFundingTime: String(NOON_MS + DAY_MS / 6), fundingIntervalHour: '8' });
  nowMs = Number(ticker!['nextFundingTime']);
  await act('price', { symbol: 'BTCUSDT', factor: '1' });
  const [payment] = await fills({ execType: 'Funding' });
  expect(payment).toMatchObject({ execTime: ticker!['nextFundingTime'], feeRate: ticker!['fundingRate'] });
  const past = rows(await get('/v5/market/funding/history', { symbol: 'BTCUSDT', limit: '2' }));
  expect(past).toMatchObject([
    { symbol: 'BTCUSDT', fundingRate: ticker!['fundingRate'], fundingRateTimestamp: ticker!['nextFundingTime'] },
    { fundingRateTimestamp: String(nowMs - DAY_MS / 3) },
  ]);
  const startAlone = { symbol: 'BTCUSDT', startTime: String(nowMs - DAY_MS) };
  expect((await get('/v5/market/funding/history', startAlone)).body.retCode).toBe(10001);
  const window = { ...startAlone, endTime: String(nowMs - DAY_MS / 3) };
  expect(rows(await get('/v5/market/funding/history', window)).length).toBe(3);
});

test('a journal of before, which has fills and no ledgers, tells of the same money', async () => {
  const stateDir = venues.folder();
  venue = await venues.start({ stateDir, now: () => nowMs });
  await trade('open', { qty: '0.02' });
  await trade('half', { side: 'Sell', qty: '0.01' });
  await trade('turn', { side: 'Sell', qty: '0.03' });
  const known = { log: await withoutIds(), closings: await closings() };
  await venue.close();
  const path = join(stateDir, 'journal.jsonl');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const former = lines.map((line) => {
    const positions = (JSON.parse(line) as { positions?: object[] }).positions;
    const former = positions?.map((record) => ({ ...record, openFee: undefined }));
    const unknown = { money: undefined, closings: undefined, fundedUntilMs: undefined };
    return JSON.stringify({ ...(JSON.parse(line) as object), ...unknown, positions: former });
  });
  writeFileSync(path, `${former.join('\n')}\n`);
  venue = await venues.start({ stateDir, now: () => nowMs });
  expect({ log: await withoutIds(), closings: await closings() }).toEqual(known);
  await trade('end', { side: 'Buy', qty: '0.02' });
  expect((await closings())[0]).toMatchObject({ closedSize: '0.02' });
  expect(new ExactDecimal(sum(await closings(), 'closedPnl')).plus(100_000).toFixed()).toBe(
    venue.audit().balances['USDT']!.total,
  );
});

describe('faults of positions', () => {
  const meet = async (fault: 'liquidation' | 'adl' | 'manual_close' | 'manual_add', variant: number) => {
    await trade('ours', { qty: '0.1' });
    venue.setFaults(parseFaultPlan({ targets: [{ fault, ordinal: 1, variant, share: 0.5 }] }, 'of the test'));
    return position();
  };

  test.each([
    ['liquidation', 0, '0', 'BustTrade', 'CreateByLiq'],
    ['adl', 0, '0', 'AdlTrade', 'CreateByAdl_PassThrough'],
    ['adl', 1, '0.05', 'AdlTrade', 'CreateByAdl_PassThrough'],
    ['manual_close', 0, '0', 'Trade', 'CreateByClosing'],
    ['manual_close', 1, '0.05', 'Trade', 'CreateByClosing'],
  ] as const)(
    '%s, variant %i: the position has %s left, by a %s',
    async (fault, variant, size, execType, createType) => {
      expect(await meet(fault, variant)).toMatchObject({ size });
      expect((await fills())[0]).toMatchObject({ execType, createType, orderLinkId: '' });
      expect(venue.audit().faultsInjected).toEqual({ [fault]: 1 });
    },
  );

  test('manual_add: the position grows by the smallest order', async () => {
    expect(await meet('manual_add', 0)).toMatchObject({ side: 'Buy', size: '0.101' });
  });

  test('nothing happens where nothing is open', async () => {
    venue.setFaults(parseFaultPlan({ targets: [{ fault: 'liquidation' }] }, 'of the test'));
    expect(await position()).toMatchObject({ size: '0' });
    expect(await fills()).toEqual([]);
  });

  test('answers of the log are lost as those of others are', async () => {
    venue.setFaults(
      parseFaultPlan(
        { targets: [{ fault: 'connection_reset', endpoint: 'transaction_log', ordinal: 1 }] },
        'of the test',
      ),
    );
    await expect(log()).rejects.toThrow();
    expect(await log()).toEqual([]);
  });
});
