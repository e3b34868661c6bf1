import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import type { HeartbeatSettings } from '../src/config/alerts';
import type { Config } from '../src/config/schema';
import { readBook } from '../src/observability/alerts/book-file';
import type { Wellbeing } from '../src/observability/channels/all-well';
import { runHeartbeatPing, type PingResult } from '../src/observability/channels/heartbeat-ping';
import { readHealth } from '../src/observability/health';
import type { PartHealth } from '../src/observability/part-health';

export interface PingOptions {
  readonly config: Config;
  readonly heartbeat: HeartbeatSettings;
  readonly logger: Pick<Logger, 'warn'>;
  /** @throws Error while there is no connection */
  readonly client: () => Client;
  readonly count: (result: PingResult) => void;
}

/** Pings the service that notices our silence, until the signal ends it. */
export function pingHeartbeat(
  { config, heartbeat, logger, client, count }: PingOptions,
  signal: AbortSignal,
): Promise<void> {
  const { url, method, intervalMs } = heartbeat;
  return runHeartbeatPing(
    {
      url,
      method,
      everyMs: intervalMs,
      look: async () => ({
        ...(await wellbeingOf(config, client)),
        oldestMessageAgeMs: oldestMessageAge(config.dataDir),
      }),
      tell: (sentence) => logger.warn(sentence),
      count,
    },
    signal,
  );
}

/** A server that cannot be asked does not answer, and of the engine nothing is known then. */
async function wellbeingOf(
  config: Config,
  client: () => Client,
): Promise<Pick<Wellbeing, 'doesTemporalAnswer' | 'engineHeartbeatAgeMs'>> {
  const parts = await readParts(config, client);
  return {
    doesTemporalAnswer: parts?.find(({ name }) => name === 'temporal')?.status !== 'unhealthy' && parts !== undefined,
    engineHeartbeatAgeMs: parts?.find(({ name }) => name === 'trading_engine')?.heartbeatAgeMs ?? 'unknown',
  };
}

async function readParts(config: Config, client: () => Client): Promise<readonly PartHealth[] | undefined> {
  try {
    return (await readHealth(client(), config)).details;
  } catch {
    return undefined;
  }
}

function oldestMessageAge(dataDir: string): Wellbeing['oldestMessageAgeMs'] {
  const waiting = Object.values(readBook(dataDir).book.outboxes).flatMap((outbox) => outbox.waiting);
  if (waiting.length === 0) return 'none waits';
  return Math.max(0, Date.now() - Math.min(...waiting.map(({ atMs }) => atMs)));
}
