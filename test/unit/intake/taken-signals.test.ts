import { TAKEN_SIGNALS_MAX, TakenSignals } from '../../../src/intake/taken-signals';

test('what was taken is known with its content', () => {
  const taken = new TakenSignals();
  taken.add('a', 'content');
  expect([taken.contentHashOf('a'), taken.contentHashOf('b')]).toEqual(['content', undefined]);
});

test('the oldest are forgotten beyond the bound', () => {
  const taken = new TakenSignals();
  for (let index = 0; index <= TAKEN_SIGNALS_MAX; index += 1) taken.add(String(index), 'content');
  expect(taken.contentHashOf('0')).toBeUndefined();
  expect(taken.contentHashOf('1')).toBe('content');
  expect(taken.contentHashOf(String(TAKEN_SIGNALS_MAX))).toBe('content');
});
