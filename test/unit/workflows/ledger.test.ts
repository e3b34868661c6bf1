import * as rules from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import * as former from '../../../src/domain/rules-1/ledger/ledger';
import type { AccountRules } from '../../../src/domain/account-rules';
import { Ledger } from '../../../workflows/ledger';

const NOW_MS = 1_700_000_000_000;
const LAG_MS = 2_000;
const AGE_MAX_MS = 60_000;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

const reserve = (ledger: Ledger) =>
  ledger.reserve({
    requestId: 'a:reserve',
    reservationId: 'a',
    asset: 'USDT',
    amount: '1',
    intent: 'entry',
    purpose: 'a test',
    metadata: {},
  });

const SETTINGS = { snapshotLagMs: LAG_MS, updateIntervalMs: AGE_MAX_MS };

function funded(): Ledger {
  const ledger = new Ledger(rules, SETTINGS);
  ledger.applySnapshot({ asOfMs: NOW_MS, assets: { USDT: { total: '1', available: '1', locked: '0' } } });
  return ledger;
}

test('funds are lent from balances that are a few intervals old, not from older ones', () => {
  const ledger = funded();
  const ageMaxMs = ledger.health().balancesAgeMaxMs;
  jest.setSystemTime(NOW_MS + ageMaxMs + 1);
  expect(ledger.areBalancesOutdated()).toBe(true);
  expect(reserve(ledger)).toMatchObject({ status: 'denied', denial: { code: 'BALANCES_OUTDATED' } });
  ledger.configure({ ...SETTINGS, updateIntervalMs: 2 * AGE_MAX_MS });
  expect(ledger.areBalancesOutdated()).toBe(false);
  expect(reserve(ledger)).toMatchObject({ status: 'reserved' });
});

test('health can be asked of a run of former rules, too', () => {
  const state = former.emptyLedger({ snapshotLagMs: LAG_MS }) as object as LedgerState;
  const ledger = new Ledger(former as object as AccountRules['ledger'], SETTINGS, state);
  ledger.applySnapshot({ asOfMs: NOW_MS, assets: { USDT: { total: '1', available: '1', locked: '0' } } });
  reserve(ledger);
  expect(ledger.health()).toMatchObject({ tradingState: 'active', pending: 1, overdue: [] });
  expect(ledger.health()).not.toHaveProperty('balancesAgeMs');
});
