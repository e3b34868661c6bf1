import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../src/observability/logging';
import { signalFields } from '../../../src/observability/signal-of-line';
import { createTemporalLogger } from '../../../src/observability/temporal-logger';

const fingerprint = '0123456789abcdef';

test.each([
  ["a signal's workflow", fingerprint, 'received', { fingerprint }],
  ["an orphan's workflow", `orphan:${fingerprint}`, 'ended', { fingerprint }],
  ['an account that speaks of a signal', 'venue-account:paper:bybit', `${fingerprint}: not booked`, { fingerprint }],
  ['a process that speaks of a signal', undefined, `${fingerprint}: refused`, { fingerprint }],
  ['an account that speaks of none', 'venue-account:paper:bybit', 'halted', {}],
  ['a component', 'component:api', 'lost', {}],
])('%s names the signal where there is one', (_who, workflowId, text, fields) => {
  expect(signalFields(workflowId, text)).toEqual(fields);
});

test('a queue that serves workflows alone is no warning, and no task token is kept', () => {
  const lines: { readonly level: string; readonly fields: object }[] = [];
  const note = (level: string) => (fields: object) => void lines.push({ level, fields });
  const logger = {
    trace: note('trace'),
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  };
  const sdk = createTemporalLogger(logger as unknown as Parameters<typeof createTemporalLogger>[0]);
  sdk.warn('No activities registered, not polling for activity tasks', { taskQueue: 'entities' });
  sdk.warn('Activity failed', { taskToken: 'c2VjcmV0', error: new Error('No answer.') });
  expect(lines.map(({ level }) => level)).toEqual(['debug', 'warn', 'debug']);
  expect(lines[1]?.fields).toEqual({ reason: 'No answer.' });
  expect(JSON.stringify(lines)).not.toContain('c2VjcmV0');
});

test("what the SDK tells of a signal's workflow or activity carries the fingerprint in the file", () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'oncefill-signal-lines-'));
  const log = createLogger({
    component: 'trading_engine',
    dataDir,
    level: 'info',
    keepDays: 1,
    bytesPerDayMax: 100_000,
  });
  createTemporalLogger(log.logger).warn('Activity failed', { workflowId: fingerprint, activityType: 'trade' });
  log.close();
  const folder = join(dataDir, 'logs');
  const name = readdirSync(folder).find((file) => file.startsWith('trading_engine')) ?? '';
  expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toMatchObject({ fingerprint, activityType: 'trade' });
  rmSync(dataDir, { recursive: true });
});
