/** Which entries the bounds of risk forbid, in which words, and until when. */
import { isPassing } from '../../../../src/domain/denial';
import type { ReserveResult } from '../../../../src/domain/ledger/types';
import { Desk, LAG_MS, messageOf, MINUTE_MS, shown } from './desk';

function denied(result: ReserveResult): string {
  return `${shown(result)}: ${messageOf(result)}`;
}

const refusal = (desk: Desk, ...args: Parameters<Desk['command']>) => denied(desk.reserve(desk.command(...args)));

describe('positions', () => {
  test('an entry beside one of the same side is denied, and one of the other side closes all of it', () => {
    const desk = new Desk();
    desk.open('BTCUSDT', { size: '1.5', takeProfit: '120' });
    expect(refusal(desk)).toBe(
      'POSITION_EXISTS: LONG 1.5 is open in BTCUSDT by 1 entry; positions.adds allows no further entry. Send a new signal when it is closed.',
    );
    const command = desk.command('BTCUSDT', {
      direction: 'SELL',
      quantity: '9',
      stopLoss: '110',
      takeProfit: '70',
      stopTrigger: 'mark',
      trailingDistance: '3',
      maxHoldingSeconds: 60,
    });
    const result = desk.reserve({ ...command, closingAmount: '0.4' });
    expect(result).toMatchObject({
      status: 'reserved',
      isNew: true,
      reservation: { amount: '0', intent: 'exit', purpose: 'SELL 1.5 BTCUSDT' },
    });
    expect(result).toHaveProperty('reservation.metadata', {
      symbol: 'BTCUSDT',
      direction: 'SELL',
      clientOrderId: command.metadata.clientOrderId,
      quantity: '1.5',
      referencePrice: '100',
      reduceOnly: true,
      closesOpposite: true,
    });
  });

  test('a repetition of an entry that became an exit gets the exit again, also once it has ended', () => {
    const desk = new Desk();
    desk.open();
    const command = desk.command('BTCUSDT', { direction: 'SELL', quantity: '3', stopLoss: '110' });
    const first = desk.reserve(command);
    desk.carryOver();
    expect(desk.reserve(command)).toEqual({ ...first, isNew: false });
    desk.commit(command.reservationId);
    expect(desk.reserve(command)).toMatchObject({ isNew: false, reservation: { status: 'committed', intent: 'exit' } });
    expect(desk.reserve({ ...command, asset: 'BTC' })).toMatchObject({ status: 'conflict', field: 'asset' });
    expect(desk.reserve({ ...command, amount: '11' })).toMatchObject({ status: 'conflict', field: 'amount' });
  });

  test('while it is being closed nothing closes or enlarges it, and after the exit filled an entry waits for the report', () => {
    const desk = new Desk({ positions: { adds: 3 } });
    const row = desk.open();
    const exit = desk.command('BTCUSDT', { direction: 'SELL' });
    desk.reserve(exit);
    expect(refusal(desk, 'BTCUSDT', { direction: 'SELL' })).toMatch(/^OPPOSITE_POSITION: .* is being closed already/);
    expect(refusal(desk)).toMatch(/^POSITION_EXISTS: .* is being closed/);
    desk.commit(exit.reservationId);
    expect(refusal(desk)).toMatch(/^RISK_UNKNOWN: An exit in BTCUSDT has just filled/);
    desk.report([row]);
    expect(desk.enter()).toBe('RISK_UNKNOWN');
    desk.pass(LAG_MS).report();
    expect(desk.enter()).toBe('entry');
  });

  test('after an exit filled one of the other side waits until reports show what it left', () => {
    const desk = new Desk();
    const row = desk.open();
    const exit = desk.command('BTCUSDT', { direction: 'SELL' });
    desk.reserve(exit);
    desk.commit(exit.reservationId);
    const other = () => refusal(desk, 'BTCUSDT', { direction: 'SELL' });
    expect(other()).toMatch(/^RISK_UNKNOWN: An exit in BTCUSDT has just filled/);
    desk.report([row]);
    expect(other()).toMatch(/^RISK_UNKNOWN: An exit in BTCUSDT has just filled/);
    desk.pass(LAG_MS).report();
    expect(other()).toMatch(/^RISK_UNKNOWN: The last report lacks the position in BTCUSDT/);
    desk.pass(LAG_MS).report();
    expect(desk.enter('BTCUSDT', { direction: 'SELL' })).toBe('entry');
  });

  test('after an exit of a part filled one of the other side closes the rest', () => {
    const desk = new Desk();
    const row = desk.open('BTCUSDT', { size: '2' });
    const exit = desk.command('BTCUSDT', { direction: 'SELL', reduceOnly: true }, { intent: 'exit', amount: '0' });
    desk.reserve(exit);
    desk.commit(exit.reservationId, '1');
    expect(desk.enter('BTCUSDT', { direction: 'SELL' })).toBe('RISK_UNKNOWN');
    desk.pass(LAG_MS).report([{ ...row, size: '1', sequence: 2, updatedAtMs: desk.nowMs }]);
    expect(desk.enter('BTCUSDT', { direction: 'SELL' })).toBe('exit');
  });

  test('where the configuration denies it, one of the other side is denied', () => {
    const desk = new Desk({ positions: { onOpposite: 'deny' } });
    desk.open('BTCUSDT', { side: 'SHORT' });
    expect(refusal(desk)).toMatch(/^OPPOSITE_POSITION: SHORT 1 is open in BTCUSDT, and positions.onOpposite is deny/);
  });

  test.each([
    ['BUY', 'POSITION_EXISTS'],
    ['SELL', 'OPPOSITE_POSITION'],
  ])('of two pending entries the second, a %s, is denied %s until the first has ended', (direction, code) => {
    const desk = new Desk({ positions: { adds: 5 } });
    const first = desk.command();
    expect(shown(desk.reserve(first))).toBe('entry');
    expect(refusal(desk, 'BTCUSDT', { direction })).toBe(
      `${code}: An entry in BTCUSDT is pending (BUY 1 BTCUSDT), and one at a time is taken. Send a new signal when it has ended.`,
    );
    expect(desk.enter('ETHUSDT')).toBe('entry');
    desk.release(first.reservationId);
    expect(desk.enter('BTCUSDT', { direction })).toBe('entry');
  });

  test('what filled and is not reported yet counts as open', () => {
    const desk = new Desk();
    const first = desk.command();
    desk.reserve(first);
    desk.commit(first.reservationId);
    expect(desk.enter()).toBe('POSITION_EXISTS');
    expect(desk.enter('BTCUSDT', { direction: 'SELL' })).toBe('RISK_UNKNOWN');
    desk.report();
    expect(desk.enter()).toBe('POSITION_EXISTS');
    desk.pass(LAG_MS).report();
    expect(desk.enter()).toBe('entry');
  });

  test('one that nobody here opened takes no entry of either side', () => {
    const desk = new Desk({ positions: { adds: 5 } });
    desk.report([desk.row('BTCUSDT')]);
    for (const direction of ['BUY', 'SELL']) {
      expect(refusal(desk, 'BTCUSDT', { direction })).toBe(
        'POSITION_FOREIGN: LONG 1 is open in BTCUSDT since 2025-01-14T12:34:56Z, and nothing here opened it. No entry is taken in BTCUSDT until it is closed.',
      );
    }
    expect(desk.enter('ETHUSDT')).toBe('entry');
  });

  test('as many entries enlarge a position as are allowed, one after the other', () => {
    const desk = new Desk({ positions: { adds: 2 } });
    const row = desk.open();
    for (const size of ['2', '3']) desk.open('BTCUSDT', { ...row, size, sequence: Number(size) });
    expect(refusal(desk)).toContain(
      'LONG 3 is open in BTCUSDT by 3 entries; positions.adds allows at most 2 further entries',
    );
  });

  test('where positions are set off against each other none of them forbids an entry', () => {
    const desk = new Desk({ positions: { onOpposite: 'net' }, unprotectedMaxMs: 1 });
    desk.report([desk.row('BTCUSDT', { stopLoss: undefined })]);
    desk.pass(MINUTE_MS * 60);
    for (const direction of ['BUY', 'SELL', 'BUY']) expect(desk.enter('BTCUSDT', { direction })).toBe('entry');
  });
});

