import { addFunnels, type GateFunnel } from './funnel';

/** What ticks of the prediction loop came to. */
export interface TickCounts {
  readonly ticks: number;
  readonly failedTicks: number;
  readonly predictions: number;
  readonly signalsAccepted: number;
  readonly signalsDuplicate: number;
  readonly signalsRefused: number;
  /** What became of the predictions; absent: none was judged. */
  readonly funnel?: GateFunnel;
}

/** The ticks of one slot of time. */
interface Slot {
  /** Milliseconds UTC. */
  readonly startMs: number;
  readonly counts: TickCounts;
}

/** The ticks of late, the oldest first: finely for an hour, in hours for a day. */
export interface RecentCounts {
  readonly hour: readonly Slot[];
  readonly day: readonly Slot[];
}

/** Of which span, and since when it was counted: its whole slots alone. */
export interface SpanCounts extends TickCounts {
  /** Milliseconds UTC. */
  readonly sinceMs: number;
}

type Span = keyof RecentCounts;

/** How long each span is and each of its slots, milliseconds. So many slots are kept of each: 12 and 24. */
const SPANS: Readonly<Record<Span, { readonly spanMs: number; readonly slotMs: number }>> = {
  hour: { spanMs: 3_600_000, slotMs: 300_000 },
  day: { spanMs: 86_400_000, slotMs: 3_600_000 },
};

export const NO_RECENT: RecentCounts = { hour: [], day: [] };

const COUNTS = [
  'ticks',
  'failedTicks',
  'predictions',
  'signalsAccepted',
  'signalsDuplicate',
  'signalsRefused',
] as const satisfies readonly (keyof TickCounts)[];

/** What was counted between two states of sums that only grow. */
export function countsBetween(before: TickCounts, after: TickCounts): TickCounts {
  const taken = Object.fromEntries(Object.entries(before.funnel ?? {}).map(([code, count]) => [code, -(count ?? 0)]));
  const funnel = Object.entries(addFunnels(after.funnel ?? {}, taken)).filter(([, count]) => (count ?? 0) > 0);
  return combined(after, before, (one, other) => one - other, Object.fromEntries(funnel));
}

/** Adds what came of a tick, and forgets what is out of every span. @param atMs when the tick's candle closed, milliseconds UTC */
export function withTick(recent: RecentCounts, counts: TickCounts, atMs: number): RecentCounts {
  return { hour: added(recent.hour, 'hour', counts, atMs), day: added(recent.day, 'day', counts, atMs) };
}

/** @param atMs when the last tick's candle closed, milliseconds UTC. @returns undefined: nothing was counted then */
export function ofLast(recent: RecentCounts, span: Span, atMs: number): SpanCounts | undefined {
  const slots = within(recent[span], span, atMs);
  const [first, ...others] = slots;
  if (first === undefined) return undefined;
  const sum = others.reduce((all, { counts }) => sumOf(all, counts), first.counts);
  return { sinceMs: first.startMs, ...sum };
}

function added(slots: readonly Slot[], span: Span, counts: TickCounts, atMs: number): readonly Slot[] {
  const { slotMs } = SPANS[span];
  const startMs = Math.floor(atMs / slotMs) * slotMs;
  const kept = within(slots, span, atMs);
  const last = kept.at(-1);
  if (last?.startMs !== startMs) return [...kept, { startMs, counts }];
  return [...kept.slice(0, -1), { startMs, counts: sumOf(last.counts, counts) }];
}

/** What a clock that was ahead has counted lies in no span either. */
function within(slots: readonly Slot[], span: Span, atMs: number): readonly Slot[] {
  return slots.filter(({ startMs }) => startMs > atMs - SPANS[span].spanMs && startMs <= atMs);
}

function sumOf(one: TickCounts, other: TickCounts): TickCounts {
  return combined(one, other, (left, right) => left + right, addFunnels(one.funnel ?? {}, other.funnel ?? {}));
}

function combined(
  one: TickCounts,
  other: TickCounts,
  combine: (one: number, other: number) => number,
  funnel: GateFunnel,
): TickCounts {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, combine(one[name], other[name])]));
  return { ...(counts as unknown as TickCounts), ...(Object.keys(funnel).length > 0 && { funnel }) };
}
