import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { stopChild } from '../../../harness/child-process';
import { findFreePorts } from '../../../harness/free-ports';
import type { Installation } from '../../../harness/installation';
import { waitFor } from '../../../harness/wait-for';
import { EXPRESSIONS, filledIn, look, OPS } from '../../support/operations-queries';

const READY_MAX_MS = 60_000;
const ASK_INTERVAL_MS = 200;

/** Debian's package `prometheus`, for example; nothing needs it but this look. */
export function hasPrometheus(): boolean {
  return ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);
}

/** A Prometheus that scrapes the product every second, with the rules of ops/. */
async function startPrometheus({ config }: Installation) {
  const folder = mkdtempSync(join(tmpdir(), 'oncefill-prometheus-'));
  cpSync(join(OPS, 'prometheus'), folder, { recursive: true });
  const settings = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['recording-rules.yml', 'alerting-rules.yml'],
    scrape_configs: [{ job_name: 'oncefill', static_configs: [{ targets: [`127.0.0.1:${config.api.port}`] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(settings));
  const [port] = await findFreePorts(1);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  return {
    async ask(query: string): Promise<readonly unknown[]> {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      const answer = (await (await fetch(url)).json()) as {
        status: string;
        data?: { result: unknown[] };
        error?: string;
      };
      if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`);
      return answer.data?.result ?? [];
    },
    async stop(): Promise<void> {
      await stopChild(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Only where something is wrong is there anything of these. */
const THERE_IN_TROUBLE = ['oncefill_order_unknown_oldest_timestamp_seconds'];

/** @returns every expression of a panel or rule that a Prometheus has nothing for, although all is well, and what promtool finds */
export async function lookThroughPrometheus(product: Installation, metrics: string): Promise<readonly string[]> {
  const prometheus = await startPrometheus(product);
  const isThere = async (query: string): Promise<boolean> => {
    try {
      return (await prometheus.ask(query)).length > 0;
    } catch (error) {
      // It does not listen yet. A test's own TypeError is not the one of fetch.
      if ((error as Error).message === 'fetch failed') return false;
      throw error;
    }
  };
  try {
    await waitFor('Prometheus to have evaluated its rules', () => isThere('oncefill:signal_to_order_seconds:p99'), {
      timeoutMs: READY_MAX_MS,
      intervalMs: ASK_INTERVAL_MS,
    });
    const empty: string[] = [];
    const found = new Set<string>(THERE_IN_TROUBLE);
    for (const [where, expression] of EXPRESSIONS) {
      // What a rule of an alert asks for holds of nothing while all is well; what it asks of is there all the same.
      await prometheus.ask(filledIn(expression));
      for (const name of look(expression).names) {
        if (found.has(name)) continue;
        if (await isThere(name)) found.add(name);
        else empty.push(`${where}: ${name}`);
      }
    }
    return [...empty, ...checkText(metrics)];
  } finally {
    await prometheus.stop();
  }
}

/** What promtool finds wrong with the names, a line each. */
function checkText(metrics: string): readonly string[] {
  const { stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}
