import type { Notice } from '../../../../src/domain/alerts/alert';
import type { NoticeOrigin } from '../../../../src/observability/channels/message';

export const ORIGIN: NoticeOrigin = { environment: 'live', host: 'box-1', logFolder: '/srv/oncefill/logs' };

/** A first message about an engine that is silent, said 12 minutes after it began. */
export function noticeWith(fields: Partial<Notice> = {}): Notice {
  return {
    alertId: 'a7f3c2d1',
    kind: 'firing',
    number: 1,
    rule: 'heartbeat_lost',
    severity: 'critical',
    subject: 'trading_engine',
    text: 'trading_engine has sent no heartbeat for 125 s; it was ended and started again.',
    sinceMs: Date.UTC(2026, 10, 29, 7, 55, 28),
    atMs: Date.UTC(2026, 10, 29, 8, 7, 28),
    ...fields,
  };
}
