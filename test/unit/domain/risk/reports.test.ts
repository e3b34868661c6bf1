/** What reports of positions and fills make of the book: the venue's word, its order, and its gaps. */
import { jsonBytes } from '../../../../src/domain/plain-values';
import {
  MISSED_CONFIRMED_AFTER_MS,
  POSITIONS_DELAY_MAX_MS,
  RISK_BOOK_BYTES_MAX,
  RISK_SYMBOLS_MAX,
  symbolBook,
} from '../../../../src/domain/risk/book';
import { bookOf } from '../../../../src/domain/risk/adopt';
import { DAY_MS, Desk, LAG_MS, MINUTE_MS, NOW_MS } from './desk';

const position = (desk: Desk, symbol = 'BTCUSDT') => symbolBook(desk.book, symbol).position;

test('a report that is older than the last changes nothing', () => {
  const desk = new Desk();
  const row = desk.open();
  const before = desk.book;
  expect(desk.report([], { asOfMs: desk.nowMs - 1 })).toMatchObject({ refused: 'older', taken: [] });
  expect(desk.book).toBe(before);
  expect(desk.report([row]).taken).toEqual(['BTCUSDT']);
});

test.each([
  ['a lower sequence', { sequence: 6, size: '9', updatedAtMs: NOW_MS + MINUTE_MS }],
  ['the same sequence and an earlier change', { sequence: 7, size: '9', updatedAtMs: NOW_MS - 1 }],
])('a row of %s than the known one is dropped, and the others are taken', (_name, older) => {
  const desk = new Desk();
  const row = desk.row('BTCUSDT', { sequence: 7, size: '2' });
  desk.report([row]);
  expect(desk.pass(1_000).report([{ ...row, ...older }, desk.row('ETHUSDT')]).taken).toEqual(['ETHUSDT']);
  expect(position(desk)).toMatchObject({ size: '2' });
});

test('a row of a position that is closed does not open it again', () => {
  const desk = new Desk();
  const row = desk.row('BTCUSDT', { sequence: 7 });
  desk.report([row]);
  desk.pass(LAG_MS).reportFlat();
  expect(position(desk)).toBeUndefined();
  desk.pass(1_000).report([{ ...row, sequence: 6 }]);
  expect(position(desk)).toBeUndefined();
});

test('numbers that begin anew are believed once the known row is a minute old', () => {
  const desk = new Desk();
  desk.report([desk.row('BTCUSDT', { sequence: 700 })]);
  desk.pass(MINUTE_MS + 1).report([desk.row('BTCUSDT', { sequence: 1, size: '3' })]);
  expect(position(desk)).toMatchObject({ size: '3' });
});

test('a symbol that is missing is flat only once the answer is younger than its last change and our last fill', () => {
  const desk = new Desk();
  const row = desk.open();
  desk.report([{ ...row, sequence: 2, updatedAtMs: desk.nowMs }]);
  desk.pass(LAG_MS - 1).report();
  expect(position(desk)).toBeDefined();
  desk.pass(1).reportFlat();
  expect(position(desk)).toBeUndefined();
});

test('a position that one report lacks is still there: no entry turns it over, and no third one is needed to know that it is gone', () => {
  const desk = new Desk();
  const row = desk.open();
  desk.pass(LAG_MS).report();
  desk.pass(MISSED_CONFIRMED_AFTER_MS - 1).report();
  expect(desk.enter('BTCUSDT')).toBe('POSITION_EXISTS');
  desk.pass(1).report([row]);
  desk.pass(1).report();
  expect(position(desk)).toMatchObject({ side: 'LONG', size: '1' });
  desk.pass(MISSED_CONFIRMED_AFTER_MS).report();
  expect(position(desk)).toBeUndefined();
});

