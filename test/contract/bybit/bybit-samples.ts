import type { Market } from '../../../src/domain/market';
import { readTestData } from '../../unit/venues/test-data';
import type { Execution, MoneyRow, PositionRow } from '../../../src/domain/position/types';
import type { ReplyCase } from '../../unit/venues/test-data';
import type {
  DocumentedCode,
  ExcessiveAnswer,
  GoldenOrder,
  LimitAnswer,
  OrderSample,
  PastSample,
  PositionDeskSamples,
  SharedId,
} from '../venue-under-test';

interface Envelope<Result> {
  readonly result: Result;
}
type Row = Readonly<Record<string, unknown>>;

const instruments = readTestData<Envelope<{ list: readonly Row[] }>>('bybit', 'instruments-info.json').result;
const wallet = readTestData<Envelope<{ list: readonly { coin: readonly Row[] }[] }>>(
  'bybit',
  'wallet-balance.json',
).result;
const [bitcoin = {}, ether = {}] = instruments.list;

export const TICKERS = readTestData<Envelope<unknown>>('bybit', 'tickers.json').result;
export const ORDERS = readTestData<readonly [OrderSample, ...OrderSample[]]>('bybit', 'orders.json');
/** Several rows of one id: their changes of a filled order's row. */
export const SHARED_IDS = readTestData<readonly SharedId[]>('bybit', 'shared-ids.json').map(({ rows, ...one }) => ({
  ...one,
  rows: rows.map((change) => ({ ...ORDERS[0].row, ...change })),
  // What JSON calls null is not told.
  expected: Object.fromEntries(Object.entries(one.expected).map(([name, value]) => [name, value ?? undefined])),
}));
export const GOLDEN_ORDERS = readTestData<readonly GoldenOrder[]>('bybit', 'golden-orders.json');
export const DOCUMENTED_CODES = readTestData<{ readonly codes: readonly DocumentedCode[] }>(
  'bybit',
  'documented-codes.json',
).codes;
export const LIMIT_ANSWERS: readonly LimitAnswer[] = readTestData<readonly ReplyCase[]>(
  'bybit',
  'place-order.json',
).filter(({ kind }) => kind === 'RATE_LIMITED' || kind === 'BANNED');

export const BITCOIN: Market = {
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  quantityStep: '0.001',
  quantityMin: '0.001',
  quantityMax: '119.000',
  limitQuantityMax: '1190.000',
  notionalMin: '5',
  leverageMax: '100.00',
  priceStep: '0.10',
  takerFee: '0.0006',
};
export const ETHER: Market = {
  symbol: 'ETHUSDT',
  base: 'ETH',
  quote: 'USDT',
  settle: 'USDT',
  quantityStep: '0.01',
  quantityMin: '0.01',
  quantityMax: '7240.00',
  limitQuantityMax: '7240.00',
  notionalMin: undefined,
  priceStep: '0.01',
  takerFee: '0.0006',
};

const page = (list: readonly unknown[], nextPageCursor = '') => ({ category: 'linear', nextPageCursor, list });

/** All of the instruments; then with a step that changed and a market that closed; with a row cut short; in two pages. */
export const INSTRUMENTS = instruments;
export const INSTRUMENTS_LATER = page([
  { ...bitcoin, lotSizeFilter: { ...(bitcoin['lotSizeFilter'] as Row), qtyStep: '0.01' } },
  { ...ether, status: 'Closed' },
]);
export const INSTRUMENTS_WITH_MALFORMED_ROW = page([{ ...bitcoin, priceFilter: null }, ether]);
export const INSTRUMENT_PAGES = [page([bitcoin], 'next'), page([ether])] as const;

const [account = { coin: [] }] = wallet.list;

/** A wallet with these coins and figures of the whole account. */
export function walletOf(coins: readonly Row[], totals: Row = {}): unknown {
  return { list: [{ ...account, ...totals, coin: coins }] };
}

/** A coin of the wallet without margins, gains or debts. */
export function coin(change: Row): Row {
  const bare = { locked: '0', totalOrderIM: '0', totalPositionIM: '0', bonus: '0', spotBorrow: '0' };
  return { ...bare, coin: 'USDT', walletBalance: '1000', equity: '1000', usdValue: '1000', ...change };
}

/** In isolated margin the figures of the whole account do not apply. */
export const ISOLATED: Row = { totalAvailableBalance: '', totalInitialMargin: '', totalMarginBalance: '' };

export const WALLET = wallet;

