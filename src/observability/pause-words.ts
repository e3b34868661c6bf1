import type { MlPause } from '../messages/ml-manager';

/** A moment as people read it. @param atMs milliseconds UTC */
export function utcMinute(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Who paused the predictions, since when and why: `paused by anna since 2026-11-29 13:04 UTC: the news at three`. */
export function describePause({ by, reason, sinceMs }: MlPause): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const when = sinceMs === undefined ? '' : ` since ${utcMinute(sinceMs)}`;
  return `paused${who}${when}${reason === undefined ? '' : `: ${reason}`}`;
}
