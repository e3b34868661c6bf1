import { viewOf } from '../../../../src/domain/position/view';
import { Bench, OPENER, START_MS } from './bench';

const STOP = { stopLoss: '59950' };
const OPENED_AT_MS = START_MS + 60_000;
const former = [1, 2].map((index) => ({
  ...OPENER,
  fingerprint: `former-${index}`,
  maxHoldingSeconds: 14,
  trailingDistance: '300',
  filledAtMs: START_MS - 1_000 * index,
}));
const ours = { ...OPENER, fingerprint: 'ours', filledAtMs: OPENED_AT_MS };

describe("a former position's entries", () => {
  function waiting(openers: readonly (typeof OPENER)[]): Bench {
    const bench = new Bench();
    bench.report(null, { openers });
    bench.nowMs = OPENED_AT_MS + 1_000;
    return bench;
  }

  function expectOwnRules(bench: Bench): void {
    bench.pass(20_000);
    expect(viewOf(bench.book)).toMatchObject({ openers: [ours], closesAtMs: undefined });
    expect([...bench.of('startExit'), ...bench.of('setProtection')]).toEqual([]);
  }

  const row = { ...STOP, openedAtMs: OPENED_AT_MS };

  test('are not the next one that the same run is told of', () => {
    const bench = waiting(former);
    expectOwnRules(bench.report(bench.row(row), { openers: [ours] }));
  });

  test('are not told apart by their number', () => {
    const bench = waiting(former);
    expectOwnRules(bench.report(bench.row(row), { openers: [...former, ours] }));
  });

  test('do not count where the venue itself shows the next one first', () => {
    const bench = waiting(former);
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row: bench.row(row) });
    expect(bench.book.openers).toEqual([]);
    bench.pass(1_000);
    expectOwnRules(bench.report(bench.row(row), { openers: [ours] }));
  });

  test('do not count without a time either, once the account tells of the next one', () => {
    const bench = waiting(former.map(({ filledAtMs: _filledAtMs, ...opener }) => opener));
    expectOwnRules(bench.report(bench.row(row), { openers: [ours] }));
  });

  test('do not come back with a late report', () => {
    const bench = waiting([]);
    bench.report(bench.row(row), { openers: [ours] }).pass(1_000);
    expectOwnRules(bench.report(bench.row(row), { openers: former }));
  });
});

test('entries that are told without the one before stay by name, and those that rest count', () => {
  const bench = new Bench();
  const { filledAtMs: _filledAtMs, ...resting } = { ...ours, fingerprint: 'resting' };
  bench.report(bench.row({ ...STOP, openedAtMs: OPENED_AT_MS }), { openers: [ours, resting] }).pass(1_000);
  bench.report(bench.row({ ...STOP, openedAtMs: OPENED_AT_MS }), { openers: [resting] });
  expect(bench.book.openers).toEqual([ours, resting]);
});

describe('a report that an answer to a question of our own has overtaken', () => {
  const row = { ...STOP, openedAtMs: OPENED_AT_MS };

  /** The venue showed it to us first; the account's word of a moment before comes behind. */
  function overtaken(namesLate: boolean, change: object = {}): Bench {
    const bench = new Bench();
    bench.nowMs = OPENED_AT_MS + 2_000;
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row: bench.row(row) });
    const report = {
      asOfMs: bench.nowMs - 1_000,
      row: bench.row({ ...row, ...change }),
      openers: [ours],
      tradingState: 'active' as const,
    };
    bench.take({ kind: 'report', report, namesLate });
    return bench.pass(10_000);
  }

  test('still names who opened the position', () => {
    expect(viewOf(overtaken(true).book)).toMatchObject({ openers: [ours], marks: [] });
  });

  test.each([{ openedAtMs: OPENED_AT_MS - 50_000 }, { side: 'SHORT' }])('names nobody of another one: %j', (change) => {
    expect(viewOf(overtaken(true, change).book)).toMatchObject({ openers: [], marks: ['foreign'] });
  });

  test('names nobody in a run that began before it did', () => {
    expect(viewOf(overtaken(false).book)).toMatchObject({ openers: [], marks: ['foreign'] });
  });

  test('names who opened the next position while the former one is booked', () => {
    const bench = new Bench();
    bench.report(bench.row({ ...STOP, openedAtMs: START_MS - 5_000 }), { openers: former });
    bench.nowMs = OPENED_AT_MS + 2_000;
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row: bench.row(row) });
    expect(bench.book.next).toMatchObject({ openers: [] });
    const late = { asOfMs: bench.nowMs - 1_000, row: bench.row(row), openers: [ours], tradingState: 'active' as const };
    bench.take({ kind: 'report', report: late, namesLate: true });
    expect(bench.book.next).toMatchObject({ asOfMs: bench.nowMs, openers: [ours] });
  });
});

describe('a position that nobody has told of', () => {
  /** Seen once by a question of our own. */
  function seen(): Bench {
    const bench = new Bench();
    bench.book = { ...bench.book, awaitsSecondSight: true };
    bench.nowMs = OPENED_AT_MS;
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row: bench.row({ ...STOP, openedAtMs: OPENED_AT_MS }) });
    return bench.pass(10_000);
  }

  function answered(bench: Bench, isThere: boolean): Bench {
    const row = isThere ? bench.row({ ...STOP, openedAtMs: OPENED_AT_MS }) : null;
    bench.take({ kind: 'seen', asOfMs: bench.nowMs, row, isPaced: true });
    return bench.pass(20_000);
  }

  test('is asked for once more before it is called somebody else’s', () => {
    const bench = seen();
    expect(bench.of('alert')).toEqual([]);
    expect(bench.of('askVenue')).toHaveLength(1);
    expect(answered(bench, true).of('alert')).toMatchObject([{ text: expect.stringContaining('nobody here opened') }]);
    expect(viewOf(bench.book)).toMatchObject({ marks: ['foreign'] });
  });

  test('and that the venue does not show again is nobody’s', () => {
    const bench = answered(seen(), false);
    expect(bench.of('alert')).toEqual([]);
    expect(viewOf(bench.book)).toMatchObject({ marks: [] });
  });

  test('of which the venue does not answer stays undecided, and is asked for again', () => {
    const bench = seen();
    bench.take({ kind: 'questionFailed' });
    bench.pass(10_000);
    expect(bench.of('alert')).toEqual([]);
    expect(bench.of('askVenue').length).toBeGreaterThan(1);
  });
});
