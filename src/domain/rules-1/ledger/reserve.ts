import type { Denial } from '../denial';
import { appendBounded } from '../plain-values';
import { ExactDecimal, formatDecimal } from '../decimal';
import { accountOf, changeAccount, freeFunds } from './accounts';
import { isSurelyFirst, PENDING_RESERVATIONS_MAX, REFUSALS_MAX } from './state';
import type { LedgerEntry, LedgerState, LedgerStep } from './state';
import type { Reservation, ReserveCommand, ReserveResult } from './types';
import { reserveCommandFault } from './validation';

/**
 * Holds funds for one order. The check happens here, once: ending a reservation can never fail for lack of funds.
 *
 * - The same reservation id with the same body gets the reservation again, ended or not; with another body a conflict.
 * - A request id refused for the ledger's state stays refused; a new try needs a new request id. A malformed command is
 *   refused by its own words alone, so it is not remembered and not counted.
 * - An exit for amount zero needs no balance.
 *
 * Answers are remembered up to the bounds of ./state. A reservation made beyond them, for a signal that started before
 * the youngest forgotten one was made, is not called new: its caller has to find out at the venue what was sent before.
 */
export function reserve(state: LedgerState, command: ReserveCommand, nowMs: number): LedgerStep<ReserveResult> {
  const fault = reserveCommandFault(command);
  if (fault !== undefined) {
    return { state, result: { status: 'denied', denial: { code: 'INVALID_SIGNAL', message: fault } } };
  }
  const refusal = state.refusals.findLast((candidate) => candidate.requestId === command.requestId);
  if (refusal !== undefined) return { state, result: { status: 'denied', denial: refusal.denial } };

  const known = knownAnswer(state, command);
  if (known !== undefined) return { state, result: known };

  const denial =
    earlyReleaseDenial(state, command) ??
    tradingStateDenial(state, command) ??
    boundDenial(state) ??
    fundsDenial(state, command);
  return denial === undefined ? accept(state, command, nowMs) : refuse(state, command.requestId, denial);
}

function accept(state: LedgerState, command: ReserveCommand, nowMs: number): LedgerStep<ReserveResult> {
  const amount = new ExactDecimal(command.amount);
  const reservation: Reservation = {
    id: command.reservationId,
    asset: command.asset,
    amount: formatDecimal(amount),
    intent: command.intent,
    purpose: command.purpose,
    metadata: { ...command.metadata },
    status: 'pending',
    createdAtMs: nowMs,
  };
  return {
    state: {
      ...state,
      assets: amount.isZero() ? state.assets : changeAccount(state, command.asset, { reserved: amount }),
      pending: [...state.pending, { requestId: command.requestId, reservation }],
      stats: { ...state.stats, reserved: state.stats.reserved + 1 },
    },
    result: { status: 'reserved', isNew: isSurelyFirst(state, command), reservation },
  };
}

function refuse(state: LedgerState, requestId: string, denial: Denial): LedgerStep<ReserveResult> {
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
  const hasId = (entry: LedgerEntry) => entry.reservation.id === command.reservationId;
  const entry = state.pending.findLast(hasId) ?? state.ended.findLast(hasId);
  if (entry !== undefined) {
    const { reservation } = entry;
    const field = differingField(reservation, command);
    return field === undefined
      ? { status: 'reserved', isNew: false, reservation }
      : { status: 'conflict', field, reservation };
  }
  const hasRequest = (candidate: LedgerEntry) => candidate.requestId === command.requestId;
  const other = state.pending.findLast(hasRequest) ?? state.ended.findLast(hasRequest);
  return other && { status: 'conflict', field: 'reservationId', reservation: other.reservation };
}

/** Amounts are compared as numbers: `1.50` is `1.5`. */
function differingField(reservation: Reservation, command: ReserveCommand): string | undefined {
  if (reservation.asset !== command.asset) return 'asset';
  if (!new ExactDecimal(command.amount).equals(reservation.amount)) return 'amount';
  if (reservation.intent !== command.intent) return 'intent';
  if (reservation.purpose !== command.purpose) return 'purpose';
  const keys = new Set([...Object.keys(reservation.metadata), ...Object.keys(command.metadata)]);
  const key = [...keys].toSorted().find((name) => reservation.metadata[name] !== command.metadata[name]);
  return key === undefined ? undefined : `metadata.${key}`;
}

function earlyReleaseDenial(state: LedgerState, command: ReserveCommand): Denial | undefined {
  if (!state.earlyReleases.includes(command.reservationId)) return undefined;
  return { code: 'SIGNAL_ENDED', message: 'The signal ended before its funds were reserved. Send a new signal.' };
}

function tradingStateDenial(state: LedgerState, command: ReserveCommand): Denial | undefined {
  if (state.tradingState === 'halted') {
    return {
      code: 'TRADING_HALTED',
      message: 'Trading is halted: nothing is sent. Resume trading, then send a new signal.',
    };
  }
  if (state.tradingState === 'reducing' && command.intent === 'entry') {
    return {
      code: 'REDUCE_ONLY',
      message: 'Only exits are accepted while trading is reducing. Resume trading, then send a new signal.',
    };
  }
  return undefined;
}

function boundDenial(state: LedgerState): Denial | undefined {
  if (state.pending.length < PENDING_RESERVATIONS_MAX) return undefined;
  return {
    code: 'TOO_MANY_RESERVATIONS',
    message: `${state.pending.length} reservations are pending, the most the ledger holds. Wait until orders end, then send a new signal.`,
  };
}

function fundsDenial(state: LedgerState, command: ReserveCommand): Denial | undefined {
  const amount = new ExactDecimal(command.amount);
  if (amount.isZero()) return undefined;
  if (state.asOfMs === 0) {
    return {
      code: 'NO_BALANCE_KNOWN',
      message: 'The venue has not reported its balances yet. Send a new signal after its first report.',
    };
  }
  const free = freeFunds(accountOf(state, command.asset));
  if (amount.lessThanOrEqualTo(free)) return undefined;
  const shown = formatDecimal(ExactDecimal.max(free, 0));
  return {
    code: 'INSUFFICIENT_FUNDS',
    message: `The order needs ${formatDecimal(amount)} ${command.asset} and ${shown} is free. Add funds or send a smaller order.`,
  };
}
