import type { ToldMetric } from '../../observability/metrics/told-metrics';

/** What a process counts, by label; what is zero is left out. */
export function countsOf(
  metrics: readonly ToldMetric[],
  name: string,
  label: string,
): Readonly<Record<string, number>> {
  const values = metrics.find((metric) => metric.name === name)?.values ?? [];
  const told = values.flatMap(({ labels, value }) => (value > 0 ? [[String(labels[label]), value] as const] : []));
  return Object.fromEntries(told);
}

/** When a process started, milliseconds UTC. @returns undefined: it does not tell */
export function startOf(metrics: readonly ToldMetric[]): number | undefined {
  const seconds = metrics.find(({ name }) => name === 'process_start_time_seconds')?.values[0]?.value;
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** Of a histogram there are values of several names: its buckets, their sum and their number. */
type NamedValue = ToldMetric['values'][number] & { readonly metricName?: string };

/** A histogram's buckets by their upper bound in seconds, the values of all its other labels together. */
export type Buckets = ReadonlyMap<number, number>;

/** @returns undefined: the process has no such histogram, or nothing is in it */
export function bucketsOf(metrics: readonly ToldMetric[], name: string): Buckets | undefined {
  const values = metrics.find((metric) => metric.name === name)?.values ?? [];
  const buckets = new Map<number, number>();
  for (const { labels, value, metricName } of values as readonly NamedValue[]) {
    if (metricName !== `${name}_bucket`) continue;
    const bound = boundOf(labels['le']);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  return buckets.size === 0 ? undefined : new Map([...buckets].toSorted(([one], [other]) => one - other));
}

function boundOf(label: string | number | undefined): number {
  return label === '+Inf' ? Infinity : Number(label);
}

/**
 * What came into a histogram between two readings. One that has less than before began anew: all that is in it is new.
 *
 * @returns buckets as a histogram has them: each counts all up to its bound
 */
export function growth(before: Buckets, now: Buckets): Buckets {
  const hasRestarted = [...before].some(([bound, count]) => (now.get(bound) ?? 0) < count);
  if (hasRestarted) return now;
  return new Map([...now].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
}

export function countIn(buckets: Buckets): number {
  return buckets.get(Infinity) ?? 0;
}

/**
 * An estimate between the bounds of the bucket that holds it, as Prometheus makes it; above the last bound, that bound.
 *
 * @param share 0 to 1
 * @returns in the histogram's unit; undefined: nothing is in it
 */
export function quantile(buckets: Buckets, share: number): number | undefined {
  const rank = share * countIn(buckets);
  let below = 0;
  let lower = 0;
  if (countIn(buckets) === 0) return undefined;
  for (const [bound, count] of buckets) {
    if (count >= rank && count > below) {
      return bound === Infinity ? lower : lower + ((bound - lower) * (rank - below)) / (count - below);
    }
    below = count;
    lower = bound;
  }
  return undefined;
}
