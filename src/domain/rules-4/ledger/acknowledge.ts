import { ExactDecimal, formatDecimal } from '../decimal';
import { changeAccount, containedAmount } from './accounts';
import { findPending } from './end-reservation';
import { containedFromMs } from './report-order';
import type { LedgerEntry, LedgerState, LedgerStep } from './state';
import type { AcknowledgeCommand, AcknowledgeResult } from './types';
import { acknowledgeCommandFault } from './validation';

/**
 * Tells the ledger that a pending reservation's order rests at the venue, so that its funds are not counted twice: once
 * by the venue, which holds them back in its reports, and once by us.
 *
 * In reports from `placedAtMs + snapshotLagMs` on, `lockedAmount` of the reservation counts as contained. It must be what
 * the venue holds back at the least: the rest of the reservation, which covers fees, stays held by us. Of repeated
 * acknowledgements the later time and the smaller amount count, so their order does not matter.
 *
 * Once the reservation is committed this no longer helps: its fills are unsettled, and counted twice if need be, until
 * a report contains them for certain. That errs on the side of too little free funds, for one report.
 */
export function acknowledge(state: LedgerState, command: AcknowledgeCommand): LedgerStep<AcknowledgeResult> {
  const fault = acknowledgeCommandFault(command);
  if (fault !== undefined) return { state, result: { status: 'invalid', message: fault } };
  const entry = findPending(state, command.reservationId);
  if (entry === undefined) return { state, result: { status: 'not_pending' } };

  const acknowledged: LedgerEntry = {
    ...entry,
    lockedAmount: formatDecimal(ExactDecimal.min(command.lockedAmount, entry.lockedAmount ?? command.lockedAmount)),
    lockedFromMs: Math.max(containedFromMs(state, entry, command.placedAtMs), entry.lockedFromMs ?? 0),
  };
  const contained = containedAmount(acknowledged, state.asOfMs).minus(containedAmount(entry, state.asOfMs));
  return {
    state: {
      ...state,
      assets: contained.isZero() ? state.assets : changeAccount(state, entry.reservation.asset, { contained }),
      pending: state.pending.map((candidate) => (candidate === entry ? acknowledged : candidate)),
    },
    result: { status: 'acknowledged' },
  };
}
