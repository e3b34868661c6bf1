import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import { QUERY_TOO_EARLY } from '../messages/query-guard';

/** A worker takes in what happened within moments, unless it is just starting. */
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 200;
/** The server's words for a workflow whose last steps were not answered. */
const LOST_STEP = 'Workflow Task in failed state';

/** So often a query is repeated that came too early: the workflow is read anew, and answers then. */
const TOO_EARLY_MAX = 3;
const TOO_EARLY_PAUSE_MS = 100;

/** Repeats a query that its workflow refused because it has something to do first. @throws what the last one throws */
export async function askAgainWhenTooEarly(query: () => Promise<unknown>): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await query();
    } catch (error) {
      if (attempt > TOO_EARLY_MAX || !isTooEarly(error)) throw error;
      await sleep(TOO_EARLY_PAUSE_MS);
    }
  }
}

/** The server names no type for a query's error; the client takes every one for a query that is not registered. */
function isTooEarly(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError && error.message.includes(QUERY_TOO_EARLY);
}

/**
 * Queries a workflow, and asks again when it has something to do first (workflows/query-guard).
 *
 * @throws what the client throws
 */
export async function queryPatiently<Result, Args extends unknown[]>(
  handle: Pick<WorkflowHandle, 'query'>,
  definition: QueryDefinition<Result, Args>,
  ...args: Args
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await handle.query(definition, ...args);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isNotReady(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
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
