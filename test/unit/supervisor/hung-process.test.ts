import { LivenessWatch } from '../../../src/supervisor/liveness-watch';
import { Bench, EAGER_POLICY, isAlive, waitUntil } from './support';

const LOOK_INTERVAL_MS = 20;
/** The fixture beats some forty times in it. */
const SILENCE_MAX_MS = 2_000;
const STANDSTILL_MS = 500;
const LONG_MS = 30_000;

function createWatch(startSilenceMaxMs = LONG_MS): LivenessWatch {
  return new LivenessWatch(
    { silenceMaxMs: SILENCE_MAX_MS, startSilenceMaxMs, standstillMs: STANDSTILL_MS },
    LOOK_INTERVAL_MS,
  );
}

/** Nothing of this process runs meanwhile, as when it is stopped. */
function standStill(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

describe('a process that hangs', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    await bench.dispose();
  });

  test('is killed with its own children, and started again, when it is stopped', async () => {
    const managed = bench.createProcess('beating', 'beating', EAGER_POLICY, process.execPath, createWatch());
    managed.start();
    await waitUntil(() => bench.notes().length === 2 && managed.state === 'ready', 'the process and its child');
    const pids = bench.notes().map(Number);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await waitUntil(() => bench.reportsOfKind('ready').length === 2, 'the second start');
    expect(pids.filter(isAlive)).toEqual([]);
    expect(bench.reportsOfKind('died')).toEqual([
      expect.objectContaining({ isHung: true, cause: expect.stringContaining('no sign of life') as string }),
    ]);
  });

  test('is killed and started again when its event loop is blocked, each time adding to the deaths in a row', async () => {
    // It lives longer than that until it is killed, and not until its last sign of life.
    const policy = { ...EAGER_POLICY, stableAfterMs: SILENCE_MAX_MS };
    const managed = bench.createProcess('blocking', 'blocking', policy, process.execPath, createWatch());
    managed.start();
    await waitUntil(() => bench.reportsOfKind('died').length === 2, 'two deaths');
    expect(bench.reportsOfKind('died')).toMatchObject([
      { isHung: true, deathsInARow: 1 },
      { isHung: true, deathsInARow: 2 },
    ]);
  });

  test('is killed after the longer span of a start when it was never ready', async () => {
    const managed = bench.createProcess(
      'deaf',
      'deaf',
      EAGER_POLICY,
      process.execPath,
      createWatch(1.5 * SILENCE_MAX_MS),
    );
    managed.start();
    await waitUntil(() => bench.reportsOfKind('died').length === 1, 'its end');
    expect(bench.reportsOfKind('died')).toMatchObject([{ isHung: true }]);
  });

  test('is no longer watched over once it is to stop, which has a bound of its own', async () => {
    const managed = bench.createProcess('stubborn', 'stubborn', EAGER_POLICY, process.execPath, createWatch());
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'ready');
    await managed.stop(SILENCE_MAX_MS * 1.5);
    expect(bench.reportsOfKind('killed')).toHaveLength(1);
    expect(bench.reportsOfKind('died')).toEqual([]);
  });

  test('is told apart from a supervisor that stood still itself', async () => {
    const managed = bench.createProcess('beating', 'beating', EAGER_POLICY, process.execPath, createWatch());
    managed.start();
    await waitUntil(() => managed.state === 'ready', 'ready');
    const { pid } = managed;
    standStill(2 * SILENCE_MAX_MS);
    await new Promise((resolve) => {
      setTimeout(resolve, 10 * LOOK_INTERVAL_MS);
    });
    expect(managed.pid).toBe(pid);
    expect(bench.reportsOfKind('died')).toEqual([]);
  });
});
