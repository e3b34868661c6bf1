import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config-error';
import { parseSignal } from '../../../src/intake/parse-signal';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import { foreignAddresses } from '../../../src/config/variables';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oncefill-config-'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function writeConfig(text: string): string {
  writeFileSync(join(cwd, 'my.yaml'), text);
  return 'my.yaml';
}

function problemsOf(load: () => unknown): ConfigError['problems'] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function loadFile(text: string, env: NodeJS.ProcessEnv = {}) {
  return loadConfig({ file: writeConfig(text), env, cwd });
}

describe('defaults', () => {
  test('are complete: no file and no variable are needed', () => {
    const config = loadConfig({ env: {}, cwd });
    expect(config.venue).toBe('bybit');
    expect(config.venues['bybit']?.environment).toBe('paper');
    expect(config.venues['bybit']?.symbols.length).toBeGreaterThanOrEqual(12);
    expect(config.venues['bybit']?.limits.endpoints.order).toEqual({ limit: 80, windowMs: 60_000, weight: 2 });
  });

  test('resolve dataDir against the working folder and the model against the program', () => {
    const config = loadConfig({ env: {}, cwd });
    expect(config.dataDir).toBe(join(cwd, 'data'));
    expect(config.ml.model).toBe(join(packageRoot(), 'models', 'quantiles-60m.onnx'));
  });

  test('are frozen to the last list', () => {
    const config = loadConfig({ env: {}, cwd });
    expect(() => config.venues['bybit']?.symbols.push('XUSDT')).toThrow(TypeError);
    expect(() => (config.api.port = 1)).toThrow(TypeError);
  });
});

describe('layers', () => {
  test('a file overrides what it names and keeps the rest of the map', () => {
    const config = loadFile('api: { port: 9000 }\n');
    expect(config.api).toMatchObject({ host: '127.0.0.1', port: 9000, bodyLimitBytes: 16_384 });
  });

  test('a list of a file replaces the default list', () => {
    const config = loadFile('venues: { bybit: { symbols: [BTCUSDT] } }\n');
    expect(config.venues['bybit']?.symbols).toEqual(['BTCUSDT']);
  });

  test('the environment wins over the file, a flag over both', () => {
    const file = writeConfig('api: { port: 9000 }\n');
    const flags = [{ flag: '--api-port', path: 'api.port', value: 9002 }];
    expect(loadConfig({ file, env: { API_PORT: '9001' }, cwd }).api.port).toBe(9001);
    expect(loadConfig({ file, env: { API_PORT: '9001' }, cwd, flags }).api.port).toBe(9002);
  });

  test('ONCEFILL_CONFIG names the file, and --config wins over it', () => {
    writeFileSync(join(cwd, 'other.yaml'), 'api: { port: 9100 }\n');
    const env = { ONCEFILL_CONFIG: 'other.yaml' };
    expect(loadConfig({ env, cwd }).api.port).toBe(9100);
    expect(loadConfig({ file: writeConfig('api: { port: 9200 }\n'), env, cwd }).api.port).toBe(9200);
  });

  test('an empty file and an empty variable change nothing', () => {
    expect(loadFile('# nothing\n', { API_PORT: '' })).toEqual(loadConfig({ env: {}, cwd }));
  });

  test('a file resolves the names it gives against its own folder', () => {
    const config = loadFile('ml: { model: my.onnx }\npaperVenue: { candlesDir: candles }\n');
    expect(config.ml.model).toBe(join(cwd, 'my.onnx'));
    expect(config.paperVenue.candlesDir).toBe(join(cwd, 'candles'));
  });

  test('the time to live follows the dedup window unless it is set', () => {
    expect(loadConfig({ env: { SIGNAL_DEDUP_WINDOW: '120' }, cwd }).signals.timeToLiveSeconds).toBe(120);
    expect(loadFile('signals: { timeToLiveSeconds: 60 }\n').signals).toMatchObject({
      dedupWindowSeconds: 300,
      timeToLiveSeconds: 60,
    });
  });

  test('the margin of exits never falls below the margin of entries', () => {
    expect(loadConfig({ env: { RATE_LIMIT_SAFETY_MARGIN: '0.99' }, cwd }).rateLimits.exitSafetyMargin).toBe(1);
    expect(loadConfig({ env: { RATE_LIMIT_SAFETY_MARGIN: '0.5' }, cwd }).rateLimits.exitSafetyMargin).toBe(1);
  });

  test('a list in a variable has commas or blanks, and may name providers as Python does', () => {
    const providers = (text: string) =>
      loadConfig({ env: { ONNX_EXECUTION_PROVIDERS: text }, cwd }).ml.executionProviders;
    expect(providers('webgpu,cpu')).toEqual(['webgpu', 'cpu']);
    expect(providers(' CUDAExecutionProvider, no-cpu ')).toEqual(['cuda', 'no-cpu']);
    expect(() => providers('gpu')).toThrow(/ml\.executionProviders/);
  });

  test('LOG_LEVEL may be written in upper case', () => {
    expect(loadConfig({ env: { LOG_LEVEL: 'DEBUG' }, cwd }).logging.level).toBe('debug');
  });
});

