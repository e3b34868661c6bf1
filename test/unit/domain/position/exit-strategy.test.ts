import fc from 'fast-check';
import {
  closeReasonWords,
  exitStrategy,
  isExitStrategyTaken,
  readExitStrategy,
  strategyWords,
} from '../../../../src/domain/position/exit-strategy';
import { CLOSE_REASONS } from '../../../../src/domain/position/types';
import { STRATEGY_UNITS_MAX } from '../../../../src/domain/readable-text';

test('an exit’s strategy is read as it was written, and fits into every record', () => {
  const anyExit = fc.record({
    openedAtMs: fc.integer({ min: 0, max: 8.64e15 }),
    round: fc.integer({ min: 1, max: 999_999_999 }),
  });
  fc.assert(
    fc.property(anyExit, (exit) => {
      const strategy = exitStrategy(exit);
      expect(readExitStrategy(strategy)).toEqual(exit);
      expect(isExitStrategyTaken(strategy)).toBe(true);
      expect(strategy.length).toBeLessThanOrEqual(STRATEGY_UNITS_MAX);
    }),
  );
});

test.each([
  '',
  'exit',
  'exit/',
  'exit/a',
  'exit/a/',
  'exit//1',
  'exit/a/0',
  'exit/A/1',
  'exit/a/1/2',
  ' exit/a/1',
  'exit/a/1\n',
])('the strategy %j is no exit of ours', (strategy) => {
  expect(readExitStrategy(strategy)).toBeUndefined();
  expect(strategyWords(strategy, 'TIME_LIMIT')).toBe(strategy);
});

test.each(['exit/', 'exit/a/1', 'Exit/x', 'EXIT/'])('the name %j is kept for exits', (name) => {
  expect(isExitStrategyTaken(name)).toBe(true);
});

test.each(['exit', 'exits/a', 'my exit/a', 'exit-a'])('the name %j is anybody’s', (name) => {
  expect(isExitStrategyTaken(name)).toBe(false);
});

test('people read the round of an exit and why it was made', () => {
  expect(strategyWords('exit/a/3', 'TIME_LIMIT')).toBe('exit 3: time limit');
  expect(strategyWords('exit/a/3')).toBe('exit 3');
  expect(strategyWords('exit/a/3', 'NEWER')).toBe('exit 3: NEWER');
});

test('every reason has words of its own', () => {
  expect(new Set(CLOSE_REASONS.map(closeReasonWords)).size).toBe(CLOSE_REASONS.length);
  expect(closeReasonWords('toString')).toBe('toString');
});
