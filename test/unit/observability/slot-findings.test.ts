import { slotFindings, type ReadSlot, type SilentSlots } from '../../../src/observability/slot-findings';
import type { WorkerStatus } from '../../../src/observability/workers-report';

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
