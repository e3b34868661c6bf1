import type { Client } from '@temporalio/client';
import { balanceLedgerWorkflowId, rateLimiterWorkflowId } from '../src/messages/ids';

/** How an entity's histories stand. */
export interface EntityFigures {
  /** Events of the run that is under way. */
  readonly currentEvents: number;
  /** Events of the longest run so far. */
  readonly eventsMax: number;
  /** How often it continued as new. */
  readonly continuedCount: number;
}

/** Of the venue's two entities. */
export interface EntitiesFigures {
  readonly ledger: EntityFigures;
  readonly limiter: EntityFigures;
}

/** Asks the server about every run of both entities. */
export async function readEntities(client: Client, venue: string): Promise<EntitiesFigures> {
  const [ledger, limiter] = await Promise.all([
    readEntity(client, balanceLedgerWorkflowId(venue)),
    readEntity(client, rateLimiterWorkflowId(venue)),
  ]);
  return { ledger, limiter };
}

async function readEntity(client: Client, workflowId: string): Promise<EntityFigures> {
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
