/** What the rules and dashboards in ops/ ask for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { packageRoot } from '../../src/config/package-root';

export const OPS = join(packageRoot(), 'ops');
interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly panels: readonly Panel[];
}

export function readOps(...path: readonly string[]): string {
  return readFileSync(join(OPS, ...path), 'utf8');
}

export const RULES = ['recording-rules.yml', 'alerting-rules.yml'].flatMap((file) =>
  (
    parse(readOps('prometheus', file)) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
  ).groups.flatMap(({ rules }) => rules),
);
export const DASHBOARDS = readdirSync(join(OPS, 'grafana', 'dashboards')).map(
  (file) => JSON.parse(readOps('grafana', 'dashboards', file)) as Dashboard,
);
/** Each expression, with where it stands. */
export const EXPRESSIONS: readonly (readonly [where: string, expression: string])[] = [
  ...RULES.map(({ record, alert, expr }) => [`rule ${record ?? alert}`, expr] as const),
  ...DASHBOARDS.flatMap(({ uid, panels }) =>
    panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`${uid}: ${title}`, expr] as const)),
  ),
];

/** As Grafana fills it in before it asks. */
export function filledIn(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m');
}

/** The names of the metrics that it asks for, and what cannot be read of it. */
export function look(expression: string): { readonly names: readonly string[]; readonly faults: readonly string[] } {
  const names: string[] = [];
  const faults: string[] = [];
  const text = filledIn(expression);
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) faults.push(`at ${from}: ${text.slice(from, to)}`);
      // A name in front of braces or a range; names of labels and functions are other nodes.
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') names.push(text.slice(from, to));
    },
  });
  return { names, faults };
}
