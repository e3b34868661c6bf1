import type { Client } from '@temporalio/client';
import { gateSettingsOf } from '../src/config/gate-settings';
import { predictedSymbols } from '../src/config/predicted-symbols';
import { rateLimitsOf } from '../src/config/rate-limits';
import type { Config } from '../src/config/schema';
import { tradingVenueOf } from '../src/config/trading-environment';
import {
  ENTITIES_TASK_QUEUE,
  INFERENCE_TASK_QUEUE,
  ML_MANAGER_WORKFLOW_ID,
  venueAccountWorkflowId,
} from '../src/messages/ids';
import {
  configureMlManagerSignal,
  ML_MANAGER_WORKFLOW_TYPE,
  type MlManagerSettings,
  type ServedModel,
} from '../src/messages/ml-manager';
import type { RateLimits } from '../src/domain/limiter/types';
import { riskTermsFault } from '../src/domain/risk/terms';
import type { RiskTerms } from '../src/domain/risk/types';
import { showVenue, type NamedVenue } from '../src/domain/trading-venue';
import type { RetrainSettings } from '../src/messages/ml-retrainer';
import { TRADE_VENUE } from '../src/messages/search-attributes';
import {
  configureAccountSignal,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
  type VenueAccountSettings,
} from '../src/messages/venue-account';
import type { VenuePromises } from '../src/venues/venue';
import { markAccount, readAccountPast } from './first-account';
import { assertNoFormerAccount } from './former-account';

/**
 * How long a step of an entity may be in the hands of a process before another one gets it: after a crash every order
 * waits for this. Steps take milliseconds; a process that has just started may have to replay some thousand events.
 */
const STEP_TIMEOUT = '5 seconds';

/** What a venue's account is told of the configuration. @throws Error when the account could not carry the bounds of risk */
export function venueAccountSettings(config: Config, promises: VenuePromises): VenueAccountSettings {
  return {
    ...tradingVenueOf(config),
    updateIntervalMs: config.balances.updateIntervalSeconds * 1000,
    snapshotLagMs: promises.snapshotLagMs,
    limits: limitsOf(config),
    riskTerms: riskTermsOf(config, promises),
  };
}

/**
 * Starts a venue's account, or hands the running one the configuration of this start: it lives on across restarts, and
 * the settings may have changed in between.
 *
 * @throws FormerAccountError while an account of before environments travelled along runs: it has to move first
 */
export async function ensureVenueAccount(
  client: Client,
  config: Config,
  promises: VenuePromises,
  settings = venueAccountSettings(config, promises),
): Promise<void> {
  const ours = tradingVenueOf(config);
  await assertNoFormerAccount(client, ours.venue);
  const { isFirst, isMarked } = await readAccountPast(client, ours);
  await client.workflow.signalWithStart(VENUE_ACCOUNT_WORKFLOW_TYPE, {
    workflowId: venueAccountWorkflowId(ours),
    taskQueue: ENTITIES_TASK_QUEUE,
    workflowTaskTimeout: STEP_TIMEOUT,
    // Read only where a new one starts: whoever is running has its own past.
    args: [isFirst ? settings : { ...settings, followsLost: true }],
    signal: configureAccountSignal,
    signalArgs: [settings],
    staticSummary: `funds and request budget at ${showVenue(ours)}`,
    ...foundBy(ours),
  });
  // Also where an older release started it, or a process was lost before it could.
  if (!isMarked) await markAccount(client, ours.venue);
}

/**
 * Starts the prediction loop, or hands the running one the configuration of this start.
 *
 * @param servedModel what this process has loaded
 */
export async function ensureMlManager(client: Client, config: Config, servedModel?: ServedModel): Promise<void> {
  const { symbols, leftOut } = predictedSymbols(config);
  const settings: MlManagerSettings = {
    ...tradingVenueOf(config),
    symbols,
    ...(leftOut !== undefined && { leftOut }),
    candleIntervalMs: config.ml.candleIntervalMinutes * 60_000,
    closeDelayMs: config.ml.closeDelayMs,
    gate: gateSettingsOf(config),
    ...(servedModel && { servedModel }),
  };
  await client.workflow.signalWithStart(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: ML_MANAGER_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings],
    signal: configureMlManagerSignal,
    signalArgs: [settings],
    staticSummary: `predictions for ${settings.symbols.length} symbols`,
    ...foundBy(settings),
  });
}

/** What the retrainer is told of the configuration. */
export function retrainSettings({ ml: { enabled, retrain } }: Config): RetrainSettings {
  const isDue = enabled && retrain.enabled;
  return { everyMs: isDue ? retrain.everyHours * 3_600_000 : 0, timeoutMs: retrain.timeoutMinutes * 60_000 };
}

/** Beside a summary, which a run that continues has no more. */
function foundBy({ venue }: Pick<NamedVenue, 'venue'>) {
  return { typedSearchAttributes: [{ key: TRADE_VENUE, value: venue }] };
}

/** @throws Error when the account could not carry them */
function riskTermsOf({ positions, protection, risk }: Config, promises: VenuePromises): RiskTerms {
  const terms: RiskTerms = {
    positions,
    risk,
    ...(protection.required && { unprotectedMaxMs: protection.unprotectedMaxSeconds * 1_000 }),
    positionLagMs: promises.positionLagMs ?? promises.snapshotLagMs,
  };
  const fault = riskTermsFault(terms);
  if (fault !== undefined) throw new Error(`The configured bounds of risk cannot be used: ${fault}`);
  return terms;
}

function limitsOf(config: Config): RateLimits {
  const venue = config.venues[config.venue];
  if (!venue) throw new Error(`The venue "${config.venue}" is not configured.`);
  return rateLimitsOf(config, venue);
}
