import { balancesPayload } from '../../../src/venues/bybit/payloads';
import { RowFault } from '../../../src/venues/bybit/rows';
import { parseBalances } from '../../../src/venues/bybit/wallet';

type Row = Readonly<Record<string, unknown>>;

const TETHER: Row = {
  coin: 'USDT',
  walletBalance: '1000',
  equity: '990',
  usdValue: '990',
  locked: '0',
  totalOrderIM: '10',
  totalPositionIM: '0',
  bonus: '0',
  spotBorrow: '0',
  borrowAmount: '0',
};
const ACCOUNT: Row = { accountType: 'UNIFIED', totalAvailableBalance: '980' };
const READ = { total: '1000', available: '980', locked: '10', equity: '990' };
const ZEROS = { total: '0', available: '0', locked: '0' };
const UNKNOWN = ['', null, undefined, 'NaN', 7, '1e999'];

function assetsOf(list: readonly unknown[], settleAsset = 'USDT') {
  return parseBalances(balancesPayload.parse({ time: 1_672_738_134_824, result: { list } }), settleAsset).assets;
}

function walletOf(coins: readonly unknown[], account: Row = {}) {
  return assetsOf([{ ...ACCOUNT, ...account, coin: coins }]);
}

function tether(change: Row, account: Row = {}) {
  return walletOf([{ ...TETHER, ...change }], account)['USDT'];
}

describe('what is available', () => {
  it.each<[string, Row, Row, string]>([
    ['is what the coin has, less open losses and margins', {}, {}, '980'],
    ['does not count open gains', { equity: '1500', usdValue: '1500' }, { totalAvailableBalance: '1490' }, '990'],
    ['is no more than the account has left', {}, { totalAvailableBalance: '100' }, '100'],
    ['is converted at the coin’s price', { usdValue: '495' }, { totalAvailableBalance: '100' }, '200'],
    ['is rounded down', { equity: '3', usdValue: '7' }, { totalAvailableBalance: '1' }, '0'],
    ['is nothing where the account has nothing left', {}, { totalAvailableBalance: '0' }, '0'],
    ['is nothing where the account is in debt', {}, { totalAvailableBalance: '-0.5' }, '0'],
    ['excludes a bonus in isolated margin', { bonus: '300' }, { totalAvailableBalance: '' }, '680'],
    ['excludes a bonus in cross margin, too', { bonus: '300' }, {}, '680'],
    ['is nothing where all is a bonus', { bonus: '1000' }, { totalAvailableBalance: '' }, '0'],
    ['is not raised by a bonus below zero', { bonus: '-300' }, {}, '980'],
    ['excludes what spot trading borrowed', { spotBorrow: '400' }, {}, '590'],
    ['excludes all that is borrowed where spot is not told', { spotBorrow: '', borrowAmount: '400' }, {}, '590'],
    ['is not raised by a debt below zero', { spotBorrow: '-400' }, {}, '980'],
    ['reads zeros with exponents', { locked: '0E-18', bonus: '0e-18', totalPositionIM: '0E-8' }, {}, '980'],
    ['reads small figures with exponents', { locked: '1E-7' }, {}, '979.9999999'],
  ])('%s', (_name, coin, account, available) => {
    expect(tether(coin, account)?.available).toBe(available);
  });

  it('is exact for the longest figures', () => {
    const walletBalance = '12345678901234567890.123456789012345678';
    const { total, available } = tether(
      { walletBalance, equity: walletBalance, usdValue: walletBalance, totalOrderIM: '0' },
      { totalAvailableBalance: '' },
    )!;
    expect([total, available]).toEqual([walletBalance, walletBalance]);
  });

  it('needs no price where nothing is left', () => {
    expect(tether({ equity: '0', usdValue: '0' })?.available).toBe('0');
    expect(tether({ equity: '-5', usdValue: '' })?.available).toBe('0');
  });
});

