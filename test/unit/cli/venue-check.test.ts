import { judgeVenue } from '../../../src/cli/doctor/venue-preflight-check';
import { roomOf } from '../../../src/cli/venue-room';
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
  expect(verdictOf({ report: GOOD, findings, problems: [] })).toBe(verdict);
});

const NO_PERMIT = { status: 'unread', message: 'no room', isFinal: false, isOurs: true } as const;
const SILENT = {
  ...GOOD,
  key: unread(),
  account: unread(),
  habits: unread(),
  fees: unread(),
  tradable: unread(),
  maintenance: unread(),
  symbols: { BTCUSDT: unread(), ETHUSDT: unread() },
};

test.each<[string, Parameters<typeof verdictOf>[0], string, string]>([
  ['nothing was read', { report: SILENT, findings: [], problems: [] }, 'unknown', 'mend'],
  ['something had no room', { report: { ...GOOD, fees: NO_PERMIT }, findings: [], problems: [] }, 'unknown', 'unknown'],
  [
    'something was refused for good',
    { report: { ...GOOD, fees: unread('no', true) }, findings: [], problems: [] },
    'well',
    'well',
  ],
  [
    'trading is halted',
    { report: GOOD, findings: [], problems: ['It is halted'], tradingState: 'halted' },
    'stopped',
    'mend',
  ],
  ['the account has troubles', { report: GOOD, findings: [], problems: ['Balances are old'] }, 'warned', 'well'],
  ['a ban is in force', { findings: [], problems: [], held: { why: 'banned', sentence: 'x' } }, 'stopped', 'mend'],
  ['there is no room', { findings: [], problems: [], held: { why: 'no_room', sentence: 'x' } }, 'unknown', 'unknown'],
  [
    'the limiter is not heard',
    { findings: [], problems: [], held: { why: 'silent', sentence: 'x' } },
    'unknown',
    'unknown',
  ],
])('where %s, the verdict is not made up', (_what, check, verdict, byDoctor) => {
  expect(verdictOf(check)).toBe(verdict);
  expect(judgeVenue({ venue: 'bybit', environment: 'live', ...check }).verdict).toBe(byDoctor);
});

test.each([
  [{ used: 0, limit: 54 }, { used: 0, limit: 108 }, 27],
  [{ used: 40, limit: 54 }, { used: 0, limit: 108 }, 7],
  [{ used: 0, limit: 54 }, { used: 100, limit: 108 }, 4],
  [{ used: 53, limit: 54 }, { used: 0, limit: 108 }, 0],
  // Exits may go beyond the share of entries.
  [{ used: 57, limit: 54 }, { used: 0, limit: 108 }, 0],
])('beside %j of the account and %j of all requests, half of what is left may be asked', (account, all, requests) => {
  const windowMs = 60_000;
  const usage = { global: { ...all, windowMs }, endpoints: { account: { ...account, windowMs } }, blockedUntilMs: 0 };
  expect(roomOf(usage, 1)).toEqual({ requests, againInSeconds: 60 });
});

test('what our own limits held back is not laid at the door of the exchange', () => {
  const ours = judgeAccount({ ...GOOD, fees: NO_PERMIT }, EXPECTED, NOW_MS);
  const theirs = judgeAccount({ ...GOOD, fees: unread() }, EXPECTED, NOW_MS);
  expect(ours.map(({ sentence }) => sentence).join()).toContain('nothing is wrong at the exchange');
  expect(theirs.map(({ sentence }) => sentence).join()).not.toContain('nothing is wrong at the exchange');
});

test('where nothing was told, one sentence says so', () => {
  const check = { venue: 'bybit', environment: 'live', report: SILENT, findings: [], problems: [] };
  expect(renderVenueCheck(check, 'unknown', PLAIN).split('\n')).toHaveLength(1);
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
  const text = renderVenueCheck(
    { venue: 'bybit', environment: 'live', report, findings, problems: [] },
    'refused',
    PLAIN,
  );
  expect(text).toMatch(/position mode +one-way\n/);
  expect(text).toMatch(/leverage +1 \(BTCUSDT\); 7 \(ETHUSDT\)\n/);
  expect(text).toMatch(/maintenance +not read: no answer\n/);
  expect(text).toContain('✕ refuses the start: The key of bybit may withdraw');
  expect(text.endsWith('A start would be refused.')).toBe(true);
});
