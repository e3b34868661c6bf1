/** How closely the account looks at positions: requests are few. */
import { AccountRisk } from '../../../workflows/account-risk';
import { reportFault } from '../../../src/domain/position/message-faults';
import { TOLD_OPENERS_MAX } from '../../../src/domain/position/told-openers';
import { OPENERS_MAX, type PositionRow } from '../../../src/domain/position/types';
import type { PositionClosed } from '../../../src/messages/venue-account';
import type { EntryToTell } from '../../../workflows/entries-to-tell';
import { dayOf } from '../../../src/domain/risk/book';
import * as risk from '../../../src/domain/risk/risk';
import { DAY_MS, Desk, MINUTE_MS, NOW_MS } from '../domain/risk/desk';

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

test('the report that knows of an exit is asked for soon, also where nothing is open after it', () => {
  const desk = new Desk();
  const one = account(desk);
  one.keepOwnEntries();
  expect(one.intervalMs(false)).toBeGreaterThan(BUSY_MS);
  const { reservationId: id, ...command } = desk.command('BTCUSDT', { direction: 'SELL' });
  const reservation = { ...command, id, intent: 'exit', createdAtMs: Date.now() } as never;
  one.fillTaken({ reservation, executedAtMs: Date.now(), quantity: '1', strategy: 'exit' });
  expect(one.intervalMs(false)).toBe(BUSY_MS);
  jest.advanceTimersByTime(MINUTE_MS);
  one.reportTaken({ asOfMs: Date.now(), rows: [], unreadable: [] });
  expect(one.intervalMs(false)).toBeGreaterThan(BUSY_MS);
});

test('however many entries are pending, a report of their position names no more than its workflow takes', () => {
  const desk = new Desk();
  const row = desk.open();
  const one = account(desk);
  one.boundOpeners();
  jest.advanceTimersByTime(BUSY_MS);
  one.reportTaken({ asOfMs: Date.now(), rows: [{ ...row, sequence: 2 }], unreadable: [] });
  const pending = Array.from({ length: 600 }, () => {
    const { reservationId: id, ...command } = desk.command(row.symbol, { direction: 'BUY' });
    return { reservation: { ...command, id, createdAtMs: Date.now() } as never, strategy: id };
  });
  const report = one.reportOf(row.symbol, pending);
  expect(reportFault({ ...report, tradingState: 'active' }, row.symbol)).toBeUndefined();
  expect(report).toMatchObject({ row: { symbol: row.symbol } });
  expect(report?.openers).toHaveLength(TOLD_OPENERS_MAX);
});

