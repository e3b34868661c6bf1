import { PassThrough } from 'node:stream';
import { styleFor } from '../../../src/cli/terminal';

function stream(isTTY: boolean): NodeJS.WriteStream {
  return Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
}

describe('styleFor', () => {
  test('a terminal gets colours', () => {
    expect(styleFor(stream(true), {}).good('up')).not.toBe('up');
  });

  test.each([
    ['a pipe', false, {}],
    ['NO_COLOR', true, { NO_COLOR: '1' }],
    ['a dumb terminal', true, { TERM: 'dumb' }],
  ])('%s gets none', (_, isTTY, env) => {
    expect(styleFor(stream(isTTY), env).good('up')).toBe('up');
  });

  test('an empty NO_COLOR counts as not set', () => {
    expect(styleFor(stream(true), { NO_COLOR: '' }).good('up')).not.toBe('up');
  });
});
