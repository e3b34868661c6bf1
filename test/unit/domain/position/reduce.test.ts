import { stageOf, summaryOf, viewOf } from '../../../../src/domain/position/view';
import { rebasedBook } from '../../../../src/domain/position/rebase';
import { nextDueAtMs } from '../../../../src/domain/position/due';
import { Bench, OPENER, START_MS, SYMBOL } from './bench';

const STOP = { stopLoss: '59950' };
const person = (requestId: string) => ({ requestId, words: 'a person' });

describe('protection', () => {
  test('a stop that was known is restored as it was, and one that never was follows from the settings', () => {
    const known = new Bench();
    known.report(known.row(STOP)).pass(1_000).report(known.row());
    expect(known.of('setProtection')).toMatchObject([{ change: { stopLoss: '59950' } }]);
    const unknown = new Bench();
    unknown.report(unknown.row({ entryPrice: '61203.17' }));
    // 2 % below, rounded towards the entry to the digits of the mark price.
    expect(unknown.of('setProtection')).toMatchObject([{ change: { stopLoss: '59979.2' } }]);
    const short = new Bench();
    short.report(short.row({ side: 'SHORT', entryPrice: '61203.17' }));
    expect(short.of('setProtection')).toMatchObject([{ change: { stopLoss: '62427.2' } }]);
  });

  test('a target that was lost with the stop comes back with it', () => {
    const bench = new Bench();
    bench
      .report(bench.row({ ...STOP, takeProfit: '63000' }))
      .pass(1_000)
      .report(bench.row());
    expect(bench.of('setProtection')).toMatchObject([{ change: { stopLoss: '59950', takeProfit: '63000' } }]);
  });

  test('an unknown answer is followed by a question, and the change is repeated only after news', () => {
    const bench = new Bench();
    bench.report(bench.row()).answer('unknown');
    expect(bench.of('askVenue')).toHaveLength(1);
    bench.pass(20_000);
    expect(bench.of('setProtection')).toHaveLength(1);
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row: bench.row() });
    expect(bench.of('setProtection')).toHaveLength(2);
  });

  test('an answer that says nothing new is followed by a pause, not by the next question', () => {
    const bench = new Bench();
    bench.report(bench.row()).answer('unknown');
    bench.take({ kind: 'seen', asOfMs: bench.nowMs - 1, row: bench.row(), isPaced: true });
    expect(bench.of('askVenue')).toHaveLength(1);
    bench.pass(5_000);
    expect(bench.of('askVenue')).toHaveLength(2);
  });

  test('"already" that no report shows is no proof, and is asked for again', () => {
    const bench = new Bench();
    bench.report(bench.row()).answer('already').pass(6_000).report(bench.row());
    bench.pass(10_000);
    expect(bench.of('setProtection')).toHaveLength(2);
    expect(stageOf(bench.book)).toBe('UNPROTECTED');
    expect(bench.of('startExit')).toEqual([]);
  });

  test('a stop that the venue has on a coarser step is the one that was asked for', () => {
    const bench = new Bench({ breakEvenFraction: '0.01' });
    bench
      .report(bench.row(STOP))
      .pass(20_000)
      .report(bench.row({ ...STOP, markPrice: '61900.0' }));
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '61300', markPrice: '61900.0' }))
      .pass(60_000);
    expect(bench.of('setProtection')).toHaveLength(1);
    expect(bench.book).toMatchObject({ stopSource: 'set', wanted: { stopLoss: '61300' } });
  });

  test("a person's change that is never answered is given up, and said", () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    bench.take({ kind: 'protect', command: { ...person('1'), stopLoss: '60500' } });
    for (let second = 0; second < 90; second += 1) {
      if (bench.book.call) bench.answer('rate_limited');
      bench.pass(1_000).report(bench.row(STOP));
    }
    expect(bench.of('setProtection')).toHaveLength(4);
    expect(bench.alerts).toEqual([expect.stringContaining('Not changed')]);
  });

  test('a person hears of a missing stop in time, and the position is closed while the venue answers', () => {
    const bench = new Bench({ stopLossFraction: null });
    bench.report(bench.row()).pass(9_000).report(bench.row());
    expect(bench.alerts).toEqual([]);
    bench.pass(1_000);
    expect(bench.alerts).toEqual([expect.stringContaining('no stop')]);
    bench.pass(15_000).report(bench.row());
    expect(bench.of('startExit')).toEqual([]);
    bench.pass(5_000);
    expect(bench.of('startExit')).toMatchObject([{ round: { reason: 'EMERGENCY', quantity: '0.5', side: 'LONG' } }]);
  });

  test('nobody closes by rule what a silent venue may have protected long ago', () => {
    const bench = new Bench({ stopLossFraction: null, closeUnprotectedAfterSeconds: 40 });
    bench.report(bench.row()).pass(200_000);
    expect(bench.of('startExit')).toEqual([]);
  });

  test('the stop goes to the price of the entry once, and no nearer than the least move allows', () => {
    const bench = new Bench({ breakEvenFraction: '0.01' });
    bench
      .report(bench.row(STOP))
      .pass(20_000)
      .report(bench.row({ ...STOP, markPrice: '61900.0' }));
    expect(bench.of('setProtection')).toMatchObject([{ change: { stopLoss: '61200' } }]);
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '61200', markPrice: '62900.0' }));
    bench.pass(60_000).report(bench.row({ stopLoss: '61200', markPrice: '63900.0' }));
    expect(bench.of('setProtection')).toHaveLength(1);
    expect(bench.book.stopSource).toBe('set');
  });

  test('a price that has passed a raised stop leaves the former one, and closes nothing', () => {
    const bench = new Bench({ breakEvenFraction: '0.01' });
    bench
      .report(bench.row(STOP))
      .pass(20_000)
      .report(bench.row({ ...STOP, markPrice: '61900.0' }))
      .answer('price_passed');
    bench
      .pass(1_000)
      .report(bench.row({ ...STOP, markPrice: '61100.0' }))
      .pass(20_000);
    expect(bench.of('startExit')).toEqual([]);
    expect(bench.of('setProtection')).toHaveLength(1);
    expect(stageOf(bench.book)).toBe('PROTECTED');
  });

  test('trailing is set once, at the distance that the signal named', () => {
    const bench = new Bench({ trailingFraction: '0.01' });
    const openers = [{ ...OPENER, trailingDistance: '300' }];
    bench.report(bench.row(STOP), { openers });
    expect(bench.of('setProtection')).toMatchObject([{ change: { trailingDistance: '300' } }]);
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ ...STOP, trailingDistance: '300' }), { openers });
    expect(bench.alerts).toEqual([]);
    bench.pass(60_000).report(bench.row(STOP), { openers });
    expect(bench.of('setProtection')).toHaveLength(1);
    expect(bench.alerts).toEqual([expect.stringContaining('trailing')]);
  });

  describe('a stop that is lost with all that was beside it', () => {
    const GUARDS = { ...STOP, takeProfit: '63000', trailingDistance: '240' };
    const lost = () => {
      const bench = new Bench();
      bench.report(bench.row(GUARDS)).pass(1_000);
      bench.report(bench.row({ ...GUARDS, markPrice: '61800.0' })).pass(1_000);
      return bench.report(bench.row({ markPrice: '61700.0' }));
    };

    test('comes back with all of it, no looser than it had come to, and the timeline says what was lost', () => {
      const bench = lost();
      const change = { stopLoss: '61560', takeProfit: '63000', trailingDistance: '240' };
      expect(bench.of('setProtection')).toMatchObject([{ change }]);
      expect(bench.book.timeline.map(({ text }) => text)).toContain(
        'Gone at the venue: stop 59950, target 63000, trailing 240.',
      );
      bench.answer('set').pass(1_000);
      bench.report(bench.row({ ...change, markPrice: '61700.0' })).pass(30_000);
      expect(bench.of('setProtection')).toHaveLength(1);
      expect(bench.book.wanted).toEqual(change);
    });

    test('comes back alone from a venue that refuses it with them, and the trailing follows', () => {
      const bench = lost();
      bench.answer('rejected').pass(5_000);
      const [, alone] = bench.of('setProtection');
      expect(alone?.change).toMatchObject({ stopLoss: '61560' });
      expect(alone?.change).not.toHaveProperty('trailingDistance');
      bench.answer('set').pass(1_000);
      bench.report(bench.row({ stopLoss: '61560', markPrice: '61700.0' })).pass(5_000);
      expect(bench.of('setProtection')[2]?.change).toMatchObject({ trailingDistance: '240' });
    });

    test('comes back without a target that the price has passed, and never at a price that is reached', () => {
      const bench = new Bench();
      bench.report(bench.row({ ...GUARDS, markPrice: '62900.0' })).pass(1_000);
      bench.report(bench.row({ markPrice: '62600.0' }));
      // 0.05 % below the price.
      expect(bench.of('setProtection')[0]?.change).toMatchObject({ stopLoss: '62568.7', takeProfit: '63000' });
      const passed = new Bench();
      passed
        .report(passed.row(GUARDS))
        .pass(1_000)
        .report(passed.row({ markPrice: '63000.5' }));
      expect(passed.of('setProtection')[0]?.change).not.toHaveProperty('takeProfit');
    });

    test('is shown where it has come to, as an estimate', () => {
      const bench = new Bench();
      bench.report(bench.row({ ...GUARDS, markPrice: '61800.0' })).pass(1_000);
      bench.report(bench.row({ ...GUARDS, markPrice: '61700.0' }));
      expect(viewOf(bench.book).stop).toEqual({ price: '61560', isEstimated: true });
      const short = new Bench();
      short.report(short.row({ side: 'SHORT', stopLoss: '62000', trailingDistance: '900', markPrice: '61000.0' }));
      expect(viewOf(short.book).stop).toEqual({ price: '61900', isEstimated: true });
      const fixed = new Bench();
      fixed.report(fixed.row(STOP));
      expect(viewOf(fixed.book).stop).toEqual({ price: '59950', isEstimated: false });
    });
  });

  test('a stop that somebody moved at the venue counts, and a person hears of one that is looser', () => {
    const bench = new Bench();
    bench
      .report(bench.row(STOP))
      .pass(1_000)
      .report(bench.row({ stopLoss: '59000' }));
    expect(bench.alerts).toEqual([expect.stringContaining('59000')]);
    bench.pass(1_000).report(bench.row());
    expect(bench.of('setProtection')).toMatchObject([{ change: { stopLoss: '59000' } }]);
  });

  test("an add's tighter stop is the position's from then on", () => {
    const bench = new Bench();
    bench
      .report(bench.row(STOP))
      .pass(1_000)
      .report(bench.row({ size: '0.7', stopLoss: '60100' }));
    expect(bench.book).toMatchObject({ stopSource: 'attached', wanted: { stopLoss: '60100' } });
    expect(bench.alerts).toEqual([]);
  });
});

