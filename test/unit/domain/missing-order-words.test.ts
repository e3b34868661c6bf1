/** What a person reads of an order that nobody knows the end of: what waits for it. */
import { whatWaits } from '../../../src/domain/missing-order';
import { exitStrategy } from '../../../src/domain/position/exit-strategy';

const own = exitStrategy({ openedAtMs: Date.UTC(2025, 0, 14), round: 1 });

test.each([
  ['an entry holds funds', false, 'trend', /funds stay held/u],
  ['an exit that somebody sent holds none', true, 'trend', /BTCUSDT that it was to close may still be open/u],
  [
    'no other exit of its position follows one of ours',
    true,
    own,
    /BTCUSDT may still be open, and gets no other exit/u,
  ],
])('%s', (_, reduceOnly, strategy, words) => {
  expect(whatWaits({ symbol: 'BTCUSDT', reduceOnly }, strategy)).toMatch(words);
});
