import {
  parseAccount,
  parseFees,
  parseHabits,
  parseKey,
  parseMaintenance,
  parseSymbol,
} from '../../../../src/venues/bybit/preflight/parse';
import {
  accountPayload,
  habitsPayload,
  keyPayload,
  ownInstrumentsPayload,
  positionModePayload,
} from '../../../../src/venues/bybit/preflight/payloads';

/* The answers are the examples of Bybit's documents. */

const KEY = {
  id: '13770661',
  note: 'XXXXXX',
  apiKey: 'XXXXXX',
  readOnly: 0,
  secret: '',
  permissions: {
    ContractTrade: ['Order', 'Position'],
    Spot: ['SpotTrade'],
    Wallet: ['AccountTransfer', 'SubMemberTransfer', 'Withdraw'],
    Options: [],
    Derivatives: ['DerivativesTrade'],
    CopyTrading: [],
    BlockTrade: [],
    Exchange: [],
    NFT: [],
    Affiliate: [],
  },
  ips: ['*'],
  type: 1,
  deadlineDay: 83,
  expiredAt: '2023-05-15T03:21:05Z',
  createdAt: '2022-10-16T02:24:40Z',
  unified: 0,
  uta: 0,
  userID: 24617703,
  inviterID: 0,
  vipLevel: 'No VIP',
  mktMakerLevel: '0',
  affiliateID: 0,
  rsaPublicKey: '',
  isMaster: true,
  parentUid: '0',
  kycLevel: 'LEVEL_DEFAULT',
  kycRegion: '',
};
const keyOf = (change: object) => parseKey(keyPayload.parse({ result: { ...KEY, ...change } }));

describe('a key', () => {
  test('as documented', () => {
    expect(keyOf({})).toEqual({
      accountId: '24617703',
      isReadOnly: false,
      mayOrder: true,
      mayPosition: true,
      mayWithdraw: true,
      mayTransfer: true,
      isBoundToAddress: false,
      endsAtMs: Date.UTC(2023, 4, 15, 3, 21, 5),
      isMainAccount: true,
    });
  });

  test.each([
    ['1970-01-01T00:00:00Z', undefined],
    ['', undefined],
    [null, undefined],
    ['nonsense', undefined],
  ])('whose end is %j does not end', (expiredAt, endsAtMs) => {
    expect(keyOf({ expiredAt }).endsAtMs).toBe(endsAtMs);
  });

  test.each([
    [['192.0.2.1'], true],
    [['*'], false],
    [[], false],
    [[''], false],
    [null, false],
  ])('for the addresses %j is bound: %p', (ips, isBound) => {
    expect(keyOf({ ips }).isBoundToAddress).toBe(isBound);
  });

  test.each([[{}], [{ ContractTrade: null }], [{ ContractTrade: [], Wallet: [] }]])(
    'with the rights %j may do nothing',
    (permissions) => {
      expect(keyOf({ permissions })).toMatchObject({
        mayOrder: false,
        mayPosition: false,
        mayWithdraw: false,
        mayTransfer: false,
      });
    },
  );

  test.each([['readOnly'], ['permissions'], ['userID']])('without %s is not read', (field) => {
    expect(keyPayload.safeParse({ result: { ...KEY, [field]: undefined } }).success).toBe(false);
  });
});

test.each([
  ['REGULAR_MARGIN', 6, { kind: 'unified', marginMode: 'cross' }],
  ['ISOLATED_MARGIN', 5, { kind: 'unified', marginMode: 'isolated' }],
  ['PORTFOLIO_MARGIN', 4, { kind: 'unified_old', marginMode: 'portfolio' }],
  ['REGULAR_MARGIN', 1, { kind: 'classic', marginMode: 'cross' }],
  ['NEW_MARGIN', 9, { kind: 'other', marginMode: 'other' }],
])('an account in %s with the status %i', (marginMode, unifiedMarginStatus, facts) => {
  const result = { marginMode, unifiedMarginStatus, updatedTime: '1697078946000', isMasterTrader: false };
  expect(parseAccount(accountPayload.parse({ result }))).toEqual(facts);
});

