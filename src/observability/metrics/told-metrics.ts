import type { MetricObjectWithValues, MetricValue } from 'prom-client';

export type ToldMetric = MetricObjectWithValues<MetricValue<string>>;

const METRIC_NAME = /^(?!__)[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const TYPES: readonly unknown[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a process told of its metrics, if all of it can stand in one text with those of others. A number that JSON has no word for
 * arrives as null, and is left out: it is unknown.
 *
 * @returns undefined: it is anything else
 */
export function parseToldMetrics(told: unknown): readonly ToldMetric[] | undefined {
  if (!Array.isArray(told) || !told.every(isMetric)) return undefined;
  return told.map((metric) => ({
    ...metric,
    values: metric.values.filter(({ value }) => (value as unknown) !== null),
  }));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name of every object, such as `constructor`, would be taken for one that is registered already. */
function isMetricName(name: unknown): boolean {
  return typeof name === 'string' && METRIC_NAME.test(name) && !(name in Object.prototype);
}

function isMetric(metric: unknown): metric is ToldMetric {
  if (!isFields(metric)) return false;
  const { name, help, type, values } = metric;
  const isDescribed = isMetricName(name) && typeof help === 'string' && TYPES.includes(type);
  return isDescribed && Array.isArray(values) && values.every(isValue);
}

function isValue(told: unknown): boolean {
  if (!isFields(told)) return false;
  const { value, labels, metricName } = told;
  const isNumber = value === null || typeof value === 'number';
  const isNamed = metricName === undefined || isMetricName(metricName);
  return isNumber && isNamed && isFields(labels) && Object.entries(labels).every(isLabel);
}

function isLabel([name, value]: readonly [string, unknown]): boolean {
  return LABEL_NAME.test(name) && ['string', 'number'].includes(typeof value);
}
