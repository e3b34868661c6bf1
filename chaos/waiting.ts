import { setTimeout as sleep } from 'node:timers/promises';
import type { PollOptions } from '../src/process/poll';

const POLL_INTERVAL_MS = 200;

/** How an attack asks whether something has happened: for so long, or until it is interrupted. */
export function within(timeoutMs: number, signal: AbortSignal): PollOptions {
  return { intervalMs: POLL_INTERVAL_MS, timeoutMs, signal };
}

/** Waits, or throws what `signal` was aborted with. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, durationMs), undefined, { signal });
}

/** Does work for every item, a bounded number of them at once. */
export async function forEachOf<Item>(
  items: readonly Item[],
  atOnceMax: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const takeNext = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await allEnded(Array.from({ length: atOnceMax }, takeNext));
}

/**
 * Waits for all of them, also after the first has failed: what is still under way may need what its caller ends next.
 *
 * @throws what the first in the list threw that did
 */
export async function allEnded(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
