import type { ProtectFacts } from '../../../../src/domain/position/commands';
import { legsOf } from '../../../../src/domain/position/legs';
import { viewOf } from '../../../../src/domain/position/view';
import { Bench, OPENER, START_MS } from './bench';

const STOP = { stopLoss: '59950' };
const OPENER_FILLED = { ...OPENER, fingerprint: 'filled', filledAtMs: START_MS };

/** A person's words, all at once. */
function sayAll(bench: Bench, words: readonly Partial<ProtectFacts>[]) {
  return words.map((legs, index) =>
    bench.take({ kind: 'protect', command: { requestId: String(index), words: 'a person', ...legs } })!,
  );
}

function sent(bench: Bench) {
  return bench.of('setProtection').map(({ change }) => legsOf(change));
}

test.each([
  ['rests', [OPENER_FILLED, OPENER], true],
  ['has filled', [OPENER_FILLED], false],
  ['is of an account that tells no times', [OPENER], false],
])('whoever closes a position hears that entries are cancelled first where one %s', (_what, openers, isSaid) => {
  const bench = new Bench();
  bench.report(bench.row(STOP), { openers });
  const reply = bench.take({ kind: 'close', command: { requestId: '1', words: 'a person', reason: 'OPERATOR' } })!;
  expect(reply.accepted).toBe(true);
  expect(reply.message.includes('cancelled first')).toBe(isSaid);
});

test('whoever closes a position of which a part is being closed hears what has to end before, and so does who looks', () => {
  const bench = new Bench({ partialTakeProfitFraction: '0.001', partialTakeProfitShare: '0.5' });
  bench.report(bench.row({ ...STOP, markPrice: '62000' }));
  const { round, timestampMs } = bench.of('startExit')[0]!.round;
  bench.take({ kind: 'exitStarted', round, fingerprint: 'part', clientOrderId: 'of-part' });
  const reply = bench.take({ kind: 'close', command: { requestId: '1', words: 'a person', reason: 'OPERATOR' } })!;
  expect(reply).toMatchObject({ accepted: true, message: expect.stringContaining('Exit 1, which is under way') });
  expect(viewOf(bench.book)).toMatchObject({
    state: 'EXITING',
    stateReason: expect.stringContaining('the signal part'),
    exitUnderWay: { round: 1, sinceMs: timestampMs, fingerprint: 'part', clientOrderId: 'of-part' },
  });
  bench.endExit('0.25');
  expect(viewOf(bench.book).exitUnderWay).toBeUndefined();
});

describe('words of people that come at the same time', () => {
  test('are all carried out, of each leg the last one', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    const replies = sayAll(bench, [
      { stopLoss: '60200' },
      { takeProfit: '63000' },
      { trailingDistance: '300' },
      { takeProfit: '64000', stopLoss: '60400' },
    ]);
    expect(replies.map(({ accepted }) => accepted)).toEqual([true, true, true, true]);
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '60200' }));
    bench.pass(20_000);
    expect(sent(bench)).toEqual([
      { stopLoss: '60200' },
      { stopLoss: '60400', takeProfit: '64000', trailingDistance: '300' },
    ]);
  });

  test.each(['rate_limited', 'unknown'] as const)('lose nothing when the venue says %s', (status) => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    sayAll(bench, [{ stopLoss: '60200', takeProfit: '63000' }, { takeProfit: '64000' }]);
    bench.answer(status).pass(2_000).report(bench.row(STOP)).pass(2_000);
    expect(sent(bench).at(-1)).toEqual({ stopLoss: '60200', takeProfit: '64000' });
  });

  test('do not move a stop away from the one that is on its way', () => {
    const bench = new Bench();
    bench.report(bench.row(STOP));
    const replies = sayAll(bench, [
      { stopLoss: '60500' },
      { stopLoss: '60200' },
      { stopLoss: '60800' },
      { stopLoss: '60600' },
    ]);
    expect(replies.map(({ accepted }) => accepted)).toEqual([true, false, true, false]);
  });
});
