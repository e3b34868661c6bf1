import type { Client, WorkflowHandle } from '@temporalio/client';

/** One run of a workflow that continues as new. */
export interface RunFigures {
  readonly events: number;
  readonly bytes: number;
  /** What it was started with, bytes: for all but the first run, what the run before carried over. */
  readonly startBytes: number;
  /** What it carried over, bytes; absent: it runs. */
  readonly endBytes?: number;
}

interface PayloadsLike {
  readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null;
}

/** Reads the chain of runs, from the first on. */
export async function readRuns(client: Client, workflowId: string, firstRunId: string): Promise<readonly RunFigures[]> {
  const runs: RunFigures[] = [];
  for (let runId: string | undefined = firstRunId; runId !== undefined;) {
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId);
    const [{ historyLength: events, historySize }, { events: history }] = await Promise.all([
      handle.describe(),
      handle.fetchHistory(),
    ]);
    const started = history?.[0]?.workflowExecutionStartedEventAttributes?.input;
    const continued = history?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    runs.push({
      events: Math.max(events, history?.length ?? 0),
      bytes: historySize ?? 0,
      startBytes: bytesOf(started),
      ...(continued && { endBytes: bytesOf(continued.input) }),
    });
    runId = continued?.newExecutionRunId ?? undefined;
  }
  return runs;
}

function bytesOf(content: PayloadsLike | null | undefined): number {
  return (content?.payloads ?? []).reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}
