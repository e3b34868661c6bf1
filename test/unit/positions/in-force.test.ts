import { isInForce } from '../../../src/positions/in-force';
import { aPositionView, aRow } from './samples';

const showing = (change: Parameters<typeof aRow>[0]) => aPositionView({ row: aRow(change) });
const BEFORE = showing({ stopLoss: '59950', takeProfit: '64000' });

test.each([
  ['the stop is where it was asked for', { stopLoss: '60100' }, { stopLoss: '60100.0' }, true],
  ['the stop is where it was', { stopLoss: '59960' }, { stopLoss: '59950' }, false],
  ['the stop is a step beside what was asked for', { stopLoss: '60100.03' }, { stopLoss: '60100' }, true],
  ['the stop is elsewhere', { stopLoss: '60100' }, { stopLoss: '61000' }, false],
  ['there is none', { stopLoss: '60100' }, { stopLoss: undefined }, false],
  ['the target is gone', { takeProfit: null }, { takeProfit: undefined }, true],
  ['the target is still there', { takeProfit: null }, { takeProfit: '64000' }, false],
  ['one of two is there', { stopLoss: '60100', trailingDistance: '150' }, { stopLoss: '60100' }, false],
  ['both are', { stopLoss: '60100', trailingDistance: '150' }, { stopLoss: '60100', trailingDistance: '150' }, true],
])('where %s, in force is %j of %j: %s', (_name, asked, shown, isThere) => {
  expect(isInForce(asked, BEFORE, showing(shown))).toBe(isThere);
});

test('nothing is in force at a position that is gone', () => {
  expect(isInForce({ stopLoss: '60100' }, BEFORE, aPositionView({ row: undefined }))).toBe(false);
});
