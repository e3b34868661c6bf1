import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';
import { QUERY_TOO_EARLY } from '../src/messages/query-guard';

/** Jobs that tell a workflow nothing new. */
const IDLE_JOBS = ['queryWorkflow', 'removeFromCache', 'updateRandomSeed'] as const;

/** The SDK's id of a query that arrives without a workflow task; others come with one. */
const LONE_QUERY_ID = 'legacy_query';

type Activation = ActivateInput['activation'];

/** Where a workflow stands by its last step. */
interface Place {
  readonly historyLength: number;
  /** On the server's clock, of the task or, later in it, of the end of a local activity. */
  readonly time: string;
  /** How long the history was when the task started: every task finds it longer than the one before. */
  readonly sizeBytes: string;
  readonly isReplaying: boolean;
}

/**
 * Keeps a query from moving a workflow forward.
 *
 * A query that arrives without a workflow task brings the whole history to a worker that does not know the workflow, as
 * after a crash. When something has happened since the workflow's last task, SDK 1.24 applies that too: the workflow runs
 * on, at the time of its former task, and stays in the cache that way. What it then decides is recorded with the next
 * task, and no replay at that task's real time, and with what else that task brings, comes to the same: the workflow could
 * never be continued by another process, and its funds stayed held.
 *
 * Such a step is refused before the workflow hears of it. The SDK then refuses the query and forgets the workflow; a task
 * that comes before it has forgotten is refused as well, and given out again. The step shows by this: it is taken outside
 * of a replay, further on in the history, and yet no task started since the step before.
 *
 * The history may also show that a task did start, which another poller has in hand: then the step looks like a task's.
 * When that task is never answered, because its ten seconds pass on a machine that is too busy, no replay sees its time
 * either. A lone query that follows right behind the first step after a replay may have taken that step itself, so it is
 * refused, and the workflow with it. Where the step was a task's after all, that costs one more replay: the query that
 * asks again meets a workflow that was only replayed, and is answered.
 */
class QueryGuard {
  private last: Place | undefined;
  private ranAhead = false;
  /** The last step is the first one after a replay: nothing shows yet whose it was. */
  private isOfUnknownOrigin = false;
  /** A lone query was answered by what a replay came to, or a second task came: the steps that follow are tasks. */
  private isKnown = false;

  /** @throws Error (QUERY_TOO_EARLY) for a step without a task, and for all that follows it */
  check({ activation }: ActivateInput): void {
    const jobs = activation.jobs ?? [];
    const isNews = jobs.some((job) => !IDLE_JOBS.some((kind) => job[kind]));
    if (isNews) {
      const place = placeOf(activation);
      this.ranAhead ||= !place.isReplaying && this.last !== undefined && isAheadOfTask(place, this.last);
      this.watchOrigin(place);
      this.last = place;
    }
    if (jobs.some(({ queryWorkflow }) => queryWorkflow?.queryId === LONE_QUERY_ID)) this.meetLoneQuery();
    if (this.ranAhead && !jobs.every(({ removeFromCache }) => removeFromCache)) throw new Error(QUERY_TOO_EARLY);
  }

  private watchOrigin(place: Place): void {
    const { last } = this;
    if (place.isReplaying || last === undefined || this.isKnown) return;
    if (last.isReplaying) this.isOfUnknownOrigin = true;
    // The ends of local activities belong to the step before.
    else if (place.historyLength > last.historyLength) this.isKnown = true;
  }

  private meetLoneQuery(): void {
    if (this.isOfUnknownOrigin && !this.isKnown) this.ranAhead = true;
    else this.isKnown = true;
  }
}

function placeOf({ isReplaying, historyLength, timestamp, historySizeBytes }: Activation): Place {
  return {
    historyLength: Number(historyLength),
    time: `${String(timestamp?.seconds)}.${timestamp?.nanos}`,
    sizeBytes: String(historySizeBytes),
    isReplaying: isReplaying === true,
  };
}

/** A clock that is set back makes the times of two tasks equal; the size alone could be that of a task in one step with it. */
function isAheadOfTask(place: Place, last: Place): boolean {
  return place.historyLength > last.historyLength && place.time === last.time && place.sizeBytes === last.sizeBytes;
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