describe('problems', () => {
  test('every one is listed, with its source, its path and what is allowed', () => {
    const text = 'api: { port: 0, prot: 8080 }\nvenues: { other: { adapter: bybit } }\n';
    const problems = problemsOf(() => loadFile(text, { SIGNAL_DEDUP_WINDOW: 'soon' }));
    const file = join(cwd, 'my.yaml');
    expect(problems).toEqual(
      expect.arrayContaining([
        { source: file, path: 'api.port', message: 'api.port is 0; allowed: a whole number from 1 to 65535.' },
        {
          source: file,
          path: 'api.prot',
          message:
            'api.prot is not a setting. Did you mean port? Known here: host, port, bodyLimitBytes, allowedHosts, requireToken.',
        },
        {
          source: file,
          path: 'venues.other.environment',
          message: 'venues.other.environment is missing; allowed: paper, testnet, demo, live.',
        },
        {
          source: 'SIGNAL_DEDUP_WINDOW',
          path: 'signals.dedupWindowSeconds',
          message: 'signals.dedupWindowSeconds is "soon"; allowed: a whole number from 60 to 86400.',
        },
      ]),
    );
  });

  test.each([
    ['sizing: { fractionOfFree: 0.01 }', 'sizing.fractionOfFree', /in quotes/],
    ['sizing: { fractionOfFree: "0" }', 'sizing.fractionOfFree', /above zero/],
    ['rateLimits: { safetyMargin: 0 }', 'rateLimits.safetyMargin', /above 0, at most 1/],
    ['ml: { candleIntervalMinutes: 3 }', 'ml.candleIntervalMinutes', /allowed: 1, 5/],
    ['venues: { Bad Name: {} }', 'venues.Bad Name', /Bad Name/],
    ['ml: { executionProvider: cuda }', 'ml.executionProvider', /not a setting any more; write ml\.executionProviders/],
    ['ml: { executionProviders: [] }', 'ml.executionProviders', /a list of 1 to/],
    ['api: 8080', 'api', /a map with host, port, bodyLimitBytes/],
    ['api:', 'api', /is null; allowed: a map/],
    ['__proto__: { port: 1 }', '__proto__', /is not a setting/],
    [
      'venues: { bybit: { limits: { endpoints: { funding: { limit: 1, windowMs: 1000 } } } } }',
      'venues.bybit.limits.endpoints.funding',
      /./,
    ],
  ])('%s is refused at %s', (text, path, message) => {
    expect(problemsOf(() => loadFile(text))).toEqual([
      { source: join(cwd, 'my.yaml'), path, message: expect.stringMatching(message) as string },
    ]);
  });

  test.each([
    ['venue: binance', 'venue', /allowed: a key of venues \(bybit\)/],
    ['rateLimits: { exitSafetyMargin: 0.5 }', 'rateLimits.exitSafetyMargin', /at least rateLimits.safetyMargin/],
    ['paperVenue: { port: 8080 }', 'paperVenue.port', /api.port uses already/],
    ['temporal: { uiPort: 7233 }', 'temporal.uiPort', /temporal.port uses already/],
    [
      'signals: { dedupWindowSeconds: 86400 }\ntemporal: { retentionHours: 24 }',
      'signals.dedupWindowSeconds',
      /retention/,
    ],
    ['signals: { timeToLiveSeconds: 301 }', 'signals.timeToLiveSeconds', /at most/],
    ['orders: { lookUpDelayMs: 5000, lookUpDelayMaxMs: 1000 }', 'orders.lookUpDelayMs', /at most/],
    [
      'venues: { bybit: { environment: live } }\nsignals: { strategies: [] }\nrisk: {}',
      'temporal.namespace',
      /use another namespace, such as oncefill-live/,
    ],
    [
      'venues: { bybit: { environment: live } }\ntemporal: { namespace: oncefill-live }\nrisk: {}',
      'signals.strategies',
      /live needs the list of strategies/,
    ],
    ['signals: { perStrategyBurst: 11 }', 'signals.perStrategyBurst', /at least 12 is needed, because the model/],
    ['signals: { burst: 11 }', 'signals.burst', /at least 12 is needed/],
    ['temporal: { namespace: oncefill-live }', 'temporal.namespace', /environment paper/],
    ['venues: { bybit: { symbols: [BTCUSDT, BTCUSDT] } }', 'venues.bybit.symbols', /BTCUSDT more than once/],
    [
      'venues: { bybit: { limits: { global: { limit: 1, weight: 2 } } } }',
      'venues.bybit.limits.global.weight',
      /at most/,
    ],
    ['api: { host: 0.0.0.0 }', 'api.host', /api\.allowedHosts/],
  ])('%s contradicts another setting', (text, path, message) => {
    const problems = problemsOf(() => loadFile(text));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toMatch(message);
  });

  test('another address than loopback goes with a name for it', () => {
    const { api } = loadFile('api: { host: 0.0.0.0, allowedHosts: ["trading.example", "192.0.2.7:8080"] }');
    expect(api.host).toBe('0.0.0.0');
  });

  test.each(['http://a.example', 'a.example/', '*', ' ', ''])('%j is no name for the API', (name) => {
    const problems = problemsOf(() => loadFile(`api: { allowedHosts: [${JSON.stringify(name)}] }`));
    expect(problems.map(({ path }) => path)).toEqual(['api.allowedHosts.0']);
  });

  test('ports of servers that are not started may be equal', () => {
    expect(() => loadFile('temporal: { address: "127.0.0.1:7233", uiPort: 7233 }')).not.toThrow();
  });

  test('live runs in a namespace of its own', () => {
    const text =
      'venues: { bybit: { environment: live } }\ntemporal: { namespace: oncefill-live }\nsignals: { strategies: [] }\nrisk: {}';
    expect(loadFile(text).temporal.namespace).toBe('oncefill-live');
  });

  test('a syntax error names the file and the line', () => {
    const [problem] = problemsOf(() => loadFile('api:\n  port: 1\n port: 2\n'));
    expect(problem?.source).toBe(`${join(cwd, 'my.yaml')}:3:1`);
  });

  test('a key given twice is an error, not a choice', () => {
    const [problem] = problemsOf(() => loadFile('venue: bybit\nvenue: binance\n'));
    expect(problem?.source).toBe(`${join(cwd, 'my.yaml')}:2:1`);
  });

  test('a list or a bomb of aliases is no configuration', () => {
    expect(problemsOf(() => loadFile('- a\n'))[0]?.message).toMatch(/must hold a map/);
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
    );
    expect(problemsOf(() => loadFile(`a0: &a0 [1]\n${levels.join('\n')}\n`))[0]?.message).toMatch(/alias/);
  });

  test('a map of too many keys is refused before they are all compared', () => {
    const keys = Array.from({ length: 7_000 }, (_, index) => `k${index}: 1`);
    expect(problemsOf(() => loadFile(keys.join('\n')))).toEqual([
      { source: join(cwd, 'my.yaml'), path: '', message: 'holds more than 1000 keys.' },
    ]);
  });

  test('a file larger than any configuration is refused', () => {
    expect(problemsOf(() => loadFile(`# ${'x'.repeat(65_536)}`))[0]?.message).toBe('is larger than 65536 bytes.');
  });

  test('a device is no configuration', () => {
    const [problem] = problemsOf(() => loadConfig({ file: '/dev/zero', env: {}, cwd }));
    expect(problem?.message).toBe('is a device, not a regular file.');
  });

  test.each([
    ['brackets', '['.repeat(60_000)],
    ['braces', `a: ${'{a: '.repeat(15_000)}`],
    ['dashes', '- '.repeat(30_000)],
    ['closed brackets', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ])('a file of nothing but %s is refused in one sentence', (_, text) => {
    expect(problemsOf(() => loadFile(text))).toEqual([
      { source: join(cwd, 'my.yaml'), path: '', message: 'is nested too deeply to be a configuration.' },
    ]);
  });

  test('of thousands of problems the first ones are told, and how many more there are', () => {
    expect(() => loadFile('x: ]\n'.repeat(9_000))).toThrow(/\n- and \d+ more\.$/);
  });

  test('a missing file is named', () => {
    expect(problemsOf(() => loadConfig({ file: 'none.yaml', env: {}, cwd }))).toEqual([
      { source: join(cwd, 'none.yaml'), path: '', message: 'does not exist.' },
    ]);
  });

  test.each([
    ['UTF-16 (little-endian)', Buffer.from('\uFEFFapi: { port: 1 }\n', 'utf16le')],
    ['UTF-16 (big-endian)', Buffer.from('api: { port: 1 }\n', 'utf16le').swap16()],
  ])('a file in %s is refused by that name', (name, bytes) => {
    writeFileSync(join(cwd, 'my.yaml'), bytes);
    const [problem] = problemsOf(() => loadConfig({ file: 'my.yaml', env: {}, cwd }));
    expect(problem?.message).toBe(`is written in ${name}; save it as UTF-8.`);
  });

  test('a file of bytes that are no UTF-8 is refused by the line', () => {
    writeFileSync(join(cwd, 'my.yaml'), Buffer.from('api: { port: 1 }\ndataDir: donn\u00e9es\n', 'latin1'));
    const [problem] = problemsOf(() => loadConfig({ file: 'my.yaml', env: {}, cwd }));
    expect(problem?.message).toBe('holds bytes in line 2 that are no UTF-8; save it as UTF-8.');
  });

  test.each([
    ['a mark of the byte order', '\uFEFFapi: { port: 9000 }\n', 9_000],
    ['line ends of Windows', 'api:\r\n  port: 9000\r\n', 9_000],
    ['line ends of an old Mac', 'api: { port: 9000 }\rvenue: bybit\r', 9_000],
    ['an exponent', 'api: { port: 9e3 }\n', 9_000],
    ['octal digits', 'api: { port: 0o21450 }\n', 9_000],
    ['a leading zero, which is no octal number', 'api: { port: 09000 }\n', 9_000],
    ['an anchor', 'api: { port: &p 9000 }\npaperVenue: { port: 8090 }\n', 9_000],
  ])('a file with %s is read', (_what, text, port) => {
    expect(loadFile(text).api.port).toBe(port);
  });

  test.each([
    ['api:\n\tport: 9000\n', /Tabs are not allowed/],
    ['api: { port: 1 }\n---\napi: { port: 2 }\n', /begins a second document/],
    ['ml: { enabled: yes }\n', /ml\.enabled is "yes"; allowed: true or false/],
    ['ml: { enabled: on }\n', /ml\.enabled is "on"; allowed: true or false/],
    ['ml: { enabled: "false" }\n', /ml\.enabled is "false"; allowed: true or false/],
    ['api: { port: "9000" }\n', /api\.port is "9000"; allowed: a whole number/],
    ['api: { port: 9_000 }\n', /api\.port is "9_000"; allowed: a whole number/],
    ['api: { port: 9000.5 }\n', /api\.port is 9000\.5; allowed: a whole number/],
    ['api: { port: ~ }\n', /api\.port is null; allowed: a whole number/],
    ['<<: { api: { port: 1 } }\n', /<< is not a setting/],
    [
      'sizing: { fractionOfFree: 1e-2 }\n',
      /sizing\.fractionOfFree is 0\.01; allowed: a decimal number above zero, at most 1, in quotes/,
    ],
    [
      'sizing: { fractionOfFree: "1.5" }\n',
      /sizing\.fractionOfFree is "1\.5"; allowed: a decimal number above zero, at most 1/,
    ],
    ['api: {}\napi: {}\n', /my\.yaml:2:1: sets a key that the same map has already/],
    ['venues: { été: {} }\n', /venues names "été"; allowed: a name of lower-case letters, digits and hyphens/],
    ['venues: { bybit_main: {} }\n', /venues names "bybit_main"; allowed: a name of lower-case letters/],
  ])('%j is refused with what is allowed', (text, words) => {
    expect(() => loadFile(text)).toThrow(words);
  });

  describe('addresses that Kubernetes tells', () => {
    test.each(['API_PORT', 'PAPER_VENUE_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'])(
      '%s is no setting then',
      (name) => {
        for (const address of [
          'tcp://10.96.0.1:7233',
          'udp://10.96.0.1:53',
          'SCTP://[fd00::1]:1',
          ' tcp://10.0.0.1:80',
        ]) {
          expect(loadConfig({ env: { [name]: address }, cwd })).toEqual(loadConfig({ env: {}, cwd }));
        }
        expect(() => loadConfig({ env: { [name]: 'http://10.96.0.1:80' }, cwd })).toThrow(`${name}: `);
      },
    );

    test('of a service with our own name are not taken for misspelt settings', () => {
      const env = {
        ONCEFILL_PORT: 'tcp://10.96.0.7:8080',
        ONCEFILL_SERVICE_HOST: '10.96.0.7',
        ONCEFILL_SERVICE_PORT: '8080',
        ONCEFILL_SERVICE_PORT_HTTP: '8080',
        ONCEFILL_PORT_8080_TCP: 'tcp://10.96.0.7:8080',
        ONCEFILL_PORT_8080_TCP_PROTO: 'tcp',
        ONCEFILL_PORT_8080_TCP_PORT: '8080',
        ONCEFILL_PORT_8080_TCP_ADDR: '10.96.0.7',
        ONCEFILL_API_SERVICE_HOST: '10.96.0.8',
      };
      expect(loadConfig({ env, cwd })).toEqual(loadConfig({ env: {}, cwd }));
      expect(() => loadConfig({ env: { ONCEFILL_PORT: '8080' }, cwd })).toThrow('ONCEFILL_PORT: is not a variable');
    });

    test('are said by name where they would have been settings', () => {
      expect(
        foreignAddresses({ TEMPORAL_PORT: 'tcp://10.96.0.1:7233', API_PORT: '8080', TEMPORAL_SERVICE_HOST: 'x' }),
      ).toEqual(['TEMPORAL_PORT']);
    });
  });

  test('a misspelt variable with our prefix is refused', () => {
    const problems = problemsOf(() => loadConfig({ env: { ONCEFILL_CONFIGURATION: 'x' }, cwd }));
    expect(problems.map((problem) => problem.source)).toEqual(['ONCEFILL_CONFIGURATION']);
  });

  test.each(['testnet', 'live'])(
    'a variable that asks for a crash is refused in %s, and not in paper',
    (environment) => {
      const env = { ONCEFILL_CRASH_POINT: 'trade.after-send', ONCEFILL_CRASH_FILE: '/tmp/crashed' };
      writeFileSync(
        join(cwd, 'my.yaml'),
        `venues: { bybit: { environment: ${environment} } }\ntemporal: { namespace: oncefill-${environment} }\nsignals: { strategies: [by_hand] }\nrisk: {}\n`,
      );
      const problems = problemsOf(() => loadConfig({ file: 'my.yaml', env, cwd }));
      expect(problems.map(({ source }) => source)).toEqual(Object.keys(env));
      expect(loadConfig({ env, cwd }).venues['bybit']?.environment).toBe('paper');
    },
  );

  test('the value of an unknown key is not repeated: it may be a secret', () => {
    const secret = 'canary-5f2c9b7e1d';
    expect(() => loadFile(`venues: { bybit: { apiSecret: ${secret} } }`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) as string }) as Error,
    );
  });
});

