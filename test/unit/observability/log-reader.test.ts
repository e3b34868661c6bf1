import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINE_BYTES_MAX } from '../../../src/observability/log-cursor';
import { LogReader } from '../../../src/observability/log-reader';
import { isAskedFor, parseFields, type LogFilter } from '../../../src/observability/log-line';

let dataDir: string;
let reader: LogReader;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-read-logs-'));
  mkdirSync(join(dataDir, 'logs'));
  reader = new LogReader(dataDir);
});

afterEach(() => {
  reader.close();
  rmSync(dataDir, { recursive: true });
});

function row(time: string, message: string, fields: object = {}): string {
  return `${JSON.stringify({ level: 'info', time: `2026-03-01T${time}Z`, message, ...fields })}\n`;
}

function write(name: string, ...rows: readonly string[]): void {
  appendFileSync(join(dataDir, 'logs', name), rows.join(''));
}

function messages(isLast = true): readonly unknown[] {
  return [...reader.lines(isLast)].map(({ text, fields }) => fields?.['message'] ?? text);
}

test('lines of all files come in the order of time', () => {
  write('api_20260301.log', row('10:00:00.001', 'one'), row('10:00:00.004', 'four'));
  write('trading_engine_20260301.log', row('10:00:00.002', 'two'), row('10:00:00.003', 'three'));
  expect(messages()).toEqual(['one', 'two', 'three', 'four']);
});

test('an error, which stands in two files, is told once', () => {
  const error = row('10:00:00.001', 'broken', { level: 'error' });
  write('api_20260301.log', error);
  write('errors_20260301.log', error);
  expect(messages()).toEqual(['broken']);
});

test('an error that the full file of its part dropped is told from the file of errors', () => {
  write('api_20260301.log', row('10:00:00.000', 'before'));
  write('errors_20260301.log', row('10:00:00.001', 'broken', { level: 'error' }));
  expect(messages()).toEqual(['before', 'broken']);
});

test('an error that happened twice in one millisecond is told twice', () => {
  const error = row('10:00:00.001', 'broken', { level: 'error' });
  write('api_20260301.log', error, error);
  write('errors_20260301.log', error, error);
  expect(messages()).toEqual(['broken', 'broken']);
});

test('what comes in later is told by the next reading, and nothing twice, over midnight too', () => {
  write('api_20260301.log', row('23:59:59.999', 'old', { level: 'error' }));
  expect(messages(false)).toEqual(['old']);
  write('errors_20260301.log', row('23:59:59.999', 'old', { level: 'error' }));
  write('api_20260302.log', row('00:00:00.000', 'new'));
  expect(messages(false)).toEqual(['new']);
  expect(messages(false)).toEqual([]);
});

test('a line that is half written waits for its other half', () => {
  const whole = row('10:00:00.001', 'whole');
  write('api_20260301.log', whole.slice(0, 20));
  expect(messages(false)).toEqual([]);
  write('api_20260301.log', whole.slice(20));
  expect(messages(false)).toEqual(['whole']);
});

test('a torn line is shown as it is, beside its neighbours', () => {
  write('api_20260301.log', row('10:00:00.001', 'one'), '{"level":"in\n', row('10:00:00.003', 'three'));
  write('ml_manager_20260301.log', row('10:00:00.002', 'two'));
  expect(messages()).toEqual(['one', '{"level":"in', 'two', 'three']);
});

test('a line beyond the largest size says how much of it is left out', () => {
  write('api_20260301.log', 'x'.repeat(LINE_BYTES_MAX + 7), '\n', row('10:00:00.001', 'next'));
  const [long, next] = [...reader.lines(true)];
  expect([long?.text.length, long?.cutBytes, next?.fields?.['message']]).toEqual([LINE_BYTES_MAX, 7, 'next']);
});

test.each([0, 1, 2, 3])(
  'a letter of several bytes on the border of two pieces is read whole (%i bytes on)',
  (shift) => {
    const text = `${'a'.repeat(65_534 - shift)}€€`;
    write('api_20260301.log', `${text}\n`);
    expect(messages()).toEqual([text]);
  },
);

test('other files of the folder, and earlier days, are left out', () => {
  write('audit_20260301.log', row('10:00:00.001', 'audit'));
  write('api.out.log', row('10:00:00.001', 'output'));
  write('api_20260228.log', row('10:00:00.001', 'yesterday'));
  write('api_20260301.log', row('10:00:00.001', 'today'));
  reader = new LogReader(dataDir, '20260301');
  expect(messages()).toEqual(['today']);
});

