import { emptyAlerts, type AlertState } from '../../../../src/domain/alerts/state';
import { reduceAlerts } from '../../../../src/domain/alerts/reduce';
import { loadConfig } from '../../../../src/config/load-config';
import { findingsOf, type Sight, type WatchSettings } from '../../../../src/observability/alerts/watch';
import type { PartHealth } from '../../../../src/observability/part-health';
import type { AccountHealth, RiskView } from '../../../../src/messages/venue-account';

const NOW_MS = Date.UTC(2026, 0, 2, 12);
const settings: WatchSettings = {
  ...loadConfig({ env: {}, cwd: process.cwd() }),
  venue: 'bybit',
  dataDir: '/data',
};

const part = (name: string, more: Partial<PartHealth> = {}): PartHealth => ({
  name,
  status: 'healthy',
  text: '',
  ...more,
});
const account = (more: Partial<AccountHealth> = {}): PartHealth =>
  part('venue_account', {
    account: {
      tradingState: 'active',
      balancesAgeMs: 1_000,
      balancesAgeMaxMs: 60_000,
      pending: 0,
      overdue: [],
      blockedForMs: 0,
      ...more,
    },
  });
const engine = (...codes: readonly string[]): PartHealth =>
  part('trading_engine', {
    heartbeatAgeMs: 1_000,
    ownProblems: codes.map((code) => ({ code, sentence: `${code} it is.` })),
  });

/** `rule subject`, of what holds; with a minus before it, of what does not. */
function found(sight: Sight, known: AlertState = emptyAlerts(), with_: Partial<WatchSettings> = {}): readonly string[] {
  const findings = findingsOf(sight, { ...settings, ...with_ }, known, NOW_MS);
  return findings.map(({ rule, subject, holds }) => `${holds ? '' : '-'}${rule} ${subject}`);
}

const knowing = (
  rule: 'order_unknown' | 'position_unprotected' | 'reservation_orphaned' | 'errors_frequent',
  subject: string,
): AlertState => {
  const finding = { rule, subject, holds: true, text: 'x', atMs: NOW_MS };
  return reduceAlerts(emptyAlerts(), { kind: 'finding', finding }, NOW_MS).state;
};

test('nothing is found where nothing was seen', () => {
  expect(found({})).toEqual([]);
});

test.each<[string, Sight]>([
  ['-temporal_unreachable temporal', { parts: [part('temporal')] }],
  ['temporal_unreachable temporal', { parts: [part('temporal', { status: 'unhealthy' })] }],
  ['temporal_unreachable temporal', { serverFault: 'it is gone' }],
  ['venue_unreachable bybit', { parts: [engine('VENUE_UNREACHABLE')] }],
  ['-venue_unreachable bybit', { parts: [engine()] }],
  ['key_refused bybit', { parts: [engine('ORDERS_REFUSED')] }],
  ['key_refused bybit', { parts: [engine('ACCOUNT_REFUSED')] }],
  ['key_ends_soon bybit', { parts: [engine('KEY_ENDS_SOON')] }],
  ['entries_stopped bybit', { parts: [engine('ENTRIES_STOPPED')] }],
  ['venue_banned bybit', { parts: [engine('VENUE_BAN')] }],
  ['venue_banned bybit', { parts: [engine(), account({ blockedBy: 'banned', blockedForMs: 1 })] }],
  ['-venue_banned bybit', { parts: [engine(), account({ blockedBy: 'rate_limited', blockedForMs: 1 })] }],
  ['clock_off trading_engine', { parts: [engine('CLOCK_OFF')] }],
  ['balances_old bybit', { parts: [account({ balancesAgeMs: 60_001 })] }],
  ['balances_old bybit', { parts: [account({ balancesAgeMs: -60_001 })] }],
  ['balances_old bybit', { parts: [account({ balancesAgeMs: undefined, balancesProblem: 'refused' })] }],
  ['-balances_old bybit', { parts: [account()] }],
  ['reservation_orphaned f1', { parts: [account({ overdue: [{ id: 'f1', purpose: 'x', ageMs: 1 }] })] }],
  ['memory_high api', { parts: [part('api', { memoryShare: 0.9 })] }],
  ['-memory_high api', { parts: [part('api', { memoryShare: 0.89 })] }],
  ['errors_frequent api', { errors: new Map([['api', 10]]) }],
  ['-errors_frequent api', { errors: new Map([['api', 9]]) }],
  ['disk_full /data', { diskFault: 'It is full.' }],
  ['-disk_full /data', { diskFault: '' }],
  ['order_unknown f1', { parts: [part('signals', { waiting: [{ id: 'f1', startedAtMs: NOW_MS - 60_001 }] })] }],
  ['predictions_missing ml_manager', { parts: [part('predictions', { lastTickMs: NOW_MS - 4 * 60_000 })] }],
  ['-predictions_missing ml_manager', { parts: [part('predictions', { lastTickMs: NOW_MS - 239_999 })] }],
])('%s is found in its sight', (expected, sight) => {
  expect(found(sight)).toContain(expected);
});

