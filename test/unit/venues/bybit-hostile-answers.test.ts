/**
 * Answers as no document has them: nulls, numbers for texts, words that nobody knows, figures of the wrong sign, pages that
 * repeat themselves. Each comes to one of three ends: read as it is meant, not known, or refused; never to a figure that was
 * made up.
 */
import type { ServerResponse } from 'node:http';
import type { VenueConfig } from '../../../src/config/schema';
import type { OutcomeKind } from '../../../src/domain/outcome';
import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createVenue } from '../../../src/venues/create-venue';
import { VenueError, type UnreadableRows, type Venue } from '../../../src/venues/venue';
import { StubServer } from './stub-server';
import { PLAN, readTestData } from './test-data';

type Row = Readonly<Record<string, unknown>>;

const config: VenueConfig = {
  adapter: 'bybit',
  environment: 'paper',
  symbols: ['BTCUSDT', 'ETHUSDT'],
  settleAsset: 'USDT',
  leverage: 1,
  receiveWindowMs: 5_000,
  clockSkewMs: 1_000,
  requestTimeoutMs: 10_000,
  limits: {
    global: { limit: 120, windowMs: 60_000, weight: 1 },
    endpoints: { market_data: undefined, order: undefined, account: undefined },
  },
};
const [{ row: FILLED }] = readTestData<[{ row: Row }]>('bybit', 'orders.json');
const [INSTRUMENT] = readTestData<{ result: { list: [Row] } }>('bybit', 'instruments-info.json').result.list;
const [ACCOUNT] = readTestData<{ result: { list: [Row & { coin: Row[] }] } }>('bybit', 'wallet-balance.json').result
  .list;
const TICKER: Row = { symbol: 'BTCUSDT', bid1Price: '16597', ask1Price: '16597.5', lastPrice: '16597' };

let stub: StubServer;
let venue: Venue;
let unreadable: UnreadableRows[];

beforeAll(async () => {
  stub = await StubServer.start();
  const credentials = resolveCredentials({ venue: 'bybit', environment: 'paper' });
  venue = createVenue({ name: 'bybit', config, baseUrl: stub.url, credentials, permits: 'not needed' });
  venue.onUnreadableRows((report) => unreadable.push(report));
});

afterAll(async () => {
  await venue.close();
  await stub.stop();
});

beforeEach(() => {
  unreadable = [];
  stub.requests.length = 0;
});

const answer =
  (result: unknown) =>
  (_request: unknown, response: ServerResponse): void =>
    stub.reply(response, result);

/** @returns the sentence and the kind with which a read failed */
async function failureOf(read: Promise<unknown>): Promise<{ readonly kind: OutcomeKind; readonly message: string }> {
  try {
    const value = await read;
    throw new Error(`It was read: ${JSON.stringify(value)}`);
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    return error.outcome;
  }
}

