import type { Client } from '@temporalio/client';
import type { TradingVenue } from '../src/domain/trading-venue';
import { venueAccountWorkflowId } from '../src/messages/ids';

/** How an entity's histories stand. */
export interface EntityFigures {
  /** Events of the run that is under way. */
  readonly currentEvents: number;
  /** Events of the longest run so far. */
  readonly eventsMax: number;
  /** How often it continued as new. */
  readonly continuedCount: number;
}

/** Asks the server about every run of the venue's account: the one entity that all signals call. */
export async function readAccount(client: Client, venue: TradingVenue): Promise<EntityFigures> {
  const workflowId = venueAccountWorkflowId(venue);
  const { historyLength: currentEvents } = await client.workflow.getHandle(workflowId).describe();
  let eventsMax = currentEvents;
  let continuedCount = 0;
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    // The server tells the length of a run's history with its end; the running one was asked above.
    eventsMax = Math.max(eventsMax, run.historyLength);
    if (run.status.name === 'CONTINUED_AS_NEW') continuedCount += 1;
  }
  return { currentEvents, eventsMax, continuedCount };
}
