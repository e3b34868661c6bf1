/** Funds are lent from a report of a certain age at most. */
import { isPassing } from '../../../src/domain/denial';
import * as ledger from '../../../src/domain/ledger/ledger';
import { Book, DAY_MS, HOUR_MS, MINUTE_MS, shown, TEN_YEARS_MS } from './ledger-book';

const AGE_MAX_MS = 2 * MINUTE_MS;
const aged = (ageMs: number): Book => {
  const book = new Book('100', { reportAgeMaxMs: AGE_MAX_MS });
  book.nowMs += ageMs;
  return book;
};

test.each([
  [0, 'reserved:new'],
  [AGE_MAX_MS, 'reserved:new'],
  [AGE_MAX_MS + 1, 'BALANCES_OUTDATED'],
  [30 * DAY_MS, 'BALANCES_OUTDATED'],
  [TEN_YEARS_MS, 'BALANCES_OUTDATED'],
  [-AGE_MAX_MS, 'reserved:new'],
  [-AGE_MAX_MS - 1, 'BALANCES_OUTDATED'],
  [-HOUR_MS, 'BALANCES_OUTDATED'],
])('with balances that are %d ms old, an order gets %s', (ageMs, answer) => {
  expect(shown(aged(ageMs).reserve('a'))).toBe(answer);
});

test.each([
  [3 * MINUTE_MS, '3 min ago'],
  [30 * DAY_MS, '30 days ago'],
  [-3 * HOUR_MS, '3 h ahead of our clock'],
])('the refusal says how old %d ms is, and what happens', (ageMs, words) => {
  const result = aged(ageMs).reserve('a');
  const message = result.status === 'denied' ? result.denial.message : '';
  expect(message).toContain(words);
  expect(message).toContain('at most 2 min');
  expect(message).toContain("waits for the venue's next report");
});

test('an exit that needs no funds needs no balances', () => {
  expect(shown(aged(HOUR_MS).reserve('a', { intent: 'exit', amount: '0' }))).toBe('reserved:new');
});

test('a reservation that is known is answered whatever the age', () => {
  const book = aged(0);
  book.reserve('a');
  book.nowMs += HOUR_MS;
  expect(shown(book.reserve('a'))).toBe('reserved:old');
});

test('the same request succeeds after the next report', () => {
  const book = aged(HOUR_MS);
  expect(shown(book.reserve('a'))).toBe('BALANCES_OUTDATED');
  book.report('100');
  expect(shown(book.reserve('a'))).toBe('reserved:new');
});

test('an older report makes the balances no younger', () => {
  const book = aged(HOUR_MS);
  expect(book.report('100', { asOfMs: book.venueMs - 1 })).toBe('stale');
  expect(shown(book.reserve('a'))).toBe('BALANCES_OUTDATED');
});

test('a flood of what is missing for a while pushes out no refusal', () => {
  const book = new Book('100', { reportAgeMaxMs: AGE_MAX_MS });
  const large = { amount: '1000' };
  expect(shown(book.reserve('refused', large))).toBe('INSUFFICIENT_FUNDS');
  const unknown = ledger.emptyLedger({ snapshotLagMs: 0 });
  book.nowMs += HOUR_MS;
  for (let count = 0; count <= ledger.REFUSALS_MAX; count += 1) book.reserve(`waits-${count}`);
  expect(book.state.refusals.map(({ requestId }) => requestId)).toEqual(['refused:reserve']);
  book.report('10000');
  expect(shown(book.reserve('refused', large))).toBe('INSUFFICIENT_FUNDS');
  book.state = unknown;
  expect(shown(book.reserve('a'))).toBe('NO_BALANCE_KNOWN');
  expect(book.state.refusals).toEqual([]);
});

test('without a bound in the settings balances are never too old, and settings can be changed', () => {
  const book = aged(HOUR_MS);
  book.state = ledger.configureLedger(book.state, { snapshotLagMs: 0 });
  expect(shown(book.reserve('a'))).toBe('reserved:new');
  book.state = ledger.configureLedger(book.state, { snapshotLagMs: 0, reportAgeMaxMs: 1 });
  expect(shown(book.reserve('b'))).toBe('BALANCES_OUTDATED');
});

test('only what the next report brings is passing', () => {
  const isCodePassing = (code: 'BALANCES_OUTDATED' | 'NO_BALANCE_KNOWN' | 'SIGNAL_EXPIRED') =>
    isPassing({ code, message: '' });
  expect([
    isCodePassing('NO_BALANCE_KNOWN'),
    isCodePassing('BALANCES_OUTDATED'),
    isCodePassing('SIGNAL_EXPIRED'),
  ]).toEqual([true, true, false]);
});
