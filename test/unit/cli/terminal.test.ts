import { PassThrough } from 'node:stream';
import { reportError } from '../../../src/cli/cli-error';
import { forTerminal, printErrorLine, printJson, printLine, styleFor } from '../../../src/cli/terminal';
import { ConfigError } from '../../../src/config/config-error';
import { emitProcessEvent } from '../../../src/process/process-events';
import { rememberSecret } from '../../../src/secrets/known-secrets';
import { withChannel } from '../../support/with-channel';

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

/** What moves a cursor, rings, hides, or turns the writing direction. */
const OBEYED = [
  '\u001B[2J',
  '\u001B]0;title\u0007',
  '\u0007',
  '\b',
  '\r',
  '\u009B31m',
  '\u202E',
  '\u2066',
  '\u2028',
  '\u007F',
];

/** What is written to a stream while something is done. */
function written(name: 'stdout' | 'stderr', act: () => void): string {
  let text = '';
  const write = jest.spyOn(process[name], 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  act();
  write.mockRestore();
  return text;
}

describe('the last step before a terminal', () => {
  const ways: readonly [string, (text: string) => string][] = [
    ['a line', (text) => written('stdout', () => printLine(text))],
    ['a line about an error', (text) => written('stderr', () => printErrorLine(text))],
    ['JSON', (text) => written('stdout', () => printJson({ [text]: text }))],
    ['an event of a process that nobody supervises', (text) => written('stdout', () => emitAlone(text))],
    ['a line with colours', (text) => forTerminal(text, true)],
    [
      'a problem with a key of a configuration file',
      (text) => written('stderr', () => printErrorLine(problemWith(text))),
    ],
  ];

  describe.each(ways)('%s', (_, print) => {
    test.each(OBEYED)('shows %j and does not obey it', (obeyed) => {
      const text = print(`before${obeyed}after`);
      expect(text).not.toContain(obeyed);
      expect(text).toMatch(/before.*after/);
    });

    test('holds no secret that this process knows', () => {
      rememberSecret('terminal-canary-1');
      expect(print('key "terminal-canary-1", dGVybWluYWwtY2FuYXJ5LTE=')).not.toMatch(/canary|dGVybWluYWwtY2FuYXJ5/);
    });
  });

  test('keeps the colours of a style, and line breaks', () => {
    const style = styleFor(stream(true), {});
    const text = `${style.warning('care')}\n${style.bold('now')}`;
    expect(forTerminal(text, true)).toBe(text);
    expect(forTerminal(text, false)).not.toContain('\u001B');
  });

  test('prints JSON that is read as what was printed', () => {
    const value = { text: OBEYED.join('"\\') };
    expect(JSON.parse(written('stdout', () => printJson(value)))).toEqual(value);
  });
});

/** As in a process that was started by hand. */
function emitAlone(text: string): void {
  withChannel(undefined, () => emitProcessEvent({ kind: 'line', text }));
}

function problemWith(key: string): string {
  return reportError(new ConfigError([{ source: 'my.yaml', path: key, message: `${key} is not a setting.` }])).message;
}