test('what cannot be used changes nothing', () => {
  const desk = new Desk();
  desk.open();
  const before = desk.book;
  for (const report of [null, {}, { asOfMs: 'now', rows: [] }, { asOfMs: desk.nowMs + 1, rows: null }]) {
    expect(desk.report([], { asOfMs: undefined, rows: undefined, ...report } as never).refused).toBe('unusable');
  }
  expect(desk.book).toBe(before);
});

test('one that is flat again waits to be told, with who opened it, also where no report ever showed it', () => {
  const desk = new Desk();
  const unseen = desk.command('ETHUSDT');
  desk.open('BTCUSDT');
  desk.reserve(unseen);
  desk.commit(unseen.reservationId, '0.7');
  desk.pass(LAG_MS).reportFlat();
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
    expect(symbolBook(desk.book, symbol)).toMatchObject({ isUntold: true, openers: [{ strategy: 'trend' }] });
  }
  expect(symbolBook(desk.book, 'ETHUSDT').openers).toMatchObject([
    {
      fingerprint: unseen.reservationId,
      clientOrderId: `of-${unseen.reservationId}`,
      quantity: '0.7',
      direction: 'BUY',
    },
  ]);
});

test('a position that was opened anew has none of the former openers, and counts the former as closed', () => {
  const desk = new Desk({ risk: { coolDownMinutes: 5 } });
  const first = desk.open();
  const openedAtMs = desk.pass(10_000).nowMs;
  desk.report([{ ...first, openedAtMs, updatedAtMs: openedAtMs, sequence: 2 }]);
  expect(symbolBook(desk.book, 'BTCUSDT')).toMatchObject({ closing: { openedAtMs: first.openedAtMs } });
  expect(symbolBook(desk.book, 'BTCUSDT').openers).toBeUndefined();
});

test('fills in a row, however many, are settled soon after they were made', () => {
  const desk = new Desk({ positions: { onOpposite: 'net' } });
  const worthNow = () => {
    const { fills = [] } = symbolBook(desk.book, 'BTCUSDT');
    return fills.reduce((sum, { bought }) => sum + Number(bought), 0);
  };
  const most: number[] = [];
  for (let second = 0; second < 600; second += 1) {
    const command = desk.command();
    desk.reserve(command);
    desk.commit(command.reservationId);
    if (second % 5 === 0) desk.report([desk.row('BTCUSDT', { sequence: second, updatedAtMs: desk.nowMs })]);
    most.push(worthNow());
    desk.pass(1_000);
  }
  // Twice what may fill between two reports and while they lag, a hundred each.
  expect(Math.max(...most)).toBeLessThanOrEqual(2 * (5 + LAG_MS / 1_000) * 100 + 100);
});

test('fills that a clock dated ahead, or back, settle with the first report that is certain to contain them', () => {
  const desk = new Desk({ positions: { onOpposite: 'net' } });
  const command = desk.command();
  desk.reserve(command);
  desk.nowMs += 10 * DAY_MS;
  desk.commit(command.reservationId);
  desk.nowMs -= 10 * DAY_MS;
  desk.pass(1_000).report([desk.row('BTCUSDT')]);
  expect(symbolBook(desk.book, 'BTCUSDT').fills).toHaveLength(1);
  desk.pass(MINUTE_MS + LAG_MS).report([desk.row('BTCUSDT', { sequence: 2 })]);
  expect(symbolBook(desk.book, 'BTCUSDT').fills).toBeUndefined();
});

test('one that was booked before a report lacks it is not told of again, and an entry of after it is', () => {
  const desk = new Desk();
  const { openedAtMs } = desk.open();
  desk.pass(LAG_MS).closed('BTCUSDT', '1', openedAtMs);
  desk.reportFlat();
  expect(position(desk)).toBeUndefined();
  expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('isUntold');
  expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('openers');
  const next = desk.command('BTCUSDT');
  desk.reserve(next);
  desk.commit(next.reservationId, '0.7');
  desk.pass(LAG_MS).report();
  expect(symbolBook(desk.book, 'BTCUSDT')).toMatchObject({ isUntold: true, openers: [{ quantity: '0.7' }] });
});

