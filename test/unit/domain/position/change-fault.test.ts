import type { PositionRow } from '../../../../src/domain/position/types';
import { Bench } from './bench';

const STOP = { stopLoss: '59950' };
const SHORT: Partial<PositionRow> = { side: 'SHORT', stopLoss: '62500' };
// The mark price is 61300.5: a stop is 30.65025 to 30650.25 away from it.
const NEAREST = '30.65025';
const FARTHEST = '30650.25';

function ask(row: Partial<PositionRow>, legs: object) {
  const bench = new Bench();
  bench.report(bench.row(row));
  const reply = bench.take({ kind: 'protect', command: { requestId: '1', words: 'a person', ...legs } })!;
  return { ...reply, sent: bench.of('setProtection') };
}

describe.each([true, false])('with force: %s', (force) => {
  test.each<readonly [what: string, row: Partial<PositionRow>, legs: object, limit: string]>([
    ['a stop that is almost at the price', STOP, { stopLoss: '61300.45' }, NEAREST],
    ['a stop of a short position that is almost at the price', SHORT, { stopLoss: '61300.55' }, NEAREST],
    ['a trailing distance of almost nothing', STOP, { trailingDistance: '0.0000001' }, NEAREST],
    ['a trailing distance just below the least', STOP, { trailingDistance: '30.65' }, NEAREST],
    ['a trailing distance beyond all prices', STOP, { trailingDistance: '999999999' }, FARTHEST],
    ['a target beyond all prices', STOP, { takeProfit: '99999999999999999' }, '613005'],
    ['a target of a short position at almost nothing', SHORT, { takeProfit: '0.01' }, '6130.05'],
    [
      'a stop beyond the liquidation',
      { ...STOP, leverage: '10', liquidationPrice: '60500' },
      { stopLoss: '60400' },
      'liquidated at 60500',
    ],
    [
      'a stop of a short position beyond the liquidation',
      { ...SHORT, leverage: '10', liquidationPrice: '61900' },
      { stopLoss: '62000' },
      'liquidated at 61900',
    ],
    ['one wrong leg among others', STOP, { stopLoss: '60500', trailingDistance: '1' }, NEAREST],
  ])('%s is refused with its limit', (_what, row, legs, limit) => {
    const { accepted, message, sent } = ask(row, { ...legs, force });
    expect({ accepted, sent }).toEqual({ accepted: false, sent: [] });
    expect(message).toContain(limit);
    expect(message).toMatch(/\.$/);
  });

  test.each<readonly [what: string, row: Partial<PositionRow>, legs: object]>([
    ['a stop at the least distance', STOP, { stopLoss: '61269.84' }],
    ['a trailing distance at the largest', STOP, { trailingDistance: '30650.25' }],
    ['a far target', STOP, { takeProfit: '613005' }],
    ['a stop before the liquidation', { ...STOP, leverage: '10', liquidationPrice: '60500' }, { stopLoss: '60501' }],
    [
      'a stop below what an unlent position is liquidated at',
      { ...STOP, leverage: '1', liquidationPrice: '60600' },
      { stopLoss: '60500' },
    ],
    ['no target and no trailing', STOP, { takeProfit: null, trailingDistance: null }],
  ])('%s is taken', (_what, row, legs) => {
    expect(ask(row, { ...legs, force })).toMatchObject({ accepted: true });
  });
});

test('by force a stop goes away from the price, as far as stops may be', () => {
  expect(ask(STOP, { stopLoss: '30651', force: true })).toMatchObject({ accepted: true });
  const far = ask(STOP, { stopLoss: '0.0000000001', force: true });
  expect(far).toMatchObject({ accepted: false, message: expect.stringContaining(FARTHEST), sent: [] });
});

test('what is in force is said as the venue has it', () => {
  const bench = new Bench();
  bench.report(bench.row(STOP));
  bench.take({ kind: 'protect', command: { requestId: '1', words: 'a person', stopLoss: '60500.123' } });
  bench
    .answer('set')
    .pass(1_000)
    .report(bench.row({ stopLoss: '60500.2' }));
  expect(bench.book.timeline.at(-1)!.text).toMatch(/^In force: stop 60500\.2\b.*60500\.123/);
});
