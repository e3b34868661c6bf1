import type { Client } from '@temporalio/client';
import { SIGNAL_OUTCOMES } from '../../domain/signal-view';
import { callServer } from '../../intake/server-call';
import { TRADE_OUTCOME } from '../../messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE } from '../../messages/signal';
import type { ToldMetrics } from '../../observability/metrics/metrics-socket';
import type { ToldMetric } from '../../observability/metrics/told-metrics';
import type { PageValues } from '../feed';
import { isoTime } from '../iso-time';
import { countsOf, startOf } from './told-figures';

const DAY_MS = 86_400_000;
/** The day begins at a whole minute, so that counts which stay the same are the same. */
const MINUTE_MS = 60_000;
const ASK_TIMEOUT_MS = 4_000;
const DENIALS = 'oncefill_denials_total';

/** Counts workflows by a query of the server's index. */
export type CountWorkflows = (query: string) => Promise<number>;

/** @throws IntakeUnavailableError, from each question */
export function workflowCounter(client: Client): CountWorkflows {
  const call = { unanswered: 'The Temporal server does not answer.', timeoutMs: ASK_TIMEOUT_MS };
  return async (query) => (await callServer(client, call, () => client.workflow.count(query))).count;
}

export interface CountsOptions {
  readonly count: CountWorkflows;
  /** What the engine of this machine counts. */
  readonly engine: () => Promise<ToldMetrics>;
  /** What this process, the door of HTTP and hooks, counts. */
  readonly own: () => Promise<readonly ToldMetric[]>;
  /** Milliseconds UTC. */
  readonly wallClock?: () => number;
}

/** How signals ended: durable by outcome; by denial code, which the server's index does not hold, as the engine counts them. */
export async function readCounts({
  count,
  engine,
  own,
  wallClock = Date.now,
}: CountsOptions): Promise<PageValues['counts']> {
  const sinceMs = Math.floor((wallClock() - DAY_MS) / MINUTE_MS) * MINUTE_MS;
  const since = new Date(sinceMs).toISOString();
  const ended = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND ExecutionStatus = 'Completed' AND CloseTime >= '${since}'`;
  const byOutcome: Record<string, number> = {};
  // One after the other: nobody waits for them, and orders must not.
  for (const outcome of SIGNAL_OUTCOMES) {
    byOutcome[outcome] = await count(`${ended} AND ${TRADE_OUTCOME.name} = '${outcome}'`);
  }
  const [metrics, ownMetrics] = await Promise.all([engine(), own()]);
  return {
    since,
    by_outcome: byOutcome,
    denied_since: metrics && isoTime(startOf(metrics)),
    by_denial_code: metrics ? countsOf(metrics, DENIALS, 'code') : {},
    refused_by_code: countsOf(ownMetrics, DENIALS, 'code'),
  };
}
