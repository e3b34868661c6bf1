import { ExitCode } from '../../../src/process/exit-codes';
import { readPidFile } from '../../../src/process/pid-file';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, EAGER_POLICY, isAlive, waitUntil } from './support';

/** Long enough that a process which is not killed would fail the test by its time limit. */
const LONG_GRACE_MS = 30_000;

describe('ManagedProcess', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    await bench.dispose();
  });

  test('starts a process again after it died', async () => {
    const managed = bench.createProcess('crashOnce');
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'the second start');
    expect(bench.notes()).toHaveLength(2);
    expect(bench.reportsOfKind('died')).toEqual([expect.objectContaining({ cause: 'exit code 7' })]);
  });

  test('starts a process whose workflow looped with the watchdog of the SDK, after a wait, and ever after', async () => {
    const managed = bench.createProcess('workflowStuck');
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'the third start');
    expect(bench.notes()).toEqual(['undefined', 'on', 'on']);
    expect(bench.reportsOfKind('died')).toEqual([
      expect.objectContaining({
        cause: expect.stringMatching(/^exit code 9, .*ONCEFILL_WORKFLOW_WATCHDOG=on/),
        restartInMs: 1,
      }),
      expect.objectContaining({ cause: 'exit code 7' }),
    ]);
  });

  test('waits longer after each death in a row', async () => {
    const managed = bench.createProcess('crash', 'crash', { ...EAGER_POLICY, delayGrowth: 2, delayMaxMs: 4 });
    managed.start();
    await waitUntil(() => bench.reportsOfKind('died').length >= 4, 'four deaths');
    const delays = bench.reportsOfKind('died').map((report) => report.restartInMs);
    expect(delays.slice(0, 4)).toEqual([1, 2, 4, 4]);
  });

  test('shows the last words of a process that died', async () => {
    const managed = bench.createProcess('crash');
    managed.start();
    await waitUntil(() => bench.reportsOfKind('died').length > 0, 'a death');
    expect(bench.reportsOfKind('died')[0]?.lastLines).toEqual(['the last words']);
  });

  test('does not start a superseded process again', async () => {
    const managed = bench.createProcess('superseded');
    managed.start();
    await waitUntil(() => managed.state === 'superseded' && managed.pid === undefined, 'the end of the process');
    await managed.stop(LONG_GRACE_MS);
    expect(bench.notes()).toHaveLength(1);
    expect(bench.reports).toEqual([{ kind: 'superseded', name: 'superseded', text: 'another one runs' }]);
  });

  test('does not start a wrongly configured process again and passes its message on', async () => {
    const managed = bench.createProcess('misconfigured');
    managed.start();
    await waitUntil(() => managed.state === 'misconfigured', 'the end of the process');
    await managed.stop(LONG_GRACE_MS);
    expect(bench.notes()).toHaveLength(1);
    expect(bench.reportsOfKind('misconfigured')[0]?.lastLines).toEqual(['RATE_LIMIT_SAFETY_MARGIN must be at most 1']);
  });

  test('a process that ran before waits for a better configuration, and tells its fault once', async () => {
    const managed = bench.createProcess('misconfiguredLater');
    managed.start();
    await waitUntil(() => bench.notes().length === 4 && managed.state === 'ready', 'the fourth start');
    const fault = { text: 'alerts.yaml, line 3: "emial" is no channel.' };
    expect(bench.reportsOfKind('misconfigured')).toEqual([]);
    expect(bench.reportsOfKind('died').map((report) => report.fault)).toEqual([
      undefined,
      { ...fault, isNew: true },
      { ...fault, isNew: false },
    ]);
  });

  test('a process that was never ready waits for a better configuration once the whole has started', async () => {
    const managed = bench.createProcess('misconfigured');
    managed.endFirstStart();
    managed.start();
    await waitUntil(() => bench.notes().length >= 2, 'the second start');
    expect(bench.reportsOfKind('misconfigured')).toEqual([]);
  });

  test('does not start a process again that met another store, and passes its exit code on', async () => {
    const managed = bench.createProcess('atAnotherStore');
    managed.start();
    await waitUntil(() => managed.state === 'misconfigured', 'the end of the process');
    await managed.stop(LONG_GRACE_MS);
    expect(bench.notes()).toHaveLength(1);
    expect(bench.reportsOfKind('misconfigured')[0]?.exitCode).toBe(ExitCode.OTHER_STORE);
  });

  test('an executable that does not exist is a death, not a crash of the supervisor', async () => {
    const managed = bench.createProcess('crash', 'missing', EAGER_POLICY, '/nonexistent/program');
    managed.start();
    await waitUntil(() => bench.reportsOfKind('died').length > 0, 'a failed start');
    expect(bench.reportsOfKind('died')[0]?.cause).toContain('could not be started');
  });

  test('stops a process that obeys SIGTERM without killing it', async () => {
    const managed = bench.createProcess('obedient');
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'ready');
    await managed.stop(LONG_GRACE_MS);
    expect(bench.notes()).toEqual(['obedient']);
    expect(bench.reportsOfKind('killed')).toEqual([]);
  });

  test('kills a process that ignores SIGTERM, together with its own children', async () => {
    const managed = bench.createProcess('stubborn');
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'ready');
    const pids = bench.notes().map(Number);
    expect(pids).toHaveLength(2);
    await managed.stop(50);
    await waitUntil(() => !pids.some(isAlive), 'the end of the group');
    expect(bench.reportsOfKind('killed')).toHaveLength(1);
  });

  test('a stop while a restart is pending leaves nothing behind', async () => {
    const managed = bench.createProcess('crash', 'crash', { ...EAGER_POLICY, delayFirstMs: 200, delayMaxMs: 200 });
    managed.start();
    await waitUntil(() => managed.state === 'waiting', 'the first death');
    await managed.stop(LONG_GRACE_MS);
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
    });
    expect(bench.notes()).toHaveLength(1);
  });

  test('a PID file that could not be written is written when that is possible, and told of once', async () => {
    const run = join(bench.folder, 'run');
    writeFileSync(run, 'a file in place of the folder');
    const managed = bench.createProcess('obedient');
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'ready');
    rmSync(run);
    await waitUntil(() => readPidFile(join(run, 'obedient.pid'))?.pid === managed.pid, 'the PID file');
    expect(bench.reportsOfKind('warning')).toHaveLength(1);
  });

  test('the PID file names the running process and goes with it', async () => {
    const managed = bench.createProcess('obedient');
    const pidFile = join(bench.folder, 'run', 'obedient.pid');
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'ready');
    expect(readPidFile(pidFile)?.pid).toBe(managed.pid);
    await managed.stop(LONG_GRACE_MS);
    expect(readPidFile(pidFile)).toBeUndefined();
  });
});
