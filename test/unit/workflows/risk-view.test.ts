/** What people are told of the bounds of risk. */
import { boundsFor, riskView, unprotectedSymbols } from '../../../workflows/risk-view';
import type { RiskSettings } from '../../../src/domain/risk/types';
import * as risk from '../../../src/domain/risk/risk';
import { Desk, LAG_MS, MINUTE_MS } from '../domain/risk/desk';

function viewOf(desk: Desk, rules: Partial<RiskSettings> = {}) {
  const terms = { ...desk.terms, risk: { ...desk.terms.risk, ...rules } };
  const pending = desk.ledger.pending.map(({ reservation }) => reservation);
  return riskView({ book: desk.book, terms, pending, rows: new Map(), nowMs: desk.nowMs });
}

function rulesOf(desk: Desk, code: string, rules: Partial<RiskSettings> = {}) {
  return viewOf(desk, rules).rules.filter((rule) => rule.code === code);
}

describe('a streak of losses that reached its limit', () => {
  const atLimit = () => {
    const desk = new Desk({ risk: { lossStreak: 2, lossStreakMinutes: 30 } });
    desk.closed('BTCUSDT', '-1', 1);
    desk.closed('BTCUSDT', '-1', 2);
    return desk;
  };

  test('says how many there were and when, and until when it blocks', () => {
    const desk = atLimit();
    const blockedUntilMs = desk.nowMs + 30 * MINUTE_MS;
    const common = {
      limit: '2 losses in a row, then 30 minutes',
      value: '2, the last at 2025-01-14T12:34:56Z',
      blockedUntilMs,
      isBlocking: true,
    };
    desk.pass(1_000).carryOver();
    desk.report([desk.row('BTCUSDT')]);
    expect(rulesOf(desk, 'LOSS_STREAK')).toEqual([
      { code: 'LOSS_STREAK', ...common },
      { code: 'LOSS_STREAK', of: 'BTCUSDT', ...common },
    ]);
  });

  test('blocks nothing and shows nothing once the rule is off', () => {
    expect(rulesOf(atLimit(), 'LOSS_STREAK', { lossStreak: null })).toEqual([
      { code: 'LOSS_STREAK', value: '0', isBlocking: false },
    ]);
  });

  test('shows no symbol that has none when its pause is over', () => {
    const desk = atLimit().pass(30 * MINUTE_MS);
    expect(rulesOf(desk, 'LOSS_STREAK')).toMatchObject([{ value: '0', isBlocking: false }]);
  });
});

test.each([
  ['ours', true, 'alert', ['BTCUSDT']],
  ['of somebody else', false, 'alert', []],
  ['of somebody else, which we guard', false, 'protect', ['BTCUSDT']],
] as const)('a position without a stop that is %s is said to be unprotected only where it is to have one', (...row) => {
  const [, isOurs, foreign, unprotected] = row;
  const desk = new Desk({ positions: { foreign }, unprotectedMaxMs: 5_000 });
  if (isOurs) desk.open('BTCUSDT', { stopLoss: undefined });
  else desk.report([desk.row('BTCUSDT', { stopLoss: undefined })]);
  expect(viewOf(desk).unprotected).toEqual(unprotected);
  expect(unprotectedSymbols(desk.book, { ...desk.terms, unprotectedMaxMs: undefined })).toEqual([]);
});

test('a position of somebody else is listed, and none of ours, not even before its entry is booked', () => {
  const desk = new Desk();
  const stranger = desk.row('ETHUSDT');
  const command = desk.command('BTCUSDT');
  desk.reserve(command);
  const rows = [stranger, desk.row('BTCUSDT')];
  desk.pass(1_000).report(rows);
  expect(rulesOf(desk, 'POSITION_FOREIGN')).toEqual([]);
  desk.pass(MINUTE_MS).report(rows);
  expect(rulesOf(desk, 'POSITION_FOREIGN')).toMatchObject([
    { of: 'ETHUSDT', value: 'LONG 1, opened by nobody here', isBlocking: true },
  ]);
});

test('what is open is told in money and in the unit of its limit', () => {
  const desk = new Desk({ risk: { perSymbol: '0.25', total: '1' } });
  desk.open('BTCUSDT', { size: '17.01' });
  expect(rulesOf(desk, 'POSITION_TOO_LARGE')).toMatchObject([
    { of: 'BTCUSDT', limit: '25 % of equity', value: '1701 USDT, 17.01 %' },
  ]);
});

test('entries of a minute and of a day are told apart, with when the next one is taken', () => {
  const desk = new Desk({ risk: { entriesPerMinute: 1, entriesPerDay: 1 } });
  desk.enter('BTCUSDT');
  const secondMs = Math.floor(desk.nowMs / 1_000) * 1_000;
  expect(rulesOf(desk, 'TOO_MANY_ENTRIES')).toMatchObject([
    { of: 'a minute', value: '1', blockedUntilMs: secondMs + MINUTE_MS, isBlocking: true },
    { of: 'a day', value: '1', blockedUntilMs: Date.UTC(2025, 0, 15), isBlocking: true },
  ]);
});