describe('a look-up', () => {
  const lookUp = async (list: unknown) => {
    for (const path of ['order/realtime', 'order/history']) stub.on(`GET /v5/${path}`, answer({ list }));
    stub.on('GET /v5/execution/list', answer({ list: [] }));
    return venue.lookUpOrder('BTCUSDT', 'client-1');
  };

  it.each<[string, Row]>([
    ['Filled without any fill', { cumExecQty: '0' }],
    ['Filled, and the fill is null', { cumExecQty: null }],
    ['a status in small letters', { orderStatus: 'filled' }],
    ['a status that is a number', { orderStatus: 2 }],
    ['no status', { orderStatus: null }],
    ['a status that nobody knows', { orderStatus: 'Levitating' }],
  ])('of an order with %s is found, and not final', async (_name, change) => {
    const found = await lookUp([{ ...FILLED, ...change }]);
    expect(found).toMatchObject({ status: 'found', order: { status: 'open' } });
  });

  it.each<[string, unknown]>([
    ['a number', 0.01],
    ['below zero', '-0.01'],
    ['no figure', 'NaN'],
    ['a figure with separators', '1,000'],
  ])('of an order whose fill is %s is not known, and says which figure', async (_name, cumExecQty) => {
    expect(await lookUp([{ ...FILLED, cumExecQty }])).toMatchObject({
      status: 'unavailable',
      outcome: { kind: 'UNKNOWN', message: expect.stringContaining('cumExecQty') as string },
    });
  });

  it.each<[string, unknown]>([
    ['the id is null', [{ ...FILLED, orderLinkId: null }]],
    ['the id is another one', [{ ...FILLED, orderLinkId: 'client-11' }]],
    ['the symbol is another one', [{ ...FILLED, symbol: 'ETHUSDT' }]],
    ['one row is null', [FILLED, null]],
    ['there are more rows than on the largest page', Array.from({ length: 51 }, () => FILLED)],
    ['there is no list', null],
    ['the list is none', {}],
  ])('is not known where %s', async (_name, list) => {
    expect(await lookUp(list)).toMatchObject({ status: 'unavailable', outcome: { kind: 'UNKNOWN' } });
  });

  it.each<[string, Row, Row]>([
    ['a fill with an exponent', { cumExecQty: '1E-2' }, { status: 'filled', filledQuantity: '0.01' }],
    ['fees in a text', { cumFeeDetail: '{"USDT":"0.1"}', cumExecFee: '' }, { status: 'filled', fee: '' }],
    ['a fee that is a number', { cumFeeDetail: { USDT: 0.1 } }, { status: 'filled', fee: '' }],
    ['a list of fees', { cumFeeDetail: ['0.1'] }, { status: 'filled', fee: '' }],
    ['a fee that is null', { cumFeeDetail: { USDT: null } }, { status: 'filled', fee: '' }],
    ['a fee in MNT with an exponent', { cumFeeDetail: { MNT: '2.4e-3' } }, { fee: '0', otherFees: { MNT: '0.0024' } }],
    ['an average below zero', { avgPrice: '-1', cumExecValue: '165' }, { averagePrice: '16500' }],
    ['an average that is a number', { avgPrice: 16_500, cumExecValue: '' }, { averagePrice: undefined }],
    ['a reason that is a number', { rejectReason: 5 }, { status: 'filled' }],
  ])('of an order with %s is read', async (_name, change, order) => {
    const found = await lookUp([{ ...FILLED, cumExecQty: '0.010', ...change }]);
    expect(found.status === 'found' && found.order).toMatchObject(order);
  });
});

describe('the answer to an order', () => {
  const place = async (envelope: unknown) => {
    stub.on('POST /v5/order/create', (_request, response) => stub.replyEnvelope(response, envelope));
    return (await venue.placeOrder(PLAN)).outcome.kind;
  };
  const taken = { orderId: 'venue-1', orderLinkId: 'client-1' };

  it.each<[string, unknown, OutcomeKind]>([
    ['a code as a text', { retCode: '0', result: taken }, 'PLACED'],
    ['a refusal as a text', { retCode: '110007', retMsg: 'ab', result: {} }, 'REJECTED'],
    ['a refusal without words', { retCode: 110_007, retMsg: null, result: null }, 'REJECTED'],
    ['two noughts', { retCode: '00', result: taken }, 'UNKNOWN'],
    ['a code that is null', { retCode: null, result: taken }, 'UNKNOWN'],
    ['a code that is no whole number', { retCode: 110_007.5, result: {} }, 'UNKNOWN'],
    ['a code in a list', { retCode: [0], result: taken }, 'UNKNOWN'],
    ['a code of tomorrow', { retCode: 999_999, retMsg: 'Order refused', result: {} }, 'UNKNOWN'],
    ['an id that is null', { retCode: 0, result: { orderId: null, orderLinkId: 'client-1' } }, 'UNKNOWN'],
    ['an empty id', { retCode: 0, result: { orderId: '', orderLinkId: 'client-1' } }, 'UNKNOWN'],
    ['the id of another order', { retCode: 0, result: { orderId: '1', orderLinkId: 'client-2' } }, 'UNKNOWN'],
    ['a result that is a list', { retCode: 0, result: [taken] }, 'UNKNOWN'],
    ['no result', { retCode: 0 }, 'UNKNOWN'],
    ['nothing but null', null, 'UNKNOWN'],
  ])('with %s', async (_name, envelope, kind) => {
    expect(await place(envelope)).toBe(kind);
  });
});

