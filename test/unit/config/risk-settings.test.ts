/** What of protection and risk contradicts itself or another setting, and what live needs of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config-error';
import { loadConfig } from '../../../src/config/load-config';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oncefill-risk-'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function load(text: string) {
  writeFileSync(join(cwd, 'my.yaml'), text);
  return loadConfig({ env: {}, cwd, file: 'my.yaml' });
}

function problemsOf(text: string): readonly string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

test.each([
  [
    "protection: { stopLossFraction: '0.0001' }",
    /^protection\.stopLossFraction is 0\.0001; it must lie between .*0\.0005/,
  ],
  ["protection: { stopLossFraction: '0.6' }", /^protection\.stopLossFraction is 0\.6; .*stopDistanceMax \(0\.5\)/],
  ["protection: { trailingFraction: '0.0001' }", /^protection\.trailingFraction is 0\.0001/],
  ["protection: { takeProfitFraction: '0.0001' }", /^protection\.takeProfitFraction is 0\.0001; at least/],
  ["protection: { stopDistanceMin: '0.6' }", /^protection\.stopDistanceMin is 0\.6; at most/],
  ["protection: { breakEvenFraction: '0.04' }", /^protection\.breakEvenFraction is 0\.04; it must be below/],
  ["protection: { partialTakeProfitFraction: '0.05' }", /^protection\.partialTakeProfitFraction is 0\.05/],
  ["protection: { partialTakeProfitShare: '1' }", /^protection\.partialTakeProfitShare is "1"; allowed: .* below 1/],
  ['protection: { unprotectedMaxSeconds: 30 }', /^protection\.unprotectedMaxSeconds is 30 s; it must be shorter/],
  [
    'protection: { stopLossFraction: 0.02 }',
    /^protection\.stopLossFraction is 0\.02; allowed: a decimal number .* in quotes.*; or null\.$/,
  ],
  [
    'protection: { maxHoldingMinutes: 0 }',
    /^protection\.maxHoldingMinutes is 0; allowed: a whole number from 1 to 525600; or null\.$/,
  ],
  [
    'venues: { bybit: { leverage: 50 } }',
    /^protection\.stopLossFraction is 0\.02; at venues\.bybit\.leverage 50 .*liquidated before/,
  ],
  [
    "risk: { groups: { majors: { symbols: [BTCUSDT, BTCPERP], limit: '0.4' } } }",
    /^risk\.groups\.majors\.symbols lists BTCPERP, which venues\.bybit\.symbols does not/,
  ],
  ["risk: { groups: { majors: { symbols: [BTCUSDT, BTCUSDT], limit: '0.4' } } }", /lists BTCUSDT more than once/],
  ["risk: { groups: { Majors: { symbols: [BTCUSDT], limit: '0.4' } } }", /^risk\.groups names "Majors"; allowed: /],
  ["risk: { perSymbol: '0' }", /^risk\.perSymbol is "0"; allowed: .*; or null\.$/],
])('%s is refused in one sentence', (text, message) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
});

test.each([
  "protection: { stopLossFraction: '0.0005' }",
  "protection: { stopLossFraction: '0.5' }",
  'protection: { stopLossFraction: null, takeProfitFraction: null, required: false }',
  "protection: { takeProfitFraction: null, breakEvenFraction: '0.05' }",
  'protection: { unprotectedMaxSeconds: 29 }',
  'venues: { bybit: { leverage: 49 } }',
  'venues: { bybit: { leverage: 50 } }\nprotection: { stopLossFraction: null }',
  "risk: { groups: { majors: { symbols: [BTCUSDT, ETHUSDT], limit: '0.4' } }, total: null }",
])('%s is taken', (text) => {
  expect(problemsOf(text)).toEqual([]);
});

describe('live', () => {
  const LIVE =
    'venues: { bybit: { environment: live } }\ntemporal: { namespace: oncefill-live }\nsignals: { strategies: [] }\n';

  test('does not start by bounds of risk that nobody wrote down', () => {
    expect(problemsOf(LIVE)).toEqual([
      'risk is missing in your own settings; live needs it: what you can bear to lose, such as { dailyLossFraction: "0.03", perSymbol: "0.25" }; write it into your own file (--config, ONCEFILL_CONFIG).',
    ]);
  });

  test('starts by those that somebody did, also where they are the defaults', () => {
    expect(load(`${LIVE}risk: { perSymbol: '0.25' }`).risk.perSymbol).toBe('0.25');
  });

  test('does not take protection for them', () => {
    expect(problemsOf(`${LIVE}protection: { required: true }`)).toHaveLength(1);
  });
});

test.each(['testnet', 'demo', 'paper'])('%s needs no bounds of one’s own', (environment) => {
  expect(problemsOf(`venues: { bybit: { environment: ${environment} } }\ntemporal: { namespace: own }`)).toEqual([]);
});
