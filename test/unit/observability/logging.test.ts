import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoggerOptions } from '../../../src/observability/logging';
import { createLogger } from '../../../src/observability/logging';
import { createTemporalLogger } from '../../../src/observability/temporal-logger';
import { rememberSecret } from '../../../src/secrets/known-secrets';

const NOON = Date.UTC(2026, 2, 1, 12);
const DAY_MS = 86_400_000;

let dataDir: string;
let logs: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-logs-'));
  logs = join(dataDir, 'logs');
});

afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function open(options: Partial<LoggerOptions> = {}) {
  return createLogger({
    component: 'trading_engine',
    dataDir,
    level: 'info',
    keepDays: 3,
    bytesPerDayMax: 1_000_000,
    clock: () => NOON,
    ...options,
  });
}

function linesOf(file: string): Record<string, unknown>[] {
  const text = readFileSync(join(logs, file), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is on disk when the call returns, in the file of its part and day', () => {
  const { logger, close } = open();
  logger.info({ symbol: 'BTCUSDT', returns_15m: '0.0012' }, 'prediction');
  expect(linesOf('trading_engine_20260301.log')).toMatchObject([
    { level: 'info', component: 'trading_engine', symbol: 'BTCUSDT', returns_15m: '0.0012', message: 'prediction' },
  ]);
  close();
});

test('errors, and only errors, also land in the errors file', () => {
  const { logger, close } = open();
  logger.warn('odd');
  logger.error({ error: new Error('broken') }, 'failed');
  close();
  expect(linesOf('trading_engine_20260301.log')).toHaveLength(2);
  expect(linesOf('errors_20260301.log')).toMatchObject([{ message: 'failed', error: { message: 'broken' } }]);
});

test('several parts share the errors file', () => {
  const engine = open();
  const manager = open({ component: 'ml_manager' });
  engine.logger.error('one');
  manager.logger.error('two');
  engine.logger.error('three');
  expect(linesOf('errors_20260301.log').map((line) => line['component'])).toEqual([
    'trading_engine',
    'ml_manager',
    'trading_engine',
  ]);
  engine.close();
  manager.close();
});

test('a restart on the same day appends', () => {
  for (const message of ['first', 'second']) {
    const { logger, close } = open();
    logger.info(message);
    close();
  }
  expect(linesOf('trading_engine_20260301.log').map((line) => line['message'])).toEqual(['first', 'second']);
});

test('the day changes at midnight UTC', () => {
  let nowMs = Date.UTC(2026, 2, 1, 23, 59, 59, 999);
  const { logger, close } = open({ clock: () => nowMs });
  logger.info('old');
  nowMs += 1;
  logger.info('new');
  close();
  expect(linesOf('trading_engine_20260301.log').map((line) => line['message'])).toEqual(['old']);
  expect(linesOf('trading_engine_20260302.log').map((line) => line['message'])).toEqual(['new']);
});

test('days beyond keepDays are removed at start and when the day changes; other files stay', () => {
  mkdirSync(logs);
  for (const name of ['trading_engine_20260226.log', 'trading_engine_20260227.log', 'errors_20250101.log']) {
    writeFileSync(join(logs, name), '');
  }
  writeFileSync(join(logs, 'ml_manager_20200101.log'), '');
  writeFileSync(join(logs, 'notes.txt'), '');
  let nowMs = NOON;
  const { logger, close } = open({ clock: () => nowMs });
  const untouched = ['ml_manager_20200101.log', 'notes.txt'];
  expect(readdirSync(logs)).toEqual(
    ['errors_20260301.log', ...untouched, 'trading_engine_20260227.log', 'trading_engine_20260301.log'].toSorted(
      (a, b) => a.localeCompare(b),
    ),
  );
  nowMs += DAY_MS;
  logger.info('next day');
  expect(readdirSync(logs)).not.toContain('trading_engine_20260227.log');
  close();
});

