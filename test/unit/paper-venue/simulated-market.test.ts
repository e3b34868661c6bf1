/** The simulator makes prices that behave like a market's, and always the same ones for a seed. */
import { SIMULATED_HISTORY_MINUTES, SimulatedMarket } from '../../../src/paper-venue/market/simulated-market';

const FIRST_MINUTE = 28_000_000;
const MINUTES = SIMULATED_HISTORY_MINUTES;

function closes(market: SimulatedMarket, symbol: string, count = MINUTES): number[] {
  return Array.from({ length: count }, (_, index) => market.candle(symbol, FIRST_MINUTE + index)!.close);
}

function returns(prices: readonly number[]): number[] {
  return prices.slice(1).map((price, index) => Math.log(price / prices[index]!));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const [meanOne, meanOther] = [mean(one), mean(other)];
  const product = mean(one.map((value, index) => (value - meanOne) * (other[index]! - meanOther)));
  const deviation = (values: readonly number[], center: number): number =>
    Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
  return product / deviation(one, meanOne) / deviation(other, meanOther);
}

function kurtosis(values: readonly number[]): number {
  const center = mean(values);
  const variance = mean(values.map((value) => (value - center) ** 2));
  return mean(values.map((value) => (value - center) ** 4)) / variance ** 2;
}

describe.each([1, 7, 42])('with seed %i', (seed) => {
  const market = new SimulatedMarket(seed, FIRST_MINUTE, ['BTCUSDT', 'ETHUSDT'], 'USDT');
  const bitcoin = returns(closes(market, 'BTCUSDT'));
  const ether = returns(closes(market, 'ETHUSDT'));

  test('volatility comes in clusters: large moves follow large moves', () => {
    const sizes = bitcoin.map(Math.abs);
    expect(correlation(sizes.slice(1), sizes.slice(0, -1))).toBeGreaterThan(0.08);
    expect(correlation(sizes.slice(30), sizes.slice(0, -30))).toBeGreaterThan(0.02);
  });

  test('returns have fatter tails than a normal distribution', () => {
    expect(kurtosis(bitcoin)).toBeGreaterThan(4);
  });

  test('symbols share the market: they move together, but not in step', () => {
    expect(correlation(bitcoin, ether)).toBeGreaterThan(0.3);
    expect(correlation(bitcoin, ether)).toBeLessThan(0.95);
  });

  test('volume rises with volatility', () => {
    const volumes = Array.from({ length: MINUTES - 1 }, (_, index) =>
      Math.log(market.candle('BTCUSDT', FIRST_MINUTE + index + 1)!.volume),
    );
    expect(correlation(volumes, bitcoin.map(Math.abs))).toBeGreaterThan(0.2);
  });

  test('every candle opens at the last close and holds its open and close', () => {
    const inconsistent = Array.from({ length: MINUTES - 1 }, (_, index) => index + 1).filter((index) => {
      const before = market.candle('BTCUSDT', FIRST_MINUTE + index - 1)!;
      const { open, high, low, close } = market.candle('BTCUSDT', FIRST_MINUTE + index)!;
      return open !== before.close || low < 1 || low > Math.min(open, close) || high < Math.max(open, close);
    });
    expect(inconsistent).toEqual([]);
  });
});

test('a candle depends on seed, first minute, symbol and minute only, not on other symbols or on when it is asked for', () => {
  const stepwise = new SimulatedMarket(7, FIRST_MINUTE, ['BTCUSDT', 'SOLUSDT'], 'USDT');
  const atOnce = new SimulatedMarket(7, FIRST_MINUTE, ['ETHUSDT', 'DOGEUSDT', 'BTCUSDT'], 'USDT');
  const expected = closes(stepwise, 'BTCUSDT', 2_000);
  atOnce.candle('DOGEUSDT', FIRST_MINUTE + 3_000);
  expect(closes(atOnce, 'BTCUSDT', 2_000)).toEqual(expected);
});

test('another seed makes another market', () => {
  const one = new SimulatedMarket(1, FIRST_MINUTE, ['BTCUSDT'], 'USDT');
  const other = new SimulatedMarket(2, FIRST_MINUTE, ['BTCUSDT'], 'USDT');
  expect(Math.abs(correlation(returns(closes(one, 'BTCUSDT')), returns(closes(other, 'BTCUSDT'))))).toBeLessThan(0.1);
});

test('a symbol that no table knows gets a market too', () => {
  const market = new SimulatedMarket(7, FIRST_MINUTE, ['FANCYUSDT'], 'USDT');
  expect(market.instruments[0]).toMatchObject({ base: 'FANCY', priceStep: '0.001', quantityStep: '0.1' });
  expect(market.candle('FANCYUSDT', FIRST_MINUTE + 10)!.close).toBeGreaterThan(5_000);
});

test('minutes before the first one do not exist', () => {
  const market = new SimulatedMarket(7, FIRST_MINUTE, ['BTCUSDT'], 'USDT');
  expect(market.candle('BTCUSDT', FIRST_MINUTE - 1)).toBeUndefined();
});
