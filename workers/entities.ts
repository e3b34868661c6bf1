import type { Client } from '@temporalio/client';
import type { Config } from '../src/config/schema';
import {
  BALANCE_LEDGER_WORKFLOW_TYPE,
  configureLedgerSignal,
  type LedgerSettings,
} from '../src/messages/balance-ledger';
import {
  balanceLedgerWorkflowId,
  ENTITIES_TASK_QUEUE,
  INFERENCE_TASK_QUEUE,
  ML_MANAGER_WORKFLOW_ID,
  rateLimiterWorkflowId,
} from '../src/messages/ids';
import { configureMlManagerSignal, ML_MANAGER_WORKFLOW_TYPE, type MlManagerSettings } from '../src/messages/ml-manager';
import { configureLimiterSignal, RATE_LIMITER_WORKFLOW_TYPE, type LimiterSettings } from '../src/messages/rate-limiter';
import type { VenuePromises } from '../src/venues/venue';

/**
 * How long a step of an entity may be in the hands of a process before another one gets it: after a crash every order
 * waits for this. Steps take milliseconds; a process that has just started may have to replay some thousand events.
 */
const STEP_TIMEOUT = '5 seconds';

/**
 * Starts a venue's ledger and limiter, or hands the running ones the configuration of this start: they live on across
 * restarts, and the settings may have changed in between.
 */
export async function ensureVenueEntities(client: Client, config: Config, promises: VenuePromises): Promise<void> {
  const venue = config.venue;
  const limiter: LimiterSettings = { venue, limits: limitsOf(config) };
  const ledger: LedgerSettings = {
    venue,
    updateIntervalMs: config.balances.updateIntervalSeconds * 1000,
    snapshotLagMs: promises.snapshotLagMs,
  };
  await Promise.all([
    client.workflow.signalWithStart(RATE_LIMITER_WORKFLOW_TYPE, {
      workflowId: rateLimiterWorkflowId(venue),
      taskQueue: ENTITIES_TASK_QUEUE,
      workflowTaskTimeout: STEP_TIMEOUT,
      args: [limiter],
      signal: configureLimiterSignal,
      signalArgs: [limiter],
      staticSummary: `request budget of ${venue}`,
    }),
    client.workflow.signalWithStart(BALANCE_LEDGER_WORKFLOW_TYPE, {
      workflowId: balanceLedgerWorkflowId(venue),
      taskQueue: ENTITIES_TASK_QUEUE,
      workflowTaskTimeout: STEP_TIMEOUT,
      args: [ledger],
      signal: configureLedgerSignal,
      signalArgs: [ledger],
      staticSummary: `funds at ${venue}`,
    }),
  ]);
}

/** Starts the prediction loop, or hands the running one the configuration of this start. */
export async function ensureMlManager(client: Client, config: Config): Promise<void> {
  const settings: MlManagerSettings = {
    venue: config.venue,
    symbols: config.venues[config.venue]?.symbols ?? [],
    candleIntervalMs: config.ml.candleIntervalMinutes * 60_000,
    closeDelayMs: config.ml.closeDelayMs,
  };
  await client.workflow.signalWithStart(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: ML_MANAGER_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings],
    signal: configureMlManagerSignal,
    signalArgs: [settings],
    staticSummary: `predictions for ${settings.symbols.length} symbols`,
  });
}

function limitsOf(config: Config): LimiterSettings['limits'] {
  const venue = config.venues[config.venue];
  if (!venue) throw new Error(`The venue "${config.venue}" is not configured.`);
  const endpoints = Object.entries(venue.limits.endpoints).flatMap(([name, limit]) => (limit ? [[name, limit]] : []));
  return { ...config.rateLimits, global: venue.limits.global, endpoints: Object.fromEntries(endpoints) };
}
