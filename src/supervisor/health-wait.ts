import { pollUntil } from '../process/poll';

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
  let progressAtMs = performance.now();
  let missing: readonly string[] = [];
  const isOver = async (): Promise<boolean> => {
    missing = await options.findMissing();
    // An aborted wait has an answer, too: what was missing then.
    if (missing.length === 0 || options.signal.aborted) return true;
    const nowMs = performance.now();
    if (nowMs - progressAtMs >= PROGRESS_INTERVAL_MS) {
      progressAtMs = nowMs;
      options.onProgress(missing);
    }
    return false;
  };
  await pollUntil(isOver, { intervalMs: POLL_INTERVAL_MS, timeoutMs: options.timeoutMs });
  return missing;
}