test('a young order is no finding', () => {
  expect(found({ parts: [part('signals', { waiting: [{ id: 'f1', startedAtMs: NOW_MS - 60_000 }] })] })).toEqual([]);
});

test('an engine that is silent, or too old to say, is not taken for one without problems', () => {
  expect(found({ parts: [{ ...engine(), heartbeatAgeMs: 61_000 }] })).toEqual([]);
  expect(found({ parts: [part('trading_engine', { heartbeatAgeMs: 0 })] })).toEqual([]);
});

test('balances that an account has had no time to read are not old', () => {
  expect(found({ parts: [account({ balancesAgeMs: undefined })] })).toEqual([]);
});

test('errors that were told are over where who counts them was started after the last one', () => {
  const known = knowing('errors_frequent', 'api');
  expect(found({ errors: new Map() }, known)).toEqual(['-errors_frequent api']);
  expect(found({ errors: new Map([['api', 10]]) }, known)).toEqual(['errors_frequent api']);
  expect(found({}, known)).toEqual([]);
});

test('what is in no list any more is over, and not what a cut list may hold', () => {
  const known = knowing('order_unknown', 'f1');
  expect(found({ parts: [part('signals', { waiting: [] })] }, known)).toEqual(['-order_unknown f1']);
  const many = Array.from({ length: 11 }, (_, index) => ({ id: `g${index}`, startedAtMs: NOW_MS }));
  expect(found({ parts: [part('signals', { waiting: many })] }, known)).toEqual([]);
  expect(found({ parts: [part('signals', { status: 'unhealthy' })] }, known)).toEqual([]);
  expect(found({ parts: [account()] }, knowing('reservation_orphaned', 'f1'))).toContain('-reservation_orphaned f1');
});

test('funds are looked at only where somebody named a least amount', () => {
  const freeFunds = { USDT: '499.99', BTC: '0' };
  expect(found({ freeFunds })).toEqual([]);
  const alerts = { ...settings.alerts, balanceLow: { USDT: '500', ETH: '1' } };
  expect(found({ freeFunds }, emptyAlerts(), { alerts })).toEqual(['balance_low USDT']);
  expect(found({ freeFunds: { USDT: '500' } }, emptyAlerts(), { alerts })).toEqual(['-balance_low USDT']);
});

const risk = (change: Partial<RiskView> = {}): PartHealth =>
  part('positions', {
    risk: { positionsAsOfMs: NOW_MS, positions: [], unprotected: [], rules: [], ...change },
  });

test.each<[string, Partial<RiskView>]>([
  ['positions_old positions', { isOutdated: true }],
  ['position_unprotected BTCUSDT', { unprotected: ['BTCUSDT'] }],
  ['position_foreign ETHUSDT', { rules: [{ code: 'POSITION_FOREIGN', of: 'ETHUSDT', isBlocking: true }] }],
  ['risk_limit DAILY_LOSS_LIMIT', { rules: [{ code: 'DAILY_LOSS_LIMIT', limit: '3 %', isBlocking: true }] }],
  ['risk_limit LOSS_STREAK', { rules: [{ code: 'LOSS_STREAK', limit: '4', isBlocking: true }] }],
])('finds %s in what the account knows of positions', (expected, change) => {
  expect(found({ parts: [risk(change)] })).toEqual([expected]);
});

test.each<[string, Partial<RiskView>]>([
  ['a streak in one symbol alone', { rules: [{ code: 'LOSS_STREAK', of: 'BTCUSDT', isBlocking: true }] }],
  ['a bound that is not reached', { rules: [{ code: 'DAILY_LOSS_LIMIT', limit: '3 %', isBlocking: false }] }],
  ['what was said before the venue told its positions', { positionsAsOfMs: 0, unprotected: ['BTCUSDT'] }],
])('finds nothing in %s', (_what, change) => {
  expect(found({ parts: [risk(change)] })).toEqual([]);
});

test('what the exchange closed by force is found of each symbol', () => {
  const taken = found({ parts: [engine('POSITION_TAKEN AUSDT', 'POSITION_TAKEN BUSDT')] });
  expect(taken.filter((text) => text.includes('position_taken'))).toEqual([
    'position_taken AUSDT',
    'position_taken BUSDT',
  ]);
});

test('a position that has a stop again is said to', () => {
  const known = knowing('position_unprotected', 'BTCUSDT');
  expect(found({ parts: [risk()] }, known)).toEqual(['-position_unprotected BTCUSDT']);
});