describe('a full day', () => {
  const BYTES_MAX = 2_000;

  test('drops lines, says so once, and tells the next day how many they were', () => {
    let nowMs = NOON;
    const { logger, close } = open({ bytesPerDayMax: BYTES_MAX, clock: () => nowMs });
    for (let count = 0; count < 100; count += 1) logger.info('x'.repeat(100));
    const today = linesOf('trading_engine_20260301.log');
    expect(today.at(-1)?.['message']).toBe('this file has reached 2000 bytes; lines are dropped until tomorrow');
    nowMs += DAY_MS;
    logger.info('a new day');
    close();
    expect(linesOf('trading_engine_20260301.log')).toEqual(today);
    expect(linesOf('trading_engine_20260302.log').map((line) => line['message'])).toEqual([
      `${101 - today.length} lines were dropped while the day's file was full`,
      'a new day',
    ]);
  });

  test('of lines that are no errors does not keep an error out of the errors file', () => {
    const { logger, close } = open({ bytesPerDayMax: BYTES_MAX });
    for (let count = 0; count < 100; count += 1) logger.info('x'.repeat(100));
    logger.error('an error');
    close();
    expect(linesOf('errors_20260301.log').map((line) => line['message'])).toEqual([
      expect.stringContaining('bytesPerDayMax'),
      'an error',
    ]);
  });

  test('counts what other processes wrote into the same file', () => {
    const engine = open({ bytesPerDayMax: BYTES_MAX });
    const manager = open({ bytesPerDayMax: BYTES_MAX, component: 'ml_manager' });
    for (let count = 0; count < 100; count += 1) engine.logger.error('x'.repeat(100));
    manager.logger.error('y'.repeat(100));
    engine.close();
    manager.close();
    expect(readFileSync(join(logs, 'errors_20260301.log'), 'utf8')).not.toContain('yyy');
  });

  test('is still full for a process that starts again', () => {
    for (let start = 0; start < 3; start += 1) {
      const { logger, close } = open({ bytesPerDayMax: BYTES_MAX });
      for (let count = 0; count < 100; count += 1) logger.info(`start ${start} ${'x'.repeat(100)}`);
      close();
    }
    const text = readFileSync(join(logs, 'trading_engine_20260301.log'), 'utf8');
    expect(text).toContain('start 0');
    expect(text).not.toContain('start 1');
  });

  test('makes older ones go earlier: no more than five full days are kept', () => {
    mkdirSync(logs);
    const days = ['20260219', '20260220', '20260221', '20260222', '20260223', '20260224', '20260228'];
    for (const day of days) writeFileSync(join(logs, `trading_engine_${day}.log`), 'x'.repeat(BYTES_MAX));
    open({ bytesPerDayMax: BYTES_MAX, keepDays: 30 }).close();
    const kept = readdirSync(logs).filter((name) => name.startsWith('trading_engine'));
    expect(kept.map((name) => name.slice('trading_engine_'.length, -'.log'.length))).toEqual([
      ...days.slice(2),
      '20260301',
    ]);
  });
});

test('only the owner may read the files', () => {
  open().close();
  expect(statSync(join(logs, 'trading_engine_20260301.log')).mode & 0o077).toBe(0);
});

test('a line after close is dropped, not thrown', () => {
  const { logger, close } = open();
  close();
  expect(() => logger.info('late')).not.toThrow();
});

describe('secrets', () => {
  const secret = 'canary-9d41"\\/e07a+5b';

  /** Everything that was written, by any part, into any file. */
  function everything(): string {
    return readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), 'utf8'))
      .join('');
  }

  test('never reach a file, by whatever way they are logged', () => {
    const { logger, close } = open();
    // A key may come to be known after the log was opened, as from a file.
    rememberSecret(secret);
    const thrown = Object.assign(new Error(`rejected key ${secret}`), { request: { headers: { note: secret } } });
    logger.error({ error: thrown }, 'request failed');
    logger.error({ note: secret, deep: { a: { b: { c: [secret] } } } }, `key is ${secret}`);
    logger.error(`GET /v5/order?api_key=${encodeURIComponent(secret)}`);
    logger.child({ apiKey: secret }).error('child');
    close();
    expect(everything()).not.toMatch(/canary|9d41|e07a/);
    expect(linesOf('errors_20260301.log')).toHaveLength(4);
  });

  test.each(['apiKey', 'secret', 'signature', 'sign', 'authorization', 'X-BAPI-SIGN', 'bot_token'])(
    'a field named %s is blotted out even when its value is not known beforehand',
    (field) => {
      const { logger, close } = open();
      logger.error({ [field]: 'canary1', a: { [field]: 'canary2', b: { [field]: 'canary3' } } }, 'request');
      close();
      expect(everything()).not.toContain('canary');
      expect(everything()).toContain('[redacted]');
    },
  );

  test('are blotted out by the name of their field on whichever logger of the process, also after lines without one', () => {
    const { logger, close } = open();
    for (const each of [logger, logger.child({}, { serializers: {} })]) {
      each.error({ symbol: 'BTCUSDT', amount: 1, isKnown: true, none: null }, 'plain');
      each.error({ symbol: 'BTCUSDT', token: 'canary1' }, 'with a token');
      each.error({ list: [{ token: 'canary2' }] }, 'with one in a list');
      each.error({ symbol: 'BTCUSDT' }, 'with one between %j', { token: 'canary3' });
    }
    close();
    expect(everything()).not.toContain('canary');
    expect(linesOf('errors_20260301.log')).toHaveLength(8);
    expect(linesOf('errors_20260301.log')[4]).toMatchObject({
      symbol: 'BTCUSDT',
      amount: 1,
      isKnown: true,
      none: null,
      message: 'plain',
    });
  });

  test('signed URLs lose their signature', () => {
    const { logger, close } = open();
    logger.error('failed: https://example.com/v5?symbol=X&signature=canary&api_key=canary&recv=1');
    close();
    expect(everything()).not.toContain('canary');
    expect(everything()).toContain('recv=1');
  });
});

describe("Temporal's logger", () => {
  test('writes with the same levels and keeps what it is given', () => {
    const { logger, close } = open();
    const temporal = createTemporalLogger(logger);
    temporal.debug('not wanted');
    temporal.info('plain');
    temporal.log('ERROR', 'activity failed', { activityId: '7', error: new Error('broken'), [Symbol('time')]: 1n });
    close();
    expect(linesOf('trading_engine_20260301.log')).toMatchObject([
      { level: 'info', message: 'plain' },
      { level: 'error', message: 'activity failed', activityId: '7', error: { message: 'broken' } },
    ]);
  });
});
