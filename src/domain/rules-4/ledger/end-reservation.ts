import { ExactDecimal, formatDecimal, ZERO } from '../decimal';
import { cutText } from '../plain-values';
import { changeAccount, containedAmount } from './accounts';
import { rememberBarred, rememberedEnd, shortenEnded } from './ended-ids';
import { withOffsetsCovered } from './offset-cover';
import { withUseOf } from './positions';
import { containedFromMs } from './report-order';
import { ENDED_RESERVATIONS_MAX, REASON_BYTES_MAX, UNSETTLED_FILLS_MAX } from './state';
import type { LedgerEntry, LedgerState, LedgerStep, UnsettledFill } from './state';
import type { CommitCommand, EndReservationResult, InvalidCommandResult, ReleaseCommand, Reservation } from './types';
import { commitCommandFault, releaseCommandFault } from './validation';

/**
 * Ends a reservation with what its order took; the rest is free again in the same step. Accepted in every trading state.
 *
 * The amount is recorded as it is, also above the reserved one (slippage, fees): a loss kept out of the ledger would be
 * spent twice. It counts as unsettled until a balance report contains it for certain, which is `snapshotLagMs` after the
 * execution; when such a report has been applied already, it does not count again. What the order may have closed of a
 * position counts as closed in the same way, and what was added because it lost its offset as taken.
 */
export function commit(
  state: LedgerState,
  command: CommitCommand,
  nowMs: number,
): LedgerStep<EndReservationResult | InvalidCommandResult> {
  const fault = commitCommandFault(command);
  if (fault !== undefined) return { state, result: { status: 'invalid', message: fault } };
  const entry = findPending(state, command.reservationId);
  if (entry === undefined) return { state, result: endedAnswer(state, command.reservationId) };

  const amount = new ExactDecimal(command.amount);
  const fill: UnsettledFill = {
    asset: entry.reservation.asset,
    amount: formatDecimal(amount.plus(entry.addedAmount ?? 0)),
    settledFromMs: containedFromMs(state, entry, command.executedAtMs),
  };
  const isUnsettled = fill.amount !== '0' && fill.settledFromMs > state.asOfMs;
  const reservation: Reservation = {
    ...endedReservation(entry, 'committed', command.reason, nowMs),
    committedAmount: formatDecimal(amount),
  };
  const used = withUseOf(state, entry, fill.settledFromMs);
  const next = end(used, { entry, reservation, fill: isUnsettled ? fill : undefined }, nowMs);
  return { state: withOffsetsCovered(next), result: { status: 'ended', reservation } };
}

/**
 * Ends a reservation whose order took nothing. Only for orders proven not to live: no timer may call this.
 * Accepted in every trading state.
 */
export function release(state: LedgerState, command: ReleaseCommand, nowMs: number): LedgerStep<EndReservationResult> {
  if (releaseCommandFault(command) !== undefined) return { state, result: { status: 'not_found' } };
  const entry = findPending(state, command.reservationId);
  if (entry === undefined) {
    const answer = endedAnswer(state, command.reservationId);
    // A reserve request may still be on its way.
    const isBarred = answer.status === 'not_found' && rememberedEnd(state, command.reservationId) === undefined;
    const { reservationId } = command;
    return { state: isBarred ? rememberBarred(state, { reservationId }, nowMs) : state, result: answer };
  }
  const reservation = endedReservation(entry, 'released', command.reason, nowMs);
  return { state: end(state, { entry, reservation }, nowMs), result: { status: 'ended', reservation } };
}

export function findPending(state: LedgerState, reservationId: string): LedgerEntry | undefined {
  return state.pending.find((entry) => entry.reservation.id === reservationId);
}

/** A reservation that is known in full. */
export function findKnown(state: LedgerState, reservationId: string): LedgerEntry | undefined {
  const hasId = (entry: LedgerEntry) => entry.reservation.id === reservationId;
  return findPending(state, reservationId) ?? state.ended.findLast(hasId);
}

function endedAnswer(state: LedgerState, reservationId: string): EndReservationResult {
  const entry = findKnown(state, reservationId);
  if (entry !== undefined) return { status: 'already_ended', reservation: entry.reservation };
  const how = rememberedEnd(state, reservationId);
  return how === undefined || how === 'barred' ? { status: 'not_found' } : { status: 'ended_before', how };
}

function endedReservation(
  entry: LedgerEntry,
  status: 'committed' | 'released',
  reason: unknown,
  nowMs: number,
): Reservation {
  const text = typeof reason === 'string' ? reason : '';
  return { ...entry.reservation, status, endedAtMs: nowMs, reason: cutText(text, REASON_BYTES_MAX) };
}

interface Ending {
  readonly entry: LedgerEntry;
  /** What it is from now on. */
  readonly reservation: Reservation;
  /** What of it no report contains yet; absent: nothing. */
  readonly fill?: UnsettledFill;
}

function end(state: LedgerState, { entry, reservation, fill }: Ending, nowMs: number): LedgerState {
  const reserved = new ExactDecimal(reservation.amount);
  const isUntouched = reserved.isZero() && fill === undefined;
  const assets = isUntouched
    ? state.assets
    : changeAccount(state, reservation.asset, {
        reserved: reserved.negated(),
        contained: containedAmount(entry, state.asOfMs).negated(),
        unsettled: fill === undefined ? ZERO : new ExactDecimal(fill.amount),
      });
  // What was held back or added, and from when on reports contain it, is over.
  const { lockedAmount: _locked, lockedFromMs: _fromMs, madeAfterMs: _afterMs, addedAmount: _added, ...kept } = entry;
  const ended: LedgerEntry = { ...kept, reservation };
  const counter = reservation.status === 'committed' ? 'committed' : 'released';
  const next: LedgerState = {
    ...state,
    assets,
    pending: state.pending.filter((candidate) => candidate !== entry),
    ended: [...state.ended, ended],
    unsettledFills: fill === undefined ? state.unsettledFills : addFill(state.unsettledFills, fill),
    stats: { ...state.stats, [counter]: state.stats[counter] + 1 },
  };
  return shortenEnded(next, ENDED_RESERVATIONS_MAX, nowMs);
}

/** A full list is never cut: the fill joins its asset's newest entry, which then settles with the later of the two. */
function addFill(fills: readonly UnsettledFill[], fill: UnsettledFill): readonly UnsettledFill[] {
  const index = fills.length < UNSETTLED_FILLS_MAX ? -1 : fills.findLastIndex(({ asset }) => asset === fill.asset);
  const newest = fills[index];
  if (newest === undefined) return [...fills, fill];
  return fills.with(index, {
    asset: fill.asset,
    amount: formatDecimal(new ExactDecimal(newest.amount).plus(fill.amount)),
    settledFromMs: Math.max(newest.settledFromMs, fill.settledFromMs),
  });
}
