import { createHash } from 'node:crypto';

/** An alert's id as it may stand in a header; one that may not is told apart from others all the same. */
export function safeId(alertId: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(alertId)) return alertId;
  return createHash('sha256').update(alertId).digest('hex').slice(0, 32);
}
