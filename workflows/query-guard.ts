import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';
import { QUERY_TOO_EARLY } from '../src/messages/query-guard';

/** How the SDK calls a query that arrives without a workflow task. */
const LONE_QUERY_ID = 'legacy_query';
/** Jobs that tell a workflow nothing new. */
const IDLE_JOBS = ['queryWorkflow', 'removeFromCache', 'updateRandomSeed'] as const;

/**
 * Keeps a query from moving a workflow forward.
 *
 * A query that arrives without a workflow task brings the whole history to a worker that does not know the workflow, as
 * after a crash. When something has happened since the workflow's last task, SDK 1.24 applies that too: the workflow runs
 * on, at the time of its former task, and stays in the cache that way. What it then decides is recorded with the next
 * task, and no replay at that task's real time comes to the same decision: the workflow could never be continued by
 * another process, and its funds stayed held.
 *
 * Such a query is refused, which also makes the worker forget the workflow. It shows by its last step: taken outside of a
 * replay, further on in the history, and yet at the same time as the step before.
 */
class QueryGuard {
  private historyLength = 0;
  private time = '';
  private ranAhead = false;

  /** @throws Error (QUERY_TOO_EARLY) for a query that the workflow ran ahead for */
  check({ activation }: ActivateInput): void {
    const { jobs = [], isReplaying, timestamp } = activation;
    const historyLength = Number(activation.historyLength);
    const isNews = jobs?.some((job) => !IDLE_JOBS.some((kind) => job[kind]));
    if (isNews && historyLength !== this.historyLength) {
      const time = `${String(timestamp?.seconds)}.${timestamp?.nanos}`;
      this.ranAhead = !isReplaying && time === this.time;
      this.historyLength = historyLength;
      this.time = time;
    }
    const isLoneQuery = jobs?.some(({ queryWorkflow }) => queryWorkflow?.queryId === LONE_QUERY_ID);
    if (isLoneQuery && this.ranAhead) throw new Error(QUERY_TOO_EARLY);
  }
}

export function interceptors(): WorkflowInterceptors {
  const guard = new QueryGuard();
  return {
    internals: [
      {
        activate(input, next) {
          guard.check(input);
          next(input);
        },
      },
    ],
  };
}
