import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config-error';
import { loadHookSecrets } from '../../../src/config/hook-secrets';
import { loadConfig } from '../../../src/config/load-config';

const FIELDS = { symbol: '/ticker', direction: '/action', strategy: '/id', timestamp: '/time' };

function load(source: object, settings: Record<string, unknown> = {}) {
  const flags = Object.entries({ 'hooks.enabled': true, 'hooks.sources': { tv: source }, ...settings });
  return loadConfig({
    env: {},
    cwd: process.cwd(),
    flags: flags.map(([path, value]) => ({ flag: '--test', path, value })),
  });
}

function refusalOf(act: () => unknown): string {
  try {
    act();
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

test('a source needs little more than where its fields stand, and a secret', () => {
  expect(load({ fields: FIELDS }).hooks.sources['tv']).toMatchObject({
    authentication: 'body',
    secretField: '/secret',
    timestampIs: 'fired',
    onReversal: 'entry',
    perMinute: 60,
    directionWords: { buy: 'BUY', flat: 'CLOSE' },
  });
});

test('hooks are off, and nobody may send, unless somebody says so', () => {
  const { hooks } = loadConfig({ env: {}, cwd: process.cwd() });
  expect(hooks).toMatchObject({ enabled: false, sources: {} });
  expect(loadHookSecrets({ hooks }, {})).toEqual(new Map());
});

const { timestamp: _timestamp, ...TIMELESS } = FIELDS;
const { strategy: _strategy, ...NAMELESS } = FIELDS;

test.each<[string, object, string]>([
  ['an unknown setting', { fields: FIELDS, jsonPath: '$..a' }, 'hooks.sources.tv.jsonPath'],
  ['an unknown field', { fields: { ...FIELDS, side: '/side' } }, 'hooks.sources.tv.fields.side'],
  ['a search', { fields: { ...FIELDS, amount: '$..contracts' } }, 'names no single place of a body'],
  ['a missing field', { fields: NAMELESS }, 'hooks.sources.tv.fields.strategy'],
  ['a field and a constant', { fields: FIELDS, constants: { strategy: 'x' } }, 'hooks.sources.tv.constants.strategy'],
  [
    'the time of every alert',
    { fields: TIMELESS, constants: { timestamp: '1' } },
    'hooks.sources.tv.constants.timestamp',
  ],
  ['no time', { fields: TIMELESS }, 'hooks.sources.tv.fields.timestamp'],
  ['bars without a length', { fields: FIELDS, timestampIs: 'barOpen' }, 'hooks.sources.tv.barMinutes'],
  ['a length without bars', { fields: FIELDS, barMinutes: 5 }, 'hooks.sources.tv.barMinutes'],
  ['the time of arrival of who may repeat', { fields: TIMELESS, timestampIs: 'arrival' }, 'senderRepeats: false'],
  ['the secret as a field', { fields: { ...FIELDS, amount: '$.secret' } }, 'hooks.sources.tv.fields.amount'],
  ['an optional field without a place', { fields: FIELDS, optional: ['amount'] }, 'hooks.sources.tv.optional'],
  ['an optional symbol', { fields: FIELDS, optional: ['symbol'] }, 'hooks.sources.tv.optional'],
  ['a depth of pairs', { body: 'pairs', fields: { ...FIELDS, amount: '/a/b' } }, 'hooks.sources.tv.fields.amount'],
  ['a symbol of another venue', { fields: FIELDS, symbols: { XBT: 'NOSUCHUSDT' } }, 'hooks.sources.tv.symbols'],
  [
    'a position before without one after',
    { fields: { ...FIELDS, priorMarketPosition: '/p' } },
    'hooks.sources.tv.fields.priorMarketPosition',
  ],
])('%s is refused by its name', (_name, source, named) => {
  expect(refusalOf(() => load(source))).toContain(named);
});

test('the time of arrival is taken of a sender that never repeats', () => {
  const source = { fields: TIMELESS, timestampIs: 'arrival', senderRepeats: false };
  expect(load(source).hooks.sources['tv']).toMatchObject(source);
});

test('enabled hooks without a source are refused', () => {
  expect(refusalOf(() => load({}, { 'hooks.sources': {} }))).toContain('hooks.enabled');
});

test('the port of the hooks is nobody else’s', () => {
  expect(refusalOf(() => load({ fields: FIELDS }, { 'hooks.port': 8080 }))).toContain('hooks.port is 8080');
});

test('a source without a secret is for paper alone', () => {
  const source = { fields: FIELDS, authentication: 'noneOnLoopback' };
  expect(load(source).hooks.enabled).toBe(true);
  const testnet = { 'venues.bybit.environment': 'testnet', 'temporal.namespace': 'oncefill-testnet' };
  expect(refusalOf(() => load(source, testnet))).toContain('hooks.sources.tv.authentication');
});

test('a constant strategy that may not trade is refused at the start', () => {
  const source = { fields: NAMELESS, constants: { strategy: 'breakout' }, strategyPrefix: 'tv-' };
  expect(refusalOf(() => load(source, { 'signals.strategies': ['breakout'] }))).toContain('"tv-breakout"');
  expect(load(source, { 'signals.strategies': ['tv-breakout'] }).hooks.enabled).toBe(true);
});

describe('secrets', () => {
  const VARIABLE = 'HOOK_TV_SECRETS';
  const GOOD = 'a-secret-of-24-characters';
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oncefill-hooks-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function secretsOf(env: NodeJS.ProcessEnv, source: object = {}) {
    return loadHookSecrets(load({ fields: FIELDS, ...source }), env)
      .get('tv')
      ?.map((secret) => secret.reveal());
  }

  test('come from a variable, with blanks between them, or from a file, on lines', () => {
    expect(secretsOf({ [VARIABLE]: ` ${GOOD}1 ${GOOD}2 ` })).toEqual([`${GOOD}1`, `${GOOD}2`]);
    const file = join(folder, 'secrets');
    writeFileSync(file, `${GOOD}1\n${GOOD}2\n`, { mode: 0o600 });
    expect(secretsOf({ [`${VARIABLE}_FILE`]: file })).toEqual([`${GOOD}1`, `${GOOD}2`]);
    chmodSync(file, 0o644);
    expect(refusalOf(() => secretsOf({ [`${VARIABLE}_FILE`]: file }))).toContain('chmod 600');
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['none', {}],
    ['an empty one', { [VARIABLE]: ' ' }],
    ['a short one', { [VARIABLE]: 'short-secret-15' }],
    ['a short one among good ones', { [VARIABLE]: `${GOOD} tiny` }],
    ['one with quotes', { [VARIABLE]: `${GOOD}"` }],
    ['one that is no ASCII', { [VARIABLE]: `${GOOD}é` }],
    ['nine', { [VARIABLE]: Array.from({ length: 9 }, (_, index) => `${GOOD}${index}`).join(' ') }],
    ['variable and file', { [VARIABLE]: GOOD, [`${VARIABLE}_FILE`]: '/nowhere' }],
  ])('%s is refused by the name of the variable, and never shown', (_name, env) => {
    const refusal = refusalOf(() => secretsOf(env));
    expect(refusal).toContain(VARIABLE);
    expect(refusal).not.toContain(GOOD);
    expect(refusal).not.toMatch(/tiny|short-secret/);
  });

  test('are refused for a source that says that it needs none', () => {
    const source = { authentication: 'noneOnLoopback' };
    expect(secretsOf({}, source)).toEqual([]);
    expect(refusalOf(() => secretsOf({ [VARIABLE]: GOOD }, source))).toContain(VARIABLE);
  });
});
