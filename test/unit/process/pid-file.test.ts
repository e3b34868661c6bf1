import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  claimPidFile,
  isProcessRunning,
  readPidFile,
  readRunningPid,
  releasePidFile,
} from '../../../src/process/pid-file';

/** Larger than any process id of Linux (2^22) and macOS (99999). */
const IMPOSSIBLE_PID = 99_999_999;

describe('PID files', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oncefill-pid-'));
    path = join(folder, 'part.pid');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('a claim is refused while its holder lives, and names it', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    try {
      const otherPid = other.pid ?? 0;
      expect(claimPidFile(path, otherPid)).toBeUndefined();
      expect(claimPidFile(path, process.pid)?.pid).toBe(otherPid);
      expect(readRunningPid(path)).toBe(otherPid);
    } finally {
      const ended = new Promise((resolve) => {
        other.once('exit', resolve);
      });
      other.kill('SIGKILL');
      await ended;
    }
    expect(claimPidFile(path, process.pid)).toBeUndefined();
    expect(readPidFile(path)?.pid).toBe(process.pid);
  });

  test('the file of a dead process is taken over', () => {
    writeFileSync(path, `${IMPOSSIBLE_PID}\n`);
    expect(claimPidFile(path, process.pid)).toBeUndefined();
    expect(readRunningPid(path)).toBe(process.pid);
  });

  test('a file without a process id is taken over', () => {
    writeFileSync(path, 'not a number');
    expect(claimPidFile(path, process.pid)).toBeUndefined();
  });

  test('a later process with the same number is another process', () => {
    expect(isProcessRunning({ pid: process.pid, birth: 'an earlier boot:1' })).toBe(false);
  });

  test('releasing leaves the file of another process alone', () => {
    claimPidFile(path, process.pid);
    releasePidFile(path, IMPOSSIBLE_PID);
    expect(readRunningPid(path)).toBe(process.pid);
  });

  test('a claim that a full disk does not take leaves no file behind', () => {
    symlinkSync('/dev/full', `${path}.claim-${process.pid}`);
    expect(() => claimPidFile(path, process.pid)).toThrow('ENOSPC');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('claiming and releasing leaves no file behind', () => {
    writeFileSync(path, `${IMPOSSIBLE_PID}\n`);
    claimPidFile(path, process.pid);
    releasePidFile(path, process.pid);
    expect(readdirSync(folder)).toEqual([]);
  });
});
