import type { VenueOrder } from '../../../src/domain/market';
import { plainOrders, readRowsOf, type RowsOf } from '../../../src/venues/bybit/order-rows';
import { readTestData } from './test-data';

type Row = Readonly<Record<string, unknown>>;
interface SharedId {
  readonly name: string;
  /** What each row changes of a filled order's. */
  readonly rows: readonly Row[];
  readonly parts: number;
  readonly expected: Partial<VenueOrder>;
}

const FILLED = readTestData<{ row: Row }[]>('bybit', 'orders.json')[0]?.row ?? {};
const ABOUT: RowsOf = {
  clientOrderId: 'client-1',
  symbol: 'BTCUSDT',
  feeAsset: 'USDT',
  answeredAtMs: 1_700_000_000_000,
};
/** What JSON calls null is not told. */
const SHARED_IDS = readTestData<readonly SharedId[]>('bybit', 'shared-ids.json').map((one) => ({
  ...one,
  expected: Object.fromEntries(Object.entries(one.expected).map(([name, value]) => [name, value ?? undefined])),
}));

const read = (...changes: readonly Row[]) =>
  readRowsOf(
    changes.map((change) => ({ ...FILLED, ...change })),
    ABOUT,
  );

describe('rows of one client id', () => {
  test.each(SHARED_IDS)('$name are one order', ({ rows, parts, expected }) => {
    expect(read(...rows)).toMatchObject({ status: 'order', parts, order: expected });
  });

  test.each(SHARED_IDS)('$name are the same order in the other sequence', ({ rows, parts, expected }) => {
    expect(read(...rows.toReversed())).toMatchObject({ status: 'order', parts, order: expected });
  });

  test('a refusal of a second order alone says that there is a first one, and nothing of it', () => {
    const refused = { orderStatus: 'Rejected', rejectReason: 'EC_DuplicatedClOrdID', cumExecQty: '0' };
    expect(read(refused)).toEqual({ status: 'taken' });
    expect(read(refused, { ...refused, orderId: 'third' })).toEqual({ status: 'taken' });
  });

  test('none are none', () => {
    expect(read()).toEqual({ status: 'none' });
  });

  test.each<[Row, string]>([
    [{ orderLinkId: 'client-2' }, 'something else than the one order'],
    [{ symbol: 'ETHUSDT' }, 'something else than the one order'],
    [{ orderId: '' }, 'a row that cannot be read (orderId'],
    [{ cumExecQty: 'NaN' }, 'a row that cannot be read (cumExecQty'],
  ])('beside a row with %j prove nothing', (change, words) => {
    expect(() => read({}, { orderId: 'second', ...change })).toThrow(words);
  });
});

describe('a row', () => {
  test.each<[string, Row, Partial<VenueOrder>]>([
    ['with a status that nobody knows', { orderStatus: 'Marvellous' }, { status: 'open' }],
    ['without a status', { orderStatus: null }, { status: 'open' }],
    ['that is filled and does not say what filled', { cumExecQty: null }, { status: 'open', filledQuantity: '0' }],
    [
      'that is cancelled and does not say what filled',
      { orderStatus: 'Cancelled', cumExecQty: '' },
      { status: 'open' },
    ],
    ['without a quantity', { qty: null }, { status: 'filled', quantity: '' }],
    ['with a quantity that is no number', { qty: {} }, { status: 'filled', quantity: '' }],
    ['without an average price', { avgPrice: null }, { averagePrice: '16597.5' }],
    ['with an average price that is no number', { avgPrice: 'x' }, { averagePrice: '16597.5' }],
    ['without price and value', { avgPrice: '', cumExecValue: '' }, { averagePrice: undefined }],
    ['with a reason that is no text', { rejectReason: 7 }, { rejectReason: undefined }],
    ['without its instants', { createdTime: null, updatedTime: '' }, { createdAtMs: 1_700_000_000_000 }],
    ['of a limit order', { orderType: 'Limit', price: '16600' }, { limitPrice: '16600' }],
    ['of a market order, whose price is a bound,', { orderType: 'Market' }, { limitPrice: undefined }],
    ['without a kind', { orderType: null }, { limitPrice: undefined }],
    ['of a limit order without a price', { orderType: 'Limit', price: null }, { limitPrice: undefined }],
  ])('%s is found', (_, change, expected) => {
    const reading = read(change);
    expect(reading.status === 'order' && { limitPrice: undefined, ...reading.order }).toMatchObject(expected);
  });
});

describe('a list of final orders', () => {
  const plain = (...changes: readonly Row[]) =>
    plainOrders(
      changes.map((change) => ({ ...FILLED, ...change })),
      { ...ABOUT, symbols: new Set(['BTCUSDT']) },
    ).map(({ clientOrderId }) => clientOrderId);

  test('names what has one row, or several of the same order', () => {
    expect(plain({}, { orderLinkId: 'client-2' }, { orderLinkId: 'client-2' })).toEqual(['client-1', 'client-2']);
  });

  test.each<[string, Row]>([
    ['another order of its id', { orderId: 'second' }],
    ['the refusal of a second one', { orderId: 'second', rejectReason: 'EC_DuplicatedClOrdID', cumExecQty: '0' }],
  ])('leaves out what has %s beside it', (_, change) => {
    expect(plain({}, change, { orderLinkId: 'client-2' })).toEqual(['client-2']);
  });

  test('does not take the refusal of a second order for the end of the first one', () => {
    expect(plain({ orderStatus: 'Rejected', rejectReason: 'EC_DuplicatedClOrdID', cumExecQty: '0' })).toEqual([]);
  });
});
