import { loadConfig } from '../../../src/config/load-config';
import { predictedSymbols } from '../../../src/config/predicted-symbols';
import type { Config } from '../../../src/config/schema';

const DEFAULTS = loadConfig({ env: {}, cwd: '/' });

function withSymbols(count: number, limit?: number): Config {
  const bybit = DEFAULTS.venues['bybit']!;
  const symbols = Array.from({ length: count }, (_, index) => `S${index}USDT`);
  const wide = { limit: limit ?? 0, windowMs: 60_000, weight: 1 };
  const { limits } = bybit;
  const raised = { global: wide, endpoints: { ...limits.endpoints, market_data: wide } };
  return { ...DEFAULTS, venues: { bybit: { ...bybit, symbols, limits: limit === undefined ? limits : raised } } };
}

test('as many symbols as the limits leave room for are predicted, and of the others it is said what would do', () => {
  expect(predictedSymbols(withSymbols(48))).toMatchObject({ symbols: { length: 48 } });
  expect(predictedSymbols(withSymbols(48)).leftOut).toBeUndefined();
  const { symbols, leftOut } = predictedSymbols(withSymbols(60));
  expect(symbols).toEqual(withSymbols(48).venues['bybit']!.symbols);
  expect(leftOut).toMatch(
    /^No predictions for the last 12 of the 60 symbols, from S48USDT on: .* leave room for the candles of 48 every 1 min/,
  );
});

test('limits that are raised as it was said let every symbol be predicted, and lower ones do not', () => {
  const { leftOut } = predictedSymbols(withSymbols(200));
  const limits = [...leftOut!.matchAll(/\.limit to (\d+)/g)].map(([, limit]) => Number(limit));
  expect(limits).toHaveLength(2);
  const limit = Math.max(...limits);
  expect(predictedSymbols(withSymbols(200, limit)).symbols).toHaveLength(200);
  expect(predictedSymbols(withSymbols(200, limit - 2)).symbols.length).toBeLessThan(200);
});
