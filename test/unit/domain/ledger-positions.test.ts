/** What of an entry only closes an opposite position needs its fees alone, and no position is closed twice. */
import * as ledger from '../../../src/domain/ledger/ledger';
import {
  OFFSET_BYTES_MAX,
  POSITION_USES_MAX,
  POSITIONS_MAX,
  REPORT_DELAY_MAX_MS,
} from '../../../src/domain/ledger/state';
import type { Position, ReserveCommand } from '../../../src/domain/ledger/types';
import { Book, HOUR_MS, LAG_MS, MINUTE_MS } from './ledger-book';

/** An order for 10, which needs 100 where it opens a position and 1 where it closes one. */
const SIZE = '10';
const ASKED = '100';
const FEES = '1';

const LONG = { BTCUSDT: { direction: 'BUY', quantity: SIZE } } as const;

/** 40 are free, and 10 are long unless a test says otherwise. */
function invested(bySymbol: Readonly<Record<string, Position>> = LONG, available = '40'): Book {
  const book = new Book(available);
  report(book, bySymbol, available);
  return book;
}

/** Positions are read a moment before the balances. */
function report(book: Book, bySymbol: Readonly<Record<string, Position>>, available = '40', readBeforeMs = 5): string {
  return book.report(available, { positions: { asOfMs: book.venueMs - readBeforeMs, bySymbol } });
}

function sell(book: Book, id: string, change: Partial<ReserveCommand> & { plan?: object } = {}) {
  const { plan, ...rest } = change;
  const metadata = { symbol: 'BTCUSDT', direction: 'SELL', quantity: SIZE, clientOrderId: id, ...plan };
  return book.reserve(id, { amount: ASKED, closingAmount: FEES, metadata, ...rest });
}

/** What is held and how much of it is set off; or why nothing is. */
function held(result: ReturnType<typeof sell>): string {
  if (result.status !== 'reserved') return result.status === 'denied' ? result.denial.code : result.status;
  const { amount, metadata } = result.reservation;
  return `${amount} for ${metadata.offsetQuantity ?? 'none'}`;
}

describe('an entry', () => {
  test.each([
    ['of the same size needs its fees', '10', '1 for 10'],
    ['that is smaller needs its fees', '4', '1 for 4'],
    ['of more than the position needs funds for what is beyond', '12.5', '20.8 for 10'],
    ['of twice the size needs funds for the other half', '20', 'INSUFFICIENT_FUNDS'],
  ])('%s', (_name, quantity, expected) => {
    expect(held(sell(invested(), 'a', { plan: { quantity } }))).toBe(expected);
  });

  test('against a short position is one to buy', () => {
    const book = invested({ BTCUSDT: { direction: 'SELL', quantity: SIZE } });
    expect(held(sell(book, 'a', { plan: { direction: 'BUY' } }))).toBe('1 for 10');
    expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
  });

  test('is never held for less than it needs, to the eighth decimal', () => {
    const book = invested({ BTCUSDT: { direction: 'BUY', quantity: '1' } }, '1000');
    expect(held(sell(book, 'a', { plan: { quantity: '3' } }))).toBe('67 for 1');
    expect(
      held(
        sell(invested({ BTCUSDT: { direction: 'BUY', quantity: '1' } }), 'b', {
          plan: { quantity: '7' },
          amount: '10',
        }),
      ),
    ).toBe('8.71428572 for 1');
  });

  test.each<[string, Parameters<typeof sell>[2]]>([
    ['in another symbol', { plan: { symbol: 'ETHUSDT' } }],
    ['in a symbol such as constructor', { plan: { symbol: 'constructor' } }],
    ['in the same direction', { plan: { direction: 'BUY' } }],
    ['without its fees alone', { closingAmount: undefined }],
    ['without a quantity', { plan: { quantity: '' } }],
    ['with a quantity of zero', { plan: { quantity: '0' } }],
    ['with a quantity that is a number', { plan: { quantity: 10 } }],
    ['whose plan leaves no room to note an offset', { plan: { note: 'x'.repeat(500) } }],
    ['with an offset that it gives itself', { plan: { symbol: 'ETHUSDT', offsetQuantity: SIZE } }],
  ])('%s needs all it asks for', (_name, change) => {
    expect(held(sell(invested(), 'a', change))).toBe('INSUFFICIENT_FUNDS');
    expect(held(sell(invested(LONG, '1000'), 'a', change))).toBe('100 for none');
  });

  test('whose fees are no number is refused', () => {
    expect(held(sell(invested(), 'a', { closingAmount: '-1' }))).toBe('INVALID_SIGNAL');
  });

  test('that closes at no cost still waits for balances that are not outdated', () => {
    const book = new Book('40', { reportAgeMaxMs: MINUTE_MS });
    report(book, LONG);
    book.pass(2 * MINUTE_MS);
    expect(held(sell(book, 'a', { closingAmount: '0' }))).toBe('BALANCES_OUTDATED');
    report(book, LONG);
    expect(held(sell(book, 'b', { closingAmount: '0' }))).toBe('0 for 10');
    expect(book.commit('b', '0').status).toBe('ended');
  });

  test('with every figure at its longest adds what it may to its reservation', () => {
    const longest = '99999999999999999999.999999999999999999';
    const figures = { askedAmount: longest, addedAmount: longest, offsetQuantity: longest };
    expect(JSON.stringify(figures).length).toBeLessThanOrEqual(OFFSET_BYTES_MAX);
  });

  test('asked for again is the same one, and another one is a conflict', () => {
    const book = invested();
    const first = sell(book, 'a');
    expect(sell(book, 'a')).toEqual({ ...first, isNew: false });
    expect(sell(book, 'a', { amount: '99' })).toMatchObject({ status: 'conflict', field: 'amount' });
    book.commit('a', '1');
    expect(sell(book, 'a')).toMatchObject({ status: 'reserved', isNew: false, reservation: { amount: '1' } });
  });

  test('gives back what it held when it ends', () => {
    const book = invested();
    sell(book, 'a', { plan: { quantity: '12.5' } });
    expect(book.free).toBe('19.2');
    book.release('a');
    expect(book.free).toBe('40');
  });
});

