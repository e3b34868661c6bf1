import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import { QUERY_TOO_EARLY } from '../messages/query-guard';

/** How often, and how far apart, a query is asked that may be answered in a moment. */
interface Patience {
  readonly attemptsMax: number;
  readonly pauseMs: number;
}

/** A worker takes in what happened within moments, unless it is just starting. */
const OF_A_PERSON: Patience = { attemptsMax: 5, pauseMs: 200 };
/**
 * The workflow is read anew, and answers then: after the loss of a process once its step was given out again, which a query that
 * comes before puts off.
 */
const OF_EVERY_CLIENT: Patience = { attemptsMax: 8, pauseMs: 300 };
/** The server's words for a workflow whose last steps were not answered. */
const LOST_STEP = 'Workflow Task in failed state';

/** Repeats a query that its workflow refused because it has something to do first. @throws what the last one throws */
export function askAgainWhenTooEarly(query: () => Promise<unknown>): Promise<unknown> {
  return askAgain(query, isTooEarly, OF_EVERY_CLIENT);
}

/**
 * Queries a workflow, and asks again when it has something to do first (workflows/query-guard), or its last step was lost.
 *
 * @throws what the client throws
 */
export function queryPatiently<Result, Args extends unknown[]>(
  handle: Pick<WorkflowHandle, 'query'>,
  definition: QueryDefinition<Result, Args>,
  ...args: Args
): Promise<Result> {
  return askAgain(() => handle.query(definition, ...args), isNotReady, OF_A_PERSON);
}

async function askAgain<Result>(
  query: () => Promise<Result>,
  isPassing: (error: unknown) => boolean,
  { attemptsMax, pauseMs }: Patience,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await query();
    } catch (error) {
      if (attempt === attemptsMax || !isPassing(error)) throw error;
      await sleep(pauseMs);
    }
  }
}

/** The server names no type for a query's error; the client takes every one for a query that is not registered. */
function isTooEarly(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError && error.message.includes(QUERY_TOO_EARLY);
}

/**
 * The workflow cannot be asked now and will be in a while: it has something to do first, or the processes that had its
 * next step were lost one after the other.
 */
export function isNotReady(error: unknown): boolean {
  if (error instanceof QueryNotRegisteredError) return isTooEarly(error);
  const cause = error instanceof Error ? error.cause : undefined;
  // A native connection tells it in the message alone.
  return isGrpcServiceError(cause) && `${cause.details} ${cause.message}`.includes(LOST_STEP);
}
