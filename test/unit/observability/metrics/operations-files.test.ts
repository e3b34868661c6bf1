/** Rules and dashboards in ops/: what they ask for can be read, and is there to be asked for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../../src/config/package-root';
import { ALERT_RULES } from '../../../../src/domain/alerts/alert';
import { RULE_TERMS } from '../../../../src/domain/alerts/rules';
import {
  entryOf,
  METRICS,
  SEED_COUNTERS,
  SEED_METRIC_NAMES,
  type MetricName,
} from '../../../../src/observability/metrics/metric-names';
import { createProcessRegistry } from '../../../../src/observability/metrics/process-metrics';
import { DASHBOARDS, EXPRESSIONS, look, OPS, readOps, RULES } from '../../../support/operations-queries';

function exported(): ReadonlySet<string> {
  const registry = createProcessRegistry({ component: 'api', environment: 'paper', errors: () => 0 });
  const ofNode = registry.getMetricsAsArray().map(({ name }) => name);
  registry.clear();
  const histograms = Object.keys(METRICS).filter((name) => entryOf(name as MetricName).type === 'histogram');
  const ofHistograms = histograms.flatMap((name) => ['bucket', 'sum', 'count'].map((suffix) => `${name}_${suffix}`));
  const plain = Object.keys(METRICS).filter((name) => !histograms.includes(name));
  return new Set([...plain, ...ofHistograms, ...ofNode, ...RULES.flatMap(({ record }) => record ?? [])]);
}

test.each(EXPRESSIONS)('%s can be read, and asks for metrics that are exported', (_where, expression) => {
  const { names, faults } = look(expression);
  expect(faults).toEqual([]);
  const known = exported();
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  expect(names.length > 0 || expression === 'vector(1)').toBe(true);
});

test('the look at expressions finds a name and a fault, so that it may find none', () => {
  expect(look('sum by (le) (rate(nobody_counts_this[5m]))').names).toEqual(['nobody_counts_this']);
  expect(look('sum by (le (rate(x[5m]))').faults).not.toEqual([]);
});

test('labels that expressions name are labels of those metrics', () => {
  const labels = new Set([
    'le',
    'component',
    'instance',
    'job',
    ...Object.values(METRICS).flatMap(({ labels }) => labels),
  ]);
  const named = EXPRESSIONS.flatMap(([, text]) => [
    ...[...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((name) => name.trim())),
    ...[...text.matchAll(/[{,]\s*([a-z_]+)\s*[=!]/g)].map(([, name = '']) => name),
  ]);
  expect(named.filter((name) => !labels.has(name))).toEqual([]);
});

test('the dashboards name the one provisioned data source, and carry no id of another Grafana', () => {
  const { datasources } = parse(readOps('grafana', 'provisioning', 'datasources', 'prometheus.yml')) as {
    readonly datasources: readonly { readonly uid: string }[];
  };
  const uids = DASHBOARDS.flatMap(({ panels }) =>
    panels.flatMap((panel) => [panel.datasource.uid, ...panel.targets.map(({ datasource }) => datasource.uid)]),
  );
  expect(new Set(uids)).toEqual(new Set(datasources.map(({ uid }) => uid)));
  expect(DASHBOARDS.map(({ id }) => id)).toEqual(DASHBOARDS.map(() => null));
});

test('the five panels that users know are there', () => {
  const titles = DASHBOARDS.find(({ uid }) => uid === 'oncefill-system')?.panels.map(({ title }) => title);
  expect(titles).toEqual([
    'Worker Status',
    'Signal Deduplication Rate',
    'API Rate Limits',
    'Balance Reservations',
    'System Health',
  ]);
});

/** Rules that ask for the product's own alerts, by name. */
const ASKED_OF_THE_DESK = RULES.flatMap(
  ({ expr }) => /oncefill_alerts_firing\{rule=~"([a-z_|]+)"/.exec(expr)?.[1]?.split('|') ?? [],
);

test.each(ALERT_RULES)('the alert %s has one twin at Prometheus, as severe as itself', (rule) => {
  const twins = RULES.filter(({ labels }) => labels?.['rule'] === rule).map(({ labels }) => labels?.['severity']);
  // What the desk tells has the severity that it has there.
  const told = ASKED_OF_THE_DESK.filter((name) => name === rule).map(() => RULE_TERMS[rule].severity);
  expect([...twins, ...told]).toEqual([RULE_TERMS[rule].severity]);
});

test('no twin is of an alert that there is not', () => {
  const named = [...RULES.flatMap(({ labels }) => labels?.['rule'] ?? []), ...ASKED_OF_THE_DESK];
  expect(named.filter((name) => !(ALERT_RULES as readonly string[]).includes(name))).toEqual([]);
});

test("of Node's figures only counters are called _total", async () => {
  const registry = createProcessRegistry({ component: 'api', environment: 'paper', errors: () => 0 });
  const all = await registry.getMetricsAsJSON();
  registry.clear();
  // In what is told, the type is a word; the declaration says a number.
  const others = all.filter(({ name, type }) => name.endsWith('_total') && String(type) !== 'counter');
  expect(others.map(({ name }) => name)).toEqual([]);
});

test('the names and labels that users of the older bots know are exactly these', () => {
  expect(SEED_METRIC_NAMES.map((name) => `${name}{${entryOf(name).labels.join(',')}}`)).toEqual([
    'worker_coordinator_active_workers{type}',
    'worker_coordinator_heartbeat_age_seconds{worker_id}',
    'signal_deduplicator_total_checks{}',
    'signal_deduplicator_duplicates_found{}',
    'signal_deduplicator_unique_signals{}',
    'rate_limiter_requests_total{exchange,endpoint}',
    'rate_limiter_blocked_requests{exchange}',
    'balance_manager_total_balance{exchange,symbol}',
    'balance_manager_reserved_balance{exchange,symbol}',
    'process_monitor_component_health{name}',
    'process_monitor_errors_total{component}',
  ]);
});

test('every counter is called _total, but for the known ones', () => {
  const others = Object.entries(METRICS).filter(([name, { type }]) => type === 'counter' && !name.endsWith('_total'));
  expect(others.map(([name]) => name).toSorted()).toEqual([...SEED_COUNTERS].toSorted());
});

test('docs/metrics.md has a row for every metric, with its labels and where it is kept', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'metrics.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_]+)(?:\{([a-z_,]*)\})?` \| (\w+) \| (\w+) \|/gm)];
  expect(rows.map(([, name, labels = '', type, kept]) => [name, labels, type, kept])).toEqual(
    Object.entries(METRICS).map(([name, { labels, type, kept }]) => [name, labels.join(','), type, kept]),
  );
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
/** Without Debian's package `prometheus` these are skipped. */
const withPromtool = hasPromtool ? test : test.skip;

withPromtool('promtool finds no fault with the configuration and the rules, and their tests pass', () => {
  const cwd = join(OPS, 'prometheus');
  execFileSync('promtool', ['check', 'config', 'prometheus.yml'], { cwd, stdio: 'pipe' });
  execFileSync('promtool', ['test', 'rules', 'rules-test.yml'], { cwd, stdio: 'pipe' });
});
