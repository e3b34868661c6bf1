import { ApplicationFailure } from '@temporalio/workflow';

/** The type of the failure that a caller of a malformed update gets. */
export const INVALID_COMMAND = 'INVALID_COMMAND';

/**
 * For the validator of an update: throws what is wrong with a command, if anything is. The server writes nothing of a
 * rejected update into the history, so that what people send by mistake, however often, never fills a run.
 *
 * @throws ApplicationFailure of the type INVALID_COMMAND
 */
export function reject(fault: string | undefined): void {
  if (fault !== undefined) throw ApplicationFailure.nonRetryable(fault, INVALID_COMMAND);
}