test('where positions are set off against each other, an entry of the same side carries the tighter stop all the same', () => {
  const desk = new Desk({ positions: { onOpposite: 'net' } });
  desk.report([desk.row('BTCUSDT', { stopLoss: '95' })]);
  const result = desk.reserve(desk.command('BTCUSDT', { stopLoss: '90' }));
  expect(result).toMatchObject({ reservation: { metadata: { stopLoss: '95' } } });
  const other = desk.reserve(desk.command('BTCUSDT', { direction: 'SELL', stopLoss: '110' }));
  expect(other).toMatchObject({ reservation: { intent: 'entry', metadata: { stopLoss: '110' } } });
});

describe('an entry that adds', () => {
  test.each([
    ['LONG', 'BUY', '95', '90', '80'],
    ['LONG', 'BUY', '95', '95', '80'],
    ['SHORT', 'SELL', '105', '110', '120'],
  ] as const)(
    'to a %s by a %s limit beyond its stop %s, at %s, keeps its own stop %s',
    (side, direction, stop, at, own) => {
      const desk = new Desk({ positions: { adds: 1 }, unprotectedMaxMs: 10_000 });
      desk.open('BTCUSDT', { side, stopLoss: stop });
      const result = desk.reserve(desk.command('BTCUSDT', { direction, limitPrice: at, stopLoss: own }));
      expect(result).toMatchObject({ reservation: { metadata: { stopLoss: own } } });
    },
  );

  const cases: readonly [side: 'LONG' | 'SHORT', present: string, own: string | undefined, carried: string][] = [
    ['LONG', '95', '90', '95'],
    ['LONG', '95', '97', '97'],
    ['LONG', '95', undefined, '95'],
    ['SHORT', '105', '110', '105'],
    ['SHORT', '105', '103', '103'],
    ['SHORT', '105', undefined, '105'],
  ];
  test.each(cases)('to a %s whose stop is at %s, with its own at %s, carries %s', (side, stopLoss, own, carried) => {
    const desk = new Desk({ positions: { adds: 1 }, unprotectedMaxMs: 10_000 });
    desk.open('BTCUSDT', { side, stopLoss, takeProfit: '130' });
    const direction = side === 'LONG' ? 'BUY' : 'SELL';
    const plan = { direction, takeProfit: '140', ...(own !== undefined && { stopLoss: own }) };
    const command = desk.command('BTCUSDT', plan);
    const result = desk.reserve(command);
    expect(result).toMatchObject({
      reservation: { intent: 'entry', metadata: { stopLoss: carried, takeProfit: '130' } },
    });
    expect(desk.reserve(command)).toEqual({ ...result, isNew: false });
  });

  test('is denied while the position has no stop', () => {
    const desk = new Desk({ positions: { adds: 1 }, unprotectedMaxMs: 10_000 });
    const row = desk.open('BTCUSDT', { stopLoss: '0.00' });
    expect(refusal(desk)).toBe(
      'PROTECTION_PENDING: The position in BTCUSDT has had no stop for 0 s; at most 10 s are allowed. No entry is taken until it has one or is closed.',
    );
    expect(desk.enter('ETHUSDT')).toBe('entry');
    desk.pass(10_001);
    expect(desk.enter('XRPUSDT')).toBe('PROTECTION_PENDING');
    desk.report([{ ...row, stopLoss: '90', sequence: 2 }]);
    expect(desk.enter('XRPUSDT')).toBe('entry');
  });
});