describe('a wallet', () => {
  const balances = (coin: Row, account: Row = {}) => {
    const [own] = ACCOUNT.coin;
    stub.on(
      'GET /v5/account/wallet-balance',
      answer({ list: [{ ...ACCOUNT, coin: [{ ...own, ...coin }], ...account }] }),
    );
    return venue.balances();
  };

  it.each<[string, Row, Row]>([
    ['whose lock is below zero', { locked: '-5' }, {}],
    ['whose margin of orders is below zero', { totalOrderIM: '-5' }, {}],
    ['whose margin of positions is below zero', { totalPositionIM: '-5' }, {}],
    ['whose balance is a number', { walletBalance: 10_000 }, {}],
    ['whose balance has separators', { walletBalance: '10,000' }, {}],
    ['whose balance is a hexadecimal number', { walletBalance: '0x10' }, {}],
    ['whose equity is null', { equity: null }, {}],
    ['of a kind in small letters', {}, { accountType: 'unified' }],
    ['of the classic kind', {}, { accountType: 'CONTRACT' }],
    ['without coins', {}, { coin: null }],
    ['whose own figure is null', {}, { totalAvailableBalance: null }],
    ['whose own figure is no figure', {}, { totalAvailableBalance: 'Infinity' }],
  ])('%s is not known', async (_name, coin, account) => {
    expect(await failureOf(balances(coin, account))).toMatchObject({
      kind: 'UNKNOWN',
      message: expect.stringMatching(/^The (balances are not known|venue answered with fields).*\.$/) as string,
    });
  });

  it('with an exponent in its balance is read', async () => {
    const { assets } = await balances({ walletBalance: '1.0E+4' });
    expect(assets['USDT']).toMatchObject({ total: '10000' });
  });

  it('that names the settle asset in small letters holds nothing of it', async () => {
    const { assets } = await balances({ coin: 'usdt' });
    expect(assets['USDT']).toMatchObject({ total: '0', available: '0' });
  });
});

describe('the instruments', () => {
  const markets = async (list: readonly unknown[]) => {
    stub.on('GET /v5/market/instruments-info', answer({ list, nextPageCursor: '' }));
    return (await venue.markets()).map(({ symbol }) => symbol);
  };
  const other = { ...INSTRUMENT, symbol: 'ETHUSDT' };
  const filters = (change: Row): Row => ({
    ...INSTRUMENT,
    lotSizeFilter: { ...(INSTRUMENT['lotSizeFilter'] as Row), ...change },
  });

  it.each<[string, Row]>([
    ['a price step of zero', { ...INSTRUMENT, priceFilter: { tickSize: '0' } }],
    ['a price step below zero', { ...INSTRUMENT, priceFilter: { tickSize: '-0.1' } }],
    ['a price step that is a number', { ...INSTRUMENT, priceFilter: { tickSize: 0.1 } }],
    ['an empty price step', { ...INSTRUMENT, priceFilter: { tickSize: '' } }],
    ['no price filter', { ...INSTRUMENT, priceFilter: null }],
    ['a quantity step of zero', filters({ qtyStep: '0' })],
    ['a quantity step below zero', filters({ qtyStep: '-1' })],
    ['a smallest quantity below zero', filters({ minOrderQty: '-1' })],
    ['a largest quantity that is a number', filters({ maxOrderQty: 100 })],
    ['a smallest value that is no figure', filters({ minNotionalValue: 'five' })],
  ])('leave out a symbol with %s, say so, and keep the others', async (_name, row) => {
    expect(await markets([row, other])).toEqual(['ETHUSDT']);
    expect(unreadable).toEqual([{ what: 'instruments', faults: [expect.objectContaining({ symbol: 'BTCUSDT' })] }]);
  });

  it('leave out a symbol that two rows tell of in two ways, say so, and keep the others', async () => {
    expect(await markets([INSTRUMENT, other, { ...INSTRUMENT, priceFilter: { tickSize: '5' } }])).toEqual(['ETHUSDT']);
    expect(unreadable).toEqual([{ what: 'instruments', faults: [expect.objectContaining({ symbol: 'BTCUSDT' })] }]);
  });

  it('may name a symbol twice in the same way', async () => {
    expect(new Set(await markets([INSTRUMENT, other, { ...INSTRUMENT }]))).toEqual(new Set(['BTCUSDT', 'ETHUSDT']));
  });

  it('are not known where a page repeats its cursor', async () => {
    stub.on('GET /v5/market/instruments-info', answer({ list: [INSTRUMENT], nextPageCursor: 'same' }));
    expect(await failureOf(venue.markets())).toMatchObject({ kind: 'UNKNOWN' });
    expect(stub.requests.length).toBeLessThanOrEqual(10);
  });
});

