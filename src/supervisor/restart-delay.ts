/** How fast a process that keeps dying is started again. */
export interface RestartPolicy {
  readonly delayFirstMs: number;
  readonly delayGrowth: number;
  readonly delayMaxMs: number;
  /** A process that lived this long had recovered: its next death counts as the first. */
  readonly stableAfterMs: number;
}

export const RESTART_POLICY: RestartPolicy = {
  delayFirstMs: 500,
  delayGrowth: 2,
  delayMaxMs: 300_000,
  stableAfterMs: 60_000,
};

/**
 * The wait before the next start. There is no last attempt: a part that is down is worth another try every `delayMaxMs`.
 *
 * @param deathsInARow 1 for the first death
 * @returns milliseconds
 */
export function restartDelayMs(deathsInARow: number, policy: RestartPolicy = RESTART_POLICY): number {
  const delayMs = policy.delayFirstMs * policy.delayGrowth ** Math.max(0, deathsInARow - 1);
  return Math.min(policy.delayMaxMs, delayMs);
}

/** Counts this death, forgetting the earlier ones after a stable period. */
export function countDeath(deathsInARow: number, livedMs: number, policy: RestartPolicy = RESTART_POLICY): number {
  return livedMs >= policy.stableAfterMs ? 1 : deathsInARow + 1;
}
