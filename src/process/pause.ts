import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or until the signal ends the wait, which is no error. */
export async function pause(spanMs: number, signal: AbortSignal): Promise<void> {
  await delay(spanMs, undefined, { signal }).catch(() => undefined);
}
