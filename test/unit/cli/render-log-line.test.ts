import { renderLogLine } from '../../../src/cli/render-log-line';
import { sinceOption } from '../../../src/cli/since-option';
import { PLAIN } from '../../../src/cli/terminal';
import { parseFields } from '../../../src/observability/log-line';

function render(text: string, cutBytes = 0): string {
  return renderLogLine({ text, cutBytes, time: '', fields: parseFields(text) }, PLAIN);
}

test('a line of a log has time, level, part, words and every other field', () => {
  const text = JSON.stringify({
    level: 'info',
    time: '2026-03-01T10:00:00.001Z',
    component: 'api',
    pid: 7,
    fingerprint: '0123456789abcdef',
    filled: { quantity: '1' },
    message: 'signal received',
  });
  expect(render(text)).toBe(
    '2026-03-01 10:00:00.001  INFO   api             signal received fingerprint=0123456789abcdef filled={"quantity":"1"}',
  );
});

test("an error's words stand in the line, and its stack below", () => {
  const error = { type: 'Error', message: 'broken', stack: 'Error: broken\n    at one\n    at two' };
  expect(render(JSON.stringify({ level: 'error', message: 'failed', error })).split('\n')).toEqual([
    expect.stringContaining('failed (Error: broken)'),
    '    at one',
    '    at two',
  ]);
});

test.each(['\u001B[2J', '\u009B2J', '\u202E', '\u2028', '\r'])(
  'what a terminal would obey is shown, not obeyed: %j',
  (odd) => {
    const values = [
      JSON.stringify({
        message: `a${odd}`,
        strategy: odd,
        [`name${odd}`]: 1,
        time: odd,
        error: { message: odd, stack: `x\n${odd}` },
      }),
      `torn ${odd}`,
    ];
    expect(values.map(render).join('')).not.toContain(odd);
  },
);

test('a cut line says how much is left out', () => {
  expect(render('xxx', 12)).toBe('xxx … (12 more bytes)');
});

describe('since when', () => {
  const parse = sinceOption(() => Date.UTC(2026, 2, 2));

  test.each([
    ['90s', Date.UTC(2026, 2, 2) - 90_000],
    ['2h', Date.UTC(2026, 2, 1, 22)],
    ['1d', Date.UTC(2026, 2, 1)],
    ['2026-02-28', Date.UTC(2026, 1, 28)],
    ['2026-02-28T12:30Z', Date.UTC(2026, 1, 28, 12, 30)],
    ['2026-02-28T12:30:05.5Z', Date.UTC(2026, 1, 28, 12, 30, 5, 500)],
  ])('%s is understood', (text, atMs) => {
    expect(parse(text)).toBe(atMs);
  });

  test.each(['', '0h', '2', 'h', '-1h', '2 h', '1w', '99999d', '2026-13-01', '2026-02-28T12:30', 'yesterday', '1e3s'])(
    '%j is refused',
    (text) => {
      expect(() => parse(text)).toThrow('It must be a span');
    },
  );
});
