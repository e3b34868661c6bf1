import { isTaught, NO_LAG, type ProofLag } from './proof-lag';

/**
 * When an order is looked for where nobody tells, counted from its acceptance: a fill shows at once, or leaves the venue some
 * time. One that has not shown by the last report is left to the order's own look-ups.
 */
const POLL_DELAYS_MS = [0, 100, 200, 300] as const;
/** The same from the moment in which the stream told that it is final, and lists should show it. */
const TOLD_DELAYS_MS = [0, 150, 500, 1_200] as const;
/** The same while nothing is known of how far lists are behind: what is too early is in vain, and one of these is enough to learn. */
const UNTAUGHT_DELAYS_MS = [0, 300, 1_200] as const;
/** The same while a stream is trusted that has told nothing: longer than a venue takes to tell of a fill. */
const WAITING_DELAYS_MS = [2_000] as const;
/** The same after a gap: what happened in it is never told. */
const GAP_DELAYS_MS = [0, 2_000] as const;

const DELAYS_MS = {
  poll: POLL_DELAYS_MS,
  told: TOLD_DELAYS_MS,
  waiting: WAITING_DELAYS_MS,
  gap: GAP_DELAYS_MS,
} as const;

export type ReportReason = keyof typeof DELAYS_MS;

/** When one order is to be looked for. */
export interface ReportSchedule {
  readonly reason: ReportReason;
  /** When it began, monotonic milliseconds. */
  readonly sinceMs: number;
  /** What its delays are counted from, monotonic milliseconds. */
  readonly fromMs: number;
  /** When each report is due after that, milliseconds. */
  readonly delaysMs: readonly number[];
  /** Reports that did not show the order as final. */
  readonly reports: number;
}

/** @param lag by how much lists are behind what is told: so much later than now the first report of what was told is due */
export function newSchedule(reason: ReportReason, nowMs: number, lag: ProofLag = NO_LAG): ReportSchedule {
  const isTold = reason === 'told';
  const delaysMs = isTold && !isTaught(lag) ? UNTAUGHT_DELAYS_MS : DELAYS_MS[reason];
  return { reason, sinceMs: nowMs, fromMs: nowMs + (isTold ? lag.waitMs : 0), delaysMs, reports: 0 };
}

/** @returns when the next report is due, monotonic milliseconds */
export function nextReportAtMs({ fromMs, delaysMs, reports }: ReportSchedule): number {
  return fromMs + (delaysMs[reports] ?? 0);
}

/** Whether the order is left to its own look-ups. */
export function isOver({ delaysMs, reports }: ReportSchedule): boolean {
  return reports >= delaysMs.length;
}

/** The schedule that follows from what the stream did. An order that it told of once is not told of again. */
export function reschedule(
  schedule: ReportSchedule,
  change: 'told' | 'silence' | 'gap',
  nowMs: number,
  lag: ProofLag,
): ReportSchedule {
  const { reason } = schedule;
  if (reason === 'told') return schedule;
  if (change === 'told') return newSchedule('told', nowMs, lag);
  if (change === 'gap') return newSchedule('gap', nowMs);
  return reason === 'poll' ? schedule : newSchedule('poll', nowMs);
}
