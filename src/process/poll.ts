import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Ends the wait between two questions. */
  readonly signal?: AbortSignal;
}

/**
 * Asks until there is an answer, which is anything but undefined and false; the first time at once.
 *
 * @returns undefined when there was none within `timeoutMs`
 * @throws what `ask` throws, and an AbortError when `signal` was aborted
 */
export async function pollUntil<Answer>(
  ask: () => Promise<Answer | undefined | false>,
  { intervalMs, timeoutMs, signal }: PollOptions,
): Promise<Answer | undefined> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadlineMs) return undefined;
    await sleep(intervalMs, undefined, { signal });
  }
}
