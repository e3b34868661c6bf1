import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPidFile, readRunningPid } from '../../../src/process/pid-file';
import type { StartMode } from '../../../src/supervisor/plan';
import { startLockPath } from '../../../src/supervisor/run-folder';
import { claimStartLocks, DataFolderInUseError } from '../../../src/supervisor/start-locks';

describe('start locks', () => {
  let dataDir: string;
  let other: ChildProcess;
  let otherPid: number;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'oncefill-locks-'));
    other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    otherPid = other.pid ?? 0;
  });

  afterEach(async () => {
    const ended = new Promise((resolve) => {
      other.once('exit', resolve);
    });
    other.kill('SIGKILL');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  });

  function holdByOther(mode: StartMode): void {
    claimPidFile(startLockPath(dataDir, mode), otherPid);
  }

  test.each<[StartMode, StartMode]>([
    ['core', 'core'],
    ['core', 'all'],
    ['ml', 'all'],
    ['api', 'all'],
    ['ml', 'ml'],
  ])('while another process runs %s, %s is refused and the holder is named', (held, wanted) => {
    holdByOther(held);
    expect(() => claimStartLocks(dataDir, wanted)).toThrow(DataFolderInUseError);
    expect(() => claimStartLocks(dataDir, wanted)).toThrow(`Process ${otherPid}`);
  });

  test('what the other command was told to run is named, not the first part of it', () => {
    for (const part of ['core', 'ml', 'api'] as const) holdByOther(part);
    expect(() => claimStartLocks(dataDir, 'all')).toThrow(expect.objectContaining({ mode: 'all' }));
    expect(() => claimStartLocks(dataDir, 'ml')).toThrow('already runs everything ("all")');
  });

  test('other parts may run beside it', () => {
    holdByOther('core');
    const release = claimStartLocks(dataDir, 'ml');
    expect(readRunningPid(startLockPath(dataDir, 'ml'))).toBe(process.pid);
    release();
    expect(existsSync(startLockPath(dataDir, 'ml'))).toBe(false);
  });

  test('a refused claim leaves no lock of its own', () => {
    holdByOther('api');
    expect(() => claimStartLocks(dataDir, 'all')).toThrow(DataFolderInUseError);
    expect(existsSync(startLockPath(dataDir, 'core'))).toBe(false);
    expect(readRunningPid(startLockPath(dataDir, 'api'))).toBe(otherPid);
  });
});
