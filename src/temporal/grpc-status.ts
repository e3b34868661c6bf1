import { isGrpcServiceError } from '@temporalio/client';

/** The status codes of gRPC that are told apart here (grpc.io, "Status codes and their use in gRPC"). */
export const GrpcStatus = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Whether an error is an answer of the server, or of the way to it, with one of these status codes. */
export function hasStatus(error: unknown, ...codes: readonly number[]): boolean {
  return isGrpcServiceError(error) && codes.includes(error.code);
}

/** The same for the first such answer among an error and its causes. */
export function isCausedByStatus(error: unknown, ...codes: readonly number[]): boolean {
  if (isGrpcServiceError(error)) return codes.includes(error.code);
  return error instanceof Error && error.cause !== undefined && isCausedByStatus(error.cause, ...codes);
}

/** Whether a call may or may not have been heard. FAILED_PRECONDITION: the server answers, and no worker polls. */
export function isUnanswered(error: unknown): boolean {
  const { CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION, UNAVAILABLE } = GrpcStatus;
  return isCausedByStatus(error, CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION, UNAVAILABLE);
}
