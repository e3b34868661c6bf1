import { readSignalSource, shortHash, sourceWords } from '../../../src/domain/signal-source';

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
