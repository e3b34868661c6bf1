/** Entries that rest in a symbol, when its position is closed. */
import { ENTRIES_WAIT_MAX_MS } from '../../../../src/domain/position/resting-entries';
import { Bench } from './bench';

const CLOSE = { requestId: 'close-1', words: 'the test wants it', reason: 'OPERATOR' } as const;
const STOP = { stopLoss: '59950' };

function open(protection: ConstructorParameters<typeof Bench>[0] = {}): Bench {
  const bench = new Bench(protection);
  bench.entries = undefined;
  return bench.report(bench.row(STOP));
}

function closed(bench: Bench): Bench {
  bench.take({ kind: 'close', command: CLOSE });
  return bench;
}

const rules: readonly (readonly [cause: string, Bench, reason: string])[] = [
  ['a person', closed(open()), 'OPERATOR'],
  ['its time', open({ maxHoldingMinutes: 1 }).pass(60_000), 'TIME_LIMIT'],
  [
    'a wish of the account',
    ((bench) =>
      bench.report(bench.row(STOP), { asOfMs: bench.nowMs + 1, closeAll: { reason: 'DAILY_LOSS', words: 'lost' } }))(
      open(),
    ),
    'DAILY_LOSS',
  ],
];

test.each(rules)('that rest are cancelled before %s closes it', (_cause, bench, reason) => {
  expect(bench.of('cancelEntries')).toEqual([{ kind: 'cancelEntries', words: `the position is closed (${reason})` }]);
  expect(bench.of('startExit')).toEqual([]);
  bench.take({ kind: 'entriesCancelled', answer: { ended: 2, left: [] } });
  expect(bench.of('startExit')).toMatchObject([{ round: { reason } }]);
  expect(bench.book.timeline.map(({ text }) => text)).toContain('Ended first: 2 of its entries that rested.');
  expect(bench.alerts).toEqual([]);
});

test('a missing stop that closes it cancels them, too', () => {
  const bench = new Bench();
  bench.entries = undefined;
  bench.report(bench.row());
  for (let seconds = 0; seconds <= 30; seconds += 1) bench.answerIfAsked('rejected').pass(1_000).report(bench.row());
  expect(bench.of('cancelEntries')).toHaveLength(1);
});

test('an exit does not wait for ever for them', () => {
  const bench = closed(open()).pass(ENTRIES_WAIT_MAX_MS - 1);
  expect(bench.of('startExit')).toEqual([]);
  bench.pass(1);
  expect(bench.of('startExit')).toHaveLength(1);
});

test('one after the other is begun without asking again', () => {
  const bench = closed(open());
  bench.take({ kind: 'entriesCancelled' });
  bench
    .endExit('0.2')
    .pass(3_000)
    .report(bench.row({ ...STOP, size: '0.3' }));
  expect(bench.of('startExit')).toHaveLength(2);
  expect(bench.of('cancelEntries')).toHaveLength(1);
});

test.each([
  [{ ended: 0, left: ['f1', 'f2'] }, 'f1, f2'],
  ['nobody answers', 'nobody answers'],
])('a person hears of those that may open it again: %j', (answer, named) => {
  const bench = closed(open());
  bench.take({ kind: 'entriesCancelled', answer });
  expect(bench.alerts).toEqual([expect.stringContaining(named)]);
  expect(bench.of('startExit')).toHaveLength(1);
});

test('a person hears of them also once the position is booked', () => {
  const bench = closed(open());
  bench.pass(3_000).pass(300).endExit('0.5');
  bench.take({ kind: 'seen', asOfMs: bench.nowMs + 1, row: null });
  const [booking] = bench.of('book');
  bench.pass(500).take({ kind: 'booked', booking: booking!.booking });
  expect(bench.book.isBooked).toBe(true);
  bench.take({ kind: 'entriesCancelled', answer: { ended: 0, left: ['f1'] } });
  expect(bench.alerts).toEqual([expect.stringContaining('f1')]);
});

test('a part of it that is closed leaves them', () => {
  const bench = open({ partialTakeProfitFraction: '0.001', partialTakeProfitShare: '0.5' });
  expect(bench.of('startExit')).toMatchObject([{ round: { isPart: true } }]);
  expect(bench.of('cancelEntries')).toEqual([]);
});