describe('what is told late of the position before', () => {
  const former = {
    side: 'LONG',
    openedAtMs: START_MS - 1_000,
    closedAtMs: START_MS,
    isProven: true,
    signals: ['f'],
  } as const;

  test.each([
    ['its row', false],
    ['its entries', true],
  ])('%s ends a run that begins with it, without a word', (_what, isFlat) => {
    const bench = new Bench({}, 'alert', former);
    bench.report(isFlat ? null : bench.row());
    expect(bench.book).toMatchObject({ isBooked: true, timeline: [] });
    expect(bench.book.trade).toBeUndefined();
    expect(bench.effects).toEqual([]);
    bench.pass(1_000).report(bench.row({ openedAtMs: START_MS + 500 }));
    expect(bench.book.next?.row?.openedAtMs).toBe(START_MS + 500);
  });

  test('does not become the position of a later entry', () => {
    const bench = new Bench({}, 'alert', former);
    const later = { openers: [OPENER, { ...OPENER, fingerprint: 'g', clientOrderId: 'later' }] };
    bench.report(null, later).pass(1_000).report(bench.row(), later).pass(1_000);
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row: bench.row() });
    expect(bench.book.openers).toMatchObject([{ fingerprint: 'g' }]);
    expect(stageOf(bench.book)).toBe('OPENING');
    bench.pass(1_000).report(bench.row({ openedAtMs: START_MS + 500 }), later);
    expect(bench.book.episode?.openedAtMs).toBe(START_MS + 500);
  });

  test('names the signal that closed it once it is booked', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP)).pass(1_000).report(null).pass(3_000).report(null);
    const trade = { ...former, openedBy: ['f'], net: '1', reason: 'SIGNAL', closedBy: 'abc', closedByStrategy: 'grid' };
    bench.take({ kind: 'booked', booking: 1, trade: trade as never });
    const view = viewOf(bench.book);
    expect(view).toMatchObject({ exitFingerprint: 'abc', exitReason: 'SIGNAL' });
    expect(view.timeline.map(({ text }) => text)).toContain('Closed by the signal abc (grid).');
  });

  test('does not follow its own booking', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP)).take({ kind: 'close', command: { ...person('a'), reason: 'OPERATOR' } });
    bench.endExit('0.5');
    bench.pass(3_000).report(null);
    const trade = { ...former, openedBy: ['f'] } as never;
    bench.take({ kind: 'booked', booking: 1, trade });
    bench.pass(1_000).report(bench.row(STOP));
    expect(bench.book.isBooked).toBe(true);
    expect(bench.book.next).toBeUndefined();
  });
});

