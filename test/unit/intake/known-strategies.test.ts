import { KnownStrategies, NEWCOMER_MS, STRATEGIES_KNOWN_MAX } from '../../../src/intake/known-strategies';

test('a configured strategy is known, and another one only a while after its first signal was taken', () => {
  const strategies = new KnownStrategies(new Set(['listed']));
  expect([strategies.standingOf('listed', 0), strategies.standingOf('other', 0)]).toEqual(['known', 'new']);
  strategies.note('other', 0);
  strategies.note('other', NEWCOMER_MS - 1);
  expect(strategies.standingOf('other', NEWCOMER_MS - 1)).toBe('newcomer');
  expect(strategies.standingOf('other', NEWCOMER_MS)).toBe('known');
});

test('beyond the bound the name that is unused for longest is forgotten, and never a configured one', () => {
  const strategies = new KnownStrategies(new Set(['listed']));
  for (const name of ['listed', 'used', 'unused']) strategies.note(name, 0);
  for (let index = 0; index < STRATEGIES_KNOWN_MAX - 1; index += 1) {
    strategies.note('used', NEWCOMER_MS);
    strategies.note(`invented-${index}`, NEWCOMER_MS);
  }
  const standings = ['listed', 'used', 'unused'].map((name) => strategies.standingOf(name, NEWCOMER_MS));
  expect(standings).toEqual(['known', 'known', 'new']);
});
