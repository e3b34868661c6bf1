import type { Logger } from '@temporalio/common';
import type { HeartbeatSettings } from '../src/config/alerts';
import { rulesAgainstPing } from '../src/domain/alerts/rules';
import type { DeskView } from '../src/observability/alerts/desk';
import type { Wellbeing } from '../src/observability/channels/all-well';
import { runHeartbeatPing, type PingResult } from '../src/observability/channels/heartbeat-ping';
import type { PartHealth } from '../src/observability/part-health';

export interface WellbeingSources {
  /** How the parts are; undefined: nobody could be asked yet. @throws where the server cannot be asked */
  readonly readParts: () => Promise<readonly PartHealth[] | undefined>;
  /** What the desk of alerts knows. */
  readonly lookAtDesk: () => DeskView;
}

export type PingOptions = WellbeingSources & {
  readonly heartbeat: HeartbeatSettings;
  readonly logger: Pick<Logger, 'warn'>;
  readonly count: (result: PingResult) => void;
};

/** Pings the service that notices our silence, until the signal ends it. */
export function pingHeartbeat(
  { heartbeat, logger, count, ...sources }: PingOptions,
  signal: AbortSignal,
): Promise<void> {
  const { url, method, intervalMs } = heartbeat;
  return runHeartbeatPing(
    {
      url,
      method,
      everyMs: intervalMs,
      look: () => readWellbeing(sources),
      tell: (sentence) => logger.warn(sentence),
      count,
    },
    signal,
  );
}

/** A server that cannot be asked does not answer, and of the engine nothing is known then. */
export async function readWellbeing({ readParts, lookAtDesk }: WellbeingSources): Promise<Wellbeing> {
  const parts = await readParts().catch(() => undefined);
  const { state, oldestMessageAgeMs } = lookAtDesk();
  const server = parts?.find(({ name }) => name === 'temporal');
  return {
    doesTemporalAnswer: server !== undefined && server.status !== 'unhealthy',
    engineHeartbeatAgeMs: parts?.find(({ name }) => name === 'trading_engine')?.heartbeatAgeMs ?? 'unknown',
    oldestMessageAgeMs,
    openRules: rulesAgainstPing(state),
  };
}
