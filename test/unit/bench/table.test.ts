import { figure, mebibytes, percent, renderFigures } from '../../../bench/table';

describe('renderFigures', () => {
  it('aligns text to the left and figures to the right', () => {
    const rows = [
      ['step', 'ms', 'per second'],
      ['floor', '9.5', '120'],
      ['the whole road', '101.0', '7'],
    ];
    expect(renderFigures(rows)).toEqual([
      'step               ms  per second',
      'floor             9.5         120',
      'the whole road  101.0           7',
    ]);
  });

  it('bears short rows and none', () => {
    expect(renderFigures([['a', 'b'], ['longer']])).toEqual(['a       b', 'longer']);
    expect(renderFigures([])).toEqual([]);
  });
});

describe('cells', () => {
  it('show a figure with its unit', () => {
    expect(figure(1.25, 1, 'ms')).toBe('1.3 ms');
    expect(figure(3, 2)).toBe('3.00');
    expect(percent(0.256)).toBe('26 %');
    expect(mebibytes(1024 ** 2 * 1.5)).toBe('1.5 MiB');
  });

  it('say when nothing was measured', () => {
    expect([figure(undefined, 1, 'ms'), percent(undefined), mebibytes(undefined)]).toEqual([
      'not measured',
      'not measured',
      'not measured',
    ]);
  });
});