describe('exits', () => {
  test('rounds follow each other with growing pauses, and a person hears of the third that closed nothing', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    bench.take({ kind: 'close', command: { ...person('1'), reason: 'OPERATOR' } });
    const startedAtMs: number[] = [];
    for (let round = 1; round <= 6; round += 1) {
      startedAtMs.push(bench.book.round!.timestampMs);
      bench.endExit('0').report(bench.row(STOP));
      expect(bench.alerts.length).toBe(round >= 3 ? 1 : 0);
      for (let second = 0; second < 40 && bench.book.round === undefined; second += 1) {
        bench.pass(1_000).report(bench.row(STOP));
      }
    }
    const pauses = startedAtMs.slice(1).map((atMs, index) => (atMs - startedAtMs[index]!) / 1_000);
    expect(pauses).toEqual([1, 2, 5, 10, 30]);
    expect(bench.of('startExit').map(({ round }) => round.round)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('after a round that filled, nothing goes on before the venue shows what is left', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    bench.take({ kind: 'close', command: { ...person('1'), reason: 'OPERATOR' } });
    const stale = bench.row(STOP);
    bench.pass(1_000).endExit('0.3');
    bench.report(stale).pass(5_000);
    expect(bench.of('startExit')).toHaveLength(1);
    bench.report(bench.row({ ...STOP, size: '0.2' }));
    expect(bench.of('startExit').at(-1)).toMatchObject({ round: { round: 2, quantity: '0.2' } });
    expect(bench.book.marks).toEqual([]);
  });

  test('an answer from before the fill of our exit, without the position, is not flat', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    bench.take({ kind: 'close', command: { ...person('1'), reason: 'OPERATOR' } });
    bench.pass(1_000).endExit('0.5');
    const report = { row: null, openers: [OPENER], tradingState: 'active' } as const;
    bench.take({ kind: 'report', report: { ...report, asOfMs: bench.nowMs - 500 } });
    expect(stageOf(bench.book)).toBe('EXITING');
    bench.pass(1_000).report(null);
    expect(stageOf(bench.book)).toBe('FLAT');
    expect(bench.of('book')).toHaveLength(1);
  });

  test('a part is closed once, and the rest goes on', () => {
    const bench = new Bench({ partialTakeProfitFraction: '0.01' });
    bench.report(bench.row({ ...STOP, markPrice: '62000.0' }));
    expect(bench.of('startExit')).toMatchObject([
      { round: { reason: 'PARTIAL_TARGET', quantity: '0.25', isPart: true } },
    ]);
    bench.pass(1_000).endExit('0.25');
    bench
      .pass(4_000)
      .report(bench.row({ ...STOP, size: '0.25', markPrice: '63000.0' }))
      .pass(60_000);
    expect(bench.of('startExit')).toHaveLength(1);
    expect(stageOf(bench.book)).toBe('PROTECTED');
    expect(bench.book.marks).toEqual([]);
  });

  test('that closed a part still names its reason; a position that is flat closes at no time', () => {
    const bench = new Bench({ partialTakeProfitFraction: '0.01', maxHoldingMinutes: 5 });
    bench.report(bench.row({ ...STOP, markPrice: '62000.0' }));
    bench.take({ kind: 'exitStarted', round: 1, fingerprint: 'part', clientOrderId: 'of-part' });
    bench.endExit('0.25');
    expect(viewOf(bench.book)).toMatchObject({ exitFingerprint: 'part', exitReason: 'PARTIAL_TARGET' });
    expect(viewOf(bench.book).closesAtMs).toBeDefined();
    bench.pass(3_000).report(null).pass(3_000).report(null);
    expect(viewOf(bench.book)).toMatchObject({ state: 'FLAT' });
    expect(viewOf(bench.book).closesAtMs).toBeUndefined();
  });

  test('the time of the earliest signal that names one closes it', () => {
    const bench = new Bench({ maxHoldingMinutes: 60 });
    bench.report(bench.row(STOP), { openers: [OPENER, { ...OPENER, maxHoldingSeconds: 5 }] }).pass(3_000);
    expect(viewOf(bench.book).closesAtMs).toBe(START_MS - 1_000 + 5_000);
    bench.pass(1_000);
    expect(bench.of('startExit')).toMatchObject([{ round: { reason: 'TIME_LIMIT' } }]);
  });

  test.each([
    ['keep', 0],
    ['keepAndClose', 1],
  ] as const)('while trading is halted, %s lets %i emergency exits leave', (whileHalted, exits) => {
    const bench = new Bench({ whileHalted, stopLossFraction: null });
    for (let second = 0; second < 40; second += 1) bench.report(bench.row(), { tradingState: 'halted' }).pass(1_000);
    expect(bench.of('startExit')).toHaveLength(exits);
  });

  test('protection goes on while an exit is held back by a halt', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP), { tradingState: 'halted', closeAll: { reason: 'DAILY_LOSS', words: 'too much' } });
    bench.pass(1_000).report(bench.row(), { tradingState: 'halted' });
    expect(bench.of('startExit')).toEqual([]);
    expect(bench.of('setProtection')).toMatchObject([{ change: { stopLoss: '59950' } }]);
  });

  test('a wish to close everything that is revoked before an exit was begun closes nothing', () => {
    const bench = new Bench();
    const closeAll = { reason: 'DAILY_LOSS', words: 'too much' } as const;
    bench.report(bench.row(STOP), { tradingState: 'halted', closeAll }).pass(1_000).report(bench.row(STOP));
    expect(bench.of('startExit')).toEqual([]);
    expect(bench.book.exit).toBeUndefined();
  });

  test('a stop that filled in part leaves a position that is marked, and gets its stop again in the same step', () => {
    const bench = new Bench();
    bench
      .report(bench.row(STOP))
      .pass(1_000)
      .report(bench.row({ size: '0.2' }));
    expect(bench.book.marks).toEqual(['reduced']);
    expect(bench.of('setProtection')).toMatchObject([{ change: { stopLoss: '59950' } }]);
  });

  test('an exit that takes long does not keep a lost stop away', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    bench.take({ kind: 'close', command: { ...person('1'), reason: 'OPERATOR' } });
    bench.pass(1_000).report(bench.row());
    expect(bench.of('setProtection')).toEqual([]);
    bench.pass(9_000).report(bench.row());
    expect(bench.of('setProtection')).toHaveLength(1);
    expect(bench.of('startExit')).toHaveLength(1);
  });
});

