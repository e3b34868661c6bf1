import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 250;
const PROGRESS_INTERVAL_MS = 5_000;

export interface HealthWaitOptions {
  /** What is not yet as it should be, in words; empty: healthy. */
  readonly findMissing: () => Promise<readonly string[]>;
  readonly timeoutMs: number;
  /** Hears every few seconds what is still missing. */
  readonly onProgress: (missing: readonly string[]) => void;
  /** Ends the wait early. */
  readonly signal: AbortSignal;
}

/**
 * Asks until nothing is missing, the time is up, or the wait is aborted.
 *
 * @returns what was missing at the end; empty: healthy
 */
export async function waitUntilHealthy(options: HealthWaitOptions): Promise<readonly string[]> {
  const startedAtMs = performance.now();
  let progressAtMs = startedAtMs;
  for (;;) {
    const missing = await options.findMissing();
    const nowMs = performance.now();
    if (missing.length === 0 || options.signal.aborted || nowMs - startedAtMs >= options.timeoutMs) return missing;
    if (nowMs - progressAtMs >= PROGRESS_INTERVAL_MS) {
      progressAtMs = nowMs;
      options.onProgress(missing);
    }
    await sleep(POLL_INTERVAL_MS);
  }
}