describe('names of strategies in the configuration', () => {
  it.each([
    'ml\u00ADx',
    'ml\u200Bx',
    'ml\u2060x',
    '\u2800',
    'cafe\u0301',
    ' ml',
    'ml\u00A0',
    'ml\u202Ex',
    'exit/a/1',
    'EXIT/',
  ])('refuses %j as the doors do, as the model’s and in the list', (name) => {
    const load = (path: string, value: unknown) => () =>
      loadConfig({ env: {}, cwd, flags: [{ flag: '--test', path, value }] });
    expect(problemsOf(load('ml.strategy', name))).toMatchObject([{ path: 'ml.strategy' }]);
    expect(problemsOf(load('signals.strategies', ['ok', name]))).toMatchObject([{ path: 'signals.strategies.1' }]);
    const signal = { symbol: 'BTCUSDT', direction: 'BUY', strategy: name, timestamp: 1_760_000_000_000 };
    expect(parseSignal(signal, { nowMs: 1_760_000_000_000 })).toMatchObject({ ok: false });
  });
});

it.each([
  ['http://127.0.0.1:7233', 'begins with http://'],
  ['tcp://temporal:7233', 'begins with tcp://'],
  ['h:99999', 'has no port'],
  ['h:0', 'has no port'],
  ['h:7233/', 'has no port'],
  ['localhost:', 'has no port'],
  [':7233', 'names no host'],
  ['user@h:7233', 'names a user'],
  ['::1', 'without brackets'],
  ['::1:7233', 'without brackets'],
  ['[h]:7233', 'names no host'],
  ['a b:7233', 'names no host'],
  ['1.2.3:7233', 'names no host'],
])('refuses the server address %j, and says how one is written', (address, fault) => {
  const [problem] = problemsOf(() => loadConfig({ env: { TEMPORAL_ADDRESS: address }, cwd }));
  expect(problem).toMatchObject({ source: 'TEMPORAL_ADDRESS', path: 'temporal.address' });
  expect(problem?.message).toContain(fault);
  expect(problem?.message).toContain('allowed: host:port, such as temporal.example:7233');
});

