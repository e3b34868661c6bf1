import type { Finding } from '../domain/alerts/alert';
import { leaveFinding } from '../observability/alerts/spool';

/**
 * Hands what the supervisor finds to whoever keeps the desk of alerts, by way of the disk: that process may be the one that
 * died.
 *
 * @param print tells that it cannot be written down
 */
export function tellFindings(dataDir: string, print: (line: string, important: boolean) => void) {
  let isFailing = false;
  return (finding: Finding): void => {
    try {
      leaveFinding(dataDir, finding);
      isFailing = false;
    } catch (error) {
      if (!isFailing) print(`ALERT Nobody else can be told: the alert cannot be written down. ${String(error)}`, true);
      isFailing = true;
    }
  };
}
