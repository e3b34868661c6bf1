import type { ContractOutput } from '../../../src/inference/contract-schema';
import { toInference } from '../../../src/inference/outputs';
import { differenceOf } from '../../../src/inference/parity';

const unit = 'log return';
const MEAN: ContractOutput = { name: 'mean', kind: 'mean', horizonMinutes: 15, unit };
const QUANTILES: ContractOutput = { name: 'q', kind: 'quantiles', horizonMinutes: 15, levels: [0.1, 0.5, 0.9], unit };
const FALL: ContractOutput = { name: 'fall', kind: 'fall', horizonMinutes: 15, levels: [0.5, 0.9], unit };
const SCALE: ContractOutput = { name: 'scale', kind: 'scale', unit };
const ROW = { symbol: 'BTCUSDT', closeTimeMs: 1 };
const floats = (...values: readonly number[]) => Float32Array.from(values);

test('quantiles that cross are put in order, and falls lose their sign', () => {
  const outputs = [MEAN, QUANTILES, FALL, SCALE];
  const arrays = [floats(0.5), floats(-1, 2, 1), floats(-1, -2), floats(4)];
  const { predictions } = toInference({ outputs, horizonsMinutes: [15] }, [ROW], arrays);
  expect(predictions).toEqual([
    {
      ...ROW,
      scale: 4,
      horizons: [
        {
          minutes: 15,
          mean: 0.5,
          quantiles: [
            { level: 0.1, value: -1 },
            { level: 0.5, value: 1 },
            { level: 0.9, value: 2 },
          ],
          fall: [
            { level: 0.5, value: 1 },
            { level: 0.9, value: 2 },
          ],
        },
      ],
    },
  ]);
});

test('a model that tells nothing but means has nothing else in its predictions', () => {
  const { predictions } = toInference({ outputs: [MEAN], horizonsMinutes: [15] }, [ROW], [floats(0.25)]);
  expect(predictions).toEqual([{ ...ROW, horizons: [{ minutes: 15, mean: 0.25 }] }]);
});

test.each([
  ['equal to within both tolerances', [0.001, 0.01], [0.001, 0.01 + 5e-8], true],
  ['apart by more than the absolute one', [0.01, 0.1], [0.01, 0.1 + 5e-7], false],
  ['apart by more than its share of the scale', [0.0001, 0.001], [0.0001, 0.001 + 5e-8], false],
  ['no number', [0.001, 0.01], [0.001, Number.NaN], false],
])('outputs that are %s', (_, expected, actual, isWithin) => {
  const outputs = [SCALE, MEAN];
  const lists = (values: readonly number[]) => values.map((value) => [value]);
  expect(differenceOf(outputs, lists(actual), lists(expected)).isWithin).toBe(isWithin);
});