describe('after a position was booked', () => {
  const later = (desk: Desk, row: ReturnType<Desk['row']>, change: object = {}) => ({
    ...row,
    ...change,
    sequence: desk.nowMs,
    updatedAtMs: desk.nowMs,
  });

  test('its row, however it changes, is not told again, until the venue shows it for so long that it must be open', () => {
    const desk = new Desk();
    const row = desk.open();
    desk.pass(1_000).closed('BTCUSDT', '1', row.openedAtMs);
    desk.carryOver();
    for (const size of ['0.5', '0.4']) {
      expect(desk.pass(1_000).report([later(desk, row, { size })]).taken).toEqual([]);
      expect(position(desk)).toMatchObject({ size });
    }
    expect(desk.pass(POSITIONS_DELAY_MAX_MS).report([later(desk, row)]).taken).toEqual(['BTCUSDT']);
  });

  test('one that opens right afterwards is told, with who opened it and nobody of before', () => {
    const desk = new Desk({ positions: { onOpposite: 'net' } });
    const row = desk.open();
    desk.pass(300).closed('BTCUSDT', '1', row.openedAtMs);
    const next = desk.pass(1).command();
    desk.reserve(next);
    desk.commit(next.reservationId);
    const opened = later(desk, row, { openedAtMs: desk.nowMs });
    desk.pass(1).closed('BTCUSDT', '1', row.openedAtMs);
    expect(desk.pass(LAG_MS).report([opened]).taken).toEqual(['BTCUSDT']);
    expect(symbolBook(desk.book, 'BTCUSDT').openers).toMatchObject([{ fingerprint: next.reservationId }]);
    desk.closed('BTCUSDT', '1', row.openedAtMs);
    expect(symbolBook(desk.book, 'BTCUSDT').openers).toHaveLength(1);
  });

  test('nobody is told of its end any more, also where a report showed that first', () => {
    const desk = new Desk();
    const { openedAtMs } = desk.open();
    desk.pass(LAG_MS).reportFlat();
    expect(symbolBook(desk.book, 'BTCUSDT')).toMatchObject({ isUntold: true });
    // Named by its first fill.
    desk.closed('BTCUSDT', '-1', openedAtMs - 3);
    expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('isUntold');
    expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('openers');
    expect(symbolBook(desk.book, 'BTCUSDT')).toMatchObject({ closing: { isBooked: true }, losses: 1 });
    desk.closed('BTCUSDT', '-1', openedAtMs - 3);
    expect(symbolBook(desk.book, 'BTCUSDT')).toMatchObject({ losses: 1 });
  });

  test('a fill of before its end that is booked late opens nothing', () => {
    const desk = new Desk();
    const late = desk.command();
    desk.reserve(late);
    const executedAtMs = desk.nowMs;
    desk.pass(2_000).closed('BTCUSDT', '1', executedAtMs);
    desk.pass(500).commit(late.reservationId, undefined, executedAtMs);
    expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('openers');
    expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('fills');
    expect(desk.pass(LAG_MS).reportFlat().taken).toEqual([]);
    expect(symbolBook(desk.book, 'BTCUSDT')).not.toHaveProperty('isUntold');
  });
});

test('after the venue’s clock was set back by an hour its reports are taken, and settle what filled', () => {
  const desk = new Desk();
  const row = desk.open();
  const hourMs = 60 * MINUTE_MS;
  desk.pass(1_000);
  const back = { asOfMs: desk.nowMs - hourMs };
  expect(desk.report([{ ...row, sequence: 2, size: '4' }], back).refused).toBeUndefined();
  expect(position(desk)).toMatchObject({ size: '4' });
  desk.pass(LAG_MS).reportFlat({ asOfMs: desk.nowMs - hourMs });
  expect(position(desk)).toBeUndefined();
});

