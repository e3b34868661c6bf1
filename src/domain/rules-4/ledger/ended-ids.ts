import { jsonBytes } from '../plain-values';
import { noteForgotten } from './forgetting';
import { ENDED_GRACE_MS, ENDED_IDS_BYTES_MAX, TIME_TO_LIVE_MAX_MS } from './state';
import type { EndedHow, EndedIds, LedgerEntry, LedgerState } from './state';
import type { BarCommand } from './types';

/*
 * The memory of ids that have ended. It grows by string concatenation and is searched as text: at 20,000 ids and a hundred
 * reservations a second a list of objects would be copied and carried over too often.
 */

/** Ids are kept together whose signals expire in the same span of this length. */
const SPAN_MS = 60_000;
/** A longer batch is continued in another, so that little is forgotten at once. */
const BATCH_BYTES_MAX = 16_000;
/** What a batch takes besides its ids, as JSON: names, instants, quotation marks, first commas. */
const BATCH_FRAME_BYTES = 200;

/** An id whose signal's dealings with the ledger are over. */
export interface EndedId {
  readonly id: string;
  readonly how: EndedHow;
  /** When its reservation was made or its signal started, whatever is later or known, milliseconds UTC. */
  readonly createdAtMs: number;
  /** See ReserveCommand. */
  readonly expiresAtMs?: number;
}

/** How an id ended that is remembered by its id only; undefined: nothing is known of it here. */
export function rememberedEnd({ endedIds }: LedgerState, id: string): EndedHow | undefined {
  const wanted = `,${escaped(id)},`;
  for (const batch of endedIds) {
    if (batch.committed.includes(wanted)) return 'committed';
    if (batch.released.includes(wanted)) return 'released';
    if (batch.barred.includes(wanted)) return 'barred';
  }
  return undefined;
}

/**
 * Remembers an id until its signal has expired and every request of it has arrived. Of what is past that instant one batch
 * is forgotten each time, not all: a clock that is ahead for one command must not empty the memory.
 */
export function rememberEnd(state: LedgerState, ended: EndedId, nowMs: number): LedgerState {
  const { endedIds } = state;
  const oldest = endedIds[oldestIndex(endedIds)];
  const isOver = oldest !== undefined && oldest.untilMs < nowMs;
  const kept = isOver ? forgetOldest(state, nowMs) : state;
  return withinBytes({ ...kept, endedIds: withId(boundedInTime(kept.endedIds, nowMs), ended) }, nowMs);
}

/**
 * Remembers that a signal may not reserve: a reserve request that was delayed on its way would otherwise hold funds for a
 * signal that has ended, for ever.
 */
export function rememberBarred(
  state: LedgerState,
  { reservationId, signalStartedAtMs, expiresAtMs }: Omit<BarCommand, 'requestId'>,
  nowMs: number,
): LedgerState {
  // Without an expiry it is kept for the longest time to live from now, not from the start.
  const createdAtMs =
    expiresAtMs === undefined ? Math.max(nowMs, signalStartedAtMs ?? 0) : (signalStartedAtMs ?? nowMs);
  return rememberEnd(state, { id: reservationId, how: 'barred', createdAtMs, expiresAtMs }, nowMs);
}

/** Keeps the newest ended reservations in full, and of the others the ids. */
export function shortenEnded(state: LedgerState, entriesMax: number, nowMs: number): LedgerState {
  const over = state.ended.slice(0, Math.max(0, state.ended.length - entriesMax));
  if (over.length === 0) return state;
  const short: LedgerState = { ...state, ended: state.ended.slice(over.length) };
  return over.reduce((next, entry) => rememberEnd(next, endedIdOf(entry), nowMs), short);
}

export function endedIdOf({ reservation, expiresAtMs, startedAtMs = 0 }: LedgerEntry): EndedId {
  const how = reservation.status === 'committed' ? 'committed' : 'released';
  return { id: reservation.id, how, createdAtMs: Math.max(reservation.createdAtMs, startedAtMs), expiresAtMs };
}

/** A copy of the batches with the id in the one that it belongs to. */
export function withId(batches: readonly EndedIds[], ended: EndedId): readonly EndedIds[] {
  const untilMs = endOfSpan((ended.expiresAtMs ?? ended.createdAtMs + TIME_TO_LIVE_MAX_MS) + ENDED_GRACE_MS);
  const index = batches.findLastIndex((batch) => batch.untilMs === untilMs && batch.bytes < BATCH_BYTES_MAX);
  const batch = batches[index] ?? { untilMs, youngestMs: 0, bytes: 0, committed: '', released: '', barred: '' };
  const text = escaped(ended.id);
  const longer: EndedIds = {
    ...batch,
    youngestMs: Math.max(batch.youngestMs, ended.createdAtMs),
    // A comma instead of two quotation marks.
    bytes: batch.bytes + jsonBytes(text) - 1,
    [ended.how]: `${batch[ended.how] || ','}${text},`,
  };
  return index < 0 ? [...batches, longer] : batches.with(index, longer);
}

/** What a clock that was ahead would keep for years is kept for the longest time to live from now. */
function boundedInTime(batches: readonly EndedIds[], nowMs: number): readonly EndedIds[] {
  const latestMs = endOfSpan(nowMs + TIME_TO_LIVE_MAX_MS + ENDED_GRACE_MS);
  if (!batches.some(({ untilMs }) => untilMs > latestMs)) return batches;
  return batches.map((batch) => (batch.untilMs > latestMs ? { ...batch, untilMs: latestMs } : batch));
}

function withinBytes(state: LedgerState, nowMs: number): LedgerState {
  let next = state;
  while (bytesOf(next.endedIds) > ENDED_IDS_BYTES_MAX) next = forgetOldest(next, nowMs);
  return next;
}

function forgetOldest(state: LedgerState, nowMs: number): LedgerState {
  const index = oldestIndex(state.endedIds);
  const batch = state.endedIds[index];
  if (batch === undefined) return state;
  return { ...noteForgotten(state, batch.youngestMs, nowMs), endedIds: state.endedIds.toSpliced(index, 1) };
}

function oldestIndex(batches: readonly EndedIds[]): number {
  let oldest = -1;
  let untilMs = Infinity;
  for (const [index, batch] of batches.entries()) {
    if (batch.untilMs < untilMs) [oldest, untilMs] = [index, batch.untilMs];
  }
  return oldest;
}

function bytesOf(batches: readonly EndedIds[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes + BATCH_FRAME_BYTES, 0);
}

function endOfSpan(atMs: number): number {
  return Math.ceil(atMs / SPAN_MS) * SPAN_MS;
}

/** Ids are any text; none may hold the comma that stands between them. */
function escaped(id: string): string {
  return id.replaceAll('%', '%25').replaceAll(',', '%2C');
}
