import * as ledger from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import { Book, DAY_MS, HOUR_MS, LIFE_MS, MINUTE_MS, NOW_MS } from './ledger-book';

const SHOWN_MAX = 20;
const GRACE_MS = 5 * MINUTE_MS;

const healthOf = ({ state, nowMs }: Book) => ledger.ledgerHealth(state, nowMs);

test('tells the trading state and why it was set last', () => {
  const book = new Book('100');
  expect(healthOf(book)).toEqual({ tradingState: 'active', balancesAgeMs: 0, pending: 0, overdue: [] });
  for (const [requestId, to] of [
    ['1', 'halted'],
    ['2', 'reducing'],
  ] as const) {
    book.state = ledger.setTradingState(book.state, { requestId, to, reason: `to ${to}` }, NOW_MS).state;
  }
  expect(healthOf(book)).toMatchObject({ tradingState: 'reducing', tradingStateReason: 'to reducing' });
});

test('tells how long ago balances were taken in, on our clock', () => {
  const book = new Book('100');
  book.pass(HOUR_MS);
  book.report('100', { asOfMs: NOW_MS - 1 });
  expect(healthOf(book).balancesAgeMs).toBe(HOUR_MS);
  book.report('100', { asOfMs: book.venueMs + DAY_MS });
  expect(healthOf(book).balancesAgeMs).toBe(0);
});

test('without a report, or with a state of before, the age is unknown', () => {
  const empty = ledger.emptyLedger({ snapshotLagMs: 0 });
  const { reportedAtMs: _reportedAtMs, ...former } = new Book('1').state;
  for (const state of [empty, former as LedgerState]) {
    expect(ledger.ledgerHealth(state, NOW_MS)).not.toHaveProperty('balancesAgeMs');
  }
});

test('a reservation is overdue some minutes after its expiry, not before', () => {
  const book = new Book('100');
  book.reserve('a');
  book.pass(LIFE_MS + GRACE_MS);
  expect(healthOf(book)).toMatchObject({ pending: 1, overdue: [] });
  book.pass(1);
  const overdue = [{ id: 'a', purpose: 'BUY 1 BTCUSDT', ageMs: LIFE_MS + GRACE_MS + 1 }];
  expect(healthOf(book)).toMatchObject({ pending: 1, overdue });
});

test('one whose expiry is not known is overdue after the longest time to live', () => {
  const book = new Book('100');
  book.reserve('a', { expiresAtMs: undefined });
  book.pass(DAY_MS + GRACE_MS);
  expect(healthOf(book).overdue).toEqual([]);
  book.pass(1);
  expect(healthOf(book).overdue).toHaveLength(1);
});

test('shows the oldest of many', () => {
  const book = new Book('100');
  for (let index = 0; index <= SHOWN_MAX; index += 1) {
    book.pass(1);
    book.reserve(`signal-${index}`, { amount: '1' });
  }
  book.pass(HOUR_MS);
  const { pending, overdue } = healthOf(book);
  expect([pending, overdue.length]).toEqual([SHOWN_MAX + 1, SHOWN_MAX]);
  expect(overdue[0]?.id).toBe('signal-0');
});
