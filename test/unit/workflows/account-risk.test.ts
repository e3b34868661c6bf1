/** How closely the account looks at positions: requests are few. */
import { AccountRisk } from '../../../workflows/account-risk';
import * as risk from '../../../src/domain/risk/risk';
import { Desk, MINUTE_MS, NOW_MS } from '../domain/risk/desk';

const BUSY_MS = 5_000;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

function account(desk: Desk): AccountRisk {
  return new AccountRisk('bybit', risk, desk.terms, desk.book);
}

test('positions of which nothing changes are asked for less often, until something does', () => {
  const desk = new Desk();
  const row = desk.open();
  const one = account(desk);
  expect(one.intervalMs(false)).toBe(BUSY_MS);
  jest.advanceTimersByTime(MINUTE_MS);
  one.reportTaken({ asOfMs: Date.now(), rows: [{ ...row, markPrice: '101', sequence: 2 }], unreadable: [] });
  const quietMs = one.intervalMs(false);
  expect(quietMs).toBeGreaterThan(BUSY_MS);
  expect(one.intervalMs(true)).toBe(BUSY_MS);
  jest.advanceTimersByTime(quietMs);
  one.reportTaken({ asOfMs: Date.now(), rows: [{ ...row, stopLoss: undefined, sequence: 3 }], unreadable: [] });
  expect(one.intervalMs(false)).toBe(BUSY_MS);
});

test('an interval that is longer than that stays', () => {
  const desk = new Desk({ positions: { reportIntervalSeconds: 40 } });
  desk.open();
  const one = account(desk);
  jest.advanceTimersByTime(MINUTE_MS);
  expect(one.intervalMs(false)).toBe(40_000);
});
