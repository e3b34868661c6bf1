import { setTimeout as sleep } from 'node:timers/promises';
import { QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import { QUERY_TOO_EARLY } from '../messages/query-guard';

/** A worker takes in what happened within moments, unless it is just starting. */
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 200;

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
      if (attempt === ATTEMPTS_MAX || !isTooEarly(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** The server names no type for a query's error; the client takes every one for a query that is not registered. */
function isTooEarly(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError && error.message.includes(QUERY_TOO_EARLY);
}
