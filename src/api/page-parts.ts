import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../config/api-access';
import { packageVersion } from '../config/package-root';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { SignalWorkflows } from '../intake/signal-workflows';
import { IntakeUnavailableError } from '../intake/types';
import type { SystemHealth } from '../observability/health';
import type { HealthReader } from '../observability/health-reader';
import { gaugeFrom } from '../observability/metrics/define-metric';
import { readMetrics } from '../observability/metrics/metrics-socket';
import { sharedReading } from '../observability/shared-reading';
import type { ToldMetric } from '../observability/metrics/told-metrics';
import { NET_POINTS_MAX, TRADES_SHOWN_MAX, type PageHello } from '../page/feed';
import { PagePoller, type PageReaders } from '../page/poller';
import { SectionProblem } from '../page/section-problem';
import { balancesSection, limitsSection, readAccount, tradingSection } from '../page/sections/account';
import { readAlerts } from '../page/sections/alerts';
import { readCounts, workflowCounter } from '../page/sections/counts';
import { HooksSection } from '../page/sections/hooks';
import { LatencySection } from '../page/sections/latency';
import { SignalsSection } from '../page/sections/signals';
import { DAYS_SHOWN, TradesSection } from '../page/sections/trades';
import { redactJson } from '../secrets/known-secrets';
import { readServerRecord } from '../temporal/server-record';
import { toApiError } from './errors';
import type { HealthReport } from './health-report';
import type { Positions } from './position-routes';
import { presentListed, presentRisk, presentTrades } from './present-position';
import { presentHealth } from './status-routes';
import type { PageStreamOptions } from './page-stream';
import type { Caller } from './token-guard';

/** Sections that show parts of one answer are read at the same moment. */
const SHARED_MS = 500;
const SIGNAL_READ_TIMEOUT_MS = 1_000;

type Client = Parameters<typeof readAccount>[0];
type Registry = Parameters<typeof gaugeFrom>[0];

export interface PageSources {
  readonly client: Client;
  readonly config: Config;
  readonly reader: Pick<HealthReader, 'read'>;
  readonly reportOf: (health: SystemHealth) => HealthReport;
  readonly positions: Positions;
  /** What this process counts. */
  readonly registry: Registry;
  readonly logger: { warn(about: object, message: string): void };
}

/** What the page needs beside its files. */
export function pageParts(sources: PageSources): Pick<PageStreamOptions, 'poller' | 'hello'> {
  const { config, registry, logger } = sources;
  const poller = new PagePoller({
    readers: readersOf(sources),
    explain,
    redactJson,
    onFailure: (name, error) => logger.warn({ error, section: name }, 'a section of the page cannot be read'),
  });
  gaugeFrom(registry, 'oncefill_page_viewers', (gauge) => gauge.set(poller.viewerCount));
  return { poller, hello: (caller, request) => helloTo(caller, request, config) };
}

/** Every section is read by itself: what another one heard before is not of the moment under which it would be shown. */
export function readersOf({
  client,
  config,
  reader,
  reportOf,
  positions,
  registry,
}: Omit<PageSources, 'logger'>): PageReaders {
  const { dataDir, venue } = config;
  const account = sharedReading(() => readAccount(client, config), SHARED_MS);
  const engine = sharedReading(() => readMetrics(dataDir, 'trading_engine'), SHARED_MS);
  const workflows = new SignalWorkflows(client);
  const signals = new SignalsSection({
    list: (minutes, rowsMax) => workflows.list(minutes, rowsMax),
    read: (fingerprint) => client.withDeadline(Date.now() + SIGNAL_READ_TIMEOUT_MS, () => workflows.read(fingerprint)),
  });
  const trades = new TradesSection({ trades: (days) => positions.trades(days) });
  const latency = new LatencySection({ engine });
  const hooks = new HooksSection(config);
  const count = workflowCounter(client);
  return {
    health: async () => presentHealth(reportOf(await reader.read())),
    trading: async () => tradingSection(await account()),
    signals: () => signals.read(),
    balances: async () => balancesSection(await account(), config.venues[venue]?.settleAsset),
    limits: async () => limitsSection(await account(), Date.now()),
    positions: async () => (await positions.list()).map(presentListed),
    risk: async () => {
      // An ended account still tells its risk, as of its end: only of one that runs is it shown.
      const [risk] = await Promise.all([positions.risk(), account()]);
      if (!risk) throw new SectionProblem('No account of this venue runs, or it meets no bound of risk.');
      return presentRisk(risk);
    },
    trades: async () => shownTrades(presentTrades(await trades.read(), DAYS_SHOWN)),
    counts: () => readCounts({ count, engine, own: () => denialsOf(registry) }),
    latency: () => latency.read(),
    alerts: () => readAlerts(dataDir, Date.now()),
    hooks: () => hooks.read(),
  };
}

async function denialsOf(registry: Registry): Promise<readonly ToldMetric[]> {
  const metric = await registry.getSingleMetric('oncefill_denials_total')?.get();
  return metric ? [metric as ToldMetric] : [];
}

/** The newest trades, and the net result over time in as many points as a chart can show. */
function shownTrades(presented: ReturnType<typeof presentTrades>) {
  const points = presented.net_over_time;
  const step = Math.max(1, Math.ceil(points.length / NET_POINTS_MAX));
  return {
    ...presented,
    trades: presented.trades.slice(-TRADES_SHOWN_MAX),
    // Counted from the end: the newest one is always there.
    net_over_time: points.filter((_point, index) => (points.length - 1 - index) % step === 0),
  };
}

/** What people are told of a reading that failed: only what is meant for them. */
function explain(error: unknown): string {
  if (error instanceof SectionProblem || error instanceof IntakeUnavailableError) return error.message;
  const { code, message } = toApiError(error);
  return code === 'INTERNAL_ERROR' ? 'It cannot be read: the log of the API, api_YYYYMMDD.log, says why.' : message;
}

function helloTo({ who, mayTrade }: Caller, { hostname }: FastifyRequest, config: Config): PageHello {
  const environment = environmentOf(config);
  return {
    environment,
    venue: config.venue,
    version: packageVersion(),
    now: new Date().toISOString(),
    web_ui: webUiOf(config, hostname),
    may_trade: mayTrade,
    who,
    confirms_acts: environment === 'live',
    symbols: config.venues[config.venue]?.symbols ?? [],
    settle_asset: config.venues[config.venue]?.settleAsset,
  };
}

/**
 * The Web UI of an embedded server is there for browsers of this machine alone, under the name by which they call us: under another
 * one it would be another site.
 */
function webUiOf({ dataDir, temporal }: Config, hostname: string): string | undefined {
  const port = isLoopback(hostname.replaceAll(/[[\]]/g, '')) ? readServerRecord(dataDir)?.uiPort : undefined;
  return port === undefined ? undefined : `http://${hostname}:${port}/namespaces/${temporal.namespace}/workflows`;
}
