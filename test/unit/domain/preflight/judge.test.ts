import type { AccountReport, Expectations, KeyFacts, PositionFacts } from '../../../../src/domain/preflight/facts';
import { stopsEntries, type FindingCode, type Severity } from '../../../../src/domain/preflight/finding';
import { judgeAccount, MAINTENANCE_LEAD_MS } from '../../../../src/domain/preflight/judge';
import { KEY_ENDS_SOON_MS } from '../../../../src/domain/preflight/judge-key';
import { EXPECTED, FEES, GOOD, KEY, known, NOW_MS, SYMBOL, unread } from './fixtures';

interface Case {
  readonly name: string;
  readonly report?: Partial<AccountReport>;
  readonly expected?: Partial<Expectations>;
  readonly finds: readonly (readonly [Severity, FindingCode])[];
  /** Of the first sentence. */
  readonly says?: readonly string[];
}

const DAY_MS = 86_400_000;
const withKey = (change: Partial<KeyFacts>): Partial<AccountReport> => ({ key: known({ ...KEY, ...change }) });
const withBitcoin = (change: Partial<PositionFacts>): Partial<AccountReport> => ({
  symbols: {
    ...GOOD.symbols,
    BTCUSDT: known({ ...SYMBOL, positions: [{ ...SYMBOL.positions[0]!, ...change }] }),
  },
});
const REFUSED = unread('Bybit 10004: error sign', true, '10004');
const HEDGE = known({ positionMode: 'hedge' as const, positions: [SYMBOL.positions[0]!, SYMBOL.positions[0]!] });

