import type { Client } from '@temporalio/client';
import { isUnanswered } from '../temporal/grpc-status';
import { isNotReady } from '../temporal/patient-query';
import { IntakeUnavailableError } from './types';

/** How long one call to the server may take before the caller hears that it cannot be reached. */
export const CALL_TIMEOUT_MS = 10_000;

/** For a call that may start a signal. */
export const SEND_AGAIN: ServerCall = {
  unanswered:
    'The Temporal server does not answer; a signal may or may not have been accepted. Sending it again with the same timestamp is safe: it becomes at most one order.',
};

export interface ServerCall {
  /** What a caller is told when nobody answered: what is not known now, and what to do. */
  readonly unanswered: string;
  readonly timeoutMs?: number;
}

/**
 * Asks the server, with a deadline.
 *
 * @throws IntakeUnavailableError when nobody answers in time
 */
export async function callServer<Result>(
  client: Client,
  { unanswered, timeoutMs = CALL_TIMEOUT_MS }: ServerCall,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + timeoutMs, work);
  } catch (error) {
    if (isNotReady(error)) {
      const message =
        'It has a step to take before it can be asked, as after the loss of an engine. Ask again in a moment.';
      throw new IntakeUnavailableError(message, { cause: error });
    }
    if (!isUnanswered(error)) throw error;
    throw new IntakeUnavailableError(unanswered, { cause: error });
  }
}