const positions = readTestData<Envelope<{ list: readonly Row[] }>>('bybit', 'positions.json').result;
const [long = {}, short = {}] = positions.list;

/** All documented kinds of rows; and the open ones in two pages. */
export const POSITIONS = page([
  ...positions.list,
  { ...long, symbol: 'SOLUSDT' },
  { ...long, symbol: 'XRPUSDT', side: 'Buy', positionIdx: 1 },
  { ...short, symbol: 'XRPUSDT', side: 'Sell', positionIdx: 2 },
  { ...long, symbol: 'BTCPERP', size: '' },
]);
export const POSITION_PAGES = [page([long], 'next'), page([short])] as const;
/** Rows of the first symbol of which nothing can be told for certain. */
export const UNCERTAIN_POSITIONS: readonly Row[] = [
  { ...long, side: '', size: '0' },
  { ...long, size: '0' },
  { ...long, size: '-0.5' },
  { ...long, size: '' },
  { ...long, side: 'Marvellous' },
  { ...long, side: null },
  { ...long, positionIdx: 1 },
  { ...long, positionIdx: undefined },
  { ...long, positionStatus: 'Liq' },
  { ...long, positionStatus: 'Adl' },
];

const positionRows = readTestData<{ rows: readonly [Row, Row, ...Row[]]; expected: readonly PositionRow[] }>(
  'bybit',
  'position-rows.json',
);
const [guarded, bare] = positionRows.rows;

export const DESK: PositionDeskSamples = {
  pageOf: page,
  rows: { name: 'documented', answer: page(positionRows.rows), expected: positionRows.expected },
  openRows: [guarded, bare],
  unreadableRows: readTestData('bybit', 'unreadable-position-rows.json'),
  namelessRows: [{ ...guarded, symbol: '' }, { ...guarded, symbol: null }, { size: '1' }, null, 'BTCUSDT'],
  goldenProtections: readTestData('bybit', 'golden-protections.json'),
  codes: readTestData<Pick<PositionDeskSamples, 'codes'>>('bybit', 'protection-codes.json').codes,
  executions: readTestData<PastSample<Execution>>('bybit', 'executions.json'),
  moneyLog: readTestData<PastSample<MoneyRow>>('bybit', 'money-log.json'),
  pastWindow: { keys: ['startTime', 'endTime'], spanMaxMs: 7 * 24 * 60 * 60 * 1_000 },
};

const LONG_NUMBER = '9'.repeat(1_000_000);
const many = (count: number, row: unknown): unknown => ({ list: Array.from({ length: count }, () => row) });

export const EXCESSIVE_ANSWERS: readonly ExcessiveAnswer[] = [
  {
    name: 'a balance of a million digits',
    method: 'balances',
    answer: walletOf([coin({ walletBalance: LONG_NUMBER })]),
  },
  { name: 'a balance of 21 digits', method: 'balances', answer: walletOf([coin({ walletBalance: '1'.repeat(21) })]) },
  { name: 'an equity of 19 decimals', method: 'balances', answer: walletOf([coin({ equity: `1.${'1'.repeat(19)}` })]) },
  { name: 'a coin whose name is a page', method: 'balances', answer: walletOf([coin({ coin: LONG_NUMBER })]) },
  {
    name: 'a wallet of twenty thousand coins',
    method: 'balances',
    answer: walletOf(Array.from({ length: 20_000 }, (_, index) => coin({ coin: `C${index}` }))),
  },
  { name: 'a list of twenty thousand symbols', method: 'tickers', answer: many(20_000, { symbol: 'BTCUSDT' }) },
  { name: 'a list of five thousand instruments', method: 'markets', answer: many(5_000, {}) },
  {
    name: 'a candle of a million digits',
    method: 'candles',
    answer: many(1, ['1672738080000', '1', LONG_NUMBER, '1', '1', '1']),
  },
  {
    name: 'a page of five thousand candles',
    method: 'candles',
    answer: many(5_000, ['1672738080000', '1', '1', '1', '1', '1']),
  },
  { name: 'a page of a thousand positions', method: 'positions', answer: many(1_000, {}) },
  {
    name: 'the mark of a page that is longer than the page',
    method: 'positions',
    answer: { list: [], nextPageCursor: LONG_NUMBER },
  },
  {
    name: 'the mark of a page of instruments that is longer than the page',
    method: 'markets',
    answer: { list: [], nextPageCursor: LONG_NUMBER },
  },
  { name: 'a page of a thousand orders', method: 'recentOrders', answer: many(1_000, {}) },
];