describe('a position is closed once', () => {
  test('by two entries at once', () => {
    const book = invested();
    expect(held(sell(book, 'a'))).toBe('1 for 10');
    expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
    expect(held(sell(book, 'c', { amount: '39' }))).toBe('39 for none');
  });

  test('by two that share it', () => {
    const book = invested();
    expect(held(sell(book, 'a', { plan: { quantity: '4' } }))).toBe('1 for 4');
    expect(held(sell(book, 'b', { amount: '30' }))).toBe('12.6 for 6');
    expect(held(sell(book, 'c'))).toBe('INSUFFICIENT_FUNDS');
  });

  test('by an entry that had to ask for all before the position was known', () => {
    const book = new Book('140');
    expect(held(sell(book, 'a'))).toBe('100 for none');
    report(book, LONG);
    expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
  });

  test('by an exit that is under way', () => {
    const book = invested();
    const exit = { intent: 'exit', amount: '0', closingAmount: undefined } as const;
    sell(book, 'a', { ...exit, plan: { quantity: '4' } });
    expect(held(sell(book, 'b', { amount: '30' }))).toBe('12.6 for 6');
    // However much is spoken for, exits are taken.
    expect(sell(book, 'c', exit).status).toBe('reserved');
  });

  test('by an order of which nothing is known but that it is under way', () => {
    const book = invested();
    book.reserve('a', { amount: '1', metadata: {} });
    expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
    book.release('a');
    expect(held(sell(book, 'c'))).toBe('1 for 10');
  });

  test.each(['ETHUSDT', 'BUY'])('which orders for %s have nothing to do with', (other) => {
    const book = invested(LONG, '150');
    sell(book, 'a', { plan: other === 'BUY' ? { direction: other } : { symbol: other } });
    expect(held(sell(book, 'b'))).toBe('1 for 10');
  });

  test('which an order that was not placed did not do', () => {
    const book = invested();
    sell(book, 'a');
    book.release('a');
    expect(held(sell(book, 'b'))).toBe('1 for 10');
  });
});

