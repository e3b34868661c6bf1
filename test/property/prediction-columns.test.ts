/** What a tick's predictions were is what the loop reads, whatever they hold. */
import * as fc from 'fast-check';
import { ofColumns, toColumns } from '../../src/domain/model-gate/prediction-columns';
import type { ModelPrediction } from '../../src/domain/model-gate/types';

const CLOSE_MS = 1_700_000_040_000;
const LEVELS = [0.05, 0.5, 0.95];
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const rows = fc.uniqueArray(
  fc.record(
    {
      symbol: fc.string({ minLength: 1 }),
      expectedReturn: number.filter((value) => value !== 0),
      close: number,
      deviation: number,
      values: fc.tuple(number, number, number),
      move: number,
      outOfRange: fc.string(),
    },
    { requiredKeys: ['symbol', 'expectedReturn', 'values', 'move'] },
  ),
  { selector: ({ symbol }) => symbol, maxLength: 5 },
);

test('columns give back every prediction of the tick, through JSON, too', () => {
  fc.assert(
    fc.property(rows, fc.boolean(), fc.boolean(), (given, hasQuantiles, hasMoves) => {
      const predictions = given.map(({ values, move, ...row }): ModelPrediction => ({
        ...row,
        closeTimeMs: CLOSE_MS,
        ...(hasQuantiles && { quantiles: LEVELS.map((level, at) => [level, values[at]!] as const) }),
        ...(hasMoves && { [row.expectedReturn > 0 ? 'fall' : 'rise']: [[0.9, move]] }),
      }));
      const travelled = JSON.parse(JSON.stringify(toColumns(predictions))) as ReturnType<typeof toColumns>;
      expect(ofColumns(travelled, CLOSE_MS)).toEqual(predictions);
    }),
  );
});
