import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaitOrphans } from '../../../src/supervisor/orphans';
import { claimPidFile } from '../../../src/process/pid-file';
import { pidFilePath } from '../../../src/supervisor/run-folder';
import { isAlive } from './support';

describe('awaitOrphans', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'oncefill-orphans-'));
  });

  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('says nothing when nothing was left behind', async () => {
    const lines: string[] = [];
    await awaitOrphans(dataDir, ['api', 'trading_engine'], (line) => lines.push(line));
    expect(lines).toEqual([]);
  });

  test('waits for a process that is about to end', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 700)'], { stdio: 'ignore' });
    const pid = orphan.pid ?? 0;
    claimPidFile(pidFilePath(dataDir, 'api'), pid);
    const lines: string[] = [];
    await awaitOrphans(dataDir, ['api'], (line) => lines.push(line));
    expect(isAlive(pid)).toBe(false);
    expect(lines).toEqual([expect.stringContaining(`api (process ${pid})`)]);
  });
});