describe('a position that many entries turned over between two reports', () => {
  const SYMBOL = 'BTCUSDT';

  /** Entries of both sides, more than the book names, of which the last one opens the other side. */
  function turnedOver(): { readonly one: AccountRisk; readonly desk: Desk } {
    const desk = new Desk({ positions: { onOpposite: 'net' } });
    const one = account(desk);
    one.keepOwnEntries();
    for (const direction of ['BUY', 'BUY', 'SELL', 'BUY', 'SELL', 'BUY', 'SELL'] as const) fill(one, desk, direction);
    return { one, desk };
  }

  function fill(one: AccountRisk, desk: Desk, direction: 'BUY' | 'SELL'): string {
    jest.advanceTimersByTime(2_000);
    const { reservationId: id, ...command } = desk.command(SYMBOL, { direction });
    const reservation = { ...command, id, createdAtMs: Date.now() } as never;
    one.fillTaken({ reservation, executedAtMs: Date.now(), quantity: '1', strategy: id });
    return id;
  }

  function report(one: AccountRisk, desk: Desk, change: object = {}) {
    jest.advanceTimersByTime(5_000);
    const row = desk.row(SYMBOL, { side: 'SHORT', sequence: Date.now(), updatedAtMs: Date.now(), ...change });
    one.reportTaken({ asOfMs: Date.now(), rows: [row], unreadable: [] });
    return one.reportOf(SYMBOL, []);
  }

  test('is known by the newest entry of its side, also when others follow', () => {
    const { one, desk } = turnedOver();
    const openedAtMs = Date.now();
    const last = { strategy: 'signal-7', filledAtMs: openedAtMs };
    expect(report(one, desk, { openedAtMs })).toMatchObject({ row: { side: 'SHORT' }, openers: [last] });
    const added = fill(one, desk, 'SELL');
    expect(report(one, desk, { openedAtMs })?.openers).toMatchObject([last, { strategy: added }]);
  });

  test.each([1, 2, 4, 5, 9])(
    'is told with all of the %i entries that filled since it was opened, or with as many as are told',
    (count) => {
      const { one, desk } = turnedOver();
      one.boundOpeners();
      fill(one, desk, 'BUY');
      const openedAtMs = Date.now() + 2_000;
      const filled = Array.from({ length: count }, () => fill(one, desk, 'SELL'));
      const told = report(one, desk, { openedAtMs, size: String(count) })?.openers ?? [];
      const names = told.map(({ fingerprint }) => fingerprint);
      expect(names).toHaveLength(Math.min(count, OPENERS_MAX));
      expect(filled).toEqual(expect.arrayContaining(names));
      expect(new Set(names).size).toBe(names.length);
    },
  );

  test('lends its entries to no later one once it is closed, also where the clock of the venue was set back', () => {
    const { one, desk } = turnedOver();
    const openedAtMs = Date.now();
    report(one, desk, { openedAtMs });
    const closedAtMs = Date.now();
    one.closed({ symbol: SYMBOL, openedAtMs, closedAtMs, net: '-1', reason: 'STOP_LOSS' });
    // By its own clock somebody else opened it before ours was.
    const foreign = report(one, desk, { openedAtMs: openedAtMs - 600_000, sequence: Date.now() + 1 });
    expect(foreign?.openers ?? []).toEqual([]);
  });

  test('is not known by entries of the other side, nor by those of before it was opened', () => {
    const { one, desk } = turnedOver();
    fill(one, desk, 'BUY');
    const openedAtMs = Date.now() + 3_000;
    expect(report(one, desk, { openedAtMs, updatedAtMs: openedAtMs })).toMatchObject({ openers: [] });
    expect(report(one, desk, { side: 'LONG', openedAtMs: openedAtMs + 1 })).toMatchObject({ openers: [] });
  });
});

