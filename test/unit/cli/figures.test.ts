import { figure, gainBetween, money } from '../../../src/cli/figures';

test.each([
  ['61200', '61200'],
  ['61200.123456789', '61200.123'],
  ['0.333333333333', '0.33333333'],
  ['0.0000001234567891', '0.00000012345679'],
  ['1234567890.5', '1234567891'],
  ['-2.50', '-2.5'],
  ['0', '0'],
  ['-', '-'],
  ['', ''],
])('the figure %p is shown as %p', (text, shown) => {
  expect(figure(text)).toBe(shown);
});

test.each([
  ['16.3125', '16.31'],
  ['-1204.5', '-1204.50'],
  ['0', '0'],
  ['0.00421', '0.0042'],
  ['-0.00001234', '-0.00001'],
  ['unknown', 'unknown'],
])('the money %p is shown as %p', (text, shown) => {
  expect(money(text)).toBe(shown);
});

test.each([
  ['LONG', '90', '-5'],
  ['LONG', '110', '5'],
  ['SHORT', '90', '5'],
] as const)('half of a %s from 100 to %s gains %s', (side, to, gain) => {
  expect(gainBetween(side, '0.5', '100', to)).toBe(gain);
});