describe('a position that is to have no stop', () => {
  const BARE = { required: false, stopLossFraction: null, closeUnprotectedAfterSeconds: 30 };

  test('by the settings is open: nobody is alarmed, and nothing closes it', () => {
    const bench = new Bench(BARE);
    bench.report(bench.row()).pass(60_000).report(bench.row()).pass(10_000);
    expect(stageOf(bench.book)).toBe('OPEN');
    expect(viewOf(bench.book).unprotectedSinceMs).toBeUndefined();
    expect(bench.effects.filter(({ kind }) => kind !== 'askVenue')).toEqual([]);
  });

  test('by the settings is unprotected once it has lost one that it had', () => {
    const bench = new Bench(BARE);
    bench.report(bench.row(STOP)).pass(1_000).report(bench.row());
    expect(stageOf(bench.book)).toBe('UNPROTECTED');
    expect(bench.of('setProtection')).toMatchObject([{ change: STOP }]);
  });

  test('because nobody here opened it is open as soon as that is known', () => {
    const bench = new Bench();
    bench.report(bench.row(), { openers: [] });
    expect(stageOf(bench.book)).toBe('UNPROTECTED');
    bench.pass(9_000);
    expect(stageOf(bench.book)).toBe('OPEN');
    const guarded = new Bench({}, 'protect');
    guarded.report(guarded.row(), { openers: [] }).pass(9_000);
    expect(stageOf(guarded.book)).toBe('UNPROTECTED');
  });
});

