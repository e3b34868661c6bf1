import { renderAuditRow } from '../../../src/cli/audit';

const ROW = { time: 'T', what: 'halt', target: 'bybit', result: 'done', who: 'user a (1)', from: 'here', why: 'storm' };

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a whole line', ROW, 'T  halt bybit done by user a (1), here: storm'],
  ['one with more to say', { ...ROW, detail: 'late' }, 'T  halt bybit done by user a (1), here: storm; late'],
  ['one without a target and a reason', { ...ROW, target: '', why: '' }, 'T  halt done by user a (1), here'],
  [
    'one that somebody wrote by hand',
    { ...ROW, why: '\u001B[2J' },
    'T  halt bybit done by user a (1), here: \uFFFD[2J',
  ],
])('%s is shown on one line', (_what, row, line) => {
  expect(renderAuditRow(row)).toBe(line);
});