test('after a resumption the day’s loss says since when it counts, and the day’s beginning stays', () => {
  const desk = new Desk({ risk: { dailyLossFraction: '0.03' } });
  const read = () => {
    const { book, terms, nowMs } = desk;
    desk.book = risk.takeMoney(book, [], { sinceMs: Date.UTC(2025, 0, 14), atMs: nowMs }, terms.risk, nowMs);
  };
  read();
  desk.pass(MINUTE_MS).equity('9600');
  desk.pass(10_000);
  read();
  expect(rulesOf(desk, 'DAILY_LOSS_LIMIT')).toMatchObject([
    { limit: '3 % since 00:00 UTC', value: '400 USDT, 4 %', isBlocking: true },
  ]);
  desk.book = risk.resume(desk.book, desk.nowMs);
  expect(rulesOf(desk, 'DAILY_LOSS_LIMIT')).toMatchObject([
    { limit: '3 % since 12:36 UTC, resumed', value: '0 USDT, 0 %', isBlocking: false },
  ]);
  expect(viewOf(desk).dayStartEquity).toBe('10000');
});

describe('a run of the account that the venue has told no positions yet', () => {
  test('shows what the book holds, and the venue’s own row once there is one', () => {
    const desk = new Desk({ unprotectedMaxMs: 5_000 });
    const row = desk.open('BTCUSDT', { size: '2', takeProfit: '120', sequence: 7 });
    desk.carryOver();
    const view = (rows: Iterable<readonly [string, typeof row]> = []) =>
      riskView({ book: desk.book, terms: desk.terms, pending: [], rows: new Map(rows), nowMs: desk.nowMs }).positions;
    const { symbol, side, openedAtMs, updatedAtMs } = row;
    const held = { symbol, side, size: '2', stopLoss: '90', takeProfit: '120', openedAtMs, updatedAtMs, sequence: 7 };
    expect(view()).toEqual([{ ...held, value: '200' }]);
    expect(view([['BTCUSDT', row]])).toEqual([row]);
    desk.pass(LAG_MS).reportFlat();
    expect(view([['BTCUSDT', row]])).toEqual([]);
  });
});

describe('the bounds that an entry of a symbol meets', () => {
  const risk = {
    perSymbol: '0.25',
    total: '1',
    positionsMax: 5,
    entriesPerDay: 10,
    lossStreak: 8,
    groups: {
      majors: { symbols: ['BTCUSDT', 'ETHUSDT'], limit: '0.4' },
      others: { symbols: ['XRPUSDT'], limit: '0.1' },
    },
  };
  const boundsAt = (desk: Desk, symbol: string) =>
    boundsFor(symbol, { book: desk.book, terms: desk.terms, pending: [], rows: new Map(), nowMs: desk.nowMs });

  test('are those of the account, of the symbol and of its groups, and none that is off', () => {
    const desk = new Desk({ risk });
    desk.pass(1_000).report([desk.row('BTCUSDT')]);
    const open = desk.book.symbols['BTCUSDT']!.position!.value;
    expect(boundsAt(desk, 'BTCUSDT').map(([code, , , of]) => [code, of])).toEqual([
      ['POSITION_TOO_LARGE', 'BTCUSDT'],
      ['EXPOSURE_LIMIT', undefined],
      ['GROUP_EXPOSURE_LIMIT', 'majors longs'],
      ['GROUP_EXPOSURE_LIMIT', 'majors shorts'],
      ['TOO_MANY_POSITIONS', undefined],
      ['TOO_MANY_ENTRIES', 'a day'],
      ['LOSS_STREAK', undefined],
    ]);
    expect(boundsAt(desk, 'BTCUSDT')[0]).toEqual([
      'POSITION_TOO_LARGE',
      '25 % of equity',
      expect.stringContaining(open),
      'BTCUSDT',
    ]);
  });

  test('name a symbol of which nothing is open, too', () => {
    const desk = new Desk({ risk });
    desk.pass(1_000).report([desk.row('BTCUSDT')]);
    expect(boundsAt(desk, 'XRPUSDT')[0]).toEqual(['POSITION_TOO_LARGE', '25 % of equity', '0', 'XRPUSDT']);
  });

  test('are none where nothing is bounded', () => {
    expect(boundsFor('BTCUSDT', { book: undefined, terms: undefined, pending: [], rows: new Map(), nowMs: 0 })).toEqual(
      [],
    );
  });
});

test.each([
  ['exit', true],
  ['net', undefined],
] as const)('a report of long ago is said to be one where entries wait for it: %s', (onOpposite, isOutdated) => {
  const desk = new Desk({ positions: { onOpposite } });
  const { book, terms } = desk;
  const nowMs = book.reportedAtMs + 10 * MINUTE_MS;
  expect(riskView({ book, terms, rows: new Map(), pending: [], nowMs } as never).isOutdated).toBe(isOutdated);
});
