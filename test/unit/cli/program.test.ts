import { completeArguments } from '../../../src/cli/program';

describe('completeArguments', () => {
  test.each([
    [['--mode=ml'], ['start', '--mode=ml']],
    [
      ['--mode', 'core'],
      ['start', '--mode', 'core'],
    ],
    [['--status'], ['start', '--status']],
    [
      ['start', '--mode=api'],
      ['start', '--mode=api'],
    ],
    [['--help'], ['--help']],
    [[], []],
  ])('%j means %j', (words, expected) => {
    expect(completeArguments(words)).toEqual(expected);
  });
});
