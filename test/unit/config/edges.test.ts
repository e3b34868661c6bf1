import { tmpdir } from 'node:os';
import { ConfigError } from '../../../src/config/config-error';
import { loadConfig } from '../../../src/config/load-config';
import { SETTING_EDGES } from './schema-edges';
import { whatStops } from './through-trade';

interface Setting {
  readonly path: string;
  readonly value: unknown;
}

/** @returns undefined: it trades; the refusal where one names the setting; or what is wrong with the product */
function outcomeOf(settings: readonly Setting[]): { readonly refusal?: string; readonly faults: readonly string[] } {
  try {
    const flags = settings.map((setting) => ({ flag: '--test', ...setting }));
    return { faults: whatStops(loadConfig({ env: {}, cwd: tmpdir(), flags })) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // What the parts below a map lack is not the edge that was meant.
    return {
      refusal: error.message,
      faults: error.problems.some(({ message }) => !message.endsWith('.')) ? ['no sentence'] : [],
    };
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

/** What neither trades nor is refused with a word about one of the settings. */
function faultsOf(settings: readonly Setting[]): readonly string[] {
  const { refusal, faults } = outcomeOf(settings);
  const name = settings.map(({ path, value }) => `${path}=${show(value)}`).join(' ');
  // Limits are judged together.
  const subject = (path: string): string => path.replace(/(\.limits)\..*$/, '$1');
  const isMeant = ({ path, value }: Setting): boolean =>
    refusal?.includes(subject(path)) === true || refusal?.includes(`environment ${show(value)}`) === true;
  const isNamed = refusal === undefined || settings.some(isMeant);
  return [...faults, ...(isNamed ? [] : [`refused without its name: ${refusal}`])].map((fault) => `${name}: ${fault}`);
}

test.each(SETTING_EDGES)('at its edges $path trades, or is refused at the start by its name', ({ path, values }) => {
  expect(values.flatMap((value) => faultsOf([{ path, value }]))).toEqual([]);
});

/** Settings that are used together. */
const RELATED: readonly (readonly [string, string])[] = [
  ['rateLimits.safetyMargin', 'venues.bybit.limits.endpoints.order.limit'],
  ['rateLimits.exitSafetyMargin', 'rateLimits.safetyMargin'],
  ['rateLimits.safetyMargin', 'venues.bybit.limits.endpoints.order.weight'],
  ['venues.bybit.limits.global.limit', 'venues.bybit.limits.endpoints.account.weight'],
  ['venues.bybit.limits.endpoints.market_data.limit', 'venues.bybit.limits.endpoints.market_data.windowMs'],
  ['venues.bybit.limits.endpoints.account.windowMs', 'balances.updateIntervalSeconds'],
  ['rateLimits.permitValidityMs', 'venues.bybit.limits.global.windowMs'],
  ['sizing.fractionOfFree', 'sizing.safetyMargin'],
  ['sizing.fractionOfFree', 'venues.bybit.leverage'],
  ['sizing.safetyMargin', 'paperVenue.takerFee'],
  ['signals.dedupWindowSeconds', 'signals.timeToLiveSeconds'],
  ['signals.burst', 'signals.perStrategyBurst'],
  ['orders.lookUpDelayMs', 'orders.lookUpDelayMaxMs'],
  ['orders.lookUpDelayGrowth', 'orders.lookUpDelayMaxMs'],
  ['ml.candleIntervalMinutes', 'venues.bybit.limits.endpoints.market_data.limit'],
];

test.each(RELATED)('at their edges %s and %s trade together, or one of them is refused', (one, other) => {
  const edgesOf = (path: string): readonly Setting[] => {
    const { values } = SETTING_EDGES.find((setting) => setting.path === path)!;
    const settings = values.map((value) => ({ path, value }));
    const traded = settings.filter((setting) => outcomeOf([setting]).refusal === undefined);
    // What is refused by itself may be right beside another value: the first and the last are tried all the same.
    return [...new Set([settings[0]!, traded[0]!, traded.at(-1)!, settings.at(-1)!])];
  };
  const others = edgesOf(other);
  const pairs = edgesOf(one).flatMap((setting) => others.map((second) => [setting, second]));
  expect(pairs.flatMap(faultsOf)).toEqual([]);
});

test('symbols trade, also those that the limits leave no room to predict; limits without room for any are refused', () => {
  const symbols = (count: number): Setting => ({
    path: 'venues.bybit.symbols',
    value: Array.from({ length: count }, (_, index) => `S${index}USDT`),
  });
  expect(faultsOf([symbols(49)])).toEqual([]);
  expect(faultsOf([symbols(150)])).toEqual([]);
  const limit: Setting = { path: 'venues.bybit.limits.endpoints.market_data.limit', value: 2 };
  expect(outcomeOf([symbols(1), limit]).refusal).toMatch(/venues\.bybit\.limits leave no room for the candles of any/);
  expect(faultsOf([symbols(200), { path: 'ml.candleIntervalMinutes', value: 5 }])).toEqual([]);
  expect(faultsOf([symbols(200), { path: 'ml.enabled', value: false }])).toEqual([]);
});