describe('whose it is', () => {
  test('a position that nobody here opened is said once, and left alone', () => {
    const bench = new Bench({ maxHoldingMinutes: 1 });
    for (let minute = 0; minute < 3; minute += 1) bench.report(bench.row(), { openers: [] }).pass(60_000);
    expect(bench.alerts).toEqual([expect.stringContaining('nobody here opened')]);
    expect([...bench.of('startExit'), ...bench.of('setProtection')]).toEqual([]);
    expect(bench.book.marks).toEqual(['foreign']);
  });

  test('with `protect` it gets a stop, and no exit where there can be none', () => {
    const bench = new Bench({}, 'protect');
    bench.report(bench.row(), { openers: [] }).pass(10_000);
    expect(bench.of('setProtection')).toHaveLength(1);
    bench.answer('price_passed');
    for (let second = 0; second < 60; second += 1) bench.pass(1_000).report(bench.row(), { openers: [] });
    expect(bench.of('startExit')).toEqual([]);
  });

  test('entries that are told a moment later make it ours', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP), { openers: [] }).pass(5_000).report(bench.row(STOP)).pass(60_000);
    expect(bench.alerts).toEqual([]);
    expect(bench.book.marks).toEqual([]);
  });

  test('somebody who trades beside us is said, and it is still kept protected', () => {
    const bench = new Bench();
    bench
      .report(bench.row(STOP))
      .pass(1_000)
      .report(bench.row({ ...STOP, size: '0.9' }))
      .pass(20_000);
    bench.report(bench.row({ size: '0.9' }));
    expect(bench.book.marks).toEqual(['mixed']);
    expect(bench.alerts).toEqual([expect.stringContaining('beside us')]);
    expect(bench.of('setProtection')).toHaveLength(1);
  });
});

