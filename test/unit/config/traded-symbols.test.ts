import { loadConfig } from '../../../src/config/load-config';
import { describeTradedSymbols, faultOfSymbol } from '../../../src/config/traded-symbols';

const FILES = { flag: '--candles', path: 'paperVenue.candlesDir', value: '/my/candles' };
const NARROWED = { flag: '--candles', path: 'venues.bybit.symbols', value: ['BTCUSDT', 'ETHUSDT'] };

function configWith(...flags: { flag: string; path: string; value: unknown }[]) {
  return loadConfig({ env: {}, cwd: '/', flags });
}

test('a symbol that no candle file names is refused with the folder and the symbols that trade', () => {
  const fault = faultOfSymbol('SOLUSDT', configWith(FILES, NARROWED));
  expect(fault?.message).toBe(
    'SOLUSDT is not traded here. The paper venue plays the candle files of /my/candles, and only their symbols trade: BTCUSDT, ETHUSDT.',
  );
  expect(fault?.senderMayNotKnow).toBe(true);
});

test('a symbol that is not configured is one that its sender could know of', () => {
  expect(faultOfSymbol('NOPEUSDT', configWith(NARROWED))).toEqual({
    message: 'NOPEUSDT is not traded here. Configured symbols: BTCUSDT, ETHUSDT.',
    senderMayNotKnow: false,
  });
});

test('candle files say nothing of what trades at another venue than the local one', () => {
  const testnet = { flag: 'test', path: 'venues.bybit.environment', value: 'testnet' };
  const namespace = { flag: 'test', path: 'temporal.namespace', value: 'oncefill-testnet' };
  const config = configWith(FILES, NARROWED, testnet, namespace);
  expect(faultOfSymbol('SOLUSDT', config)?.senderMayNotKnow).toBe(false);
  expect(describeTradedSymbols(config)).toBe('BTCUSDT, ETHUSDT');
});

test.each(['BTCUSDT', 'ETHUSDT'])('%s, of which there are candles, trades', (symbol) => {
  expect(faultOfSymbol(symbol, configWith(FILES, NARROWED))).toBeUndefined();
});

test('the start says which symbols trade, and that candle files allow no others', () => {
  expect(describeTradedSymbols(configWith(FILES, NARROWED))).toBe(
    'BTCUSDT, ETHUSDT, and no others: the paper venue plays the candle files of /my/candles',
  );
});

test('many symbols are counted', () => {
  const value = Array.from({ length: 12 }, (_, index) => `COIN${index}USDT`);
  expect(describeTradedSymbols(configWith({ ...NARROWED, value }))).toMatch(/, COIN9USDT and 2 more$/);
});

describe('symbols and the asset that settles them', () => {
  const SETTLED = (settleAsset: string, ...symbols: string[]) => [
    { flag: '--test', path: 'venues.bybit.settleAsset', value: settleAsset },
    { flag: '--test', path: 'venues.bybit.symbols', value: symbols },
  ];

  test.each([
    ['USDT', ['BTCUSDT', '1000PEPEUSDT']],
    ['USDC', ['BTCPERP', 'ETHPERP']],
    ['USDE', ['BTCUSDE']],
  ])('%s settles %j', (settleAsset, symbols) => {
    expect(configWith(...SETTLED(settleAsset, ...symbols)).venues['bybit']?.symbols).toEqual(symbols);
  });

  test.each([
    ['ETHUSTD', 'ETHUSDT'],
    ['BTCUSD', 'BTCUSDT'],
  ])('of %s it is asked whether %s was meant', (typed, meant) => {
    expect(() => configWith(...SETTLED('USDT', 'SOLUSDT', typed))).toThrow(`did you mean ${meant}?`);
  });

  test.each([
    ['USDT', 'BTCPERP', 'USDT'],
    ['USDT', 'USDT', 'USDT'],
    ['USDT', 'BTCUSD', 'USDT'],
    ['USDC', 'BTCUSDT', 'PERP'],
    ['USDC', 'BTCUSDC', 'PERP'],
    ['USDC', 'PERP', 'PERP'],
  ])('with %s, %s is refused in one sentence', (settleAsset, stranger, ending) => {
    const sentence = `venues.bybit.symbols lists ${stranger}, which does not end in ${ending}, as all symbols do that ${settleAsset} settles`;
    expect(() => configWith(...SETTLED(settleAsset, `ETH${ending}`, stranger))).toThrow(sentence);
  });
});
