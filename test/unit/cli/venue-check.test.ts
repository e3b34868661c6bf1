import { PLAIN } from '../../../src/cli/terminal';
import { renderVenueCheck } from '../../../src/cli/render-venue-check';
import { verdictOf } from '../../../src/cli/venue-check';
import type { PreflightFinding, Severity } from '../../../src/domain/preflight/finding';
import { judgeAccount } from '../../../src/domain/preflight/judge';
import { EXPECTED, GOOD, KEY, known, NOW_MS, SYMBOL, unread } from '../domain/preflight/fixtures';

test.each<[Severity[], string]>([
  [[], 'well'],
  [['note'], 'well'],
  [['note', 'warn'], 'warned'],
  [['warn', 'stop'], 'stopped'],
  [['stop', 'refuse'], 'refused'],
])('findings of %j come to %s', (severities, verdict) => {
  const findings = severities.map((severity): PreflightFinding => ({ severity, code: 'LEVERAGE', sentence: 'x' }));
  expect(verdictOf(findings)).toBe(verdict);
});

test('what is the same for all symbols is said once, and what differs with its symbols', () => {
  const report = {
    ...GOOD,
    key: known({ ...KEY, mayWithdraw: true }),
    symbols: {
      ...GOOD.symbols,
      ETHUSDT: known({ ...SYMBOL, positions: [{ ...SYMBOL.positions[0]!, leverage: '7' }] }),
    },
    maintenance: unread('no answer'),
  };
  const findings = judgeAccount(report, EXPECTED, NOW_MS);
  const text = renderVenueCheck({ venue: 'bybit', environment: 'live', report, findings }, 'refused', PLAIN);
  expect(text).toMatch(/position mode +one-way\n/);
  expect(text).toMatch(/leverage +1 \(BTCUSDT\); 7 \(ETHUSDT\)\n/);
  expect(text).toMatch(/maintenance +not read: no answer\n/);
  expect(text).toContain('✕ refuses the start: The key of bybit may withdraw');
  expect(text.endsWith('A start would be refused.')).toBe(true);
});
