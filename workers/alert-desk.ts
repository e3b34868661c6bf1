import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import type { AlertsConfig } from '../src/config/alerts';
import type { Config } from '../src/config/schema';
import { environmentOf } from '../src/config/trading-environment';
import { runAlertDesk, type AlertDesk } from '../src/observability/alerts/desk';
import { openChannels, originOf } from '../src/observability/channels/open-channels';
import { readHealth } from '../src/observability/health';
import { HealthReader } from '../src/observability/health-reader';
import type { PartHealth } from '../src/observability/part-health';
import { readFreeFunds } from '../src/observability/trading-health';
import { pause } from '../src/process/pause';
import { claimPidFile, releasePidFile } from '../src/process/pid-file';
import { pingHeartbeat } from './ping-heartbeat';
import { printAlert } from './print-alert';

/** How often a monitor looks whether the one that keeps the desk is gone. */
const CLAIM_INTERVAL_MS = 10_000;

/** The desk looks at everything every five seconds; the ping goes by what it saw last. */
const HEALTH_SHARED_MS = 4_500;

export interface AlertDeskOptions {
  readonly config: Config;
  readonly alerts: AlertsConfig;
  readonly logger: Logger;
  /** Whom to ask; undefined until there is a connection. */
  readonly client: () => Client | undefined;
}

/**
 * Keeps the desk of alerts of this data folder until the signal ends it. Of several monitors on one folder one does, and the
 * next takes it up when that one is gone. It needs no Temporal server: that there is none is one of the things it tells.
 */
export async function keepAlertDesk(options: AlertDeskOptions, signal: AbortSignal): Promise<void> {
  const path = join(options.config.dataDir, 'run', 'alert-desk.pid');
  while (!signal.aborted) {
    if (claimPidFile(path, process.pid) === undefined) {
      try {
        await serveDesk(options, signal);
      } finally {
        releasePidFile(path, process.pid);
      }
      return;
    }
    await pause(CLAIM_INTERVAL_MS, signal);
  }
}

/** @throws Error while there is none */
function connected(client: AlertDeskOptions['client']): Client {
  const found = client();
  if (found === undefined) throw new Error('there is no connection to it');
  return found;
}

function serveDesk(options: AlertDeskOptions, signal: AbortSignal): Promise<unknown> {
  const { config, alerts, logger, client } = options;
  const reader = new HealthReader({
    ask: () => readHealth(connected(client), config),
    sharedForMs: HEALTH_SHARED_MS,
  });
  const readParts = async (): Promise<readonly PartHealth[]> => (await reader.read()).details;
  const desk = openDesk(options, readParts, signal);
  const { heartbeat } = alerts;
  if (heartbeat === undefined) return desk.done;
  return Promise.all([desk.done, pingHeartbeat({ heartbeat, logger, readParts, lookAtDesk: desk.look }, signal)]);
}

function openDesk(
  { config, alerts, logger, client }: AlertDeskOptions,
  readParts: () => Promise<readonly PartHealth[]>,
  signal: AbortSignal,
): AlertDesk {
  const tellFault = (sentence: string): void => printAlert(logger, sentence);
  return runAlertDesk(
    {
      config,
      channels: openChannels(alerts, originOf(environmentOf(config)), tellFault),
      tellFault,
      readParts,
      ...(Object.keys(config.alerts.balanceLow).length > 0 && {
        readFreeFunds: async () => readFreeFunds(connected(client), config),
      }),
    },
    signal,
  );
}
