import type { ConfigError } from '../../../src/config/config-error';
import { gateSettingsOf } from '../../../src/config/gate-settings';
import { loadConfig } from '../../../src/config/load-config';
import { areGateSettings } from '../../../src/domain/model-gate/settings';
import { SETTINGS } from '../domain/model-gate/fixtures';

function load(settings: Readonly<Record<string, unknown>>) {
  const flags = Object.entries(settings).map(([path, value]) => ({ flag: '--test', path, value }));
  return loadConfig({ env: {}, cwd: '/', flags });
}

/** What a start in an environment needs beside it. */
const IN = {
  paper: {},
  testnet: { 'venues.bybit.environment': 'testnet', 'temporal.namespace': 'oncefill-testnet' },
  demo: { 'venues.bybit.environment': 'demo', 'temporal.namespace': 'oncefill-demo' },
} as const;

test('the gate is the one of demos in paper, and of costs where orders leave this machine', () => {
  expect(gateSettingsOf(load(IN.paper)).gate).toBe('demo');
  expect(gateSettingsOf(load({ 'ml.gate': 'costs' })).gate).toBe('costs');
  expect(gateSettingsOf(load(IN.testnet)).gate).toBe('costs');
  expect(gateSettingsOf(load(IN.demo)).gate).toBe('costs');
});

test.each(['testnet', 'demo'] as const)('the gate of demos is refused in %s', (environment) => {
  expect(() => load({ ...IN[environment], 'ml.gate': 'demo' })).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: 'ml.gate' })] }) as ConfigError,
  );
  expect(load({ ...IN[environment], 'ml.gate': 'costs' }).ml.gate).toBe('costs');
});

test('a horizon that ends before the next candle is refused', () => {
  const settings = { 'ml.candleIntervalMinutes': 5, 'ml.horizonMinutes': 4 };
  expect(() => load(settings)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: 'ml.horizonMinutes' })] }) as ConfigError,
  );
  expect(load({ ...settings, 'ml.horizonMinutes': 5 }).ml.horizonMinutes).toBe(5);
});

test('a risk per trade without stops that it could go by is refused', () => {
  const settings = { 'ml.riskPerTrade': '25', 'ml.stopAdverseMultiple': '0' };
  expect(() => load(settings)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: 'ml.riskPerTrade' })] }) as ConfigError,
  );
  expect(gateSettingsOf(load({ ...settings, 'ml.stopFrom': 'volatility' })).riskPerTrade).toBe('25');
});

test.each<[string, unknown]>([
  ['nothing', null],
  ['a list', []],
  ['an unknown gate', { ...SETTINGS, gate: 'open' }],
  ['no strategy', { ...SETTINGS, strategy: undefined }],
  ['a number that is none', { ...SETTINGS, slippageMargin: 'much' }],
  ['a binary fraction', { ...SETTINGS, minimumReturn: 0.1 }],
  ['no horizon', { ...SETTINGS, horizonMinutes: 0 }],
  ['an endless cool-down', { ...SETTINGS, coolDownMinutes: Infinity }],
])('the loop does not take over a gate with %s', (_name, settings) => {
  expect(areGateSettings(settings)).toBe(false);
  expect(areGateSettings(SETTINGS)).toBe(true);
});
