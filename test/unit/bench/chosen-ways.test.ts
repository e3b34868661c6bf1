import { chosenWays } from '../../../bench/speed-command';

test('words name the ways that are measured', () => {
  expect(chosenWays('inside,http,sender')).toEqual(['road', 'roadHttp', 'roadSender']);
});

test.each([
  ['another word', 'inside,toString', /"toString" is none of floor, eager, inside, told, http, sender/],
  ['no word', '', /"" is none of/],
  ['the floor alone', 'floor,eager', /the floor trades no signal/],
])('%s is refused', (_name, words, message) => {
  expect(() => chosenWays(words)).toThrow(message);
});