describe('an entry that filled while no report showed its position', () => {
  const SYMBOL = 'BTCUSDT';
  const PAUSE_MS = 20_000;

  /** The venue showed nothing when the fill was heard of. @returns what names the entry */
  function filled(one: AccountRisk, desk: Desk, filledAtMs = Date.now() - 1): string {
    const { reservationId: id, ...command } = desk.command(SYMBOL);
    const reservation = { ...command, id, intent: 'entry', createdAtMs: Date.now() - 2_000 } as never;
    one.fillTaken({ reservation, executedAtMs: filledAtMs, quantity: '1', strategy: 'trend' });
    return id;
  }

  function looked(one: AccountRisk, rows: readonly PositionRow[] = []): readonly string[] {
    jest.advanceTimersByTime(5_000);
    one.reportTaken({ asOfMs: Date.now(), rows, unreadable: [] });
    return one.untold();
  }

  function closedOf(openedAtMs: number, change: Partial<PositionClosed> = {}): PositionClosed {
    return { symbol: SYMBOL, openedAtMs, closedAtMs: openedAtMs + 500, net: '-1', reason: 'STOP_LOSS', ...change };
  }

  function telling(desk: Desk, carried?: readonly EntryToTell[]): AccountRisk {
    const one = account(desk);
    one.tellEntries(carried);
    return one;
  }

  test('is told, with who opened it, again after a while, and not once its position is booked', () => {
    const desk = new Desk();
    const one = telling(desk);
    looked(one);
    const filledAtMs = Date.now() - 3_000;
    const fingerprint = filled(one, desk, filledAtMs);
    expect(looked(one)).toEqual([]);
    expect(looked(one)).toEqual([SYMBOL]);
    expect(one.reportOf(SYMBOL, [])).toMatchObject({ row: null, openers: [{ fingerprint, filledAtMs }] });
    expect(one.isToTell(SYMBOL, { row: null })).toBe(true);
    one.flatTold(SYMBOL);
    expect(looked(one)).toEqual([]);
    jest.advanceTimersByTime(PAUSE_MS);
    expect(looked(one)).toEqual([SYMBOL]);
    one.closed(closedOf(filledAtMs, { openedBy: [fingerprint] }));
    expect(one.untold()).toEqual([]);
    expect(one.isToTell(SYMBOL, { row: null })).toBe(false);
  });

  test('is held until a second report lacks its position, too: one alone may lack what is there', () => {
    const desk = new Desk();
    const one = telling(desk);
    looked(one);
    filled(one, desk);
    const held = (): boolean => one.state()?.symbols[SYMBOL]?.fills !== undefined;
    looked(one);
    expect(held()).toBe(true);
    expect(one.state()?.symbols[SYMBOL]?.isUnread).toBe(true);
    const next = telling(desk, JSON.parse(JSON.stringify(one.entriesState())) as EntryToTell[]);
    looked(one);
    expect(held()).toBe(false);
    expect(next.entriesState()).toEqual([expect.objectContaining({ symbol: SYMBOL, lackedAtMs: NOW_MS + 10_000 })]);
  });

  test('is not told by a report that may be older than the fill, nor while a position is shown', () => {
    const desk = new Desk();
    const one = telling(desk);
    filled(one, desk, Date.now() + 5_000);
    expect(looked(one)).toEqual([]);
    expect(looked(one, [desk.row(SYMBOL, { openedAtMs: Date.now(), updatedAtMs: Date.now() })])).toEqual([]);
  });

  test('is told in the run that continues the account, and given up where nobody can book anything of it', () => {
    const desk = new Desk();
    const former = telling(desk);
    filled(former, desk);
    const one = telling(desk, JSON.parse(JSON.stringify(former.entriesState())) as EntryToTell[]);
    let tells = 0;
    for (let looks = 0; looks < 100; looks += 1) {
      if (looked(one).length === 0) continue;
      one.flatTold(SYMBOL);
      tells += 1;
    }
    expect(tells).toBe(6);
    expect(one.entriesState()).toEqual([]);
  });

  describe('and the next one in its symbol', () => {
    const WAIT_MS = 120_000;

    /** What an entry meets: the code of its denial. */
    function meets(one: AccountRisk, desk: Desk, symbol = SYMBOL): string | undefined {
      const answer = one.gate(false)!(desk.command(symbol), []);
      return answer !== undefined && 'code' in answer ? answer.code : undefined;
    }

    /** An entry filled in a symbol that reports lack. @returns when */
    function unseen(one: AccountRisk, desk: Desk): number {
      looked(one);
      const filledAtMs = Date.now() - 1;
      filled(one, desk, filledAtMs);
      return filledAtMs;
    }

    function waiting(desk: Desk): AccountRisk {
      const one = telling(desk);
      one.awaitUnseen();
      return one;
    }

    test.each([{ coolDownMinutes: 5 }, { coolDownAfterStopMinutes: 5 }, { lossStreak: 1, lossStreakMinutes: 5 }])(
      'waits until its position is booked, and then meets what that means: %j',
      (rules) => {
        const desk = new Desk({ risk: rules });
        const one = waiting(desk);
        expect(meets(one, desk)).toBeUndefined();
        const openedAtMs = unseen(one, desk);
        for (let looks = 0; looks < 4; looks += 1) {
          expect(one.state()?.symbols[SYMBOL]?.position).toBeUndefined();
          looked(one);
          expect(meets(one, desk)).toBe('RISK_UNKNOWN');
        }
        expect(meets(one, desk, 'ETHUSDT')).toBeUndefined();
        one.closed(closedOf(openedAtMs));
        expect(meets(one, desk)).toBe('lossStreak' in rules ? 'LOSS_STREAK' : 'COOLING_DOWN');
      },
    );

    test('waits no longer than two minutes after the fill was heard of, where nobody books it', () => {
      const desk = new Desk({ risk: { coolDownMinutes: 5 } });
      const one = waiting(desk);
      const heardAtMs = unseen(one, desk) + 1;
      while (Date.now() < heardAtMs + WAIT_MS - 5_000) looked(one);
      expect(meets(one, desk)).toBe('RISK_UNKNOWN');
      looked(one);
      looked(one);
      expect(one.entriesState()).toHaveLength(1);
      expect(meets(one, desk)).toBeUndefined();
    });

    test('is judged by the position once a report shows it', () => {
      const desk = new Desk({ risk: { coolDownMinutes: 5 } });
      const one = waiting(desk);
      const openedAtMs = unseen(one, desk);
      looked(one, [desk.row(SYMBOL, { openedAtMs, updatedAtMs: openedAtMs })]);
      expect(meets(one, desk)).toBe('POSITION_EXISTS');
    });

    test('does not wait where no bound asks how a position ended, nor in a run that began before', () => {
      const free = new Desk();
      const one = waiting(free);
      unseen(one, free);
      for (let looks = 0; looks < 3; looks += 1) looked(one);
      expect(meets(one, free)).toBeUndefined();
      const desk = new Desk({ risk: { coolDownMinutes: 5 } });
      const former = telling(desk);
      unseen(former, desk);
      for (let looks = 0; looks < 3; looks += 1) looked(former);
      expect(meets(former, desk)).toBeUndefined();
    });
  });

  test('may have opened one more after the position that is booked: it is told once more', () => {
    const desk = new Desk();
    const one = telling(desk);
    looked(one);
    const openedAtMs = Date.now() - 4_000;
    const fingerprint = filled(one, desk, openedAtMs + 3_000);
    one.closed(closedOf(openedAtMs, { openedBy: [fingerprint] }));
    expect(looked(one)).toEqual([]);
    expect(looked(one)).toEqual([SYMBOL]);
  });

  test('counts as a loss also where the next position was seen to be closed before it is booked', () => {
    const desk = new Desk({ risk: { lossStreak: 2 } });
    const one = telling(desk);
    const [missedAtMs, openedAtMs] = [NOW_MS - 60_000, NOW_MS - 30_000];
    looked(one, [desk.row(SYMBOL, { openedAtMs, updatedAtMs: openedAtMs })]);
    for (let looks = 0; looks < 3; looks += 1) looked(one);
    const closing = () => one.state()?.symbols[SYMBOL]?.closing;
    expect(closing()).toMatchObject({ openedAtMs, isBooked: false });
    one.closed(closedOf(missedAtMs));
    expect(one.state()?.losses).toBe(1);
    expect(closing()).toMatchObject({ openedAtMs, isBooked: false });
    one.closed(closedOf(missedAtMs));
    expect(one.state()?.losses).toBe(1);
    one.closed(closedOf(openedAtMs));
    expect(one.state()?.symbols[SYMBOL]).toMatchObject({ streak: { losses: 2 }, closing: { isBooked: true } });
  });
});

describe('a limit of losses', () => {
  const reached = { loss: '400', of: '10000' };
  const limits = [
    { dailyLossFraction: '0.03', money: { dayLoss: { ...reached, dayMs: dayOf(NOW_MS) } } },
    { drawdownFraction: '0.03', money: { fall: { fall: '400', of: '10000' } } },
  ];

  function lost({ money, ...rules }: (typeof limits)[number] & object): AccountRisk {
    const { book, terms } = new Desk({ risk: rules });
    return new AccountRisk('bybit', risk, terms, { ...book, money: { ...book.money, ...money } });
  }

  test.each(limits)('says that no entry may fill, as long as it is one and nobody resumes: %j', (limit) => {
    const one = lost(limit);
    expect(one.lossLimit()).toMatch(/reached its limit$/u);
    one.resumed();
    expect(one.lossLimit()).toBeUndefined();
    expect(lost({ money: limit.money } as never).lossLimit()).toBeUndefined();
  });

  test('of a day is over with it', () => {
    const one = lost(limits[0]!);
    jest.advanceTimersByTime(DAY_MS);
    expect(one.lossLimit()).toBeUndefined();
  });
});