describe('a price', () => {
  const tickers = async (...rows: Row[]) => {
    stub.on('GET /v5/market/tickers', answer({ list: rows.map((row) => ({ ...TICKER, ...row })) }));
    return venue.tickers();
  };

  it.each<[string, readonly Row[]]>([
    ['is null', [{ bid1Price: null }]],
    ['is zero', [{ ask1Price: '0' }]],
    ['is below zero', [{ ask1Price: '-1' }]],
    ['is a number', [{ bid1Price: 16_597 }]],
    ['is crossed', [{ bid1Price: '16600', ask1Price: '16597' }]],
    ['is told in two ways', [{}, { bid1Price: '1', ask1Price: '2' }]],
  ])('that %s is none', async (_name, rows) => {
    expect(await tickers(...rows)).toEqual([]);
  });

  it('with an exponent is read', async () => {
    expect(await tickers({ bid1Price: '1E-7', ask1Price: '2E-7' })).toEqual([
      { symbol: 'BTCUSDT', bid: '0.0000001', ask: '0.0000002' },
    ]);
  });
});

describe('the account behind a key', () => {
  const KEY = {
    readOnly: 0,
    permissions: { ContractTrade: ['Order', 'Position'], Wallet: [] },
    ips: ['192.0.2.1'],
    userID: 1,
    isMaster: false,
  };
  const inspect = (path: string, result: unknown) => {
    stub.on(`GET /v5/${path}`, answer(result));
    return venue.inspector!;
  };

  it.each<[string, Row, boolean]>([
    ['in small letters', { Wallet: ['withdraw'] }, true],
    ['by another name', { Wallet: ['WithdrawToWhitelist'] }, true],
    ['in a group of its own', { Wallet: [], Assets: ['Withdraw'] }, true],
    ['nowhere', { Wallet: ['AccountTransfer'], Exchange: null }, false],
  ])('may withdraw where the right stands %s', async (_name, rights, mayWithdraw) => {
    const permissions = { ContractTrade: ['Order'], ...rights };
    expect(await inspect('user/query-api', { ...KEY, permissions }).key()).toMatchObject({ mayWithdraw });
  });

  it.each<[string, Row]>([
    ['read-only by a word', { readOnly: 'yes' }],
    ['read-only by null', { readOnly: null }],
    ['of nobody', { userID: '' }],
    ['with rights in a text', { permissions: { ContractTrade: 'Order,Position' } }],
    ['without rights', { permissions: null }],
  ])('is not known of a key %s', async (_name, change) => {
    expect(await failureOf(inspect('user/query-api', { ...KEY, ...change }).key())).toMatchObject({ kind: 'UNKNOWN' });
  });

  it.each<[string, unknown, object]>([
    ['of a mode of tomorrow', { marginMode: 'SUPER_MARGIN', unifiedMarginStatus: 6 }, { marginMode: 'other' }],
    ['of a kind of tomorrow', { marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 7 }, { kind: 'other' }],
    ['in small letters', { marginMode: 'regular_margin', unifiedMarginStatus: 6 }, { marginMode: 'other' }],
  ])('is refused where it is %s', async (_name, result, facts) => {
    expect(await inspect('account/info', result).account()).toMatchObject(facts);
  });

  it.each<[string, unknown]>([
    ['null', { marginMode: null, unifiedMarginStatus: 6 }],
    ['told in a text', { marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 'six' }],
    ['empty', {}],
  ])('is not known where it is %s', async (_name, result) => {
    expect(await failureOf(inspect('account/info', result).account())).toMatchObject({ kind: 'UNKNOWN' });
  });

  const position = (change: Row = {}): Row => ({
    symbol: 'BTCUSDT',
    positionIdx: 0,
    leverage: '10',
    size: '',
    ...change,
  });
  const symbol = (...list: unknown[]) => inspect('position/list', { list }).symbol('BTCUSDT');

  it.each<[string, readonly unknown[], object]>([
    ['one row', [position()], { positionMode: 'one_way', positions: [{ leverage: '10' }] }],
    [
      'a row of another symbol beside it',
      [{ symbol: 'ODDUSDT', positionIdx: null }, position()],
      { positionMode: 'one_way' },
    ],
    ['a leverage with an exponent', [position({ leverage: '1E+1' })], { positions: [{ leverage: '10' }] }],
    ['one side', [position({ positionIdx: 2 })], { positionMode: 'hedge' }],
    ['both sides', [position({ positionIdx: 1 }), position({ positionIdx: 2 })], { positionMode: 'hedge' }],
  ])('has a position mode where the answer is %s', async (_name, rows, facts) => {
    expect(await symbol(...rows)).toMatchObject(facts);
  });

  it.each<[string, readonly unknown[]]>([
    ['no row', []],
    ['null', [null]],
    ['a row of another symbol', [position({ symbol: 'ETHUSDT' })]],
    ['an index that is null', [position({ positionIdx: null })]],
    ['an index that nobody knows', [position({ positionIdx: 3 })]],
    ['the same index twice', [position(), position({ leverage: '20' })]],
    ['one way and a side', [position(), position({ positionIdx: 1 })]],
    ['a size below zero', [position({ size: '-1' })]],
    ['a leverage that is a number', [position({ leverage: 10 })]],
  ])('has a position mode that is not known where the answer is %s', async (_name, rows) => {
    expect(await failureOf(symbol(...rows))).toMatchObject({ kind: 'UNKNOWN' });
  });

  it('has fees where figures have exponents, and none where they are no figures', async () => {
    const row = (name: string, takerFeeRate: unknown): Row => ({ symbol: name, takerFeeRate, makerFeeRate: '0' });
    const list = [row('BTCUSDT', '5.5E-4'), row('ETHUSDT', '')];
    expect(await inspect('account/fee-rate', { list }).fees()).toEqual({ BTCUSDT: { taker: '0.00055', maker: '0' } });
  });

  it('may trade what can be read, whatever stands beside it', async () => {
    const list = [{ symbol: null }, null, { symbol: 'BTCUSDT' }, { symbol: 'ETHUSDT', status: 5 }];
    const may = inspect('account/instruments-info', { list, nextPageCursor: '' }).tradable(async () => undefined);
    expect(await may).toEqual(['BTCUSDT', 'ETHUSDT']);
  });

  it('may trade what is not known, where a page repeats its cursor', async () => {
    const list = [{ symbol: 'BTCUSDT' }];
    const inspector = inspect('account/instruments-info', { list, nextPageCursor: 'same' });
    expect(await failureOf(inspector.tradable(async () => undefined))).toMatchObject({ kind: 'UNKNOWN' });
    expect(stub.requests.length).toBeLessThanOrEqual(21);
  });

  const STOP = { title: 'x', begin: '1751596902000', end: '1751597011000', state: 'ongoing' };
  it.each<[string, Row, number]>([
    ['of a state that nobody knows', { state: 'extended' }, 1],
    ['of products in texts', { product: ['1'] }, 1],
    ['of other products in texts', { product: ['2'] }, 0],
    ['of services in texts', { serviceTypes: ['1', '2'] }, 1],
    ['of products that are no list', { product: 'all' }, 1],
    ['of an environment in a text', { env: '1' }, 1],
    ['that is over', { state: 'Completed' }, 0],
    ['that was called off', { state: 'cancelled' }, 0],
    ['without a title', { title: null }, 1],
  ])('stands still in a time %s', async (_name, change, times) => {
    const stops = await inspect('system/status', { list: [{ ...STOP, ...change }, null] }).maintenance();
    expect(stops).toHaveLength(times);
  });
});
