import { continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import type { RestingOrder } from '../src/messages/signal';
import type { SagaParts } from './saga-parts';
import type { signal as signalWorkflow } from './signal';
import { startOf } from './signal-origin';

/** The server says when a history has grown long; runs of before did not care, and must not begin in the middle of one. */
export function isHistoryLong(patch: string): boolean {
  return workflowInfo().continueAsNewSuggested && patched(patch);
}

/** Where a signal that waits for long goes on: with a trade round, or with an order that rests. */
export type GoesOn = { readonly tradeRound: number } | { readonly resting: RestingOrder };

/** A wait that is long goes on in a new run of the same workflow, with what this one learned. */
export async function continueSignal({ input, terms, record }: SagaParts, goesOn: GoesOn): Promise<never> {
  return continueAsNew<typeof signalWorkflow>({
    ...input,
    environment: terms.venueOf(input).environment,
    // The terms stand for them.
    settings: undefined,
    expiresAtMs: undefined,
    terms: terms.expiresAtMs === undefined ? undefined : terms.known,
    continued: { tradeRound: 1, ...goesOn, startedAtMs: startOf(input), timeline: record.view().timeline },
  });
}
