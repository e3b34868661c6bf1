import { defineUpdate } from '@temporalio/workflow';

/** One command among others for the same entity; `kind` names the update that it would be by itself. */
export interface EntityRequest {
  readonly kind: string;
  readonly command: unknown;
}

/** More in one call would make a step of the entity long, and its history's entries large. */
export const BATCH_REQUESTS_MAX = 50;

/**
 * Many commands in one update, each answered as its own update would answer it, in their order: a burst of signals costs
 * the server a few calls instead of one for each.
 */
export const batchUpdate = defineUpdate<readonly unknown[], [readonly EntityRequest[]]>('batch');
