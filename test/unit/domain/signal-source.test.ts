import { readSignalSource, shortHash, sourceFigures, sourceWords } from '../../../src/domain/signal-source';

const HASH = shortHash('a1e0588870d35d9d67bba7247c2896783e4ce28150859ba9b69271e97ae2d7e8');

test('a model is named with its version, the hash of its file, what it expected and what it needed', () => {
  const source = { by: 'model', name: 'returns-15m 1.0.0', hash: HASH, expected: 0.0012, needed: 0.0008 } as const;
  expect(readSignalSource(source)).toEqual(source);
  expect(sourceWords(source)).toBe(
    'the model returns-15m 1.0.0 (SHA-256 a1e0588870d35d9d…), which expected 0.1200 %, and it needed more than 0.0800 %',
  );
});

test.each(['', 'A1E0588870D35D9D', `${HASH}0`, 'not hexadecimal', 7])('%j is no hash, and the rest stands', (hash) => {
  expect(readSignalSource({ by: 'model', name: 'm', hash })).toEqual({ by: 'model', name: 'm' });
});

test('the chance stands beside what it had to exceed, with the quantiles and the risk', () => {
  const source = {
    by: 'model',
    expected: 0.0012,
    chance: 0.5312,
    chanceMin: 0.5,
    quantiles: [
      [0.05, -0.0025],
      [0.95, 0.004],
    ],
    risk: '25',
  } as const;
  expect(readSignalSource(source)).toEqual(source);
  expect(sourceFigures(source)).toEqual([
    'the chance of a net gain was 53.12 %, and it needed more than 50 %',
    'of the returns it expected 5 % below -0.2500 %, 95 % below 0.4000 %',
    'its stop may lose 25 at most',
  ]);
});

test.each([
  { quantiles: Array(17).fill([0.5, 0]) },
  { quantiles: [[0.5, 0, 1]] },
  { quantiles: [[0.5, '0']] },
  { quantiles: 'many' },
  { chance: Number.NaN },
  { chanceMin: '0.5' },
  { risk: 25 },
  { risk: 'much' },
])('%j is left out, and the rest stands', (figures) => {
  expect(readSignalSource({ by: 'model', name: 'm', ...figures })).toEqual({ by: 'model', name: 'm' });
});
