import * as rules from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import * as former from '../../../src/domain/rules-1/ledger/ledger';
import type { AccountRules } from '../../../src/domain/account-rules';
import { Ledger } from '../../../workflows/ledger';

const NOW_MS = 1_700_000_000_000;
const INTERVAL_MS = 60_000;
const SETTINGS = { snapshotLagMs: 2_000, updateIntervalMs: INTERVAL_MS };

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

function funded(): Ledger {
  const ledger = new Ledger(rules, SETTINGS);
  ledger.applySnapshot({ asOfMs: NOW_MS, assets: { USDT: { total: '1', available: '1', locked: '0' } } });
  return ledger;
}

test('nothing is lent once four reports are missing, and after two minutes at the soonest', () => {
  const ledger = funded();
  jest.setSystemTime(NOW_MS + 4 * INTERVAL_MS + 1);
  expect(reserve(ledger)).toMatchObject({ status: 'denied', denial: { code: 'BALANCES_OUTDATED' } });
  expect(ledger.areBalancesOutdated()).toBe(true);
  ledger.configure({ ...SETTINGS, updateIntervalMs: 2 * INTERVAL_MS });
  expect(ledger.areBalancesOutdated()).toBe(false);
  ledger.configure({ ...SETTINGS, updateIntervalMs: 1 });
  expect(ledger.health()).toMatchObject({ balancesAgeMaxMs: 120_000 });
});

test('balances of a clock that was ahead are outdated, too', () => {
  const ledger = funded();
  jest.setSystemTime(NOW_MS - 4 * INTERVAL_MS - 1);
  expect(ledger.areBalancesOutdated()).toBe(true);
});

test('health can be asked of a run of former rules, too', () => {
  const state = former.emptyLedger(SETTINGS) as object as LedgerState;
  const ledger = new Ledger(former as object as AccountRules['ledger'], SETTINGS, state);
  ledger.applySnapshot({ asOfMs: NOW_MS, assets: { USDT: { total: '1', available: '1', locked: '0' } } });
  reserve(ledger);
  expect(ledger.health()).toEqual({ tradingState: 'active', balancesAgeMaxMs: 240_000, pending: 1, overdue: [] });
});
