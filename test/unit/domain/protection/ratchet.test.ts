import {
  breakEvenStop,
  hasGained,
  isMoveWorth,
  isTighter,
  tighterStop,
} from '../../../../src/domain/protection/ratchet';

describe('a stop is tighter', () => {
  test.each([
    ['LONG', '101', '100', true],
    ['LONG', '100', '101', false],
    ['LONG', '100.0', '100', false],
    ['SHORT', '100', '101', true],
    ['SHORT', '101', '100', false],
    ['LONG', '1', undefined, true],
    ['SHORT', '1', '0', true],
    ['LONG', undefined, '1', false],
    ['SHORT', '0', undefined, false],
    ['LONG', '1e3', '1', false],
    // A binary fraction takes them for the same.
    ['LONG', '10000000000000000.000000000000000001', '10000000000000000', true],
  ] as const)('of a %s: %s than %s is %s', (side, candidate, present, expected) => {
    expect(isTighter(side, candidate, present)).toBe(expected);
  });
});

test.each([
  ['LONG', '100', '101', '101'],
  ['LONG', '102', '101', '102'],
  ['SHORT', '100', '101', '100'],
  ['SHORT', undefined, '101', '101'],
  ['SHORT', '101', undefined, '101'],
  ['LONG', undefined, undefined, undefined],
  ['LONG', '0', '0.00', undefined],
] as const)('of two stops of a %s, %s and %s, the tighter one is %s', (side, one, other, expected) => {
  expect(tighterStop(side, one, other)).toBe(expected);
});

test.each([
  ['LONG', '100', '101', '0.01', true],
  ['LONG', '100', '100.99', '0.01', false],
  ['SHORT', '100', '99', '0.01', true],
  ['SHORT', '100', '101', '0.01', false],
  ['LONG', '', '101', '0.01', false],
  ['LONG', '100', '101', 'much', false],
] as const)('a %s from %s at %s has gained %s: %s', (side, entryPrice, price, fraction, expected) => {
  expect(hasGained({ side, entryPrice, price }, fraction)).toBe(expected);
});

describe('at break-even the stop goes to the price of the entry', () => {
  const long = { side: 'LONG', entryPrice: '100.03', price: '102', stop: '98', priceStep: '0.1' } as const;
  const short = { side: 'SHORT', entryPrice: '99.97', price: '98', stop: '102', priceStep: '0.1' } as const;

  test.each([
    ['rounded towards the price of a long', long, '100.1'],
    ['rounded towards the price of a short', short, '99.9'],
    ['as it is where no step is known', { ...long, priceStep: undefined }, '100.03'],
    ['also of a position without a stop', { ...long, stop: undefined }, '100.1'],
    ['not before it has gained enough', { ...long, price: '100.5' }, undefined],
    ['not where the stop is there', { ...long, stop: '100.1' }, undefined],
    ['not where the stop is tighter', { ...short, stop: '99' }, undefined],
    ['not where no step lies between', { ...long, priceStep: '50' }, undefined],
    ['not on a step that cannot be read', { ...long, priceStep: '' }, undefined],
  ] as const)('%s', (_what, standing, expected) => {
    expect(breakEvenStop(standing, '0.01')).toBe(expected);
  });
});

test.each([
  ['a first stop', { side: 'LONG', to: '90', price: '100' }, true],
  ['a least step', { side: 'LONG', from: '90', to: '90.1', price: '100' }, true],
  ['less than a least step', { side: 'LONG', from: '90', to: '90.09', price: '100' }, false],
  ['a step of a short', { side: 'SHORT', from: '110', to: '109', price: '100' }, true],
  ['a step away from the price', { side: 'SHORT', from: '110', to: '111', price: '100' }, false],
  ['none', { side: 'SHORT', from: '110', to: '110', price: '100' }, false],
  ['a step at an unknown price', { side: 'LONG', from: '90', to: '95', price: '' }, false],
] as const)('%s is worth a request: %j is %s', (_what, move, expected) => {
  expect(isMoveWorth(move, '0.001')).toBe(expected);
});