describe('values', () => {
  test('a symbol is worth no more than its share of the equity, what is pending and what has just filled included', () => {
    const desk = new Desk({ risk: { perSymbol: '0.25' }, positions: { onOpposite: 'net' } });
    expect(refusal(desk, 'BTCUSDT', { quantity: '25.1' })).toBe(
      'POSITION_TOO_LARGE: BTCUSDT would be worth 2510 USDT with this order (0 without); the limit is 2500, 25 % of the equity of 10000. Send a smaller order, or wait until less is open.',
    );
    const first = desk.command('BTCUSDT', { quantity: '15' });
    desk.reserve(first);
    expect(desk.enter('BTCUSDT', { quantity: '10.1' })).toBe('POSITION_TOO_LARGE');
    desk.commit(first.reservationId);
    expect(desk.enter('BTCUSDT', { quantity: '10.1' })).toBe('POSITION_TOO_LARGE');
    expect(desk.enter('BTCUSDT', { quantity: '10' })).toBe('entry');
  });

  test('all together are worth no more than their share, at the price of the market', () => {
    const desk = new Desk({ risk: { total: '1' } });
    desk.open('BTCUSDT', { size: '60', markPrice: '110' });
    expect(refusal(desk, 'ETHUSDT', { quantity: '34.1' })).toMatch(
      /^EXPOSURE_LIMIT: All positions together would be worth 10010 USDT with this order \(6600 without\); the limit is 10000/,
    );
    expect(desk.enter('ETHUSDT', { quantity: '34' })).toBe('entry');
  });

  test('a group is worth no more than its limit on each side', () => {
    const groups = { majors: { symbols: ['BTCUSDT', 'ETHUSDT'], limit: '0.4' } };
    const desk = new Desk({ risk: { groups } });
    desk.open('BTCUSDT', { size: '30' });
    expect(refusal(desk, 'ETHUSDT', { quantity: '11' })).toMatch(
      /^GROUP_EXPOSURE_LIMIT: The longs of the group majors would be worth 4100 USDT with this order \(3000 without\)/,
    );
    expect(desk.enter('ETHUSDT', { quantity: '11', direction: 'SELL' })).toBe('entry');
    expect(desk.enter('XRPUSDT', { quantity: '50' })).toBe('entry');
  });

  test('an account that lost more than it had takes no entry of any value', () => {
    const desk = new Desk({ risk: { total: '1' } });
    desk.equity('-5');
    expect(refusal(desk)).toMatch(/^EXPOSURE_LIMIT: .* the limit is 0, 100 % of the equity of -5/);
  });

  test('a lowered limit changes nothing that is open', () => {
    const desk = new Desk({ risk: { total: '0.001' } });
    desk.report([desk.row('BTCUSDT', { size: '50' })]);
    expect(desk.book.symbols['BTCUSDT']?.position).toMatchObject({ size: '50', stop: '90' });
  });
});

