import { AggregatorRegistry, Registry, type PrometheusContentType } from 'prom-client';
import { gaugeOf } from './define-metric';
import { metricsSockets, readMetrics, type ToldMetrics } from './metrics-socket';

export interface AllMetricsOptions {
  readonly dataDir: string;
  /** The process that answers: its name and what it counts. */
  readonly own: { readonly name: string; readonly registry: Registry };
  /** Processes that should be there. */
  readonly expected: readonly string[];
  /** What is found out for this very answer. */
  readonly ask: () => Promise<Registry>;
  readonly read?: (dataDir: string, name: string) => Promise<ToldMetrics>;
}

/**
 * The metrics of all processes of a data folder as one text in Prometheus' format 0.0.4. Nothing is summed: each value has the label
 * `component`. A process that does not answer within its bound has no series at all but `oncefill_component_up` 0.
 */
export async function allMetrics({
  dataDir,
  own,
  expected,
  ask,
  read = readMetrics,
}: AllMetricsOptions): Promise<string> {
  const names = [...new Set([...expected, ...metricsSockets(dataDir)])].filter((name) => name !== own.name);
  const [asked, ownMetrics, ...told] = await Promise.all([
    ask().then((registry) => registry.getMetricsAsJSON()),
    own.registry.getMetricsAsJSON(),
    ...names.map((name) => read(dataDir, name)),
  ]);
  const up = new Registry();
  const upGauge = gaugeOf(up, 'oncefill_component_up');
  upGauge.set({ component: own.name }, 1);
  for (const [index, name] of names.entries()) upGauge.set({ component: name }, told[index] ? 1 : 0);
  const ofOthers = told.flatMap((metrics, index) => (metrics ? [labelled(metrics, names[index] ?? '')] : []));
  const ofOwn = [ownMetrics, asked, await up.getMetricsAsJSON()].map((metrics) => labelled(metrics, own.name));
  return AggregatorRegistry.aggregate<PrometheusContentType>([...ofOwn, ...ofOthers]).metrics();
}

/** Every value says which process it is from, unless it says already what it is about. */
function labelled(metrics: NonNullable<ToldMetrics>, component: string): NonNullable<ToldMetrics> {
  return metrics.map((metric) => ({
    ...metric,
    // With the label no two values are of the same series; were they all the same, one counts and nothing is summed.
    aggregator: 'first' as const,
    values: metric.values.map((value) => ({ ...value, labels: { component, ...value.labels } })),
  }));
}