test('without a folder of logs there are no lines', () => {
  rmSync(join(dataDir, 'logs'), { recursive: true });
  expect(messages()).toEqual([]);
});

test('a file that vanishes between two readings ends nothing', () => {
  write('api_20260301.log', row('10:00:00.001', 'one'));
  expect(messages(false)).toEqual(['one']);
  rmSync(join(dataDir, 'logs', 'api_20260301.log'));
  writeFileSync(join(dataDir, 'logs', 'api_20260302.log'), row('10:00:00.001', 'two'));
  expect(messages(false)).toEqual(['two']);
});

describe('of what is asked for', () => {
  const FINGERPRINT = '0123456789abcdef';
  const asks = (filter: LogFilter, text: string): boolean =>
    isAskedFor({ text, cutBytes: 0, time: '', fields: parseFields(text) }, filter);

  test.each<[string, LogFilter, string, boolean]>([
    [
      'a line with the fingerprint belongs to the signal',
      { fingerprint: FINGERPRINT },
      `{"fingerprint":"${FINGERPRINT}"}`,
      true,
    ],
    [
      'a line of before such fields that names it belongs, too',
      { fingerprint: FINGERPRINT },
      `{"message":"${FINGERPRINT}: lost"}`,
      true,
    ],
    ["another signal's line does not", { fingerprint: FINGERPRINT }, '{"fingerprint":"fedcba9876543210"}', false],
    ['a torn line that names it belongs', { fingerprint: FINGERPRINT }, `{"fingerprint":"${FINGERPRINT}`, true],
    ['that lines were dropped is always told', { fingerprint: FINGERPRINT, level: 'error' }, '{"aboutLog":true}', true],
    [
      'a line about a part counts as one of it',
      { component: 'api' },
      '{"component":"bot_trading","about":"api"}',
      true,
    ],
    ["another part's line does not", { component: 'api' }, '{"component":"ml_manager"}', false],
    ['what is more urgent is there', { level: 'warn' }, '{"level":"error"}', true],
    ['so is a fatal line', { level: 'error' }, '{"level":"fatal"}', true],
    ['and a level that nobody knows', { level: 'error' }, '{"level":"odd"}', true],
    ['what is less urgent is not', { level: 'warn' }, '{"level":"info"}', false],
  ])('%s', (_what, filter, text, isThere) => {
    expect(asks(filter, text)).toBe(isThere);
  });
});

test('of a file that is renamed and made anew nothing is lost, of the writer of the old one neither', () => {
  write('api_20260301.log', row('10:00:00.001', 'one'));
  expect(messages(false)).toEqual(['one']);
  const folder = join(dataDir, 'logs');
  renameSync(join(folder, 'api_20260301.log'), join(folder, 'api_20260301.log.1'));
  write('api_20260301.log', row('10:00:00.003', 'three'));
  write('api_20260301.log.1', row('10:00:00.002', 'two'));
  expect(messages(false)).toEqual(['two', 'three']);
  write('api_20260301.log', row('10:00:00.004', 'four'));
  write('api_20260301.log.1', row('10:00:00.005', 'five'));
  expect(messages(false)).toEqual(['four', 'five']);
});

test('a file that is emptied in its place is read from its beginning', () => {
  write('api_20260301.log', row('10:00:00.001', 'one'), row('10:00:00.001', 'one more'), '{"half":');
  expect(messages(false)).toEqual(['one', 'one more']);
  truncateSync(join(dataDir, 'logs', 'api_20260301.log'));
  write('api_20260301.log', row('10:00:00.002', 'two'));
  expect(messages(false)).toEqual(['two']);
});

test('a folder and a pipe that are called like logs are left out, and told of once', () => {
  mkdirSync(join(dataDir, 'logs', 'api_20260301.log'));
  execFileSync('mkfifo', [join(dataDir, 'logs', 'ml_manager_20260301.log')]);
  write('trading_engine_20260301.log', row('10:00:00.001', 'one'));
  expect(messages()).toEqual(['one']);
  expect(reader.takeProblems()).toEqual([
    expect.stringMatching(/api_20260301\.log is a folder/),
    expect.stringMatching(/ml_manager_20260301\.log is a pipe/),
  ]);
  messages();
  expect(reader.takeProblems()).toEqual([]);
});
