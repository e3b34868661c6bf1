/** Our clock and the venue's are set, by an hour or by ten years: no funds become free that are not, and none stay held. */
import { CLOCK_STEP_MIN_MS, REPORT_DELAY_MAX_MS } from '../../../src/domain/ledger/state';
import { Book, HOUR_MS, LAG_MS, MINUTE_MS, NOW_MS, shown, TEN_YEARS_MS } from './ledger-book';

const STEPS = [-HOUR_MS, HOUR_MS, -TEN_YEARS_MS / 10, TEN_YEARS_MS];
const INTERVAL_MS = 30_000;
/** By then a report contains all that was claimed when a clock was set. */
const SETTLED_AFTER_MS = REPORT_DELAY_MAX_MS + LAG_MS;

/** Sixty percent of a wallet, reserved and filled; the venue has not reported since. */
function sixtyTaken(): Book {
  const book = new Book('100000');
  book.reserve('taken', { amount: '60000' });
  book.commit('taken', '60000');
  return book;
}

/** The venue goes on reporting: whatever happened, its figures are the truth in the end. */
function reportOften(book: Book, available: string): void {
  for (let passedMs = 0; passedMs <= SETTLED_AFTER_MS + INTERVAL_MS; passedMs += INTERVAL_MS) {
    book.pass(INTERVAL_MS);
    book.report(available);
  }
}

describe.each(STEPS)('with our clock set by %d ms', (stepMs) => {
  test('five orders of 60,000 each, on a wallet of 100,000, are one', () => {
    const book = new Book('100000');
    book.nowMs += stepMs;
    const answers = [1, 2, 3, 4, 5].map((number) => {
      const answer = shown(book.reserve(`order-${number}`, { amount: '60000' }));
      book.commit(`order-${number}`, '60000');
      book.pass(1_000);
      // It may miss what was executed within the lag.
      book.report('100000', { asOfMs: NOW_MS + 1_000 });
      return answer;
    });
    expect(answers).toEqual(['reserved:new', ...Array.from({ length: 4 }, () => 'INSUFFICIENT_FUNDS')]);
  });

  test('a fill counts until a report contains it, and then no more', () => {
    const book = sixtyTaken();
    book.nowMs += stepMs;
    book.report('100000');
    expect(book.free).toBe('40000');
    reportOften(book, '40000');
    expect(book.view).toMatchObject({ free: '40000', unsettled: '0' });
  });

  test('for one report, a fill counts until a report contains it, and then no more', () => {
    const book = sixtyTaken();
    book.pass(1_000);
    book.withClockSetBy(stepMs, () => book.report('100000'));
    expect(book.free).toBe('40000');
    reportOften(book, '40000');
    expect(book.view).toMatchObject({ free: '40000', unsettled: '0' });
  });

  test('reports are taken over from the first on', () => {
    const book = new Book('100');
    book.nowMs += stepMs;
    book.venueMs += INTERVAL_MS;
    expect(book.report('70')).toBe('applied');
    expect(book.free).toBe('70');
  });

  test('a report that was on its way is still an older one', () => {
    const book = new Book('100');
    book.pass(INTERVAL_MS);
    book.report('70');
    book.nowMs += stepMs;
    expect(book.report('100', { asOfMs: book.venueMs - MINUTE_MS })).toBe('stale');
    expect(book.free).toBe('70');
  });

  test('a commit for one command settles no sooner and no later', () => {
    const book = new Book('100');
    book.reserve('a');
    book.withClockSetBy(stepMs, () => book.commit('a'));
    book.venueMs += LAG_MS - 1;
    book.report('100');
    expect(book.free).toBe('90');
    book.venueMs += 1;
    book.report('90');
    expect(book.free).toBe('90');
  });
});

