import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import { reduceAlerts } from '../../../src/domain/alerts/reduce';
import { GROUP_WINDOW_MS } from '../../../src/domain/alerts/rules';
import { emptyAlerts } from '../../../src/domain/alerts/state';
import type { ComponentHeartbeat } from '../../../src/messages/component';
import { alertAfterMs, slotFindings, type ReadSlot, type SilentSlots } from '../../../src/observability/slot-findings';
import { judgeSlot, type WorkerStatus } from '../../../src/observability/workers-report';
import { livenessPolicy } from '../../../src/supervisor/liveness-watch';

const NOBODY: SilentSlots = new Set();

function slot(status: WorkerStatus, wasLost = false): ReadSlot {
  return { id: 'component:ml_manager', reading: { type: 'ml_manager', status }, wasLost };
}

/** What was found, look by look. */
function found(...looks: readonly ReadSlot[]): readonly (readonly boolean[])[] {
  let silent = NOBODY;
  return looks.map((each) => {
    const result = slotFindings(silent, [each], 0);
    silent = result.silent;
    return result.findings.map(({ holds }) => holds);
  });
}

test('silence is found once, and once that it is over', () => {
  expect(found(slot('busy'), slot('silent'), slot('silent'), slot('running'), slot('running'))).toEqual([
    [],
    [true],
    [],
    [false],
    [],
  ]);
});

test('a slot that was lost is silence, though nobody holds it any more', () => {
  expect(found(slot('absent', true), slot('absent', true), slot('starting'), slot('idle'))).toEqual([
    [true],
    [],
    [],
    [false],
  ]);
});

test('a process that leaves in good order, or is starting, is not silent', () => {
  expect(found(slot('running'), slot('absent'), slot('starting'))).toEqual([[], [], []]);
});

test('one that was silent and is only starting is not heard of yet', () => {
  expect(found(slot('silent'), slot('starting'))).toEqual([[true], []]);
});

describe('of a process whose heartbeats stop', () => {
  const LOOK_MS = 5_000;

  /** Looks every five seconds, as the monitor does. @returns when the critical alert fires and is told, milliseconds after the last beat */
  function alertOf(timeoutMs: number): { readonly firedMs: number; readonly toldMs: number } {
    const heartbeat: ComponentHeartbeat = {
      atMs: 0,
      status: 'running',
      activeTasks: 0,
      memoryBytes: 1,
      cpuShare: 0,
    } as never;
    let silent = NOBODY;
    let state = emptyAlerts();
    let firedMs: number | undefined;
    for (let nowMs = 0; nowMs < 4_000_000; nowMs += LOOK_MS) {
      // The server gives the slot away once the time-out is over.
      const isHeld = nowMs <= timeoutMs;
      const reading = judgeSlot('ml_manager', { isHeld, heartbeat }, alertAfterMs(timeoutMs), nowMs);
      const seen = slotFindings(silent, [{ id: 'component:ml_manager', reading, wasLost: !isHeld }], nowMs);
      silent = seen.silent;
      const events = [
        ...seen.findings.map((finding) => ({ kind: 'finding', finding }) as const),
        { kind: 'tick' } as const,
      ];
      for (const event of events) {
        const step = reduceAlerts(state, event, nowMs);
        state = step.state;
        if (state.alerts.some(({ firedAt }) => firedAt !== undefined)) firedMs ??= nowMs;
        const [told] = step.notices;
        if (told) {
          expect(told).toMatchObject({ rule: 'heartbeat_lost', severity: 'critical', kind: 'firing' });
          return { firedMs: firedMs ?? NaN, toldMs: nowMs };
        }
      }
    }
    throw new Error('Nobody was told.');
  }

  test.each([
    [5, 5],
    [10, 10],
    [60, 60],
    [120, 120],
    [300, 120],
    [3_600, 120],
  ])(
    'with a time-out of %d s a person is told after %d s of silence, at the next look, once nothing explains it',
    (timeout, after) => {
      const { firedMs, toldMs } = alertOf(timeout * 1_000);
      expect(firedMs).toBe(after * 1_000 + LOOK_MS);
      expect(toldMs).toBe(firedMs + GROUP_WINDOW_MS);
    },
  );

  test.each([10, 60, 300])(
    'with a time-out of %d s the supervisor ends it then, and not when people are told',
    (timeout) => {
      expect(livenessPolicy(timeout * 1_000).silenceMaxMs).toBe(timeout * 1_000);
    },
  );

  test('the page of alerts says both', () => {
    const page = readFileSync(join(packageRoot(), 'docs', 'alerts.md'), 'utf8');
    expect(page).toMatch(/`heartbeat_lost` \| critical .* `WORKER_HEARTBEAT_TIMEOUT` \(60 s\), at most for 120 s \|/);
    expect(loadConfig({ env: {}, cwd: '/' }).workers.heartbeatTimeoutSeconds).toBe(60);
  });
});
