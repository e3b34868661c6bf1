/** Workflow ids and task queues: where to find everything on the server. */
import type { NamedVenue, TradingVenue } from '../domain/trading-venue';

const ORPHAN_PREFIX = 'orphan:';

export const ML_MANAGER_WORKFLOW_ID = 'ml-manager';
export const ML_RETRAINER_WORKFLOW_ID = 'ml-retrainer';

/** The venue's money and its request budget. */
export function venueAccountWorkflowId({ environment, venue }: TradingVenue): string {
  return `venue-account:${environment}:${venue}`;
}

/** Where the account was before environments travelled along; an engine that meets one there makes it move. */
export function formerVenueAccountWorkflowId(venue: string): string {
  return `venue-account:${venue}`;
}

/** The account that a caller means which may name no environment. */
export function namedAccountWorkflowId({ environment, venue }: NamedVenue): string {
  return environment === undefined
    ? formerVenueAccountWorkflowId(venue)
    : venueAccountWorkflowId({ environment, venue });
}

/** @param fingerprint of the signal whose own workflow was ended by hand */
export function orphanWorkflowId(fingerprint: string): string {
  return `${ORPHAN_PREFIX}${fingerprint}`;
}

/** The signal that a workflow of either kind belongs to. */
export function fingerprintOfWorkflow(workflowId: string): string {
  return workflowId.startsWith(ORPHAN_PREFIX) ? workflowId.slice(ORPHAN_PREFIX.length) : workflowId;
}

/** The open position of one symbol; it says nothing of the environment, as the namespace does. */
export function positionWorkflowId({ venue }: NamedVenue, symbol: string): string {
  return `position:${venue}:${symbol}`;
}

export function componentWorkflowId(component: string): string {
  return `component:${component}`;
}

/** Signal sagas and their local activities, and intake on behalf of other workflows. */
export const SIGNALS_TASK_QUEUE = 'signals';
/** The registrations of all processes: served by none of those that trade, which may hang. */
export const MONITOR_TASK_QUEUE = 'monitor';
/** Venue accounts, and registrations where no monitor runs. */
export const ENTITIES_TASK_QUEUE = 'entities';
/** The model and the ML manager's loop. */
export const INFERENCE_TASK_QUEUE = 'inference';

/** Trainings of the model, one at a time, by the process that predicts. */
export const RETRAINING_TASK_QUEUE = 'retraining';

/** Everything that talks to one venue in one environment. */
export function venueTaskQueue({ environment, venue }: TradingVenue): string {
  return `venue-${environment}-${venue}`;
}

/** The venue's queue for workflows of before environments travelled along. */
export function formerVenueTaskQueue(venue: string): string {
  return `venue-${venue}`;
}

/** The queue that a caller means which may name no environment. */
export function namedVenueTaskQueue({ environment, venue }: NamedVenue): string {
  return environment === undefined ? formerVenueTaskQueue(venue) : venueTaskQueue({ environment, venue });
}

/** One process's own queue: its heartbeat runs nowhere else. */
export function processTaskQueue(component: string, host: string, pid: number): string {
  return `process-${component}-${host}-${pid}`;
}