const CASES: readonly Case[] = [
  { name: 'nothing is wrong', finds: [] },
  { name: 'no account is kept yet', expected: { keptAccountIds: [] }, finds: [] },
  { name: 'isolated margin', report: { account: known({ kind: 'unified', marginMode: 'isolated' }) }, finds: [] },
  { name: 'a leverage that is written in another way', report: withBitcoin({ leverage: '1.00' }), finds: [] },
  // Keys.
  {
    name: 'a read-only key',
    report: withKey({ isReadOnly: true, mayOrder: false }),
    finds: [['refuse', 'KEY_READ_ONLY']],
  },
  { name: 'no right to orders', report: withKey({ mayOrder: false }), finds: [['refuse', 'KEY_MAY_NOT_TRADE']] },
  {
    name: 'no right to positions where leverage is compared',
    report: withKey({ mayPosition: false }),
    finds: [['warn', 'KEY_MAY_NOT_SET_LEVERAGE']],
  },
  {
    name: 'no right to positions where leverage is set',
    report: withKey({ mayPosition: false }),
    expected: { leverageAtVenue: 'set' },
    finds: [['refuse', 'KEY_MAY_NOT_SET_LEVERAGE']],
  },
  {
    name: 'no right to positions where lost stops are set again',
    report: withKey({ mayPosition: false }),
    expected: { keepsStops: true },
    finds: [['refuse', 'KEY_MAY_NOT_SET_LEVERAGE']],
  },
  {
    name: 'a key that may withdraw',
    report: withKey({ mayWithdraw: true }),
    finds: [['refuse', 'KEY_MAY_WITHDRAW']],
    says: ['venues.bybit.allowWithdrawalKey: true'],
  },
  {
    name: 'a key that may withdraw, and is meant to',
    report: withKey({ mayWithdraw: true }),
    expected: { allowsWithdrawal: true },
    finds: [['warn', 'KEY_MAY_WITHDRAW']],
  },
  { name: 'a key that may transfer', report: withKey({ mayTransfer: true }), finds: [['warn', 'KEY_MAY_TRANSFER']] },
  { name: 'a main account', report: withKey({ isMainAccount: true }), finds: [['warn', 'MAIN_ACCOUNT']] },
  {
    name: "another account's key",
    report: withKey({ accountId: '200' }),
    finds: [['refuse', 'OTHER_ACCOUNT']],
    says: ['the account 200', 'the account 100', 'DATA_DIR', 'TEMPORAL_NAMESPACE'],
  },
  {
    name: 'a folder and a namespace of two accounts',
    expected: { keptAccountIds: ['100', '200'] },
    finds: [['refuse', 'OTHER_ACCOUNT']],
  },
  {
    name: 'a key that is good from everywhere and has time',
    report: withKey({ isBoundToAddress: false, endsAtMs: NOW_MS + KEY_ENDS_SOON_MS + 1 }),
    finds: [
      ['warn', 'KEY_NOT_BOUND'],
      ['note', 'KEY_ENDS'],
    ],
  },
  {
    name: 'a key with a week left',
    report: withKey({ endsAtMs: NOW_MS + KEY_ENDS_SOON_MS }),
    finds: [['warn', 'KEY_ENDS_SOON']],
    says: ['in 7 days', '2026-12-06'],
  },
  {
    name: 'a key with an hour left',
    report: withKey({ endsAtMs: NOW_MS + 3_600_000 }),
    finds: [['warn', 'KEY_ENDS_SOON']],
    says: ['less than a day'],
  },
  { name: 'a key that has ended', report: withKey({ endsAtMs: NOW_MS }), finds: [['refuse', 'KEY_ENDED']] },
  {
    name: 'a key of another house',
    report: { key: unread('Bybit 10003: API key is invalid.', true, '10003') },
    expected: { region: 'turkey' },
    finds: [['refuse', 'KEY_REFUSED']],
    says: ['sent to live in the region turkey', 'venues.bybit.region', '(Bybit 10003: API key is invalid)'],
  },
  {
    name: 'a key that the venue refuses whatever it is asked, which is said once',
    report: {
      key: REFUSED,
      account: REFUSED,
      habits: REFUSED,
      fees: REFUSED,
      tradable: REFUSED,
      symbols: { BTCUSDT: REFUSED, ETHUSDT: REFUSED },
    },
    finds: [['refuse', 'KEY_REFUSED']],
  },
  {
    name: 'an expired key that the venue refuses',
    report: { key: unread('Bybit 33004: expired', true, '33004') },
    finds: [['refuse', 'KEY_REFUSED']],
  },
  {
    name: 'a refused key of a demo account, which is not told of its key',
    report: { key: { status: 'not_offered' }, account: unread('Bybit 10003: API key is invalid.', true, '10003') },
    expected: { environment: 'demo' },
    finds: [
      ['refuse', 'KEY_REFUSED'],
      ['note', 'NOT_OFFERED'],
    ],
    says: ['sent to demo in the region global'],
  },
  {
    name: 'a key that the paper venue refuses, as it was told to',
    report: { key: unread('refused', true, '10003') },
    expected: { environment: 'paper' },
    finds: [['warn', 'KEY_REFUSED']],
  },
  // The account.
  {
    name: 'a classic account',
    report: { account: known({ kind: 'classic', marginMode: 'cross' }) },
    finds: [['refuse', 'ACCOUNT_KIND']],
  },
  {
    name: 'a unified account of the first kind',
    report: { account: known({ kind: 'unified_old', marginMode: 'cross' }) },
    finds: [['refuse', 'ACCOUNT_KIND']],
  },
  {
    name: 'an account of a kind that is not known',
    report: { account: known({ kind: 'other', marginMode: 'cross' }) },
    finds: [['refuse', 'ACCOUNT_KIND']],
  },
  {
    name: 'portfolio margin',
    report: { account: known({ kind: 'unified', marginMode: 'portfolio' }) },
    finds: [['refuse', 'MARGIN_MODE']],
    says: ['portfolio margin'],
  },
  {
    name: 'a margin mode that is not known',
    report: { account: known({ kind: 'unified', marginMode: 'other' }) },
    finds: [['refuse', 'MARGIN_MODE']],
  },
  {
    name: 'fees in another asset',
    report: { habits: known({ feeAsset: 'MNT', movesLimitPrices: false }) },
    finds: [['warn', 'FEE_ASSET']],
    says: ['MNT'],
  },
  {
    name: 'limit prices that are moved',
    report: { habits: known({ movesLimitPrices: true }) },
    finds: [['note', 'LIMIT_PRICES_MOVED']],
  },
  // Symbols.
  {
    name: 'hedge mode of one symbol',
    report: { symbols: { ...GOOD.symbols, ETHUSDT: HEDGE } },
    finds: [['refuse', 'HEDGE_MODE']],
    says: ['ETHUSDT on bybit is in hedge mode', 'switch-mode'],
  },
  {
    name: 'another leverage',
    report: withBitcoin({ leverage: '10' }),
    finds: [['refuse', 'LEVERAGE']],
    says: ['BTCUSDT on bybit is 10', 'booked with 1', 'leverageAtVenue: set'],
  },
  {
    name: 'another leverage that could not be set',
    report: { ...withBitcoin({ leverage: '10' }), leverageRefusals: { BTCUSDT: 'Bybit 110013: risk limit' } },
    expected: { leverageAtVenue: 'set' },
    finds: [['refuse', 'LEVERAGE']],
    says: ['Bybit 110013: risk limit'],
  },
  {
    name: 'another leverage that is going to be set',
    report: withBitcoin({ leverage: '10' }),
    expected: { leverageAtVenue: 'will_set' },
    finds: [['note', 'LEVERAGE']],
  },
  {
    name: 'no leverage',
    report: withBitcoin({ leverage: undefined }),
    finds: [['refuse', 'LEVERAGE']],
    says: ['is not told'],
  },
  {
    name: 'a position that is being liquidated',
    report: withBitcoin({ isTakenOver: true }),
    finds: [['warn', 'POSITION_TAKEN_OVER']],
  },
  {
    name: 'a position that may only be reduced',
    report: withBitcoin({ isReduceOnly: true }),
    finds: [['warn', 'REDUCE_ONLY_POSITION']],
  },
  { name: 'a position that somebody opened', report: withBitcoin({ size: '0.5' }), finds: [['note', 'OPEN_POSITION']] },
  {
    name: 'a symbol that is closed to this account',
    report: { tradable: known(['BTCUSDT']) },
    finds: [['stop', 'SYMBOL_NOT_ALLOWED']],
    says: ['ETHUSDT', 'venues.bybit.symbols'],
  },
  {
    name: 'a fee above what is reserved',
    report: { fees: known({ ...FEES, BTCUSDT: { taker: '0.001', maker: '0' } }) },
    finds: [['warn', 'FEE_RATE']],
    says: ['BTCUSDT', '0.001', '0.0006'],
  },
  {
    name: 'a fee that is not told',
    report: { fees: known({ ETHUSDT: FEES.ETHUSDT }) },
    finds: [['warn', 'FEE_RATE']],
    says: ['does not tell', 'BTCUSDT', '0.0006'],
  },
  // Answers that are missing.
  { name: 'a key that was not read', report: { key: unread() }, finds: [['stop', 'NOT_READ']], says: ['no answer'] },
  { name: 'an account that was not read', report: { account: unread() }, finds: [['stop', 'NOT_READ']] },
  {
    name: 'a symbol that was not read',
    report: { symbols: { ...GOOD.symbols, BTCUSDT: unread() } },
    finds: [['stop', 'NOT_READ']],
    says: ['BTCUSDT'],
  },
  { name: 'fees that were not read', report: { fees: unread() }, finds: [['warn', 'NOT_READ']] },
  {
    name: 'a key that the paper venue did not tell',
    report: { key: unread() },
    expected: { environment: 'paper' },
    finds: [['warn', 'NOT_READ']],
  },
  {
    name: 'a demo account, which is told less',
    report: { key: { status: 'not_offered' }, fees: { status: 'not_offered' } },
    expected: { environment: 'demo' },
    finds: [
      ['note', 'NOT_OFFERED'],
      ['note', 'NOT_OFFERED'],
    ],
  },
];

