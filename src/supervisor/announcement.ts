import type { Config } from '../config/schema';
import { describeTradedSymbols } from '../config/traded-symbols';
import type { StartMode } from './plan';
import type { TemporalServer } from './temporal-server';

/** Whether orders move real money, in words that cannot be overlooked. */
export function describeTrading(config: Config): string {
  const environment = config.venues[config.venue]?.environment;
  switch (environment) {
    case 'live':
      return `LIVE on ${config.venue} — REAL MONEY`;
    case 'testnet':
      return `TESTNET on ${config.venue} — no real money`;
    case 'demo':
      return `DEMO on ${config.venue} — real prices, no real money`;
    default:
      return `PAPER on ${config.venue} — no real money`;
  }
}

export interface AnnouncementFacts {
  readonly config: Config;
  readonly mode: StartMode;
  readonly server: TemporalServer;
  /** How the paper venue was told to misbehave; absent: not at all. */
  readonly faults?: string;
  /** How people are told of alerts; absent: it is not known. */
  readonly alerts?: string;
  /** The running parts with their process ids. */
  readonly processes: readonly { readonly name: string; readonly pid?: number }[];
}

/** What runs where, as the terminal shows it once the system is healthy. */
export function describeSystem({
  config,
  mode,
  server,
  processes,
  faults,
  alerts,
}: AnnouncementFacts): readonly string[] {
  const has = (name: string): boolean => processes.some((process) => process.name === name);
  const apiUrl = `http://${config.api.host}:${config.api.port}`;
  const rows: (readonly [string, string])[] = [
    ['Trading', describeTrading(config)],
    ['Symbols', describeTradedSymbols(config)],
    ['Mode', mode],
    ['Processes', processes.map(({ name, pid }) => `${name} ${pid ?? '-'}`).join(', ')],
  ];
  if (has('api')) rows.push(['Page, API', `${apiUrl}/`], ['Health', `${apiUrl}/health`]);
  if (has('api') && config.hooks.enabled) {
    const sources = Object.keys(config.hooks.sources).join(', ');
    rows.push(['Webhooks', `http://127.0.0.1:${config.hooks.port}/hooks/SOURCE, of ${sources}`]);
  }
  if (server.uiUrl !== undefined) {
    rows.push(['Web UI', `${server.uiUrl}/namespaces/${config.temporal.namespace}/workflows`]);
  }
  if (has('paper_venue')) {
    const bad = faults === undefined ? '' : `, misbehaves as it was told to (--faults ${faults})`;
    rows.push(['Paper venue', `http://127.0.0.1:${config.paperVenue.port}${bad}`]);
  }
  if (alerts !== undefined) rows.push(['Alerts', alerts]);
  rows.push(
    ['Temporal', `${server.description}, namespace ${config.temporal.namespace}`],
    ['Data folder', config.dataDir],
  );
  return rows.map(([name, text]) => `  ${name.padEnd(13)}${text}`);
}
