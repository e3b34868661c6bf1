import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SETTING_SHAPES } from '../../../src/config/allowed-values';
import { ENVIRONMENT_VARIABLES } from '../../../src/config/environment';
import { valueAt } from '../../../src/config/layers';
import { applyDotEnv } from '../../../src/config/dot-env';
import { defaultConfigFile, loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import { CACHE_FOLDER_VARIABLE, CONFIG_FILE_VARIABLE, groupOf, WATCHDOG_VARIABLE } from '../../../src/config/variables';
import {
  ALERTS_FILE_VARIABLE,
  HEARTBEAT_URL_VARIABLE,
  SMTP_PASSWORD_VARIABLE,
  SMTP_USER_VARIABLE,
  TELEGRAM_TOKEN_VARIABLE,
  webhookUrlVariable,
} from '../../../src/config/alert-variables';
import { hookSecretsVariable } from '../../../src/config/hook-variables';
import { HISTORY_KEYS_FILE_VARIABLE, HISTORY_KEYS_VARIABLE } from '../../../src/temporal/codec/history-keys';
import { credentialVariables } from '../../../src/venues/credential-variables';

const yamlText = readFileSync(defaultConfigFile(), 'utf8');
const yamlValues: unknown = parse(yamlText);
const envExample = readFileSync(join(packageRoot(), '.env.example'), 'utf8');

/** Of variables that hold no number that may be one more. */
const OTHER_VALUES: Readonly<Record<string, string>> = {
  DATA_DIR: 'elsewhere',
  LOG_LEVEL: 'debug',
  TEMPORAL_ADDRESS: '127.0.0.1:7777',
  TEMPORAL_NAMESPACE: 'other-paper',
  RATE_LIMIT_SAFETY_MARGIN: '0.5',
  ONNX_EXECUTION_PROVIDERS: 'webgpu,cpu',
};

/** Whoever sets them names the assets or the groups: there are none by default. */
const NAMED_BY_USERS: readonly string[] = ['alerts.balanceLow.*', 'risk.groups.*.symbols', 'risk.groups.*.limit'];
const requiredPaths = SETTING_SHAPES.filter(({ path, required }) => required && !NAMED_BY_USERS.includes(path)).map(
  ({ path }) => path.replaceAll('venues.*', 'venues.bybit'),
);

describe('config/default.yaml', () => {
  test.each(requiredPaths)('holds %s', (path) => {
    // `weight` has a default in the schema, and `*` below endpoints stands for each endpoint group.
    const concrete = path.replace('endpoints.*', 'endpoints.order');
    expect(valueAt(yamlValues, concrete.split('.'))).toBeDefined();
  });

  test.each(['address', 'candlesDir', 'gate', 'limits', 'strategies'])(
    'mentions the optional setting %s in a comment',
    (key) => {
      expect(yamlText).toMatch(new RegExp(`^ +# ${key}: `, 'm'));
    },
  );

  test.each(ENVIRONMENT_VARIABLES)('names $name beside its setting', ({ name }) => {
    expect(yamlText).toContain(name);
  });

  test('explains every setting in the lines above it', () => {
    const lines = yamlText.split('\n');
    const bare = lines.filter((line, index) => {
      const isValue = /^ *[A-Za-z_]+: \S/.test(line);
      return isValue && !(lines[index - 1] ?? '').trimStart().startsWith('#');
    });
    // `global` is explained together with the other limits.
    expect(bare.map((line) => line.trim().split(':')[0])).toEqual(['global']);
  });
});

describe('.env.example', () => {
  const names = [
    CONFIG_FILE_VARIABLE,
    CACHE_FOLDER_VARIABLE,
    WATCHDOG_VARIABLE,
    ALERTS_FILE_VARIABLE,
    SMTP_USER_VARIABLE,
    SMTP_PASSWORD_VARIABLE,
    TELEGRAM_TOKEN_VARIABLE,
    HEARTBEAT_URL_VARIABLE,
    webhookUrlVariable('ops-room'),
    hookSecretsVariable('tradingview'),
    ...Object.values(credentialVariables('bybit')),
    'TEMPORAL_API_KEY',
    HISTORY_KEYS_VARIABLE,
    HISTORY_KEYS_FILE_VARIABLE,
    ...ENVIRONMENT_VARIABLES.map(({ name }) => name),
  ];

  test('offers every variable, and no other', () => {
    const offered = [...envExample.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(new Set(offered)).toEqual(new Set(names));
    expect(offered).toHaveLength(names.length);
  });

  test('stands below its meaning, whatever it offers', () => {
    const lines = envExample.split('\n');
    const isOffer = (line = ''): boolean => /^#?[A-Z][A-Z0-9_]+=/.test(line);
    const bare = lines.filter((line, index) => {
      if (!isOffer(line)) return false;
      // Variables of one meaning stand below each other.
      let above = index - 1;
      while (isOffer(lines[above])) above -= 1;
      return !/^# \S/.test(lines[above] ?? '');
    });
    expect(bare).toEqual([]);
  });

  const withDefault = ENVIRONMENT_VARIABLES.filter(({ path }) => valueAt(yamlValues, path.split('.')) !== undefined);

  test.each(withDefault)('shows the default of $name', ({ name, path }) => {
    const shown = new RegExp(`^#?${name}=(.*)$`, 'm').exec(envExample)?.[1];
    expect(shown).toBe(`${valueAt(yamlValues, path.split('.')) as string | number}`);
  });

  test.each(ENVIRONMENT_VARIABLES)('offers $name, which sets $path from a .env file', ({ name, path }) => {
    const before = valueAt(yamlValues, path.split('.'));
    // What a variable may hold, and is no default.
    const other = OTHER_VALUES[name] ?? String(Number(before) + 1);
    const env: NodeJS.ProcessEnv = {};
    applyDotEnv(
      { file: '.env', isPrivate: true, lines: [{ name, value: other, source: '.env:1' }] },
      ['settings', 'server access'],
      env,
    );
    const config = loadConfig({ env, cwd: '/folder', flags: [] });
    expect(String(valueAt(config, path.split('.')))).toBe(name === 'DATA_DIR' ? `/folder/${other}` : other);
  });

  test('names only what a .env file may set', () => {
    const words = new Set(envExample.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\bPG[A-Z]+\b/g));
    const refused = [...words].filter((word) => groupOf(word) === undefined);
    // The end of a name that may stand after any key's.
    expect(refused).toEqual([]);
  });
});

test('every environment variable sets a setting that exists', () => {
  const paths = SETTING_SHAPES.map((setting) => setting.path);
  expect(paths).toEqual(expect.arrayContaining(ENVIRONMENT_VARIABLES.map(({ path }) => path)));
});
