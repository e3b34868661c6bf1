import { ApplicationFailure } from '@temporalio/common';
import { VenueError } from '../src/venues/venue';

/** Hands the venue's own waiting time to the server's retry, and stops at once where only a person can help. */
export async function retryable<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    const { kind, message, retryAfterMs } = error.outcome;
    throw ApplicationFailure.create({
      message,
      type: kind,
      nonRetryable: kind === 'FATAL',
      nextRetryDelay: retryAfterMs,
    });
  }
}
