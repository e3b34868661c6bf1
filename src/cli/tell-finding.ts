import type { Finding } from '../domain/alerts/alert';
import { leaveFinding } from '../observability/alerts/spool';

/** Findings that wait for a disk that takes nothing; of more, the oldest go. */
export const FINDINGS_WAITING_MAX = 200;
const RETRY_PAUSE_MS = 2_000;

/**
 * Hands what the supervisor finds to whoever keeps the desk of alerts, by way of the disk: that process may be the one that
 * died. What the disk does not take waits in memory until it does.
 *
 * @param print tells that it cannot be written down
 */
export function tellFindings(
  dataDir: string,
  print: (line: string, important: boolean) => void,
  retryPauseMs = RETRY_PAUSE_MS,
) {
  const waiting: Finding[] = [];
  let retry: NodeJS.Timeout | undefined;
  let isFailing = false;
  const leaveAll = (): void => {
    retry = undefined;
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        leaveFinding(dataDir, next);
        waiting.shift();
      }
      isFailing = false;
    } catch (error) {
      // One that is too large never fits, and must not stand in the way of the others.
      if (error instanceof RangeError) waiting.shift();
      if (!isFailing) print(`ALERT Nobody else can be told: the alert cannot be written down. ${String(error)}`, true);
      isFailing = true;
      retry = setTimeout(leaveAll, retryPauseMs).unref();
    }
  };
  return (finding: Finding): void => {
    waiting.push(finding);
    if (waiting.length > FINDINGS_WAITING_MAX) waiting.shift();
    if (retry === undefined) leaveAll();
  };
}
