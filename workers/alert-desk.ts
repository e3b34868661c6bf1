import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import { channelSettings, describeAlerts, type AlertsConfig } from '../src/config/alerts';
import type { Config } from '../src/config/schema';
import { environmentOf } from '../src/config/trading-environment';
import { runAlertDesk, type AlertDesk } from '../src/observability/alerts/desk';
import { deskPidPath, noteChannels } from '../src/observability/alerts/running-channels';
import { openProcessMetrics } from '../src/observability/metrics/open-process-metrics';
import { openChannels, originOf } from '../src/observability/channels/open-channels';
import { readHealth } from '../src/observability/health';
import { HealthReader } from '../src/observability/health-reader';
import { logFolder } from '../src/observability/log-files';
import type { PartHealth } from '../src/observability/part-health';
import { readFreeFunds } from '../src/observability/trading-health';
import { AlertMetrics } from './alert-metrics';
import { holdDesk } from './hold-desk';
import { pingHeartbeat } from './ping-heartbeat';
import { printAlert } from './print-alert';

/** The desk looks at everything every five seconds; the ping goes by what it saw last. */
const HEALTH_SHARED_MS = 4_500;

export interface AlertDeskOptions {
  readonly config: Config;
  readonly alerts: AlertsConfig;
  readonly logger: Logger;
  /** Whom to ask; undefined until there is a connection. */
  readonly client: () => Client | undefined;
  /** Errors that this process has logged so far. */
  readonly errors: () => number;
}

/**
 * Keeps the desk of alerts of this data folder until the signal ends it. Of several monitors on one folder one does, and the
 * next takes it up when that one is gone. Never throws. It needs no Temporal server: that there is none is one of the things it tells.
 */
export function keepAlertDesk(options: AlertDeskOptions, signal: AbortSignal): Promise<void> {
  const path = deskPidPath(options.config.dataDir);
  const warn = (sentence: string): void => printAlert(options.logger, sentence);
  return holdDesk({ path, keep: (end) => runDesk(options, end), warn }, signal);
}

/** Of several monitors the one that keeps the desk tells its metrics: the others know nothing of alerts. */
async function runDesk(options: AlertDeskOptions, signal: AbortSignal): Promise<void> {
  const { config, errors, logger } = options;
  const warn = (sentence: string): void => logger.warn(sentence);
  const told = openProcessMetrics({ config, name: 'system_monitor', errors, warn });
  const metrics = new AlertMetrics(told.registry);
  try {
    noteChannels(config.dataDir, channelSettings(options.alerts), describeAlerts(options.alerts));
  } catch (error) {
    warn(
      `With which channels people are told cannot be noted for "oncefill alerts test": ${(error as Error).message}.`,
    );
  }
  try {
    await serveDesk(options, metrics, signal);
  } finally {
    told.close();
  }
}

/** @throws Error while there is none */
function connected(client: AlertDeskOptions['client']): Client {
  const found = client();
  if (found === undefined) throw new Error('there is no connection to it');
  return found;
}

function serveDesk(options: AlertDeskOptions, metrics: AlertMetrics, signal: AbortSignal): Promise<unknown> {
  const reader = new HealthReader({
    ask: () => readHealth(connected(options.client), options.config),
    sharedForMs: HEALTH_SHARED_MS,
  });
  // Before the first connection nothing is known of the server: connecting has a bound, and whoever connects tells when it fails.
  const readParts = async (): Promise<readonly PartHealth[] | undefined> =>
    options.client() === undefined ? undefined : (await reader.read()).details;
  const desk = openDesk(options, metrics, readParts, signal);
  const { heartbeat } = options.alerts;
  if (heartbeat === undefined) return desk.done;
  const { logger } = options;
  const ping = { heartbeat, logger, readParts, lookAtDesk: desk.look, count: metrics.pings() };
  return Promise.all([desk.done, pingHeartbeat(ping, signal)]);
}

function openDesk(
  { config, alerts, logger, client }: AlertDeskOptions,
  metrics: AlertMetrics,
  readParts: () => Promise<readonly PartHealth[] | undefined>,
  signal: AbortSignal,
): AlertDesk {
  const tellFault = (sentence: string): void => printAlert(logger, sentence);
  const channels = openChannels(alerts, originOf(environmentOf(config), logFolder(config.dataDir)), tellFault);
  const desk = runAlertDesk(
    {
      config,
      channels: channels.map((channel) => metrics.counted(channel)),
      tellFault,
      readParts,
      ...(Object.keys(config.alerts.balanceLow).length > 0 && {
        readFreeFunds: async () => readFreeFunds(connected(client), config),
      }),
    },
    signal,
  );
  metrics.follow(
    desk.keeper,
    channels.map(({ name }) => name),
  );
  return desk;
}
