import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config';
import { ok, runChecks, type Surroundings } from '../../../src/doctor/check';
import { checkDisk } from '../../../src/doctor/disk';
import { checkModel } from '../../../src/doctor/model';
import { checkNodeVersion } from '../../../src/doctor/node-version';
import { checkDataFolder, checkDotEnvFile } from '../../../src/doctor/permissions';
import { checkPorts } from '../../../src/doctor/ports';
import { judgeRetention } from '../../../src/doctor/server';
import { judgeVenueClock } from '../../../src/doctor/venue';
import { renderDiagnoses } from '../../../src/cli/render-doctor';
import { PLAIN } from '../../../src/cli/terminal';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oncefill-doctor-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function surroundings(env: NodeJS.ProcessEnv = {}): Surroundings {
  return { cwd, env, config: loadConfig({ cwd, env: { DATA_DIR: cwd, ...env } }) };
}

test.each([
  ['20.19.0', 'ok'],
  ['20.9.1', 'mend'],
  ['22.1.0', 'ok'],
  ['18.20.4', 'mend'],
])('Node %s is judged by numbers, not by letters: %s', (version, status) => {
  expect(checkNodeVersion(version, '>=20.19.0')).toMatchObject({ status });
});

test('a check that throws and one that hangs are findings, and the others are told all the same', async () => {
  const checks = [
    { name: 'throws', run: () => Promise.reject(new Error('broken')) },
    { name: 'hangs', run: () => new Promise<never>(() => undefined) },
    { name: 'well', run: () => ok('fine') },
  ];
  expect(await runChecks(checks, 20)).toMatchObject([
    { check: 'throws', status: 'mend', found: 'could not be checked: broken' },
    { check: 'hangs', status: 'mend', found: 'no answer within 20 ms' },
    { check: 'well', status: 'ok', found: 'fine' },
  ]);
});

test('retention must be longer than the window, not as long', () => {
  expect(judgeRetention(300, 300, 'ours', 72)).toMatchObject({
    status: 'mend',
    mend: expect.stringContaining('--namespace ours --retention 72h') as string,
  });
  expect(judgeRetention(301, 300, 'ours', 72).status).toBe('ok');
});

test.each([
  [1_000, 'ok'],
  [1_001, 'mend'],
  [-1_001, 'mend'],
])('a venue whose clock is %d ms ahead, with 1000 allowed for: %s', (offsetMs, status) => {
  expect(judgeVenueClock(offsetMs, 1_000).status).toBe(status);
});

test('too little free space is told with both figures', async () => {
  const found = await checkDisk(surroundings(), () => Promise.resolve({ bavail: 511, bsize: 1_000_000 }));
  expect(found).toMatchObject({ status: 'mend', found: expect.stringMatching(/^511 MB free .* 512 MB/) as string });
});

test('a disk that does not tell is to be mended, not taken for a free one', async () => {
  const found = await checkDisk(surroundings(), () => Promise.reject(Object.assign(new Error(), { code: 'EIO' })));
  expect(found).toMatchObject({ status: 'mend' });
});

test('an open data folder and an open .env are told with the command that closes them, and stay as they are', () => {
  chmodSync(cwd, 0o755);
  writeFileSync(join(cwd, '.env'), 'API_PORT=1\n', { mode: 0o644 });
  chmodSync(join(cwd, '.env'), 0o644);
  expect(checkDataFolder(surroundings())).toMatchObject({ status: 'mend', mend: `Run: chmod 700 ${cwd}` });
  expect(checkDotEnvFile(surroundings())).toMatchObject({ status: 'mend', mend: `Run: chmod 600 ${cwd}/.env` });
  chmodSync(cwd, 0o700);
  chmodSync(join(cwd, '.env'), 0o600);
  expect([checkDataFolder(surroundings()).status, checkDotEnvFile(surroundings()).status]).toEqual(['ok', 'ok']);
});

test('the model that comes along is well; another file in its place is not', async () => {
  const given = surroundings();
  expect(await checkModel(given)).toMatchObject({ status: 'ok' });
  const { config } = given;
  const missing = { ...config, ml: { ...config.ml, model: join(cwd, 'none.onnx') } };
  expect(await checkModel({ ...given, config: missing })).toMatchObject({ status: 'mend' });
});

test('a port that a stranger holds is told by its variable', async () => {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const found = await checkPorts(surroundings({ API_PORT: String(port) }), false);
  await new Promise((resolve) => server.close(resolve));
  expect(found.status).toBe('mend');
  expect(found.found).toContain(`API_PORT ${port} held by`);
});

test('every check has one line, and what a venue or a file says cannot move the cursor', () => {
  const text = renderDiagnoses(
    [
      { check: 'Node', status: 'ok', found: '20.20.2' },
      { check: 'namespace', status: 'skipped', found: 'not asked' },
      { check: 'disk', status: 'mend', found: 'full\u001B[2J\n', mend: 'Free some space.' },
    ],
    PLAIN,
  );
  expect(text.split('\n')).toEqual([
    '●  Node       20.20.2',
    '–  namespace  not asked',
    '○  disk       full\uFFFD[2J\uFFFD. Free some space.',
    'To mend: 1.',
  ]);
});
