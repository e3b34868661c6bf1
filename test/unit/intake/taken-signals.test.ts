import { TAKEN_SIGNALS_MAX, TakenSignals } from '../../../src/intake/taken-signals';

const TAKEN = { contentHash: 'content' };

test('what was taken is known with its content', () => {
  const taken = new TakenSignals();
  taken.add('a', TAKEN);
  expect([taken.get('a'), taken.get('b')]).toEqual([TAKEN, undefined]);
});

test('the oldest are forgotten beyond the bound', () => {
  const taken = new TakenSignals();
  for (let index = 0; index <= TAKEN_SIGNALS_MAX; index += 1) taken.add(String(index), TAKEN);
  expect(taken.get('0')).toBeUndefined();
  expect(taken.get('1')).toBe(TAKEN);
  expect(taken.get(String(TAKEN_SIGNALS_MAX))).toBe(TAKEN);
});
