import { ConfigError } from '../../../src/config/config-error';
import { crossCheck } from '../../../src/config/cross-checks';
import { mergeLayers } from '../../../src/config/layers';
import { loadConfig } from '../../../src/config/load-config';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });
const LAYER = { source: 'my.yaml', folder: '', values: {} };
const LAYERS = mergeLayers([LAYER]);

function problemsWith(names: readonly string[]): readonly string[] {
  const settings = DEFAULTS.venues['bybit'];
  if (!settings) throw new Error('The default configuration has no venue.');
  const venues = Object.fromEntries(names.map((name) => [name, settings]));
  try {
    crossCheck({ ...DEFAULTS, venues }, LAYERS, LAYER);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

test('venues on one exchange with names of their own are allowed', () => {
  expect(problemsWith(['bybit', 'bybit-eu', 'bybit-2'])).toEqual([]);
});

test('two venues whose keys would come from the same variables are refused', () => {
  expect(problemsWith(['bybit', 'bybit-eu', 'bybit_eu'])).toEqual([
    expect.stringMatching(/venues\.bybit_eu would read its key from BYBIT_EU_API_KEY, as venues\.bybit-eu does/),
  ]);
});

test.each(['temporal', 'temporal-2', 'oncefill-main'])(
  'a venue named %s is refused: its variables have an owner',
  (name) => {
    expect(problemsWith(['bybit', name])).toEqual([expect.stringMatching(/give the venue another name/)]);
  },
);
