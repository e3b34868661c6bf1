import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import type { AlertsConfig } from '../src/config/alerts';
import type { Config } from '../src/config/schema';
import { environmentOf } from '../src/config/trading-environment';
import { runAlertDesk } from '../src/observability/alerts/desk';
import { openChannels, originOf } from '../src/observability/channels/open-channels';
import { readHealth } from '../src/observability/health';
import { readFreeFunds } from '../src/observability/trading-health';
import { pause } from '../src/process/pause';
import { claimPidFile, releasePidFile } from '../src/process/pid-file';
import { pingHeartbeat } from './ping-heartbeat';
import { printAlert } from './print-alert';

/** How often a monitor looks whether the one that keeps the desk is gone. */
const CLAIM_INTERVAL_MS = 10_000;

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
        await Promise.all([openDesk(options, signal), ping(options, signal)]);
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

async function ping({ config, alerts, logger, client }: AlertDeskOptions, signal: AbortSignal): Promise<void> {
  const { heartbeat } = alerts;
  if (heartbeat === undefined) return;
  await pingHeartbeat({ config, heartbeat, logger, client: () => connected(client) }, signal);
}

function openDesk({ config, alerts, logger, client }: AlertDeskOptions, signal: AbortSignal): Promise<void> {
  const tellFault = (sentence: string): void => printAlert(logger, sentence);
  const { done } = runAlertDesk(
    {
      config,
      channels: openChannels(alerts, originOf(environmentOf(config)), tellFault),
      tellFault,
      readParts: async () => (await readHealth(connected(client), config)).details,
      ...(Object.keys(config.alerts.balanceLow).length > 0 && {
        readFreeFunds: async () => readFreeFunds(connected(client), config),
      }),
    },
    signal,
  );
  return done;
}
