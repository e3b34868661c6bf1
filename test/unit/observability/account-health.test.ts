import { describeFaults, withOneEndOfBan } from '../../../src/observability/part-health';
import type { AccountHealth } from '../../../src/messages/venue-account';
import { describeAccount } from '../../../src/observability/account-health';

const NOW_MS = Date.parse('2026-01-31T12:00:00Z');
const WELL: AccountHealth = {
  tradingState: 'active',
  balancesAgeMs: 10_000,
  balancesAgeMaxMs: 120_000,
  blockedForMs: 0,
  pending: 0,
  overdue: [],
};

function describeWith(change: Partial<AccountHealth>) {
  return describeAccount('bybit', { ...WELL, ...change }, NOW_MS);
}

test('an account that is well has no problem', () => {
  expect(describeWith({})).toMatchObject({ status: 'healthy', problems: [] });
});

test('an account that has not read its balances yet is starting', () => {
  expect(describeWith({ balancesAgeMs: undefined })).toMatchObject({ status: 'starting', problems: [] });
});

test.each<[string, Partial<AccountHealth>, RegExp]>([
  ['halted', { tradingState: 'halted', tradingStateReason: 'asleep' }, /halted.*asleep/],
  [
    'halted for a while',
    { tradingState: 'halted', tradingStateReason: 'asleep', tradingStateSetAtMs: NOW_MS - 3_600_000 },
    /halted since 2026-01-31T11:00:00Z: nothing is sent \(asleep\)/,
  ],
  ['reducing', { tradingState: 'reducing' }, /exits/],
  ['balances that were never read', { balancesAgeMs: undefined, balancesProblem: 'invalid key' }, /never.*invalid key/],
  ['old balances', { balancesAgeMs: 121_000, balancesProblem: 'invalid key' }, /2 min old.*invalid key/],
  ['balances of a clock that was ahead', { balancesAgeMs: -121_000 }, /set back/],
  ['a ban', { blockedForMs: 600_000, blockedBy: 'banned' }, /until 2026-01-31T12:10:00Z \(a ban\)/],
  ['too many requests', { blockedForMs: 60_000, blockedBy: 'rate_limited' }, /12:01:00Z \(too many requests\)/],
  ['a block of an older account', { blockedForMs: 60_000 }, /12:01:00Z:/],
  [
    'reservations that should have ended',
    {
      overdue: [
        { id: 'f1', purpose: 'BUY 1 BTCUSDT', ageMs: 216_000_000 },
        { id: 'f2', purpose: 'BUY 1 BTCUSDT', ageMs: 1 },
      ],
    },
    /f1.*60 h.*1 more/,
  ],
])('%s: degraded, with the reason', (_name, change, reason) => {
  const { status, problems, text } = describeWith(change);
  expect(status).toBe('degraded');
  expect(problems).toEqual([expect.stringMatching(reason)]);
  expect(text).toContain(problems[0]);
});

test('an account without any of the settle asset: degraded, with where to transfer from', () => {
  const { status, problems, text } = describeAccount('bybit', WELL, NOW_MS, 'USDC');
  expect(status).toBe('degraded');
  expect(problems).toEqual(['Entries on bybit are denied: 0 USDC in the unified account; transfer from Funding']);
  expect(text).toContain(problems[0]);
});

test('a pause of a moment, as every limiter has, is no problem', () => {
  expect(describeWith({ blockedForMs: 1_000, blockedBy: 'rate_limited' }).status).toBe('healthy');
});

test('where the account tells a ban, the engine’s sentence has no other end of it', () => {
  const account = 'bybit refuses requests until 2026-01-01T00:10:05Z (a ban): nothing is sent or looked up';
  const engine = 'bybit refuses all requests until 2026-01-01T00:10:00.123Z: The venue refuses this address.';
  const cut = 'bybit refuses all requests: The venue refuses this address.';
  expect(withOneEndOfBan([engine, account])).toEqual([cut, account]);
  expect(withOneEndOfBan([engine])).toEqual([engine]);
});

test.each([
  [{ seed: 0, rate: 0, targets: [] }, ''],
  [{ seed: 7, rate: 0.2, targets: [] }, ', misbehaves as it was told to (faults: seed=7,rate=0.2)'],
  [{ seed: 0, rate: 0, targets: [{}] }, ', misbehaves as it was told to (faults: 1 at chosen requests)'],
])('of the plan %j the paper venue is said to do what it does', (plan, words) => {
  expect(describeFaults(plan)).toBe(words);
});