describe('counts', () => {
  test('no more symbols have a position than are allowed', () => {
    const desk = new Desk({ risk: { positionsMax: 2 }, positions: { adds: 1 } });
    desk.open('BTCUSDT');
    desk.reserve(desk.command('ETHUSDT'));
    expect(refusal(desk, 'XRPUSDT')).toBe(
      'TOO_MANY_POSITIONS: 2 symbols have a position or a pending entry; the limit is 2. No entry in another is taken until one is closed.',
    );
    expect(desk.enter('BTCUSDT')).toBe('entry');
  });

  test('no more entries are taken in a minute than are allowed, until the first of them is a minute old', () => {
    const desk = new Desk({ risk: { entriesPerMinute: 2 } });
    desk.enter('A');
    desk.pass(10_000).enter('B');
    expect(refusal(desk, 'C')).toBe(
      'TOO_MANY_ENTRIES: 2 entries were taken in the last minute; the limit is 2 a minute. No entry is taken until 2025-01-14T12:35:56Z.',
    );
    desk.pass(50_000);
    desk.report();
    expect(desk.enter('C')).toBe('entry');
    expect(desk.enter('D')).toBe('TOO_MANY_ENTRIES');
  });

  test('no more entries are taken in a day than are allowed, until the next', () => {
    const desk = new Desk({ risk: { entriesPerDay: 2 } });
    for (const symbol of ['A', 'B']) expect(desk.enter(symbol)).toBe('entry');
    expect(refusal(desk, 'C')).toMatch(
      /^TOO_MANY_ENTRIES: 2 entries .* 2 a day. No entry is taken until 2025-01-15T00:00:00Z/,
    );
    desk.pass(12 * 60 * MINUTE_MS);
    desk.report();
    expect(desk.enter('C')).toBe('entry');
  });

  test('a signal that asks again, and one that is denied, are not counted', () => {
    const desk = new Desk({ risk: { entriesPerDay: 2 } });
    const first = desk.command('A');
    for (let time = 0; time < 5; time += 1) desk.reserve(first);
    desk.reserve(desk.command('B', {}, { amount: '99999999' }));
    expect(desk.enter('C')).toBe('entry');
  });
});

