import type { Grant } from './state';

/** Weight booked in (fromMs, toMs]. */
export function weightWithin(grants: readonly Grant[], fromMs: number, toMs: number): number {
  let weight = 0;
  for (const grant of grants) {
    if (grant.atMs > fromMs && grant.atMs <= toMs) weight += grant.weight;
  }
  return weight;
}

/** Books weight at an instant; equal instants share an entry. */
export function book(grants: readonly Grant[], atMs: number, weight: number): readonly Grant[] {
  const before = grants.findLastIndex((grant) => grant.atMs <= atMs);
  const same = grants[before];
  if (same !== undefined && same.atMs === atMs) return grants.with(before, { atMs, weight: same.weight + weight });
  return grants.toSpliced(before + 1, 0, { atMs, weight });
}

/** Takes booked weight away again; never more than what is booked at that instant. */
export function unbook(grants: readonly Grant[], atMs: number, weight: number): readonly Grant[] {
  const index = grants.findLastIndex((grant) => grant.atMs === atMs);
  const grant = grants[index];
  if (grant === undefined) return grants;
  return grant.weight > weight
    ? grants.with(index, { atMs, weight: grant.weight - weight })
    : grants.toSpliced(index, 1);
}

/** Drops grants that no window reaching to `nowMs` or later contains. */
export function prune(grants: readonly Grant[], nowMs: number, spanMs: number): readonly Grant[] {
  const first = grants.findIndex((grant) => grant.atMs > nowMs - spanMs);
  if (first === 0) return grants;
  return first < 0 ? [] : grants.slice(first);
}

/** Asks, for ascending instants, for the next one at which a weight fits. */
export type FitSearch = (fromMs: number) => number;

/**
 * Searches the earliest instant at which `room` more than what is booked fits into every window of `spanMs` around it,
 * past and future bookings alike.
 *
 * Neighbouring grants that together exceed `room` and lie less than a span apart exclude every instant t with
 * last - span < t < first + span, and nothing else does. The shortest such run is taken for each first grant; the ends of
 * these intervals ascend, so one pass over the grants answers any ascending sequence of questions.
 *
 * @param room capacity minus the wanted weight, zero or more
 */
export function createFitSearch(grants: readonly Grant[], spanMs: number, room: number): FitSearch {
  let first = 0;
  let end = 0;
  let sum = 0;
  return (fromMs) => {
    let atMs = fromMs;
    for (; first < grants.length; first += 1) {
      for (; end < grants.length && sum <= room; end += 1) sum += grants[end]?.weight ?? 0;
      if (sum <= room) return atMs;
      const firstMs = grants[first]?.atMs ?? 0;
      const lastMs = grants[end - 1]?.atMs ?? 0;
      if (lastMs - firstMs < spanMs) {
        if (atMs <= lastMs - spanMs) return atMs;
        atMs = Math.max(atMs, firstMs + spanMs);
      }
      sum -= grants[first]?.weight ?? 0;
    }
    return atMs;
  };
}
