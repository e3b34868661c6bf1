import { CLOCK_STEP_MIN_MS, REPORT_DELAY_MAX_MS, REPORT_PAUSE_MAX_MS } from './state';
import type { LedgerEntry, LedgerState, PositionUse, UnsettledFill } from './state';

/** What a report is to the last one: later or older, or it cannot be told, because a clock was set between them. */
export type ReportOrder = 'later' | 'older' | 'clockWasSet';

/**
 * Compares instants of the venue with each other, and spans of our clock with spans of the venue's. Whatever either clock
 * shows, at the next report or the one after it they agree again: neither can make every later report an older one.
 *
 * Reports are asked for one after the other. One that was made before the venue's clock was set, and arrives after one
 * made since, would be taken over.
 */
export function reportOrder(
  { asOfMs, reportedAtMs }: Pick<LedgerState, 'asOfMs' | 'reportedAtMs'>,
  reportAsOfMs: number,
  nowMs: number,
): ReportOrder {
  if (asOfMs === 0) return 'later';
  const venuePassedMs = reportAsOfMs - asOfMs;
  if (venuePassedMs < -CLOCK_STEP_MIN_MS) return 'clockWasSet';
  if (venuePassedMs < 0) return 'older';
  // Both clocks may have been set together: to take a long pause for that costs little.
  if (venuePassedMs > REPORT_PAUSE_MAX_MS) return 'clockWasSet';
  // Not known after an upgrade.
  if (reportedAtMs === 0) return 'later';
  return Math.abs(venuePassedMs - (nowMs - reportedAtMs)) > CLOCK_STEP_MIN_MS ? 'clockWasSet' : 'later';
}

/**
 * The claims on funds that a report of `reportAsOfMs` may not contain yet. All that is known when it arrives happened at
 * most as long before as the report was on its way: a claim that says otherwise was dated by a clock that was ahead, and
 * must not count for ever.
 *
 * When a clock was set, dates of before say nothing: whatever is claimed counts until the first report that is certain to
 * contain it.
 */
export function withClaimsAt(state: LedgerState, reportAsOfMs: number, order: 'later' | 'clockWasSet'): LedgerState {
  const latestMs = reportAsOfMs + REPORT_DELAY_MAX_MS + state.snapshotLagMs;
  const wasSet = order === 'clockWasSet';
  const from = (fromMs: number): number => (wasSet && fromMs <= reportAsOfMs ? latestMs : Math.min(fromMs, latestMs));
  return {
    ...state,
    containedFromMs: wasSet ? latestMs : Math.min(state.containedFromMs, latestMs),
    pending: state.pending.some(({ lockedFromMs }) => lockedFromMs !== undefined && from(lockedFromMs) !== lockedFromMs)
      ? state.pending.map((entry) => withLockFrom(entry, from))
      : state.pending,
    unsettledFills: state.unsettledFills
      .map((fill): UnsettledFill => ({ ...fill, settledFromMs: from(fill.settledFromMs) }))
      .filter(({ settledFromMs }) => settledFromMs > reportAsOfMs),
    positionUses: state.positionUses.map((use): PositionUse => ({ ...use, settledFromMs: from(use.settledFromMs) })),
  };
}

/**
 * From when on reports contain for certain what the venue says happened to a reservation's order at `atMs`, on the venue's
 * clock. An instant of before the reservation was dated by a clock that was set back since the last report.
 */
export function containedFromMs(state: LedgerState, { madeAfterMs = 0 }: LedgerEntry, atMs: number): number {
  const { asOfMs, snapshotLagMs } = state;
  const fromMs = atMs < madeAfterMs ? asOfMs + REPORT_DELAY_MAX_MS : atMs;
  return Math.max(fromMs + snapshotLagMs, state.containedFromMs);
}

function withLockFrom(entry: LedgerEntry, from: (fromMs: number) => number): LedgerEntry {
  return entry.lockedFromMs === undefined ? entry : { ...entry, lockedFromMs: from(entry.lockedFromMs) };
}
