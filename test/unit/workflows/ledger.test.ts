import * as rules from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import * as former from '../../../src/domain/rules-1/ledger/ledger';
import type { AccountRules } from '../../../src/domain/account-rules';
import { alert } from '../../../workflows/announcements';
import { Ledger } from '../../../workflows/ledger';

jest.mock('../../../workflows/announcements', () => ({ alert: jest.fn() }));
jest.mock('@temporalio/workflow', () => ({ log: { error: jest.fn(), warn: jest.fn() } }));

const NOW_MS = 1_700_000_000_000;
const LAG_MS = 2_000;
const AGE_MAX_MS = 60_000;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => {
  jest.useRealTimers();
  jest.clearAllMocks();
});

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

describe('a fill that is told without waiting for an answer', () => {
  const COMMIT = {
    requestId: 'a:commit',
    reservationId: 'a',
    amount: '1',
    executedAtMs: NOW_MS,
    reason: '0.01 BTCUSDT at 100',
  };

  test('is booked, however often it is told, and nobody hears of it', () => {
    const ledger = funded();
    reserve(ledger);
    ledger.commitUnanswered(COMMIT, 'bybit');
    ledger.commitUnanswered(COMMIT, 'bybit');
    expect(ledger.stats()).toMatchObject({ committed: 1 });
    expect(alert).not.toHaveBeenCalled();
  });

  test.each([
    ['was never reserved', () => undefined, COMMIT, 'The ledger knows of no reservation for it.'],
    [
      'was released as if nothing had filled',
      (ledger: Ledger) => {
        reserve(ledger);
        ledger.release({ requestId: 'a:release', reservationId: 'a', reason: 'rejected' });
      },
      COMMIT,
      'Its reservation was released before, as if nothing had filled.',
    ],
    ['has no amount', reserve, { ...COMMIT, amount: 'much' }, 'amount'],
  ] as const)('is told to a person where it %s, in the words of the durable road', (_what, before, command, fault) => {
    const ledger = funded();
    before(ledger);
    ledger.commitUnanswered(command, 'bybit');
    expect(alert).toHaveBeenCalledTimes(1);
    expect(alert).toHaveBeenCalledWith(
      expect.stringMatching(/^a: 0\.01 BTCUSDT at 100 could not be booked at bybit: /),
    );
    expect(alert).toHaveBeenCalledWith(expect.stringContaining(fault));
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', []],
    ['an empty record', {}],
    ['a record of other types', { reservationId: {}, reason: [] }],
    ['endless text', { reservationId: 'x'.repeat(100_000), reason: 'x'.repeat(100_000) }],
  ])('is any value that the command line can send, such as %s, and the alert stays short', (_what, command) => {
    funded().commitUnanswered(command as never, 'bybit');
    expect(alert).toHaveBeenCalledTimes(1);
    expect(jest.mocked(alert).mock.calls[0]?.[0].length).toBeLessThan(1_000);
  });
});
