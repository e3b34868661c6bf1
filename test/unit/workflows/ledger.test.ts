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

function funded(): Ledger {
  const ledger = new Ledger(rules, LAG_MS);
  ledger.applySnapshot({ asOfMs: NOW_MS, assets: { USDT: { total: '1', available: '1', locked: '0' } } });
  return ledger;
}

test('no setting that is changed undoes another', () => {
  const ledger = funded();
  ledger.setReportAgeMax(AGE_MAX_MS);
  ledger.setSnapshotLag(1);
  expect(ledger.state()).toMatchObject({ snapshotLagMs: 1, reportAgeMaxMs: AGE_MAX_MS });
  ledger.setReportAgeMax(undefined);
  expect(ledger.state()).not.toHaveProperty('reportAgeMaxMs');
  expect(ledger.state().snapshotLagMs).toBe(1);
});

test('funds are lent from old balances until somebody sets how old they may be', () => {
  const ledger = funded();
  jest.setSystemTime(NOW_MS + AGE_MAX_MS + 1);
  ledger.setReportAgeMax(AGE_MAX_MS);
  expect(ledger.areBalancesOutdated()).toBe(true);
  expect(reserve(ledger)).toMatchObject({ status: 'denied', denial: { code: 'BALANCES_OUTDATED' } });
  ledger.setReportAgeMax(undefined);
  expect(ledger.areBalancesOutdated()).toBe(false);
  expect(reserve(ledger)).toMatchObject({ status: 'reserved' });
});

test('health can be asked of a run of former rules, too', () => {
  const state = former.emptyLedger({ snapshotLagMs: LAG_MS }) as object as LedgerState;
  const ledger = new Ledger(former as object as AccountRules['ledger'], LAG_MS, state);
  ledger.applySnapshot({ asOfMs: NOW_MS, assets: { USDT: { total: '1', available: '1', locked: '0' } } });
  reserve(ledger);
  expect(ledger.health()).toEqual({ tradingState: 'active', pending: 1, overdue: [] });
});
