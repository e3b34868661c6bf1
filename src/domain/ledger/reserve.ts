import { isDenial, isPassing, type Denial } from '../denial';
import { appendBounded } from '../plain-values';
import { ExactDecimal, formatDecimal } from '../decimal';
import { changeAccount } from './accounts';
import { findKnown } from './end-reservation';
import { rememberedEnd } from './ended-ids';
import { isSurelyFirst, noteForgotten } from './forgetting';
import { needOf, OFFSET_KEY, withOffset, type Need } from './positions';
import { denialOf, fundsDenial } from './reserve-denials';
import { decidedKeys, rewritten } from './rewrite';
import { REFUSALS_MAX } from './state';
import type { LedgerEntry, LedgerState, LedgerStep } from './state';
import type { ReserveGate, Reservation, ReserveCommand, ReserveResult, Rewrite } from './types';
import { reserveCommandFault } from './validation';
import { pendingReservations } from './views';

/**
 * Holds funds for one order. The check happens here, once: ending a reservation can never fail for lack of funds.
 *
 * - The same reservation id with the same body gets the reservation again, ended or not; with another body a conflict.
 * - A request id refused for the ledger's state stays refused; a new try needs a new request id. What is refused by its own
 *   words alone (a malformed command, an expired signal), or until the venue's next report, is neither remembered nor
 *   counted: repetitions of these must not push out what has to be remembered.
 * - An exit for amount zero needs no balance.
 * - What of an entry only closes an opposite position needs its fees alone: less is held than was asked for (./positions).
 * - An entry that nothing but its funds may forbid is shown to the gate, in the same step: it is denied, or reserved as the
 *   gate says (./rewrite).
 *
 * That an id has ended is remembered for its time to live, up to the bounds of ./state. A reservation made beyond them, for
 * a signal that started before the youngest forgotten one was made, is not called new: its caller has to find out at the
 * venue what was sent before.
 *
 * @param gate absent: every entry passes
 */
export function reserve(
  state: LedgerState,
  command: ReserveCommand,
  nowMs: number,
  gate?: ReserveGate,
): LedgerStep<ReserveResult> {
  const fault = reserveCommandFault(command);
  if (fault !== undefined) {
    return { state, result: { status: 'denied', denial: { code: 'INVALID_SIGNAL', message: fault } } };
  }
  const refusal = state.refusals.findLast((candidate) => candidate.requestId === command.requestId);
  if (refusal !== undefined) return { state, result: { status: 'denied', denial: refusal.denial } };

  const known = knownAnswer(state, command);
  if (known !== undefined) return { state, result: known };
  const how = rememberedEnd(state, command.reservationId);
  if (how === 'committed') return { state, result: { status: 'ended', how } };

  const seen = noteForgotten(state, 0, nowMs);
  const judged = denialOf(seen, command, how, nowMs) ?? askGate(seen, command, gate);
  if (judged !== undefined && isDenial(judged)) return deny(seen, command, judged);
  const asked = judged === undefined ? command : rewritten(command, judged);
  const need = needOf(seen, asked);
  const denial = fundsDenial(seen, asked, need.amount, nowMs);
  if (denial !== undefined) return deny(seen, command, denial);
  return accept(seen, { command: asked, askedAmount: command.amount, rewrite: judged, need }, nowMs);
}

function askGate(
  state: LedgerState,
  command: ReserveCommand,
  gate: ReserveGate | undefined,
): Denial | Rewrite | undefined {
  if (gate === undefined || command.intent !== 'entry') return undefined;
  return gate(command, pendingReservations(state));
}

/** What is accepted: the command as it is reserved, and what of it was asked for otherwise. */
interface Acceptance {
  readonly command: ReserveCommand;
  readonly askedAmount: string;
  readonly rewrite: Rewrite | undefined;
  readonly need: Need;
}

function accept(
  state: LedgerState,
  { command, askedAmount, rewrite, need }: Acceptance,
  nowMs: number,
): LedgerStep<ReserveResult> {
  const { amount, offset } = need;
  const reservation: Reservation = {
    id: command.reservationId,
    asset: command.asset,
    amount: formatDecimal(amount),
    intent: command.intent,
    purpose: command.purpose,
    metadata: withOffset(command.metadata, offset),
    status: 'pending',
    createdAtMs: nowMs,
  };
  const { requestId, strategy, expiresAtMs, signalStartedAtMs: startedAtMs = nowMs } = command;
  const entry: LedgerEntry = {
    requestId,
    reservation,
    madeAfterMs: state.asOfMs,
    ...(offset.isZero() && amount.equals(askedAmount)
      ? {}
      : { askedAmount: formatDecimal(new ExactDecimal(askedAmount)) }),
    ...(rewrite === undefined ? {} : { rewrote: 'exit' in rewrite ? 'exit' : 'protection' }),
    ...(strategy === undefined || command.intent === 'exit' ? {} : { strategy }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(startedAtMs > nowMs ? { startedAtMs } : {}),
  };
  return {
    state: {
      ...state,
      assets: amount.isZero() ? state.assets : changeAccount(state, command.asset, { reserved: amount }),
      pending: [...state.pending, entry],
      stats: { ...state.stats, reserved: state.stats.reserved + 1 },
    },
    result: { status: 'reserved', isNew: isSurelyFirst(state, command, nowMs), reservation },
  };
}

function deny(state: LedgerState, { requestId }: ReserveCommand, denial: Denial): LedgerStep<ReserveResult> {
  const isRemembered = !isPassing(denial) && denial.code !== 'SIGNAL_EXPIRED';
  if (!isRemembered) return { state, result: { status: 'denied', denial } };
  return {
    state: {
      ...state,
      refusals: appendBounded(state.refusals, { requestId, denial }, REFUSALS_MAX),
      stats: { ...state.stats, denied: state.stats.denied + 1 },
    },
    result: { status: 'denied', denial },
  };
}

function knownAnswer(state: LedgerState, command: ReserveCommand): ReserveResult | undefined {
  const entry = findKnown(state, command.reservationId);
  if (entry !== undefined) {
    const { reservation } = entry;
    const field = differingField(entry, command);
    return field === undefined
      ? { status: 'reserved', isNew: false, reservation }
      : { status: 'conflict', field, reservation };
  }
  const hasRequest = (candidate: LedgerEntry) => candidate.requestId === command.requestId;
  const other = state.pending.findLast(hasRequest) ?? state.ended.findLast(hasRequest);
  return other && { status: 'conflict', field: 'reservationId', reservation: other.reservation };
}

/** Amounts are compared as numbers: `1.50` is `1.5`. What the ledger itself decided about them was not asked for. */
function differingField(entry: LedgerEntry, command: ReserveCommand): string | undefined {
  const { reservation, askedAmount } = entry;
  const isExitInstead = entry.rewrote === 'exit';
  const intent = isExitInstead ? 'entry' : reservation.intent;
  if (reservation.asset !== command.asset) return 'asset';
  if (!new ExactDecimal(command.amount).equals(askedAmount ?? reservation.amount)) return 'amount';
  if (intent !== command.intent) return 'intent';
  if (!isExitInstead && reservation.purpose !== command.purpose) return 'purpose';
  const keys = new Set([...Object.keys(reservation.metadata), ...Object.keys(command.metadata)]);
  for (const decided of [OFFSET_KEY, ...decidedKeys(entry)]) keys.delete(decided);
  const key = [...keys].toSorted().find((name) => reservation.metadata[name] !== command.metadata[name]);
  return key === undefined ? undefined : `metadata.${key}`;
}
