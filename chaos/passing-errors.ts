import { isGrpcServiceError } from '@temporalio/client';

/** Server or engine are down at this moment. */
export function isUnanswered(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return isGrpcServiceError(error) || isGrpcServiceError(cause);
}

/** The signal ended before the request arrived, or no engine answered in time. */
export function isExpectedRefusal(error: unknown): boolean {
  const names = ['WorkflowNotFoundError', 'WorkflowUpdateRPCTimeoutOrCancelledError', 'WorkflowUpdateFailedError'];
  return error instanceof Error && names.includes(error.name);
}
