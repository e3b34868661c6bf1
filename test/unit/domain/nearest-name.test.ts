import { nearestName } from '../../../src/domain/nearest-name';

test.each([
  ['riks', 'risk'],
  ['enabeld', 'enabled'],
  ['rsik', 'risk'],
])('%s is taken for %s: two neighbours in the wrong order are one slip', (given, meant) => {
  expect(nearestName(given, ['risk', 'enabled', 'model'])).toBe(meant);
});

test('a short name that differs in two places is none of ours', () => {
  expect(nearestName('disc', ['risk'])).toBeUndefined();
});