test.each(CASES)('$name', ({ report, expected, finds, says = [] }) => {
  const found = judgeAccount({ ...GOOD, ...report }, { ...EXPECTED, ...expected }, NOW_MS);
  expect(found.map(({ severity, code }) => [severity, code])).toEqual(finds);
  for (const words of says) expect(found[0]?.sentence).toContain(words);
  for (const { sentence } of found) expect(sentence).toMatch(/^[^\n]+: [^\n]+\.$/);
});

test('what refuses comes first, whatever was asked first', () => {
  const report: AccountReport = {
    ...GOOD,
    ...withKey({ isMainAccount: true }),
    account: known({ kind: 'classic', marginMode: 'cross' }),
  };
  expect(judgeAccount(report, EXPECTED, NOW_MS).map(({ severity }) => severity)).toEqual(['refuse', 'warn']);
});

test('of two hundred symbols a sentence names five', () => {
  const symbols = Array.from({ length: 200 }, (_, index) => `S${index}USDT`);
  const report = { ...GOOD, symbols: Object.fromEntries(symbols.map((symbol) => [symbol, HEDGE])) };
  const [found] = judgeAccount(report, { ...EXPECTED, symbols: [] }, NOW_MS);
  expect(found?.sentence).toContain('S4USDT and 195 more on bybit');
  expect(found?.sentence.length).toBeLessThan(400);
});

describe('while the exchange does not trade', () => {
  const times = known([{ title: 'upgrade', beginMs: NOW_MS + DAY_MS, endMs: NOW_MS + 2 * DAY_MS }]);
  const [stop] = judgeAccount({ ...GOOD, maintenance: times }, EXPECTED, NOW_MS);

  test.each([
    ['now, a day before', NOW_MS, false],
    ['right before the lead', NOW_MS + DAY_MS - MAINTENANCE_LEAD_MS - 1, false],
    ['in the lead', NOW_MS + DAY_MS - MAINTENANCE_LEAD_MS, true],
    ['in the midst of it', NOW_MS + 1.5 * DAY_MS, true],
    ['at its end', NOW_MS + 2 * DAY_MS, false],
  ])('%s entries are stopped: %p %p', (_, atMs, isStopped) => {
    expect(stop).toMatchObject({ severity: 'stop', code: 'MAINTENANCE' });
    expect(stopsEntries(stop!, 'BTCUSDT', atMs)).toBe(isStopped);
  });

  test('one that has ended is no finding, and one without an end stops for good', () => {
    const over = known([{ title: 'over', beginMs: NOW_MS - DAY_MS, endMs: NOW_MS }]);
    expect(judgeAccount({ ...GOOD, maintenance: over }, EXPECTED, NOW_MS)).toEqual([]);
    const endless = known([{ title: 'endless', beginMs: NOW_MS - DAY_MS }]);
    const [finding] = judgeAccount({ ...GOOD, maintenance: endless }, EXPECTED, NOW_MS);
    expect(stopsEntries(finding!, 'BTCUSDT', NOW_MS + 100 * DAY_MS)).toBe(true);
  });
});

test('what concerns one symbol stops no other', () => {
  const [finding] = judgeAccount({ ...GOOD, tradable: known(['BTCUSDT']) }, EXPECTED, NOW_MS);
  expect(stopsEntries(finding!, 'ETHUSDT', NOW_MS)).toBe(true);
  expect(stopsEntries(finding!, 'BTCUSDT', NOW_MS)).toBe(false);
});
