import { appendFileSync, mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../../../src/config/load-config';
import { bookPath, readBook } from '../../../../src/observability/alerts/book-file';
import { ORDERLY_STOP, runAlertDesk, type AlertDeskOptions } from '../../../../src/observability/alerts/desk';
import { DiskLook } from '../../../../src/observability/alerts/disk-look';
import { ErrorCount } from '../../../../src/observability/alerts/error-count';
import { AlertKeeper } from '../../../../src/observability/alerts/keeper';
import { leaveFinding } from '../../../../src/observability/alerts/spool';
import { FakeChannel, finding, useDataFolder } from './folder';

const dataDir = useDataFolder();
const PAUSES = { firstMs: 1, longestMs: 4, lookMs: 1 };

function options(more: Partial<AlertDeskOptions> = {}): AlertDeskOptions {
  const config = { ...loadConfig({ env: {}, cwd: dataDir() }), dataDir: dataDir() };
  return { config, channels: [], tellFault: () => undefined, tickMs: 2, pauses: PAUSES, ...more };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

test('the desk tells what another process found, without a server', async () => {
  const mail = new FakeChannel('mail');
  const stop = new AbortController();
  const { done } = runAlertDesk(options({ channels: [mail] }), stop.signal);
  leaveFinding(dataDir(), finding('process_died', 'api'));
  await until(() => mail.received.length === 1);
  stop.abort();
  await done;
  expect(mail.received[0]).toMatchObject({ kind: 'firing', rule: 'process_died', subject: 'api', number: 1 });
  expect(readBook(dataDir()).book.outboxes['mail']?.waiting).toEqual([]);
});

test('a server that cannot be asked is found out, and everything else goes on', async () => {
  const stop = new AbortController();
  const readParts = () => Promise.reject(new Error('no route'));
  const desk = runAlertDesk(options({ readParts }), stop.signal);
  desk.found(finding('disk_full', '/data'));
  const rules = (): readonly string[] => readBook(dataDir()).book.state.alerts.map(({ rule }) => rule);
  // It is on the disk as soon as it was handed in.
  expect(rules()).toEqual(['disk_full']);
  await until(() => rules().includes('temporal_unreachable'));
  stop.abort();
  await desk.done;
});

test.each([
  ['a stop in good order leaves nothing of what was no alert yet', ORDERLY_STOP, []],
  ['any other end leaves it for the next desk', undefined, ['temporal_unreachable']],
])('%s', async (_name, reason, left) => {
  const stop = new AbortController();
  const desk = runAlertDesk(options({ readParts: () => Promise.reject(new Error('no route')) }), stop.signal);
  await until(() => desk.look().state.alerts.length === 1);
  stop.abort(reason);
  await desk.done;
  expect(readBook(dataDir()).book.state.alerts.map(({ rule }) => rule)).toEqual(left);
});

test('what is looked at while the product stops is not taken in', async () => {
  const stop = new AbortController();
  const readParts = async (): Promise<never> => {
    stop.abort(ORDERLY_STOP);
    throw new Error('the connection was closed');
  };
  const desk = runAlertDesk(options({ readParts }), stop.signal);
  await desk.done;
  expect(desk.look().state.alerts).toEqual([]);
});

test('a server that nobody could ask yet is not known to be down', async () => {
  const stop = new AbortController();
  let asked = 0;
  const readParts = async (): Promise<undefined> => void (asked += 1);
  const desk = runAlertDesk(options({ readParts }), stop.signal);
  await until(() => asked > 2);
  stop.abort();
  await desk.done;
  expect(desk.look().state.alerts).toEqual([]);
});

test('whoever asks the desk sees what is in memory, though the disk takes nothing', async () => {
  const stop = new AbortController();
  const desk = runAlertDesk(options({ channels: [new FakeChannel('mail', () => new Error('no'))] }), stop.signal);
  mkdirSync(bookPath(dataDir()), { recursive: true });
  desk.found(finding('disk_full', '/data'));
  const { state, oldestMessageAgeMs } = desk.look();
  stop.abort();
  await desk.done;
  expect(state.alerts.map(({ rule }) => rule)).toEqual(['disk_full']);
  expect(oldestMessageAgeMs).toEqual(expect.any(Number));
});

describe('errors are counted', () => {
  const write = (text: string, day = '20260102'): void => {
    mkdirSync(join(dataDir(), 'logs'), { recursive: true });
    appendFileSync(join(dataDir(), 'logs', `errors_${day}.log`), text);
  };
  const line = (component: string): string => `${JSON.stringify({ level: 'error', component })}\n`;

  test('by process, from the start on, line by line, for a minute, and across midnight', () => {
    let wallMs = Date.UTC(2026, 0, 2, 23, 59);
    let monotonicMs = 0;
    write(line('api'));
    const errors = new ErrorCount(
      dataDir(),
      () => wallMs,
      () => monotonicMs,
    );
    expect(errors.look().get('api')).toBeUndefined();
    write(`${line('api')}${line('ml_manager')}no line of ours\n${line('api').slice(0, 10)}`);
    expect(errors.look()).toEqual(
      new Map([
        ['api', 1],
        ['ml_manager', 1],
      ]),
    );
    write(line('api').slice(10));
    expect(errors.look().get('api')).toBe(2);
    write(line('api'));
    wallMs += 60_000;
    write(line('api'), '20260103');
    expect(errors.look().get('api')).toBe(4);
    monotonicMs = 60_000;
    expect(errors.look()).toEqual(
      new Map([
        ['api', 0],
        ['ml_manager', 0],
      ]),
    );
  });
});

test.each([
  ['enough', 3_000_000_000, 2_000, ''],
  ['too little', 1_999_000_000, 2_000, expect.stringContaining('1999 MB')],
  ['anything, where nobody asks', 0, 0, undefined],
])('of %s on the disk it is said what it is', async (_what, freeBytes, minimumFreeMb, expected) => {
  const look = new DiskLook('/data', minimumFreeMb, false, async () => ({ freeBytes }));
  expect(await look.fault()).toEqual(expected);
});

test('a disk that was too full before the desk was started anew needs as much room as before to be enough again', async () => {
  const read = async () => ({ freeBytes: 530_000_000 });
  expect(await new DiskLook('/data', 512, false, read).fault()).toBe('');
  expect(await new DiskLook('/data', 512, true, read).fault()).toContain('530 MB');
});

test('an alert about a full disk does not end with the desk that found it', async () => {
  const { config, ...rest } = options();
  const free = (await statfs(dataDir())).bavail * (await statfs(dataDir())).bsize;
  // Between the mark and a tenth more.
  const narrow = { ...config, storage: { ...config.storage, minimumFreeMb: Math.floor(free / 1_050_000) } };
  const looks = async (): Promise<boolean> => {
    const stop = new AbortController();
    const desk = runAlertDesk({ ...rest, config: narrow }, stop.signal);
    for (let tick = 0; tick < 10; tick += 1) await delay(2);
    stop.abort();
    await desk.done;
    return readBook(dataDir()).book.state.alerts.some(({ clearAt }) => clearAt === undefined);
  };
  expect(await looks()).toBe(false);
  const keeper = new AlertKeeper(dataDir(), [], () => undefined, Date.now());
  keeper.step([{ kind: 'finding', finding: finding('disk_full', dataDir()) }], Date.now());
  expect(await looks()).toBe(true);
});