describe('what was closed', () => {
  test.each([
    ['TAKE_PROFIT', 5, ''],
    ['STOP_LOSS', 30, 'by a stop '],
  ] as const)('after %s the symbol rests for %d minutes from the fill', (reason, minutes, how) => {
    const desk = new Desk({ risk: { coolDownMinutes: 5, coolDownAfterStopMinutes: 30 } });
    const { openedAtMs } = desk.open();
    desk.pass(LAG_MS).closed('BTCUSDT', '-1', openedAtMs, reason);
    desk.pass(2 * MINUTE_MS).report();
    const until = new Date(desk.nowMs + (minutes - 2) * MINUTE_MS).toISOString().slice(0, 19);
    expect(refusal(desk)).toBe(
      `COOLING_DOWN: The last position in BTCUSDT was closed ${how}at 2025-01-14T12:35:00Z, less than ${minutes} minutes ago. No entry is taken in it until ${until}Z.`,
    );
    expect(desk.enter('ETHUSDT')).toBe('entry');
    desk.pass((minutes - 2) * MINUTE_MS).report();
    expect(desk.enter()).toBe('entry');
  });

  test('from the report that shows it flat on, before anybody has booked it', () => {
    const desk = new Desk({ risk: { coolDownMinutes: 5, coolDownAfterStopMinutes: 30 } });
    desk.open();
    desk.pass(LAG_MS).reportFlat();
    expect(desk.enter()).toBe('COOLING_DOWN');
  });

  test('while it is not known how it ended, an entry waits whose fate depends on it', () => {
    const desk = new Desk({ risk: { coolDownAfterStopMinutes: 30 } });
    const { openedAtMs } = desk.open();
    desk.pass(LAG_MS).reportFlat();
    expect(refusal(desk)).toMatch(/^RISK_UNKNOWN: The position in BTCUSDT was just closed/);
    desk.closed('BTCUSDT', '1', openedAtMs);
    expect(desk.enter()).toBe('entry');
  });

  test('after so many losses in a row no entry is taken for a while, and then they are counted anew', () => {
    const desk = new Desk({ risk: { lossStreak: 3, lossStreakMinutes: 60 } });
    const lose = (symbol: string, net = '-1') => desk.pass(MINUTE_MS).closed(symbol, net, desk.nowMs);
    for (const symbol of ['A', 'B', 'C']) lose(symbol, symbol === 'B' ? '2' : '-1');
    lose('D');
    desk.report();
    expect(desk.enter('Z')).toBe('entry');
    lose('E');
    desk.report();
    const until = new Date(desk.nowMs + 60 * MINUTE_MS).toISOString().slice(0, 19);
    expect(refusal(desk, 'Y')).toBe(
      `LOSS_STREAK: 3 positions in a row ended with a loss; the limit is 3. No entry is taken until ${until}Z.`,
    );
    desk.carryOver();
    desk.pass(60 * MINUTE_MS).report();
    lose('F');
    desk.report();
    expect(desk.enter('Y')).toBe('entry');
  });

  test('losses of one symbol count for it, whatever others gain', () => {
    const desk = new Desk({ risk: { lossStreak: 2 } });
    for (const [symbol, net] of [
      ['A', '-1'],
      ['B', '5'],
      ['A', '-1'],
    ] as const) {
      desk.pass(MINUTE_MS).closed(symbol, net, desk.nowMs);
    }
    desk.report();
    expect(refusal(desk, 'A')).toContain('2 positions in A in a row');
    expect(desk.enter('B')).toBe('entry');
  });

  test('an episode counts once, however often it is told', () => {
    const desk = new Desk({ risk: { lossStreak: 2 } });
    for (let time = 0; time < 3; time += 1) desk.closed('A', '-1', desk.nowMs);
    expect(desk.enter('A')).toBe('entry');
  });
});