test.each([
  [
    { lpaSpot: true, lpaPerp: false, deltaEnable: false, smsef: true, fmsef: true },
    { feeAsset: 'MNT', movesLimitPrices: true },
  ],
  [{ lpaPerp: true, fmsef: false }, { movesLimitPrices: false }],
  [{ lpaPerp: null }, { movesLimitPrices: false }],
])('the settings %j', (result, facts) => {
  expect(parseHabits(habitsPayload.parse({ result }))).toEqual(facts);
});

const POSITION = {
  positionIdx: 0,
  riskId: 1,
  riskLimitValue: '150',
  symbol: 'BTCUSDT',
  side: '',
  size: '0.00',
  avgPrice: '0',
  leverage: '10',
  positionStatus: 'Normal',
  isReduceOnly: false,
};
const symbolOf = (...rows: object[]) =>
  parseSymbol(positionModePayload.parse({ result: { list: rows.map((row) => ({ ...POSITION, ...row })) } }), 'BTCUSDT');

test.each([
  ['one row of index 0', [{}], 'one_way', '10'],
  ['two rows', [{ positionIdx: 1 }, { positionIdx: 2 }], 'hedge', '10'],
  ['one row of one side', [{ positionIdx: 1 }], 'hedge', '10'],
  ['no leverage', [{ leverage: '' }], 'one_way', undefined],
  ['a null', [{ leverage: null, size: null, isReduceOnly: null, positionStatus: null }], 'one_way', undefined],
])('a symbol with %s', (_, rows, positionMode, leverage) => {
  const facts = symbolOf(...rows);
  expect(facts?.positionMode).toBe(positionMode);
  expect(facts?.positions[0]?.leverage).toBe(leverage);
});

test('another symbol in the answer, or none, is no answer', () => {
  expect(symbolOf({ symbol: 'ETHUSDT' })).toBeUndefined();
  expect(symbolOf()).toBeUndefined();
});

test('fees are read row by row, of configured symbols', () => {
  const row = (symbol: string, takerFeeRate: unknown) => ({ symbol, takerFeeRate, makerFeeRate: '-0.0001' });
  const rows = [row('BTCUSDT', '0.0006'), row('ETHUSDT', null), row('SOLUSDT', '0.0006'), null];
  expect(parseFees(rows, new Set(['BTCUSDT', 'ETHUSDT']))).toEqual({
    BTCUSDT: { taker: '0.0006', maker: '-0.0001' },
  });
});

describe('maintenance', () => {
  const ROW = {
    id: '4d95b2a0-587f-11f0-bcc9-56f28c94d6ea',
    title: 'Upgrade of the matching engine',
    state: 'scheduled',
    begin: '1751596902000',
    end: '1751597011000',
    href: '',
    serviceTypes: [2, 3, 4, 5],
    product: [1, 2],
    uidSuffix: [],
    maintainType: 1,
    env: 1,
  };

  test('as documented', () => {
    expect(parseMaintenance([ROW], 'live')).toEqual([
      { title: ROW.title, beginMs: 1_751_596_902_000, endMs: 1_751_597_011_000 },
    ]);
  });

  test.each([
    [{ state: 'completed' }],
    [{ state: 'canceled' }],
    [{ product: [2] }],
    [{ serviceTypes: [5] }],
    [{ env: 2 }],
    [{ begin: 'soon' }],
  ])('with %j is none of ours', (change) => {
    expect(parseMaintenance([{ ...ROW, ...change }], 'live')).toEqual([]);
  });

  test.each([[{ product: [], serviceTypes: null }], [{ state: 'ongoing' }], [{ env: undefined }]])(
    'with %j is ours',
    (change) => {
      expect(parseMaintenance([{ ...ROW, ...change }], 'live')).toHaveLength(1);
    },
  );

  test.each([['0'], [''], [null], [ROW.begin]])('that ends at %j has no end that is known', (end) => {
    expect(parseMaintenance([{ ...ROW, end }], 'live')).toEqual([{ title: ROW.title, beginMs: 1_751_596_902_000 }]);
  });
});

test("a page of the account's own instruments has a cursor or none", () => {
  const list = [{ symbol: 'BTCUSDT', status: 'Trading' }];
  expect(ownInstrumentsPayload.parse({ result: { list, nextPageCursor: 'a%3D' } }).result.nextPageCursor).toBe('a%3D');
  expect(ownInstrumentsPayload.safeParse({ result: { list } }).success).toBe(true);
});
