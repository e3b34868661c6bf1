import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { fingerprintText, signalContentText } from '../../../src/domain/fingerprint';
import { signal } from './fixtures';

const AT = '"timestamp_minute": "2025-01-14T12:34:00+00:00"';

test.each([
  ['plain text', 'ml_strategy', 'ml_strategy'],
  ['quotes and backslashes', 'a"b\\c/', 'a\\"b\\\\c/'],
  ['named controls', '\b\f\n\r\t', '\\b\\f\\n\\r\\t'],
  ['other controls, with DEL among them', '\u0000\u001f\u007f', '\\u0000\\u001f\\u007f'],
  ['accents', 'é', '\\u00e9'],
  ['a surrogate pair', '😀', '\\ud83d\\ude00'],
  ['half a surrogate pair', '\ud83d', '\\ud83d'],
  ['line separators', '\u2028\uffff', '\\u2028\\uffff'],
])('writes %s as Python does', (_what, strategy, expected) => {
  expect(fingerprintText({ ...signal, strategy })).toBe(
    `{"direction": "BUY", "strategy": "${expected}", "symbol": "BTCUSDT", ${AT}}`,
  );
});

test('cuts seconds off, and knows nothing of amounts', () => {
  const later = { ...signal, timestampMs: signal.timestampMs + 3_000, amount: '1', intent: 'exit' as const };
  expect(fingerprintText(later)).toBe(fingerprintText(signal));
  expect(fingerprintText({ ...signal, timestampMs: signal.timestampMs + 4_000 })).not.toBe(fingerprintText(signal));
});

test('writes symbol and direction in upper case and the strategy as given', () => {
  const lower = { ...signal, symbol: 'btcusdt', direction: 'buy' as 'BUY' };
  expect(fingerprintText(lower)).toBe(fingerprintText(signal));
  expect(fingerprintText({ ...signal, strategy: 'ML_strategy' })).not.toBe(fingerprintText(signal));
});

const PYTHON = `
import datetime, json, sys
texts = []
for fields in json.load(sys.stdin):
    moment = datetime.datetime.fromtimestamp(fields['timestampMs'] / 1000, datetime.timezone.utc)
    texts.append(json.dumps({
        'symbol': fields['symbol'].upper(), 'direction': fields['direction'], 'strategy': fields['strategy'],
        'timestamp_minute': moment.replace(second=0, microsecond=0).isoformat(),
    }, sort_keys=True))
print(json.dumps(texts))
`;
const hasPython = spawnSync('python3', ['-c', 'import json']).status === 0;
if (!hasPython) console.warn('Skipped: there is no python3 to compare fingerprints with.');

(hasPython ? test : test.skip)('agrees with Python for any text', () => {
  const signals = fc.sample(
    fc.record({
      strategy: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.string({ unit: fc.nat(0xffff).map((u) => String.fromCharCode(u)) }),
      ),
      symbol: fc.stringMatching(/^[A-Za-z0-9]{1,20}$/),
      direction: fc.constantFrom('BUY' as const, 'SELL' as const),
      timestampMs: fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
    }),
    3_000,
  );
  const python = spawnSync('python3', ['-c', PYTHON], {
    input: JSON.stringify(signals),
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(python.stderr).toBe('');
  const expected = JSON.parse(python.stdout) as string[];
  expect(signals.map((fields) => fingerprintText({ ...signal, ...fields }))).toEqual(expected);
});

describe('the content text', () => {
  test('is the same for the same content, whatever the order of fields and the form of numbers', () => {
    const one = { ...signal, amount: '1.50', limitPrice: '7' };
    const other = { limitPrice: '7.0', amount: '1.5', ...signal };
    expect(signalContentText(other)).toBe(signalContentText(one));
  });

  test.each([
    { amount: '1' },
    { limitPrice: '1' },
    { signalStrength: 0.5 },
    { intent: 'exit' as const },
    { direction: 'SELL' as const },
    { strategy: 'other' },
    { symbol: 'ETHUSDT' },
    { timestampMs: signal.timestampMs + 1 },
  ])('differs when a field differs: %j', (change) => {
    expect(signalContentText({ ...signal, ...change })).not.toBe(signalContentText(signal));
  });
});
