import { PLACE_ORDER_CODES, REQUEST_CODES } from '../../../src/venues/bybit/outcome-codes';
import { describeVenueContract } from '../describe-venue-contract';
import {
  BITCOIN,
  coin,
  DESK,
  DOCUMENTED_CODES,
  ETHER,
  EXCESSIVE_ANSWERS,
  GOLDEN_ORDERS,
  INSTRUMENT_PAGES,
  INSTRUMENTS,
  INSTRUMENTS_LATER,
  INSTRUMENTS_WITH_MALFORMED_ROW,
  ISOLATED,
  LIMIT_ANSWERS,
  ORDERS,
  POSITION_PAGES,
  POSITIONS,
  SHARED_IDS,
  TICKERS,
  UNCERTAIN_POSITIONS,
  WALLET,
  walletOf,
} from './bybit-samples';
import { BybitStub, CANDLE } from './bybit-stub';

/** -1 has two meanings: its text decides. */
const DECIDED_BY_TEXT = [-1];

describeVenueContract({
  adapter: 'bybit',
  symbols: ['BTCUSDT', 'ETHUSDT', 'XRPUSDT', 'BTCPERP'],
  settleAsset: 'USDT',
  openStub: () => BybitStub.open(),
  notYet: {},
  doesNotApply: { 'VA-37': 'A client id that was used once is refused for ever.' },

  markets: { name: 'documented', answer: INSTRUMENTS, expected: [BITCOIN, ETHER] },
  marketsLater: { name: 'later', answer: INSTRUMENTS_LATER, expected: [{ ...BITCOIN, quantityStep: '0.01' }] },
  marketsWithMalformedRow: { name: 'malformed', answer: INSTRUMENTS_WITH_MALFORMED_ROW, expected: [ETHER] },
  marketPages: [
    { name: 'first', answer: INSTRUMENT_PAGES[0], expected: ['BTCUSDT'] },
    { name: 'second', answer: INSTRUMENT_PAGES[1], expected: ['ETHUSDT'] },
  ],
  limitQuantityMax: '1190.000',
  tickers: {
    name: 'documented',
    answer: TICKERS,
    expected: [{ symbol: 'BTCUSDT', bid: '16596.00', ask: '16597.50' }],
  },
  candle: CANDLE,
  balances: [
    {
      name: 'margins and open losses are not available',
      answer: WALLET,
      expected: {
        USDT: { total: '10000', available: '9689.5', locked: '300.75' },
      },
    },
    {
      name: 'a negative equity leaves nothing available',
      answer: walletOf([coin({ equity: '-20', usdValue: '-20' })]),
      expected: { USDT: { total: '1000', available: '0', locked: '0' } },
    },
    {
      name: 'a debt leaves nothing at all',
      answer: walletOf([coin({ walletBalance: '-50', equity: '-50', usdValue: '-50' })]),
      expected: { USDT: { total: '0', available: '0', locked: '0' } },
    },
    {
      name: 'what is borrowed is in the wallet, and is not the account’s own',
      answer: walletOf([coin({ spotBorrow: '900', equity: '600', unrealisedPnl: '500', usdValue: '600' })]),
      expected: { USDT: { total: '100', available: '100', locked: '0' } },
    },
    {
      name: 'isolated margin lends what the coin has, less margins',
      answer: walletOf([coin({ totalOrderIM: '100', totalPositionIM: '200', locked: '50' })], ISOLATED),
      expected: { USDT: { total: '1000', available: '650', locked: '350' } },
    },
    {
      name: 'what the account has left is converted at the price of the coin',
      answer: walletOf([coin({ usdValue: '1250' })], { totalAvailableBalance: '500' }),
      expected: { USDT: { total: '1000', available: '400', locked: '0' } },
    },
    {
      name: 'an account that has nothing left lends nothing',
      answer: walletOf([coin({})], { totalAvailableBalance: '-100' }),
      expected: { USDT: { total: '1000', available: '0', locked: '0' } },
    },
    {
      name: 'zeros and small figures with exponents',
      answer: walletOf([coin({ locked: '0E-18', totalOrderIM: '1E-7', bonus: '0E-8', spotBorrow: '0e-18' })]),
      expected: { USDT: { total: '1000', available: '999.9999999', locked: '0.0000001' } },
    },
  ],
  emptyBalances: walletOf([]),
  portfolioMarginBalances: walletOf([coin({ totalOrderIM: '', totalPositionIM: '' })], { totalInitialMargin: '900' }),
  twoCoinBalances: {
    name: 'a debt of another coin',
    answer: walletOf([coin({}), coin({ coin: 'USDC', walletBalance: '-900', equity: '-900', usdValue: '-900' })], {
      totalAvailableBalance: '100',
    }),
    expected: { USDT: { total: '1000', available: '100', locked: '0' } },
  },
  bonusBalances: {
    name: 'a bonus',
    answer: walletOf([coin({ bonus: '300' })], ISOLATED),
    expected: { USDT: { total: '1000', available: '700', locked: '0' } },
  },

  positions: {
    name: 'documented',
    answer: POSITIONS,
    expected: {
      BTCUSDT: { direction: 'BUY', quantity: '0.5' },
      ETHUSDT: { direction: 'SELL', quantity: '5.0' },
    },
  },
  uncertainPositions: UNCERTAIN_POSITIONS,
  positionPages: [
    { name: 'first', answer: POSITION_PAGES[0], expected: { BTCUSDT: { direction: 'BUY', quantity: '0.5' } } },
    { name: 'second', answer: POSITION_PAGES[1], expected: { ETHUSDT: { direction: 'SELL', quantity: '5.0' } } },
  ],

  desk: DESK,

  excessiveAnswers: EXCESSIVE_ANSWERS,

  goldenOrders: GOLDEN_ORDERS,
  documentedCodes: DOCUMENTED_CODES,
  isClassified: (code) =>
    PLACE_ORDER_CODES.has(String(code)) || REQUEST_CODES.has(String(code)) || DECIDED_BY_TEXT.includes(code),
  limitAnswers: LIMIT_ANSWERS,
  regionPage: {
    status: 403,
    body: '<html>The Amazon CloudFront distribution is configured to block access from your country.</html>',
  },

  orders: ORDERS,
  sharedIds: SHARED_IDS.filter(({ parts }) => parts === 2),
  namesakes: [{ ...ORDERS[0].row, orderStatus: 'Rejected', rejectReason: 'EC_DuplicatedClOrdID', cumExecQty: '0' }],
  limitOrder: { row: { ...ORDERS[0].row, orderType: 'Limit', price: '16600.10' }, limitPrice: '16600.10' },
  readableChanges: [
    { name: 'a null price', change: { avgPrice: null } },
    { name: 'a null fee', change: { cumExecFee: null, cumFeeDetail: null } },
    { name: 'a null reason', change: { rejectReason: null } },
    { name: 'a row without its optional figures', change: { avgPrice: undefined, cumExecFee: undefined } },
    { name: 'a reason as long as a book', change: { rejectReason: 'x'.repeat(100_000) } },
    { name: 'a figure that is no number', change: { avgPrice: {}, cumExecFee: 'x', qty: 'x', price: [] } },
    { name: 'a row without instants', change: { createdTime: null, updatedTime: '' } },
    { name: 'a reason that is no text', change: { rejectReason: 7, cancelType: 7, timeInForce: 7, orderType: 7 } },
    { name: 'an empty figure', change: { avgPrice: '', cumExecFee: '' } },
    { name: 'a field that nobody knows', change: { rpiMatchedQty: '0', somethingNew: { nested: [1] } } },
  ],
  unknownStatus: { orderStatus: 'Marvellous' },
  untoldFills: { cumExecQty: null },
  fromTheFuture: { createdTime: '9999999999999', updatedTime: '9999999999999' },
  feeInAnotherAsset: { cumFeeDetail: { MNT: '0.0024' }, cumExecFee: '0.55' },
  otherId: { orderLinkId: 'client-2' },
  otherSymbol: { symbol: 'SOLUSDT' },
  statusOpen: { orderStatus: 'New' },
  unreadable: [
    { cumExecQty: 'NaN' },
    { orderId: '' },
    { cumExecQty: '9'.repeat(1_000) },
    { orderId: 'x'.repeat(1_000) },
  ],
  recentOrdersQuery: { category: 'linear', settleCoin: 'USDT', openOnly: '1', limit: '50' },
});
