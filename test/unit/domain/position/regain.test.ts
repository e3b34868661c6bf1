import { legsOf } from '../../../../src/domain/position/legs';
import type { PositionRow } from '../../../../src/domain/position/types';
import { Bench, OPENER } from './bench';

const ADDED = { size: '0.7' };
const openers = [OPENER, { ...OPENER, fingerprint: 'g', clientOrderId: 'add', quantity: '0.2' }];
type Legs = Partial<Pick<PositionRow, 'stopLoss' | 'takeProfit' | 'trailingDistance'>>;

/** A position whose protection was moved after an add of it began to rest. */
function moved(legs: Legs): Bench {
  const bench = new Bench();
  return bench.report(bench.row(legs), { openers }).pass(1_000);
}

describe('an entry of ours that fills later', () => {
  test.each<readonly [what: string, before: Legs, brought: Legs, asked: object]>([
    ['stop', { stopLoss: '60500' }, { stopLoss: '59950' }, { stopLoss: '60500' }],
    [
      'target',
      { stopLoss: '60500', takeProfit: '63000' },
      { stopLoss: '60500', takeProfit: '64000' },
      { takeProfit: '63000' },
    ],
    [
      'target that it has none of',
      { stopLoss: '60500', takeProfit: '63000' },
      { stopLoss: '60500' },
      { takeProfit: '63000' },
    ],
    [
      'trailing stop',
      { stopLoss: '60500', trailingDistance: '300' },
      { stopLoss: '59950' },
      { stopLoss: '60500', trailingDistance: '300' },
    ],
  ])(
    'does not keep its older %s: what was there is asked for at once, and nobody is blamed',
    (_what, before, brought, asked) => {
      const bench = moved(before);
      bench.report(bench.row({ ...brought, ...ADDED }), { openers });
      expect(bench.of('setProtection')).toHaveLength(1);
      expect(legsOf(bench.of('setProtection')[0]!.change)).toEqual(asked);
      bench
        .answer('set')
        .pass(1_000)
        .report(bench.row({ ...before, ...ADDED }), { openers });
      bench.pass(60_000).report(bench.row({ ...before, ...ADDED }), { openers });
      expect(bench.of('setProtection')).toHaveLength(1);
      expect(bench.alerts).toEqual([]);
      expect(bench.book.wanted).toMatchObject({ stopLoss: before.stopLoss });
    },
  );

  test('does not loosen a stop of a short position, or one that went to the price of the entry a moment ago', () => {
    const short = new Bench();
    short.report(short.row({ side: 'SHORT', stopLoss: '61900' }), { openers }).pass(1_000);
    short.report(short.row({ side: 'SHORT', stopLoss: '62500', ...ADDED }), { openers });
    expect(short.of('setProtection')).toMatchObject([{ change: { stopLoss: '61900' } }]);
    const even = new Bench({ breakEvenFraction: '0.01' });
    const price = { markPrice: '61900.0' };
    even.report(even.row({ stopLoss: '59950' }), { openers }).pass(20_000);
    even
      .report(even.row({ stopLoss: '59950', ...price }), { openers })
      .answer('set')
      .pass(1_000);
    even.report(even.row({ stopLoss: '61200', ...price }), { openers }).pass(1_000);
    even.report(even.row({ stopLoss: '59950', ...price, ...ADDED }), { openers });
    expect(even.of('setProtection').map(({ change }) => change.stopLoss)).toEqual(['61200', '61200']);
  });

  test('does not bring back a target that a person took away', () => {
    const bench = moved({ stopLoss: '60500', takeProfit: '63000' });
    bench.take({ kind: 'protect', command: { requestId: '1', words: 'a person', takeProfit: null } });
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '60500' }), { openers });
    bench.pass(1_000).report(bench.row({ stopLoss: '60500', takeProfit: '63000', ...ADDED }), { openers });
    expect(bench.of('setProtection').at(-1)).toMatchObject({ change: { takeProfit: null } });
    expect(bench.of('setProtection')).toHaveLength(2);
  });

  test('loosens nothing while a change of the stop is under way', () => {
    const bench = moved({ stopLoss: '60500' });
    bench.take({ kind: 'protect', command: { requestId: '1', words: 'a person', stopLoss: '60800' } });
    bench.answer('set').report(bench.row({ stopLoss: '59950', ...ADDED }), { openers });
    for (let second = 0; second < 20; second += 1) {
      bench.pass(1_000).report(bench.row({ stopLoss: '59950', ...ADDED }), { openers });
    }
    expect(bench.of('setProtection').at(-1)).toMatchObject({ change: { stopLoss: '60800' } });
    expect(bench.of('setProtection')).toHaveLength(2);
    expect(bench.alerts).toEqual([]);
  });

  test('with a target that the price has passed keeps the stop where it was', () => {
    const bench = moved({ stopLoss: '60500', takeProfit: '63000' });
    bench.report(bench.row({ stopLoss: '59950', takeProfit: '64000', ...ADDED }), { openers });
    bench.answer('price_passed');
    expect(bench.of('setProtection').map(({ change }) => change)).toMatchObject([
      { stopLoss: '60500', takeProfit: '63000' },
      { stopLoss: '60500' },
    ]);
    expect(bench.of('setProtection')[1]!.change).not.toHaveProperty('takeProfit');
  });

  test('is asked for again where the venue did not answer, and a later word of a person counts', () => {
    const bench = moved({ stopLoss: '60500', takeProfit: '63000' });
    bench.report(bench.row({ stopLoss: '59950', takeProfit: '64000', ...ADDED }), { openers });
    bench.take({ kind: 'protect', command: { requestId: '1', words: 'a person', takeProfit: '65000' } });
    bench.answer('rate_limited').pass(5_000);
    bench
      .answer('set')
      .pass(1_000)
      .report(bench.row({ stopLoss: '59950', takeProfit: '65000', ...ADDED }), { openers });
    expect(bench.of('setProtection').map(({ change: { stopLoss, takeProfit } }) => ({ stopLoss, takeProfit }))).toEqual(
      [{ stopLoss: '60500', takeProfit: '63000' }, { takeProfit: '65000' }, { stopLoss: '60500' }],
    );
  });
});
