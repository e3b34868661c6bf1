import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import { feedbackSignal } from '../messages/venue-account';
import type { LimitReport, Venue } from '../venues/venue';

/** How often an ordinary reply's count is worth a message to the limiter, per endpoint group. */
const OK_INTERVAL_MS = 10_000;

/** Tells the limiter what the venue's replies say about its limits: refusals at once, the rest now and then. @param account its workflow id */
export function feedLimiter(venue: Venue, client: Client, account: string, logger: Logger): void {
  const lastOkMs = new Map<string, number>();
  venue.onLimitReport((report: LimitReport) => {
    if (report.kind === 'ok') {
      const nowMs = performance.now();
      if (nowMs - (lastOkMs.get(report.endpoint) ?? -Infinity) < OK_INTERVAL_MS) return;
      lastOkMs.set(report.endpoint, nowMs);
    }
    client.workflow
      .getHandle(account)
      .signal(feedbackSignal, report)
      .catch((error: unknown) => {
        logger.warn('The limiter could not be told about a reply.', { kind: report.kind, reason: String(error) });
      });
  });
}
