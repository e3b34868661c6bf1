import { ChannelBusyError } from '../alerts/channel';

const SECOND_MS = 1_000;
/** Where it was not said for how long. */
const BUSY_DEFAULT_MS = 30 * SECOND_MS;
/** However long a channel wants to be left alone, it is tried again after this. */
const BUSY_MAX_MS = 60 * 60 * SECOND_MS;

/**
 * The error for an answer 429.
 *
 * @param waits what may say for how long, in seconds, the best first: what is no number above zero is passed over
 */
export function busyError(name: string, ...waits: readonly unknown[]): ChannelBusyError {
  const seconds = waits
    .map((wait) => (typeof wait === 'string' && wait.trim() !== '' ? Number(wait) : wait))
    .find(isWait);
  const retryAfterMs = seconds === undefined ? BUSY_DEFAULT_MS : Math.min(Math.ceil(seconds * SECOND_MS), BUSY_MAX_MS);
  return new ChannelBusyError(
    `${name} takes nothing for ${Math.ceil(retryAfterMs / SECOND_MS)} s (429).`,
    retryAfterMs,
  );
}

function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
