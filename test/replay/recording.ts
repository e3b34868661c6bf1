import type { Client } from '@temporalio/client';
import type { TestEngine } from '../support/engine';
import type { RecordedHistory } from './history-files';

/** A run whose history is worth keeping. */
export interface Recording {
  readonly name: string;
  readonly workflowId: string;
  /** Absent: the latest run. */
  readonly runId?: string;
}

/** Provokes runs of one workflow type on a real engine. */
export type Recorder = (engine: TestEngine) => Promise<readonly Recording[]>;

export async function fetchHistory(client: Client, { name, workflowId, runId }: Recording): Promise<RecordedHistory> {
  return { name, history: await client.workflow.getHandle(workflowId, runId).fetchHistory() };
}

/** The run ids of a workflow that continued as new, oldest first. */
export async function runChain(client: Client, workflowId: string): Promise<readonly string[]> {
  const chain: string[] = [];
  let runId: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  while (runId) {
    chain.unshift(runId);
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  return chain;
}
