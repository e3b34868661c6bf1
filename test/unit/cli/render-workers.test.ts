import { presentWorkers, renderWorkers } from '../../../src/cli/render-workers';
import { PLAIN } from '../../../src/cli/terminal';
import type { ComponentHeartbeat, ComponentHolder } from '../../../src/messages/component';
import { judgeSlot, type WorkersReport } from '../../../src/observability/workers-report';

const NOW_MS = 100_000;
const TIMEOUT_MS = 60_000;

const HOLDER: ComponentHolder = {
  component: 'trading_engine',
  workerId: 'w-1',
  host: 'first',
  pid: 4711,
  startedAtMs: 0,
  version: '1.0.0',
  metadata: { venue: 'bybit' },
};
const HEARTBEAT: ComponentHeartbeat = {
  atMs: NOW_MS - 2_000,
  status: 'busy',
  activeTasks: 3,
  memoryBytes: 100 * 1024 ** 2,
  cpuShare: 0.1,
};

const REPORT: WorkersReport = {
  isComplete: false,
  heartbeatTimeoutMs: TIMEOUT_MS,
  maxPerType: { trading_engine: 1, ml_manager: 1 },
  workers: [
    judgeSlot('trading_engine', { isHeld: true, holder: HOLDER, heartbeat: HEARTBEAT }, TIMEOUT_MS, NOW_MS),
    judgeSlot('ml_manager', undefined, TIMEOUT_MS, NOW_MS),
  ],
};

describe('judgeSlot', () => {
  test('a heartbeat as old as the timeout still counts, an older one is silence', () => {
    const atAge = (ageMs: number) =>
      judgeSlot('a', { isHeld: true, heartbeat: { ...HEARTBEAT, atMs: NOW_MS - ageMs } }, TIMEOUT_MS, NOW_MS).status;
    expect([atAge(TIMEOUT_MS), atAge(TIMEOUT_MS + 1)]).toEqual(['busy', 'silent']);
  });

  test('a heartbeat of a clock ahead of ours has no age', () => {
    const slot = { isHeld: true, heartbeat: { ...HEARTBEAT, atMs: NOW_MS + 5_000 } };
    expect(judgeSlot('a', slot, TIMEOUT_MS, NOW_MS).heartbeatAgeMs).toBe(0);
  });

  test('a slot without a heartbeat is starting, one that nobody holds is absent', () => {
    expect(judgeSlot('a', { isHeld: true, holder: HOLDER }, TIMEOUT_MS, NOW_MS).status).toBe('starting');
    expect(judgeSlot('a', { isHeld: false }, TIMEOUT_MS, NOW_MS).status).toBe('absent');
  });
});

test('the workers have one line each, and one with the sums', () => {
  expect(renderWorkers(REPORT, PLAIN).split('\n')).toEqual([
    '   WORKER          STATUS  TASKS  HEARTBEAT  MEMORY   PID   HOST   VERSION',
    '●  trading_engine  busy    3      2 s ago    100 MiB  4711  first  1.0.0    venue bybit',
    '○  ml_manager      absent  -      -          -        -     -      -',
    '1 registered, 3 active tasks; at most: trading_engine 1, ml_manager 1.',
  ]);
});

test('a program reads the same, with ids, ages and sums', () => {
  expect(presentWorkers(REPORT)).toMatchObject({
    complete: false,
    heartbeat_timeout_seconds: 60,
    max_workers_per_type: { trading_engine: 1, ml_manager: 1 },
    stats: { total: 1, by_type: { trading_engine: 1 }, by_status: { busy: 1, absent: 1 }, active_tasks: 3 },
    workers: [
      { worker_id: 'w-1', type: 'trading_engine', heartbeat_age_seconds: 2, pid: 4711, metadata: { venue: 'bybit' } },
      { type: 'ml_manager', status: 'absent', worker_id: undefined },
    ],
  });
});

test('a process that predicts is told with the model that it has now, and not with that of its start', () => {
  const holder = {
    ...HOLDER,
    component: 'ml_manager',
    metadata: { venue: 'bybit', model: 'first.onnx', provider: 'cpu' },
  };
  const model = { name: 'second 2', sha256: `0123456789abcdef${'0'.repeat(48)}`, provider: 'cpu' };
  const reading = judgeSlot(
    'ml_manager',
    { isHeld: true, holder, heartbeat: { ...HEARTBEAT, model } },
    TIMEOUT_MS,
    NOW_MS,
  );
  const report = { ...REPORT, workers: [reading] };
  expect(renderWorkers(report, PLAIN)).toContain(
    'venue bybit, model second 2, provider cpu, model_hash 0123456789abcdef',
  );
  expect(presentWorkers(report).workers[0]?.metadata).toEqual({
    venue: 'bybit',
    model: 'second 2',
    provider: 'cpu',
    model_hash: '0123456789abcdef',
  });
});
