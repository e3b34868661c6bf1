import { onSteps } from '../../../../src/domain/position/on-steps';

const SHAPE = { symbol: 'BTCUSDT', stopTrigger: 'mark', targetTrigger: 'last' } as const;

test.each([
  ['LONG', '59979.11', '63000.49', '59979.5', '63000'],
  ['SHORT', '62427.24', '58000.01', '62427', '58000.5'],
] as const)(
  'stop and target of a %s position are rounded towards its entry',
  (side, stop, target, onStop, onTarget) => {
    const change = { ...SHAPE, stopLoss: stop, takeProfit: target };
    expect(onSteps(change, side, '0.5')).toEqual({ ...SHAPE, stopLoss: onStop, takeProfit: onTarget });
  },
);

test('what is on a step, is removed, or is not named stays as it is', () => {
  const change = { ...SHAPE, stopLoss: '59979.5', takeProfit: null };
  expect(onSteps(change, 'LONG', '0.5')).toEqual(change);
});

test('a distance becomes smaller, and never none', () => {
  expect(onSteps({ ...SHAPE, trailingDistance: '300.9' }, 'LONG', '0.5').trailingDistance).toBe('300.5');
  expect(onSteps({ ...SHAPE, trailingDistance: '0.1' }, 'LONG', '0.5').trailingDistance).toBe('0.5');
});

test('a step that cannot be read changes nothing', () => {
  const change = { ...SHAPE, stopLoss: '59979.11' };
  expect(onSteps(change, 'LONG', '')).toEqual(change);
});
