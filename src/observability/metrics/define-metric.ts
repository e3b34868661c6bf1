import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { entryOf, type MetricName } from './metric-names';

function definition(registry: Registry, name: MetricName) {
  const { help, labels } = entryOf(name);
  return { name, help, labelNames: [...labels], registers: [registry] };
}

/** A counter of the table, of this registry: the same one for all who ask. */
export function counterOf(registry: Registry, name: MetricName): Counter {
  return (registry.getSingleMetric(name) as Counter | undefined) ?? new Counter(definition(registry, name));
}

/** A gauge of the table, of this registry: the same one for all who ask. */
export function gaugeOf(registry: Registry, name: MetricName): Gauge {
  return (registry.getSingleMetric(name) as Gauge | undefined) ?? new Gauge(definition(registry, name));
}

/** A gauge of the table whose values are found out whenever it is told. */
export function gaugeFrom(registry: Registry, name: MetricName, tell: (gauge: Gauge) => void): void {
  new Gauge({
    ...definition(registry, name),
    collect() {
      this.reset();
      tell(this);
    },
  });
}

/** A counter of the table that others keep: its values are read whenever it is told. */
export function counterFrom(registry: Registry, name: MetricName, tell: (counter: Counter) => void): void {
  new Counter({
    ...definition(registry, name),
    collect() {
      this.reset();
      tell(this);
    },
  });
}

/** A histogram of the table, with its buckets. */
export function histogramOf(registry: Registry, name: MetricName): Histogram {
  const { buckets = [] } = entryOf(name);
  return new Histogram({ ...definition(registry, name), buckets: [...buckets] });
}
