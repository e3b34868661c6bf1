import { findKnown } from './end-reservation';
import { rememberBarred, rememberedEnd } from './ended-ids';
import { isSurelyFirst, noteForgotten } from './forgetting';
import type { LedgerState, LedgerStep } from './state';
import type { BarCommand, BarResult } from './types';
import { barCommandFault } from './validation';

/**
 * Bars a signal that ends unsent: no reservation of it can be made from now on. Whoever does not know of a reservation
 * must not release it: an attempt whose answer was lost may have made it, and sent the order.
 */
export function bar(state: LedgerState, command: BarCommand, nowMs: number): LedgerStep<BarResult> {
  const fault = barCommandFault(command);
  if (fault !== undefined) return { state, result: { status: 'invalid', message: fault } };
  const entry = findKnown(state, command.reservationId);
  if (entry !== undefined) return { state, result: { status: 'exists', reservation: entry.reservation } };
  const how = rememberedEnd(state, command.reservationId);
  if (how === 'committed') return { state, result: { status: 'ended', how } };
  // Released means proven not placed.
  if (how === 'released') return { state, result: { status: 'withdrawn' } };
  const seen = noteForgotten(state, 0, nowMs);
  const result: BarResult = { status: isSurelyFirst(seen, command, nowMs) ? 'withdrawn' : 'uncertain' };
  return { state: how === 'barred' ? seen : rememberBarred(seen, command, nowMs), result };
}
