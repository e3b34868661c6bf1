import { isOpen, type OrderRecord } from '../book/records';
import type { VenueCore } from './route';

/** How long after it happened a fill or an end is shown, milliseconds. Bybit's lists are filled asynchronously. */
export interface ReportDelay {
  /** By `/v5/order/realtime`. */
  readonly realtimeMs: number;
  /** By `/v5/order/history` and `/v5/execution/list`. */
  readonly historyMs: number;
  /** By the private stream; absent: as the real-time list. */
  readonly streamMs?: number;
}

export const NO_REPORT_DELAY: ReportDelay = { realtimeMs: 0, historyMs: 0 };

/** Whether what happened at an instant of the venue's clock is shown already. */
export function isShown({ clock }: VenueCore, atMs: number, delayMs: number): boolean {
  return delayMs === 0 || clock.nowMs() >= atMs + delayMs;
}

/** An order as the real-time list shows it: one that has just ended stands there as it was accepted. */
export function asShown(core: VenueCore, order: OrderRecord): OrderRecord {
  if (isOpen(order) || isShown(core, order.updatedAtMs, core.reportDelay.realtimeMs)) return order;
  const { rejectReason: _notYet, ...accepted } = order;
  const nothing = { filledQuantity: '0', filledValue: '0', fee: '0' };
  return { ...accepted, ...nothing, status: order.stop ? 'Untriggered' : 'New', updatedAtMs: order.createdAtMs };
}