describe.each(STEPS)("with the venue's clock set by %d ms", (stepMs) => {
  test('reports are taken over from the first on', () => {
    const book = new Book('100');
    book.pass(INTERVAL_MS);
    book.venueMs += stepMs;
    expect(book.report('70')).toBe('applied');
    expect(book.free).toBe('70');
  });

  test('for one report, those that come later are taken over', () => {
    const book = new Book('100');
    book.pass(INTERVAL_MS);
    book.report('80', { asOfMs: book.venueMs + stepMs });
    book.pass(INTERVAL_MS);
    expect(book.report('70')).toBe('applied');
    expect(book.free).toBe('70');
  });

  test('a fill of before counts until a report contains it, and then no more', () => {
    const book = sixtyTaken();
    book.pass(1);
    book.venueMs += stepMs;
    book.report('100000');
    expect(book.free).toBe('40000');
    reportOften(book, '40000');
    expect(book.view).toMatchObject({ free: '40000', unsettled: '0' });
  });

  test('a fill of before that is booked after the next report counts until a report contains it', () => {
    const book = new Book('100000');
    book.reserve('taken', { amount: '60000' });
    const executedAtMs = book.venueMs;
    book.venueMs += stepMs;
    book.report('100000');
    book.commit('taken', '60000', executedAtMs);
    expect(book.free).toBe('40000');
    reportOften(book, '40000');
    expect(book.view).toMatchObject({ free: '40000', unsettled: '0' });
  });

  test('a fill of since counts until a report contains it, and then no more', () => {
    const book = new Book('100000');
    book.reserve('taken', { amount: '60000' });
    book.venueMs += stepMs;
    book.commit('taken', '60000');
    expect(book.free).toBe('40000');
    book.pass(LAG_MS - 1);
    book.report('100000');
    expect(book.free).toBe('40000');
    reportOften(book, '40000');
    expect(book.view).toMatchObject({ free: '40000', unsettled: '0' });
  });

  test('a resting order is held back by us until a report holds it back for certain, and then by the venue', () => {
    const book = new Book('100');
    book.reserve('a');
    book.acknowledge('a', '9');
    book.venueMs += stepMs;
    book.report('100');
    expect(book.free).toBe('90');
    for (let count = 0; count < 4; count += 1) {
      book.pass(INTERVAL_MS);
      book.report('91', { locked: '9' });
    }
    expect(book.view).toMatchObject({ reserved: '10', contained: '9', free: '90' });
  });

  test('an order that rests since, too', () => {
    const book = new Book('100');
    book.reserve('a');
    book.venueMs += stepMs;
    book.acknowledge('a', '9');
    expect(book.free).toBe('90');
    book.report('100');
    expect(book.free).toBe('90');
  });
});

test('an execution time far ahead cannot keep funds unsettled for ever', () => {
  const book = new Book('100');
  book.reserve('a');
  book.commit('a', '10', NOW_MS * 2);
  reportOften(book, '90');
  expect(book.view).toMatchObject({ unsettled: '0', free: '90' });
});

test('an acknowledgement from far ahead cannot count a resting order twice for ever', () => {
  const book = new Book('100');
  book.reserve('a');
  book.venueMs += TEN_YEARS_MS;
  book.acknowledge('a', '9');
  book.venueMs -= TEN_YEARS_MS;
  for (let count = 0; count < 4; count += 1) {
    book.pass(INTERVAL_MS);
    book.report('91', { locked: '9' });
  }
  expect(book.view).toMatchObject({ contained: '9', free: '90' });
});

test.each([
  [-1, 'stale'],
  [-CLOCK_STEP_MIN_MS, 'stale'],
  [-CLOCK_STEP_MIN_MS - 1, 'applied'],
])('a report that is %d ms from the last is %s', (stepMs, status) => {
  const book = new Book('100');
  expect(book.report('70', { asOfMs: NOW_MS + stepMs })).toBe(status);
});

test('with both clocks set by ten years for one report, a fill counts until a report contains it', () => {
  const book = new Book('100000');
  book.reserve('taken', { amount: '60000' });
  book.pass(TEN_YEARS_MS);
  book.report('100000');
  book.pass(-TEN_YEARS_MS);
  book.commit('taken', '60000');
  expect(book.free).toBe('40000');
  reportOften(book, '40000');
  expect(book.view).toMatchObject({ free: '40000', unsettled: '0' });
});

test.each([
  [MINUTE_MS, 0, 'was not set', '0'],
  [MINUTE_MS, 3 * MINUTE_MS, 'was set', '60000'],
  [10 * MINUTE_MS, 10 * MINUTE_MS, 'was not set', '0'],
  [10 * MINUTE_MS, MINUTE_MS, 'was set', '60000'],
])('when %d ms pass here and %d ms at the venue, a clock %s', (oursMs, venuesMs, _was, unsettled) => {
  const book = sixtyTaken();
  book.nowMs += oursMs;
  book.venueMs += Math.max(venuesMs, LAG_MS);
  book.report('40000');
  expect(book.view?.unsettled).toBe(unsettled);
});