describe('an order that filled', () => {
  function filled(): Book {
    const book = invested();
    sell(book, 'a', { plan: { quantity: '4' } });
    book.commit('a', '1');
    return book;
  }

  test('has closed what it may have closed until a report is certain to contain it', () => {
    const book = filled();
    expect(held(sell(book, 'b', { amount: '30' }))).toBe('12.6 for 6');
    book.release('b');
    book.pass(LAG_MS + 4);
    report(book, { BTCUSDT: { direction: 'BUY', quantity: '10' } });
    expect(held(sell(book, 'c', { amount: '30' }))).toBe('12.6 for 6');
    book.release('c');
    book.pass(1);
    report(book, { BTCUSDT: { direction: 'BUY', quantity: '6' } });
    expect(held(sell(book, 'd', { amount: '30' }))).toBe('12.6 for 6');
  });

  test('is contained in balances earlier than in positions that were read before them', () => {
    const book = filled();
    book.pass(LAG_MS);
    report(book, { BTCUSDT: { direction: 'BUY', quantity: '10' } });
    expect(book.view?.unsettled).toBe('0');
    expect(held(sell(book, 'b', { amount: '30' }))).toBe('12.6 for 6');
  });

  test('counts still when a report without positions came in between', () => {
    const book = filled();
    book.pass(HOUR_MS);
    book.report('40');
    expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
    report(book, LONG);
    expect(held(sell(book, 'c'))).toBe('1 for 10');
  });

  test('and that the report contains already has closed nothing of it', () => {
    const book = invested();
    sell(book, 'a', { plan: { quantity: '4' } });
    const executedAtMs = book.venueMs;
    book.pass(LAG_MS + 5);
    report(book, { BTCUSDT: { direction: 'BUY', quantity: '6' } });
    book.commit('a', '1', executedAtMs);
    expect(held(sell(book, 'b', { plan: { quantity: '6' } }))).toBe('1 for 6');
  });

  test('counts in full, however little of it filled', () => {
    const book = invested();
    sell(book, 'a');
    book.commit('a', '0.1');
    expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
  });

  test('is one of many: beyond their bound everything counts as closed until a report contains all', () => {
    const book = invested(LONG, '1000000');
    for (let index = 0; index <= POSITION_USES_MAX; index += 1) {
      sell(book, `buy-${index}`, { plan: { direction: 'BUY' } });
      book.commit(`buy-${index}`, '100');
      expect(book.state.positionUses.length).toBeLessThanOrEqual(POSITION_USES_MAX);
    }
    expect(held(sell(book, 'a'))).toBe('100 for none');
    book.release('a');
    book.pass(LAG_MS + 5);
    report(book, LONG);
    expect(held(sell(book, 'b'))).toBe('1 for 10');
  });
});

describe('an order that comes too late for its position', () => {
  /** Sells 10 of 10; then an exit, reserved later, closes them first. */
  function overtaken(): Book {
    const book = invested();
    sell(book, 'late');
    sell(book, 'exit', { intent: 'exit', amount: '0', closingAmount: undefined });
    return book;
  }

  const pending = (book: Book, id: string) =>
    ledger.pendingReservations(book.state).find((reservation) => reservation.id === id);

  test('gets what the other one set free, before anyone else', () => {
    const book = overtaken();
    book.pass(LAG_MS + 5);
    report(book, {}, '140');
    expect(pending(book, 'late')).toMatchObject({ amount: '100' });
    expect(pending(book, 'late')?.metadata).not.toHaveProperty('offsetQuantity');
    expect(book.free).toBe('40');
    // What the same request asks for is still the same.
    expect(sell(book, 'late')).toMatchObject({ status: 'reserved', isNew: false });
  });

  test('gets it as soon as the other one has filled, whatever is reported', () => {
    const book = overtaken();
    book.commit('exit', '0');
    expect(pending(book, 'late')).toMatchObject({ amount: '100' });
    expect(book.free).toBe('0');
    book.release('late');
    expect(book.free).toBe('40');
  });

  test('has taken it when it fills, until a report is certain to contain it', () => {
    const book = overtaken();
    book.commit('exit', '0');
    const ended = book.commit('late', '1');
    expect(ended).toMatchObject({ reservation: { committedAmount: '1' } });
    expect(book.view).toMatchObject({ reserved: '0', unsettled: '100' });
    book.pass(LAG_MS + 5);
    report(book, { BTCUSDT: { direction: 'SELL', quantity: SIZE } }, '39');
    expect(book.view).toMatchObject({ unsettled: '0', free: '39' });
  });

  test('gets as much as it lacks, and the youngest lacks first', () => {
    const book = invested();
    sell(book, 'old', { plan: { quantity: '4' } });
    sell(book, 'young', { plan: { quantity: '6' } });
    book.pass(LAG_MS + 5);
    report(book, { BTCUSDT: { direction: 'BUY', quantity: '7' } });
    expect(pending(book, 'old')).toMatchObject({ amount: '1', metadata: { offsetQuantity: '4' } });
    expect(pending(book, 'young')).toMatchObject({ amount: '50.5', metadata: { offsetQuantity: '3' } });
    report(book, { BTCUSDT: { direction: 'BUY', quantity: '2' } });
    expect(pending(book, 'old')).toMatchObject({ amount: '50.5', metadata: { offsetQuantity: '2' } });
    expect(pending(book, 'young')).toMatchObject({ amount: '100' });
  });

  test.each(['of nothing', 'of a position that is turned'])('also by a report %s', (what) => {
    const book = invested();
    sell(book, 'late');
    book.pass(MINUTE_MS);
    if (what === 'of nothing') book.report('40');
    else report(book, { BTCUSDT: { direction: 'SELL', quantity: SIZE } });
    expect(pending(book, 'late')).toMatchObject({ amount: '100' });
    expect(book.free).toBe('0');
  });

  test('and that rests is still counted as far as the venue holds back for it', () => {
    const book = invested();
    sell(book, 'late');
    book.acknowledge('late', '90');
    book.pass(LAG_MS);
    book.report('40', { locked: '90' });
    expect(book.view).toMatchObject({ reserved: '100', contained: '90', free: '30' });
    book.release('late');
    expect(book.view).toMatchObject({ reserved: '0', free: '40' });
    expect(book.view).not.toHaveProperty('contained');
  });
});