test('of an account of before, the orders that its ledger remembers are openers of what is open', () => {
  const desk = new Desk({ positions: { adds: 1 } });
  const row = desk.open();
  const stranger = desk.row('ETHUSDT');
  desk.book = bookOf(desk.ledger);
  desk.report([row, stranger]);
  expect(symbolBook(desk.book, 'BTCUSDT').openers).toMatchObject([{ clientOrderId: 'of-signal-1' }]);
  expect(desk.enter('BTCUSDT')).toBe('entry');
  expect(desk.enter('ETHUSDT')).toBe('POSITION_FOREIGN');
});

describe('the bounds of a book', () => {
  /** Symbols of which a book has no room for all that there may be. */
  const MANY = 140;
  const long = '9'.repeat(24);
  const symbols = Array.from({ length: RISK_SYMBOLS_MAX + 50 }, (_, index) => `${'S'.repeat(33)}${index}`);

  test('with every text at its longest and every symbol open it stays within its bytes, and says that it is full', () => {
    const desk = new Desk({ positions: { adds: 4, onOpposite: 'net' } });
    let wasFull = false;
    for (const symbol of symbols.slice(0, MANY)) {
      const command = desk.command(symbol, {
        clientOrderId: 'c'.repeat(90),
        trailingDistance: long,
        maxHoldingSeconds: 31_536_000,
      });
      desk.reserve({ ...command, reservationId: symbol, strategy: 'x'.repeat(98) });
      desk.commit(symbol, long);
      expect(jsonBytes(desk.book)).toBeLessThanOrEqual(RISK_BOOK_BYTES_MAX);
      wasFull ||= desk.book.isFull === true;
    }
    const rows = symbols.slice(0, RISK_SYMBOLS_MAX).map((symbol) =>
      desk.row(symbol, {
        size: long,
        markPrice: long,
        stopLoss: long,
        takeProfit: long,
        sequence: Number.MAX_SAFE_INTEGER,
      }),
    );
    desk.pass(LAG_MS).report(rows);
    expect(jsonBytes(desk.book)).toBeLessThanOrEqual(RISK_BOOK_BYTES_MAX);
    expect(wasFull).toBe(true);
  });

  test('where it is full no entry is taken that positions matter to, until it is not', () => {
    const desk = new Desk();
    desk.report(symbols.map((symbol) => desk.row(symbol)));
    expect(desk.enter()).toBe('RISK_UNKNOWN');
    desk.pass(1_000).report([desk.row('ETHUSDT')]);
    expect(desk.enter()).toBe('entry');
  });

  test('a hundred positions as they are fit, each with who opened it', () => {
    const desk = new Desk();
    const some = Array.from({ length: 100 }, (_, index) => `COIN${index}USDT`);
    const rows = some.map((symbol, index) => {
      const command = desk.command(symbol, { clientOrderId: `of-${String(index).padStart(16, '0')}` });
      desk.reserve(command);
      desk.commit(command.reservationId);
      return desk.row(symbol, { size: '12.345', markPrice: '61234.5', stopLoss: '60012.5', sequence: 8_123_456_789 });
    });
    desk.pass(LAG_MS).report(rows);
    expect(desk.book.isFull).toBeUndefined();
    expect(some.filter((symbol) => symbolBook(desk.book, symbol).openers === undefined)).toEqual([]);
  });

  test('of flat symbols that there is no room for the latest rest counts for all that are not known', () => {
    const desk = new Desk({ risk: { coolDownMinutes: 5, lossStreak: 1, lossStreakMinutes: 7 } });
    for (const symbol of symbols) desk.closed(symbol, '-1', desk.nowMs);
    desk.book = { ...desk.book, pausedUntilMs: 0 };
    expect(Object.keys(desk.book.symbols).length).toBeLessThanOrEqual(RISK_SYMBOLS_MAX);
    expect(['COOLING_DOWN', 'LOSS_STREAK']).toContain(desk.enter(symbols[0]));
    expect(desk.enter('NEWUSDT')).toBe('COOLING_DOWN');
  });
});
