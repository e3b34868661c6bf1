import { permitWords } from '../../../src/trading/permit-words';

test.each([
  [
    'The request limit leaves room 15711 ms after the latest time asked for; ask for a later one.',
    'The request limit leaves room 15.7 s later than this request can wait; it is tried again.',
  ],
  [
    'The request limit "order" allows weight 108 in 60000 ms and leaves room 10000 ms after the time to live: 3 wait already.',
    'The request limit "order" allows requests of a total weight of 108 in 60 s and leaves room 10 s after the time to live: 3 wait already.',
  ],
  ['Banned.', 'Banned.'],
])('%j is told to people in seconds, and asks nothing of them that a program does', (message, words) => {
  expect(permitWords(message)).toBe(words);
});
