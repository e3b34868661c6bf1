import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelSettings, loadAlerts } from '../../../src/config/alerts';
import { deskPidPath, noteChannels } from '../../../src/observability/alerts/running-channels';
import { claimPidFile } from '../../../src/process/pid-file';
import { runCommandLine } from '../../../src/cli/program';
import { ExitCode } from '../../../src/process/exit-codes';

const HOOK = '/hook/canary-of-the-command-6e';
let status = 200;
let server: Server;
let folder: string;
let printed = '';
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(`no such hook ${HOOK}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'oncefill-alerts-test-'));
  const file = join(folder, 'a.yaml');
  const heartbeat = 'heartbeat: {enabled: true}\n';
  writeFileSync(file, `webhooks: {room: {enabled: true, shape: json, triggers: [all]}}\n${heartbeat}`);
  process.env['ONCEFILL_ALERTS'] = file;
  process.env['DATA_DIR'] = join(folder, 'data');
  process.env['ALERT_WEBHOOK_ROOM_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}${HOOK}`;
  process.env['ALERT_HEARTBEAT_URL'] = process.env['ALERT_WEBHOOK_ROOM_URL'];
});

afterAll(async () => {
  for (const name of ['ONCEFILL_ALERTS', 'DATA_DIR', 'ALERT_WEBHOOK_ROOM_URL', 'ALERT_HEARTBEAT_URL']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  printed = '';
  const keep = (text: unknown): boolean => {
    printed += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => jest.restoreAllMocks());

test.each([
  [200, ExitCode.SUCCESS, true],
  [404, ExitCode.FAILURE, false],
])(
  'alerts test against a hook that answers %d ends with %d, and prints its words without the secret',
  async (answer, exitCode, taken) => {
    status = answer;
    expect(await runCommandLine(['alerts', 'test', '--json'])).toBe(exitCode);
    const { channels } = JSON.parse(printed) as { channels: readonly Record<string, unknown>[] };
    const said = { taken, answer: expect.stringContaining('no such hook') as string };
    expect(channels).toEqual([
      { channel: 'room', ...said },
      { channel: 'heartbeat', ...said },
    ]);
    expect(printed).not.toContain('canary');
  },
);

test('alerts test of a channel that is off is a wrong command line', async () => {
  expect(await runCommandLine(['alerts', 'test', '--channel', 'email'])).toBe(ExitCode.USAGE);
  expect(printed).toContain('on are: room, heartbeat');
});

test('alerts test of a channel that what runs does not have says so, and fails', async () => {
  status = 200;
  const dataDir = process.env['DATA_DIR']!;
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  claimPidFile(deskPidPath(dataDir), process.pid);
  const settings = channelSettings(loadAlerts({ env: process.env, cwd: folder }));
  noteChannels(dataDir, settings, 'room');
  expect(await runCommandLine(['alerts', 'test'])).toBe(ExitCode.SUCCESS);
  noteChannels(dataDir, { ...settings, room: {} }, 'another room');
  expect(await runCommandLine(['alerts', 'test', '--channel', 'heartbeat'])).toBe(ExitCode.SUCCESS);
  expect(await runCommandLine(['alerts', 'test'])).toBe(ExitCode.FAILURE);
  expect(printed).toMatch(/does not have room as just tried[^]*It tells: another room\. Stop "oncefill start"/);
});