it.each(['127.0.0.1:7233', 'localhost:1', '[::1]:65535', 'my_ns.a1b2.tmprl.cloud:7233', 'temporal'])(
  'takes the server address %j',
  (address) => {
    expect(loadConfig({ env: { TEMPORAL_ADDRESS: address }, cwd }).temporal.address).toBe(address);
  },
);

it.each(['foo bar', '127.0.0.1 ', '[::1]', '1.2.3', 'http://x', ''])('refuses to listen on %j', (host) => {
  const load = () => loadConfig({ env: {}, cwd, flags: [{ flag: '--test', path: 'api.host', value: host }] });
  expect(problemsOf(load)).toMatchObject([{ path: 'api.host' }]);
});

it('takes any address of the loopback network for one that only this machine reaches', () => {
  const flags = [{ flag: '--test', path: 'api.host', value: '127.0.0.2' }];
  expect(loadConfig({ env: {}, cwd, flags }).api.host).toBe('127.0.0.2');
});

it('refuses the namespace that the server keeps for itself', () => {
  const problems = problemsOf(() => loadConfig({ env: { TEMPORAL_NAMESPACE: 'temporal-system' }, cwd }));
  expect(problems).toMatchObject([{ path: 'temporal.namespace' }]);
});

it('says how long a list without a lower bound may be', () => {
  const flags = [{ flag: '--test', path: 'signals.strategies', value: 'x' }];
  const [problem] = problemsOf(() => loadConfig({ env: {}, cwd, flags }));
  expect(problem?.message).toContain('a list of 0 to 1000 values');
});
