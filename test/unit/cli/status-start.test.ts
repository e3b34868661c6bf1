import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deathsBefore } from '../../../src/cli/former-start';
import { alertsPart } from '../../../src/cli/status-alerts';
import { runCommandLine } from '../../../src/cli/program';
import { deadPart, startParts } from '../../../src/cli/status-start';
import { MetricsSocket } from '../../../src/observability/metrics/metrics-socket';
import { createProcessRegistry } from '../../../src/observability/metrics/process-metrics';
import { lookAtSupervisors } from '../../../src/observability/supervisor-sight';
import { claimStartLocks } from '../../../src/supervisor/start-locks';

let dataDir = '';
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'oncefill-start-'))));
afterEach(() => rmSync(dataDir, { recursive: true }));

/** Of no process: numbers end below. */
const DEAD_PID = 2 ** 30;

function leaveLock(part = 'core'): void {
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  writeFileSync(join(dataDir, 'run', `start-${part}.lock`), `${DEAD_PID}\nx\n`);
}

describe('a start', () => {
  test('that runs and answers has no line', async () => {
    const release = claimStartLocks(dataDir, 'all');
    const registry = createProcessRegistry({ component: 'supervisor', environment: 'paper' });
    const socket = new MetricsSocket({ dataDir, name: 'supervisor', registry, warn: () => undefined });
    await socket.open();
    expect(await lookAtSupervisors(dataDir)).toEqual([{ pid: process.pid, state: 'answers' }]);
    expect(await lookAtSupervisors(dataDir, () => Promise.resolve(undefined))).toEqual([
      { pid: process.pid, state: 'silent' },
    ]);
    expect(await startParts(dataDir, true)).toEqual([]);
    socket.close();
    release();
    expect(await lookAtSupervisors(dataDir)).toEqual([]);
  });

  test('that hangs is said to, with what to do', async () => {
    const parts = await startParts(dataDir, true, () => Promise.resolve([{ pid: 7, state: 'silent' }]));
    expect(parts).toMatchObject([{ name: 'supervisor', status: 'unhealthy', pid: 7 }]);
    expect(parts[0]!.text).toMatch(/wait a minute and ask again.*kill -9 7/);
  });

  test('that was killed has one line that says so, and one that was never there too where nothing runs', async () => {
    expect(await startParts(dataDir, true)).toEqual([]);
    expect((await startParts(dataDir, false))[0]!.text).toContain('does not run');
    for (const part of ['core', 'ml', 'api']) leaveLock(part);
    const parts = await startParts(dataDir, true);
    expect(parts).toHaveLength(1);
    expect(parts[0]!.text).toMatch(/does not run: process \d+ ended without a stop, at about .*; run it again/);
  });

  test('that died before is found by the next one of the same part, once', () => {
    leaveLock();
    expect(deathsBefore(dataDir, ['ml'], 0)).toEqual([]);
    expect(deathsBefore(dataDir, ['core'], 5)).toMatchObject([
      { rule: 'process_died', subject: 'supervisor', holds: true, isFact: true, atMs: 5 },
    ]);
    const release = claimStartLocks(dataDir, 'core');
    expect(deathsBefore(dataDir, ['core'], 5)).toEqual([]);
    release();
    expect(deathsBefore(dataDir, ['core'], 5)).toEqual([]);
  });
});

test('a process of this machine that is gone is said to be dead, and nothing is said of those elsewhere', () => {
  const here = { host: 'here', isRunning: (pid: number) => pid === 1 };
  const part = { name: 'api', status: 'healthy', text: 'no heartbeat yet' } as const;
  expect(deadPart({ ...part, pid: 2, host: 'here' }, here)).toMatchObject({
    status: 'unhealthy',
    text: 'its process 2 is dead',
  });
  expect(deadPart({ ...part, pid: 1, host: 'here' }, here)).toBeUndefined();
  expect(deadPart({ ...part, pid: 2, host: 'elsewhere' }, here)).toBeUndefined();
  expect(deadPart(part, here)).toBeUndefined();
});

describe('how people are told', () => {
  test('is read with the secrets of .env', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oncefill-env-'));
    writeFileSync(join(folder, 'a.yaml'), 'webhooks: {room: {enabled: true}}');
    const lines = [
      'ONCEFILL_ALERTS=a.yaml',
      'ALERT_WEBHOOK_ROOM_URL=http://127.0.0.1:9/',
      'DATA_DIR=data',
      'TEMPORAL_PORT=9',
    ];
    writeFileSync(join(folder, '.env'), lines.join('\n'), { mode: 0o600 });
    const { env } = process;
    let printed = '';
    jest.spyOn(process, 'cwd').mockReturnValue(folder);
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '');
    process.env = { PATH: env['PATH'] };
    try {
      await runCommandLine(['status', '--json']);
    } finally {
      process.env = env;
      jest.restoreAllMocks();
      rmSync(folder, { recursive: true });
    }
    const { parts } = JSON.parse(printed) as { readonly parts: readonly object[] };
    expect(parts.at(-1)).toMatchObject({ name: 'alerts', text: 'room' });
  });

  const before = process.env['ONCEFILL_ALERTS'];
  afterEach(() => {
    if (before === undefined) delete process.env['ONCEFILL_ALERTS'];
    else process.env['ONCEFILL_ALERTS'] = before;
  });

  test('stands in the status, also that a file cannot be used', async () => {
    const file = join(dataDir, 'a.yaml');
    process.env['ONCEFILL_ALERTS'] = file;
    writeFileSync(file, '');
    expect(await alertsPart(dataDir)).toEqual({ name: 'alerts', status: 'healthy', text: 'nobody is told' });
    writeFileSync(file, 'pager: {}');
    expect(await alertsPart(dataDir)).toMatchObject({ status: 'degraded' });
  });
});
