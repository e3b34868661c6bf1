import type { HttpReply } from '../http/messages';
import type { EndpointName } from '../http/route';

type Row = Readonly<Record<string, unknown>>;
type Oddity = (rows: readonly Row[]) => Row[];

/** Figures of an order that say nothing of whether it exists or what filled. */
const OPTIONAL_OF_ORDERS = [
  'avgPrice',
  'cumExecFee',
  'leavesValue',
  'triggerPrice',
  'cancelType',
  'createType',
] as const;

const STRANGE_ID = 'somebody-elses';

/** An order of somebody who trades the same account by hand, in a state that nobody documents. */
const STRANGE_ORDER: Row = {
  orderId: '00000000-0000-4000-8000-000000000000',
  orderLinkId: STRANGE_ID,
  symbol: 'ODDUSDT',
  side: 'Buy',
  orderType: null,
  price: null,
  qty: '1',
  orderStatus: 'Levitating',
  avgPrice: null,
  cumExecQty: '0',
  cumExecValue: null,
  cumFeeDetail: null,
  rejectReason: null,
  createdTime: '0',
  updatedTime: '0',
};

const ODD_ORDERS: readonly Oddity[] = [
  (rows) => rows.map((row) => ({ ...row, ...Object.fromEntries(OPTIONAL_OF_ORDERS.map((name) => [name, null])) })),
  (rows) => [STRANGE_ORDER, ...rows],
  // A second attempt with an id that is taken: refused, and shown under the same id.
  (rows) => rows.flatMap((row) => (row['orderLinkId'] ? [secondAttempt(row), row] : [row])),
];

function secondAttempt(row: Row): Row {
  return {
    ...row,
    orderId: `${String(row['orderId']).slice(0, -1)}!`,
    orderStatus: 'Rejected',
    rejectReason: 'EC_DuplicatedClOrdID',
    avgPrice: '',
    cumExecQty: '0',
    cumExecValue: '0',
    cumExecFee: '0',
    cumFeeDetail: {},
    leavesQty: '0',
  };
}

const ODD_POSITIONS: readonly Oddity[] = [
  (rows) => [{ symbol: 'ODDUSDT', positionIdx: 0, side: 'None', size: null, positionStatus: 'Levitating' }, ...rows],
  (rows) => rows.map((row) => ({ ...row, liqPrice: null, positionMM: null, riskLimitValue: null })),
];

const ODD_INSTRUMENTS: readonly Oddity[] = [
  (rows) => [{ symbol: 'ODDUSDT', status: 'Levitating', priceFilter: null, lotSizeFilter: {} }, ...rows],
  (rows) => rows.map((row) => ({ ...row, launchTime: null, preListingInfo: {}, newFilter: { newest: null } })),
];

const ODD_TICKERS: readonly Oddity[] = [
  (rows) => [{ symbol: 'ODDUSDT', bid1Price: null, ask1Price: '', lastPrice: null }, ...rows],
  (rows) => rows.map((row) => ({ ...row, openInterest: null, nextFundingTime: null })),
];

const ODD_FILLS: readonly Oddity[] = [(rows) => rows.map((row) => ({ ...row, feeCurrency: null, markPrice: null }))];

/** Rows of other kinds, and rows that share everything but their amounts. */
const ODD_TRANSACTIONS: readonly Oddity[] = [
  (rows) => [{ id: '', symbol: 'ODDUSDT', type: 'LEVITATION', change: '', currency: 'ODD', tradeId: null }, ...rows],
  (rows) => rows.map((row) => ({ ...row, bonusChange: null, extraFees: null, transSubType: null, feeRate: null })),
  (rows) => [{ ...STRANGE_INTEREST }, ...rows],
];

const STRANGE_INTEREST: Row = {
  id: 'odd',
  symbol: '',
  category: '',
  side: 'None',
  transactionTime: '0',
  type: 'INTEREST',
  qty: '0',
  size: '0',
  currency: 'ODD',
  funding: '',
  fee: '',
  cashFlow: '0.1',
  change: '0.1',
  cashBalance: '0.1',
  tradeId: '',
  orderId: '',
  orderLinkId: '',
};

const ODD_CLOSINGS: readonly Oddity[] = [
  (rows) => rows.map((row) => ({ ...row, openFee: null, closeFee: null, leverage: '' })),
  (rows) => [{ symbol: 'ODDUSDT', orderId: 'odd', side: 'None', execType: 'Levitate', closedPnl: null }, ...rows],
];

/** Coins beside the settle asset: one that owes, and one of which hardly anything is told. */
const ODD_COINS: readonly Row[] = [
  { coin: 'ODD', equity: '-1', walletBalance: '0', locked: '0', totalOrderIM: '', totalPositionIM: '', bonus: null },
  { coin: 'ODDER', equity: null, walletBalance: null, locked: null },
];

const ODD_WALLETS: readonly Oddity[] = [
  (rows) => rows.map((row) => ({ ...row, coin: [...ODD_COINS, ...(row['coin'] as Row[])] })),
  (rows) => rows.map((row) => ({ ...row, accountLTV: null, accountIMRate: null })),
];

const ODDITIES: Readonly<Partial<Record<EndpointName, readonly Oddity[]>>> = {
  order_realtime: ODD_ORDERS,
  order_history: ODD_ORDERS,
  execution_list: ODD_FILLS,
  position_list: ODD_POSITIONS,
  instruments_info: ODD_INSTRUMENTS,
  tickers: ODD_TICKERS,
  wallet_balance: ODD_WALLETS,
  transaction_log: ODD_TRANSACTIONS,
  closed_pnl: ODD_CLOSINGS,
};

/** A list reply with rows as real venues have them; a reply without a list is as it was. */
export function withOddRows(reply: HttpReply, endpoint: EndpointName, variant: number): HttpReply {
  const oddities = ODDITIES[endpoint];
  const parsed = JSON.parse(reply.body) as { readonly result?: { readonly list?: readonly Row[] } };
  const list = parsed.result?.list;
  if (!oddities || !list) return reply;
  const result = { ...parsed.result, list: oddities[variant % oddities.length]!(list) };
  return { ...reply, body: JSON.stringify({ ...parsed, result }) };
}
