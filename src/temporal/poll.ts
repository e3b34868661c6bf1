import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/**
 * Asks until the answer is true; the first time at once.
 *
 * @returns false when it was not true within `timeoutMs`
 */
export async function pollUntil(ask: () => Promise<boolean>, { intervalMs, timeoutMs }: PollOptions): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() >= deadlineMs) return false;
    await sleep(intervalMs);
  }
  return true;
}