describe('no position is known', () => {
  const many = Object.fromEntries(Array.from({ length: POSITIONS_MAX + 1 }, (_, index) => [`S${index}`, LONG.BTCUSDT]));
  const asOfMs = (book: Book) => book.venueMs - 5;
  test.each<[string, (book: Book) => unknown]>([
    ['from a report without any', () => undefined],
    ['from a report that names none', (book) => ({ asOfMs: asOfMs(book), bySymbol: {} })],
    ['from a report without an instant', () => ({ bySymbol: LONG })],
    ['from one that is later than the balances', (book) => ({ asOfMs: book.venueMs + 1, bySymbol: LONG })],
    [
      'from one before that of the last report',
      (book) => ({ asOfMs: book.venueMs - REPORT_DELAY_MAX_MS / 2 - 6, bySymbol: LONG }),
    ],
    ['from one long before', (book) => ({ asOfMs: book.venueMs - REPORT_DELAY_MAX_MS - 1, bySymbol: LONG })],
    ['from one with too many', (book) => ({ asOfMs: asOfMs(book), bySymbol: { ...LONG, ...many } })],
    ['from a list', (book) => ({ asOfMs: asOfMs(book), bySymbol: [LONG.BTCUSDT] })],
    ...[
      null,
      'BUY',
      {},
      { direction: 'BUY' },
      { direction: 'UP', quantity: '1' },
      { direction: 'BUY', quantity: '-1' },
    ].map((position): [string, (book: Book) => unknown] => [
      `from a report where one is ${JSON.stringify(position)}`,
      (book) => ({ asOfMs: asOfMs(book), bySymbol: { ...LONG, ETHUSDT: position } }),
    ]),
  ])('%s, and the balances count', (_name, positionsAt) => {
    const book = invested();
    book.pass(REPORT_DELAY_MAX_MS / 2);
    expect(book.report('50', { positions: positionsAt(book) as never })).toBe('applied');
    expect(book.free).toBe('50');
    expect(held(sell(book, 'a'))).toBe('INSUFFICIENT_FUNDS');
  });

  test.each([-HOUR_MS, 3 * HOUR_MS])(
    'after the venue’s clock was set by %d ms, until it is certain again',
    (stepMs) => {
      const book = invested();
      sell(book, 'a');
      book.commit('a', '1');
      book.pass(LAG_MS + MINUTE_MS);
      book.venueMs += stepMs;
      report(book, LONG);
      expect(held(sell(book, 'b'))).toBe('INSUFFICIENT_FUNDS');
      book.pass(MINUTE_MS);
      report(book, LONG);
      expect(held(sell(book, 'c'))).toBe('INSUFFICIENT_FUNDS');
      book.pass(MINUTE_MS);
      report(book, LONG);
      expect(held(sell(book, 'd'))).toBe('1 for 10');
    },
  );

  test('of which more is kept than its direction and quantity', () => {
    const book = invested({ BTCUSDT: { ...LONG.BTCUSDT, note: 'x'.repeat(1_000) } as Position });
    expect(book.state.positions?.bySymbol).toEqual(LONG);
    expect(ledger.viewBalances(book.state).assets.USDT?.free).toBe('40');
  });
});
