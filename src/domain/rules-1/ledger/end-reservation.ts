import { ExactDecimal, formatDecimal, ZERO } from '../decimal';
import { appendBounded, cutText, isRecord } from '../plain-values';
import { changeAccount, containedAmount } from './accounts';
import {
  EARLY_RELEASES_MAX,
  ENDED_RESERVATIONS_MAX,
  REASON_BYTES_MAX,
  UNSETTLED_FILLS_MAX,
  VENUE_CLOCK_AHEAD_MAX_MS,
} from './state';
import type { LedgerEntry, LedgerState, LedgerStep, UnsettledFill } from './state';
import type {
  CommitCommand,
  EndReservationResult,
  InvalidCommandResult,
  ReleaseCommand,
  Reservation,
  BarCommand,
  BarResult,
} from './types';
import { isSurelyFirst } from './state';
import { commitCommandFault, releaseCommandFault, barCommandFault } from './validation';

/**
 * Ends a reservation with what its order took; the rest is free again in the same step. Accepted in every trading state.
 *
 * The amount is recorded as it is, also above the reserved one (slippage, fees): a loss kept out of the ledger would be
 * spent twice. It counts as unsettled until a balance report contains it for certain, which is `snapshotLagMs` after the
 * execution; when such a report has been applied already, it does not count again.
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
  const executedAtMs = Math.min(command.executedAtMs, nowMs + VENUE_CLOCK_AHEAD_MAX_MS);
  const fill: UnsettledFill = {
    asset: entry.reservation.asset,
    amount: formatDecimal(amount),
    settledFromMs: executedAtMs + state.snapshotLagMs,
  };
  const isUnsettled = !amount.isZero() && fill.settledFromMs > state.asOfMs;
  const reservation: Reservation = {
    ...endedReservation(entry, 'committed', command.reason, nowMs),
    committedAmount: formatDecimal(amount),
  };
  const next = end(state, entry, reservation, isUnsettled ? fill : undefined);
  return { state: next, result: { status: 'ended', reservation } };
}

/**
 * Remembers a release that came before its reservation: a reserve request that was delayed on its way would otherwise
 * hold funds for a signal that has ended, for ever.
 */
function withEarlyRelease(state: LedgerState, command: Pick<ReleaseCommand, 'reservationId'>): LedgerState {
  if (releaseCommandFault(command) !== undefined || state.earlyReleases.includes(command.reservationId)) return state;
  return {
    ...state,
    earlyReleases: appendBounded(state.earlyReleases, command.reservationId, EARLY_RELEASES_MAX),
  };
}

/**
 * Ends a reservation whose order took nothing. Only for orders proven not to live: no timer may call this.
 * Accepted in every trading state.
 */
export function release(state: LedgerState, command: ReleaseCommand, nowMs: number): LedgerStep<EndReservationResult> {
  if (!isRecord(command)) return { state, result: { status: 'not_found' } };
  const entry = findPending(state, command.reservationId);
  if (entry === undefined) {
    const answer = endedAnswer(state, command.reservationId);
    return { state: answer.status === 'not_found' ? withEarlyRelease(state, command) : state, result: answer };
  }
  const reservation = endedReservation(entry, 'released', command.reason, nowMs);
  return { state: end(state, entry, reservation, undefined), result: { status: 'ended', reservation } };
}

/**
 * Bars a signal that ends unsent: no reservation of it can be made from now on. Whoever does not know of a reservation must not release it: an attempt
 * whose answer was lost may have made it, and sent the order.
 */
export function bar(state: LedgerState, command: BarCommand): LedgerStep<BarResult> {
  const fault = barCommandFault(command);
  if (fault !== undefined) return { state, result: { status: 'invalid', message: fault } };
  const entry =
    findPending(state, command.reservationId) ??
    state.ended.findLast((candidate) => candidate.reservation.id === command.reservationId);
  if (entry !== undefined) return { state, result: { status: 'exists', reservation: entry.reservation } };
  const status = isSurelyFirst(state, command) ? 'withdrawn' : 'uncertain';
  return { state: withEarlyRelease(state, command), result: { status } };
}

export function findPending(state: LedgerState, reservationId: string): LedgerEntry | undefined {
  return state.pending.find((entry) => entry.reservation.id === reservationId);
}

function endedAnswer(state: LedgerState, reservationId: string): EndReservationResult {
  const entry = state.ended.findLast((candidate) => candidate.reservation.id === reservationId);
  return entry === undefined ? { status: 'not_found' } : { status: 'already_ended', reservation: entry.reservation };
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

function end(
  state: LedgerState,
  entry: LedgerEntry,
  reservation: Reservation,
  fill: UnsettledFill | undefined,
): LedgerState {
  const reserved = new ExactDecimal(reservation.amount);
  const isUntouched = reserved.isZero() && fill === undefined;
  const assets = isUntouched
    ? state.assets
    : changeAccount(state, reservation.asset, {
        reserved: reserved.negated(),
        contained: containedAmount(entry, state.asOfMs).negated(),
        unsettled: fill === undefined ? ZERO : new ExactDecimal(fill.amount),
      });
  const ended: LedgerEntry = { requestId: entry.requestId, reservation };
  const isFull = state.ended.length >= ENDED_RESERVATIONS_MAX;
  const forgottenAtMs = isFull ? Math.max(state.forgottenAtMs, createdAtMsOf(state.ended[0])) : state.forgottenAtMs;
  const counter = reservation.status === 'committed' ? 'committed' : 'released';
  return {
    ...state,
    assets,
    pending: state.pending.filter((candidate) => candidate !== entry),
    ended: appendBounded(state.ended, ended, ENDED_RESERVATIONS_MAX),
    forgottenAtMs,
    unsettledFills: fill === undefined ? state.unsettledFills : addFill(state.unsettledFills, fill),
    stats: { ...state.stats, [counter]: state.stats[counter] + 1 },
  };
}

function createdAtMsOf(entry: LedgerEntry | undefined): number {
  return entry?.reservation.createdAtMs ?? 0;
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
