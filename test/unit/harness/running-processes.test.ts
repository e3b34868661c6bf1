import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../../harness/child-environment';
import { runningProcesses, runningServer } from '../../../harness/running-processes';
import { claimPidFile, identifyProcess } from '../../../src/process/pid-file';
import { pidFilePath } from '../../../src/supervisor/run-folder';
import { writeServerRecord } from '../../../src/temporal/server-record';

let dataDir: string;
let children: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-processes-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function startSleeper(env = childEnvironment()): Promise<number> {
  const program = "setInterval(() => {}, 1000); console.log('ready')";
  const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test('an empty installation runs nothing', () => {
  expect(runningProcesses(dataDir)).toEqual([]);
  expect(runningServer(dataDir)).toBeUndefined();
});

test('processes are found by their PID files and the server by its record, each once', async () => {
  const [engine, server] = [await startSleeper(), await startSleeper()];
  // Somebody else's.
  await startSleeper();
  claimPidFile(pidFilePath(dataDir, 'trading_engine'), engine);
  claimPidFile(pidFilePath(dataDir, 'supervisor'), engine);
  claimPidFile(pidFilePath(dataDir, 'api'), process.pid);
  writeServerRecord(dataDir, { server: identifyProcess(server) ?? { pid: server }, port: 7233 });
  expect(runningServer(dataDir)).toBe(server);
  const found = runningProcesses(dataDir);
  expect(found).toHaveLength(2);
  expect(new Set(found)).toEqual(new Set([engine, server]));
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a process that nobody noted is found by the data folder that it inherited', async () => {
  const unnoted = await startSleeper(childEnvironment({ DATA_DIR: dataDir }));
  await startSleeper(childEnvironment({ DATA_DIR: `${dataDir}-of-another` }));
  expect(runningProcesses(dataDir)).toEqual([unnoted]);
});

test('a process that ended is not found', async () => {
  const pid = await startSleeper(childEnvironment({ DATA_DIR: dataDir }));
  claimPidFile(pidFilePath(dataDir, 'api'), pid);
  const [child] = children;
  child?.kill('SIGKILL');
  if (child) await once(child, 'exit');
  expect(runningProcesses(dataDir)).toEqual([]);
});