describe('people', () => {
  test('a repeated request is answered the same, and nothing happens twice', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    const command = { ...person('1'), stopLoss: '60500' };
    const first = bench.take({ kind: 'protect', command });
    expect(first).toMatchObject({ accepted: true });
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '60500' }));
    expect(bench.take({ kind: 'protect', command })).toEqual(first);
    expect(bench.of('setProtection')).toHaveLength(1);
  });

  test.each([
    ['a looser stop', { stopLoss: '59000' }, '--force'],
    ['one that is hardly tighter', { stopLoss: '59951' }, '"force": true'],
    ['one beyond the price', { stopLoss: '62000', force: true }, 'at once'],
    ['a target behind the price', { takeProfit: '61000' }, 'at once'],
    ['no number', { stopLoss: '6e4' }, 'no price'],
    ['nothing', {}, 'Nothing'],
  ])('%s is refused in words', (_what, legs, words) => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    const reply = bench.take({ kind: 'protect', command: { ...person('1'), ...legs } });
    expect(reply).toMatchObject({ accepted: false, message: expect.stringContaining(words) });
    expect(bench.of('setProtection')).toEqual([]);
  });

  test('a looser stop is set by force, and is the one that is restored from then on', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    bench.take({ kind: 'protect', command: { ...person('1'), stopLoss: '59000', force: true } });
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '59000' }))
      .pass(1_000)
      .report(bench.row());
    expect(bench.of('setProtection').map(({ change }) => change.stopLoss)).toEqual(['59000', '59000']);
    expect(bench.alerts).toEqual([]);
  });
});

test('the longest time without news is bounded: the venue is asked', () => {
  const bench = new Bench();
  bench.report(bench.row(STOP)).pass(29_000);
  expect(bench.of('askVenue')).toEqual([]);
  bench.pass(1_000);
  expect(bench.of('askVenue')).toHaveLength(1);
  bench.take({ kind: 'questionFailed' });
  bench.pass(2_000);
  expect(bench.of('askVenue')).toHaveLength(2);
  expect(stageOf(bench.book)).toBe('PROTECTED');
});

test('one line says what is there', () => {
  const bench = new Bench();
  bench.report(bench.row({ ...STOP, takeProfit: '63000' }));
  expect(summaryOf(bench.book)).toBe(`LONG ${SYMBOL} 0.5 @ 61200 · stop 59950 · target 63000`);
});

test('after the clock was set back, nothing waits for the time that it had', () => {
  const bench = new Bench();
  bench.report(bench.row());
  const hourAgo = START_MS - 3_600_000;
  const dueMs = nextDueAtMs(rebasedBook(bench.book, hourAgo), hourAgo)!;
  expect(dueMs - hourAgo).toBeLessThanOrEqual(30_000);
});
