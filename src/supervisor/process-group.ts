import type { ManagedProcess } from './managed-process';

/** All processes together stop within this time. */
export const STOP_PROCESSES_MAX_MS = 7_000;

/** A process and how much of the time to stop it may use, relative to the others. */
export interface GroupMember {
  readonly process: ManagedProcess;
  readonly stopWeight: number;
}

/**
 * Shares the time that is left among the processes still to be stopped. What one process does not use, the next ones get.
 *
 * @param weightsLeft of the processes still to be stopped, the next one first
 * @returns milliseconds for the next one
 */
export function stopGraceMs(remainingMs: number, weightsLeft: readonly number[]): number {
  const total = weightsLeft.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? 0 : Math.max(0, (remainingMs * (weightsLeft[0] ?? 0)) / total);
}

/**
 * Stops processes one after the other, the last started first, within `totalMs`: whoever takes orders in stops before
 * whoever carries them out.
 */
export async function stopInOrder(members: readonly GroupMember[], totalMs: number): Promise<void> {
  const deadlineMs = performance.now() + totalMs;
  const remaining = members.toReversed();
  while (remaining.length > 0) {
    const weights = remaining.map((member) => member.stopWeight);
    const next = remaining.shift();
    await next?.process.stop(stopGraceMs(deadlineMs - performance.now(), weights));
  }
}