describe('the settle asset', () => {
  it.each<[string, readonly unknown[], Row]>([
    ['an empty wallet', [], {}],
    ['an empty wallet whose account tells nothing', [], { totalAvailableBalance: null }],
    ['a wallet of other coins', [{ ...TETHER, coin: 'MNT' }], {}],
  ])('is told with zeros in %s', (_name, coins, account) => {
    expect(walletOf(coins, account)['USDT']).toEqual({ ...ZEROS, equity: '0' });
  });

  it('is whichever the configuration names', () => {
    const list = [{ ...ACCOUNT, coin: [{ ...TETHER, coin: 'USDC' }] }];
    expect(assetsOf(list, 'USDC')).toEqual({ USDC: READ });
  });

  const needed = ['walletBalance', 'equity', 'locked', 'totalOrderIM', 'totalPositionIM', 'bonus', 'usdValue'];
  it.each(needed.flatMap((field) => UNKNOWN.map((value) => [field, value] as const)))(
    'with %s %p is not known, and is no zero',
    (field, value) => {
      const words = `the wallet's figures of USDT are not known (${field}: `;
      expect(() => tether({ [field]: value })).toThrow(RowFault);
      expect(() => tether({ [field]: value })).toThrow(words);
    },
  );

  it.each(UNKNOWN.filter((value) => value !== ''))('with totalAvailableBalance %p is not known', (value) => {
    expect(() => tether({}, { totalAvailableBalance: value })).toThrow('not known (totalAvailableBalance: ');
  });

  it.each(['', null, undefined, 'NaN'])('with all debts %p is not known', (value) => {
    expect(() => tether({ spotBorrow: value, borrowAmount: value })).toThrow('not known (spotBorrow: ');
  });

  it.each(['0', '-1', '0E-18'])('worth %p in all is not known: its price cannot be told', (usdValue) => {
    expect(() => tether({ usdValue })).toThrow('not known (usdValue: ');
  });

  it.each<[string, Row]>([
    ['both margins', { totalOrderIM: '', totalPositionIM: '' }],
    ['the margin of orders', { totalOrderIM: '' }],
    ['the margin of positions', { totalPositionIM: '' }],
  ])('in portfolio margin, %s untold, is refused in words', (_name, change) => {
    expect(() => tether({ equity: '1000', ...change }, { totalInitialMargin: '900' })).toThrow(
      /portfolio margin, which cannot be traded on; choose cross or isolated margin/,
    );
  });

  it('may not be named twice', () => {
    expect(() => walletOf([TETHER, TETHER])).toThrow('the wallet names USDT twice');
  });

  it.each<[string, unknown]>([
    ['an empty name', { ...TETHER, coin: '' }],
    ['a null for a name', { ...TETHER, coin: null }],
    ['nothing in it', null],
  ])('may be in a row with %s, so that it is not known to be missing', (_name, coin) => {
    expect(() => walletOf([coin])).toThrow('a coin of the wallet has no name that can be read');
  });
});

describe('another coin', () => {
  const mantle: Row = { ...TETHER, coin: 'MNT' };

  it.each<[string, unknown]>([
    ['an empty balance', { ...mantle, walletBalance: '' }],
    ['a null balance', { ...mantle, walletBalance: null }],
    ['no balance', { coin: 'MNT' }],
    ['an empty equity', { ...mantle, equity: '' }],
    ['untold margins', { ...mantle, totalOrderIM: '', totalPositionIM: '' }],
    ['an untold value', { ...mantle, usdValue: '' }],
    ['a long name', { ...mantle, coin: 'X'.repeat(40) }],
    ['a name that is no text', { ...mantle, coin: 7 }],
    ['nothing', null],
  ])('with %s hides only itself', (_name, coin) => {
    expect(walletOf([coin, TETHER])).toEqual({ USDT: READ });
  });

  it('of the smallest amounts is read', () => {
    const small = { ...mantle, walletBalance: '1E-7', equity: '1E-7', usdValue: '1E-7', totalOrderIM: '0E-8' };
    expect(walletOf([TETHER, small])).toMatchObject({ MNT: { total: '0.0000001', locked: '0' } });
  });

  it('never crowds the settle asset out', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => ({ ...TETHER, coin: `C${index}` }));
    expect(walletOf([...many, TETHER])['USDT']).toEqual(READ);
  });
});

describe('the account', () => {
  const own = { ...ACCOUNT, coin: [TETHER] };

  it.each<[string, readonly unknown[]]>([
    ['a null', [null, own]],
    ['a text', ['UNIFIED', own]],
    ['another kind of account', [{ ...own, accountType: 'CONTRACT', coin: null }, own]],
    ['another kind of account with the same coin', [own, { ...own, accountType: 'FUND' }]],
  ])('is read beside %s', (_name, list) => {
    expect(assetsOf(list)).toEqual({ USDT: READ });
  });

  it.each<[string, readonly unknown[], string]>([
    ['no account', [], 'names 0 unified accounts'],
    ['a null', [null], 'names 0 unified accounts'],
    ['an account without its kind', [{ ...own, accountType: undefined }], 'names 0 unified accounts'],
    ['two of them', [own, own], 'names 2 unified accounts'],
    ['no coins', [{ ...own, coin: null }], "the account's figures are not known (coin: "],
  ])('that answers with %s is not known to be empty', (_name, list, words) => {
    expect(() => assetsOf(list)).toThrow(words);
  });
});