describe('what is not known', () => {
  test('without a first report of positions an entry waits, and an exit is reserved', () => {
    const desk = new Desk();
    desk.book = { ...desk.book, asOfMs: 0, reportedAtMs: 0 };
    const result = desk.reserve(desk.command());
    expect(messageOf(result)).toContain('The venue has not reported its positions yet.');
    expect(result.status === 'denied' && isPassing(result.denial)).toBe(true);
    expect(desk.enter('BTCUSDT', { direction: 'SELL', reduceOnly: true }, { intent: 'exit', amount: '0' })).toBe(
      'exit',
    );
    desk.report();
    expect(desk.enter()).toBe('entry');
  });

  test.each([
    ['with nothing open', 90_000, false],
    ['with a position', 15_000, true],
  ])('%s a report counts for %d ms, three intervals', (_name, ageMs, isOpen) => {
    const desk = new Desk();
    if (isOpen) desk.open('ETHUSDT');
    desk.pass(ageMs);
    expect(desk.enter('A')).toBe('entry');
    desk.pass(1);
    expect(desk.enter('B')).toBe('RISK_UNKNOWN');
  });

  test('a row that cannot be read keeps what was known, and takes no entry in its symbol', () => {
    const desk = new Desk();
    const row = desk.open();
    desk.pass(1_000).report([], { unreadable: ['BTCUSDT'] });
    expect(desk.book.symbols['BTCUSDT']?.position).toMatchObject({ size: '1' });
    expect(refusal(desk)).toMatch(/^RISK_UNKNOWN: The venue's row of the position in BTCUSDT cannot be read/);
    expect(desk.enter('ETHUSDT')).toBe('entry');
    desk.pass(1_000).report([{ ...row, sequence: 2 }]);
    expect(desk.enter()).toBe('POSITION_EXISTS');
  });

  test('two rows of one symbol, and figures that are none, cannot be read', () => {
    const desk = new Desk();
    const bad = [
      [desk.row('A'), desk.row('A')],
      [desk.row('B', { size: '' })],
      [desk.row('C', { size: '0' })],
      [desk.row('D', { markPrice: 'NaN' })],
      [desk.row('E', { stopLoss: '1e9' })],
      [desk.row('F', { size: '1'.repeat(25) })],
      [desk.row('G', { side: 'BOTH' as never })],
      [desk.row('H', { openedAtMs: null as never })],
    ];
    desk.report(bad.flat());
    for (const symbol of 'ABCDEFGH') expect([symbol, desk.enter(symbol)]).toEqual([symbol, 'RISK_UNKNOWN']);
  });

  test('without an equity, or one of another asset, nothing that is measured by it is reserved', () => {
    const desk = new Desk({ risk: { total: '1' } });
    desk.equity('1000', 'USDC');
    expect(refusal(desk)).toContain('equity in USDT is not known');
    desk.equity('ten');
    expect(desk.enter()).toBe('RISK_UNKNOWN');
    desk.equity('1000');
    expect(desk.enter()).toBe('entry');
  });

  test('an entry whose plan names no size is refused for good', () => {
    const desk = new Desk();
    expect(desk.enter('BTCUSDT', { quantity: 'many' })).toBe('INVALID_SIGNAL');
    expect(desk.enter('BTCUSDT', { referencePrice: '' })).toBe('INVALID_SIGNAL');
  });
});
