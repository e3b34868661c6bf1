import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentServerError } from '../../../src/cli/temporal-access';
import { claimPidFile } from '../../../src/process/pid-file';
import { startLockPath } from '../../../src/supervisor/run-folder';
import { ServerUnavailableError } from '../../../src/temporal/errors';

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'oncefill-access-'))));
afterEach(() => rmSync(dataDir, { recursive: true }));

const silent = new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'start one with "oncefill start"');

test('of a server that runs and is silent nobody is told to start one where a start looks after it', async () => {
  claimPidFile(startLockPath(dataDir, 'core'), process.pid);
  const told = (await silentServerError(dataDir, '127.0.0.1:7', silent)) as Error;
  expect(told).toMatchObject({ name: 'ServerUnavailableError', code: 'TEMPORAL_UNREACHABLE' });
  expect(told.message).toContain(`(process ${process.pid})`);
  expect(told.message).not.toContain('start one');
});

test('without a start, and for a refusal, the error stays what it is', async () => {
  const refused = new ServerUnavailableError('TEMPORAL_REFUSED', 'no');
  expect(await silentServerError(dataDir, '127.0.0.1:7', silent)).toBe(silent);
  claimPidFile(startLockPath(dataDir, 'all'), process.pid);
  expect(await silentServerError(dataDir, '127.0.0.1:7', refused)).toBe(refused);
});
