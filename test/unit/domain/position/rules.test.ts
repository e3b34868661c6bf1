/** Whose rules a position is kept by. */
import { reportFault, rulesFault } from '../../../../src/domain/position/message-faults';
import type { ReportFacts } from '../../../../src/domain/position/book';
import { DESK_PROTECTION } from '../../../support/position-desk';
import { Bench, SYMBOL } from './bench';

const STOP = { stopLoss: '59950' };
const RULES = { protection: DESK_PROTECTION, foreign: 'alert' } as const;
/** As whoever starts a workflow by hand may choose them. */
const CHOSEN = { maxHoldingMinutes: 1, breakEvenFraction: '0.0001', moveLeast: '0.000001' };

test('a report brings the rules of the process that trades, which count before what the workflow began with', () => {
  const bench = new Bench(CHOSEN, 'protect');
  bench.report(bench.row(STOP), { rules: RULES }).pass(120_000);
  expect([...bench.of('startExit'), ...bench.of('setProtection')]).toEqual([]);
  expect(bench.book.terms).toEqual({ ...RULES, symbol: SYMBOL });
});

test('without any they stay as they are', () => {
  const bench = new Bench({ maxHoldingMinutes: 1 });
  bench.report(bench.row(STOP)).pass(60_000);
  expect(bench.of('startExit')).toMatchObject([{ round: { reason: 'TIME_LIMIT' } }]);
});

test('a report that waits for the next position holds none', () => {
  const bench = new Bench();
  bench.report(bench.row(STOP), { rules: RULES }).pass(1_000);
  bench.report(bench.row({ ...STOP, openedAtMs: bench.nowMs }), { rules: RULES });
  expect(bench.book.next).toMatchObject({ openers: [expect.anything()] });
  expect(bench.book.next).not.toHaveProperty('rules');
});

test.each(Object.keys(DESK_PROTECTION))('rules whose %s is no setting are refused', (name) => {
  expect(rulesFault(RULES)).toBeUndefined();
  const wrong = [{}, 'text', undefined];
  const faults = wrong.map((one) => rulesFault({ ...RULES, protection: { ...DESK_PROTECTION, [name]: one } }));
  expect(faults).toEqual(wrong.map(() => expect.stringContaining(name)));
});

test('with such rules a whole report is', () => {
  const report = { asOfMs: 1, row: null, openers: [], tradingState: 'active', rules: { protection: {} } };
  expect(reportFault(report as unknown as ReportFacts, SYMBOL)).toContain('foreign');
});
