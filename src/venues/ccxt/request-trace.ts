import { AsyncLocalStorage } from 'node:async_hooks';

/** What happened to one request, written by the layers it passes through. */
export interface RequestTrace {
  /** After this instant, monotonic milliseconds, the first byte is not written any more; absent: it always is. */
  readonly sendBeforeMonotonicMs?: number;
  /** A larger body is not read; absent: RESPONSE_BYTES_MAX. */
  readonly replyBytesMax?: number;
  /** The venue's clock when the request was signed. */
  signedAtMs?: number;
  /** Set before the first byte is written; absent proves that nothing left. Monotonic milliseconds. */
  sentAtMonotonicMs?: number;
  /** When the head of the reply arrived, monotonic milliseconds. */
  receivedAtMonotonicMs?: number;
  httpStatus?: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The complete body; absent when it did not arrive completely. */
  text?: string;
  /** The code of a transport failure, for example ECONNREFUSED. */
  transportError?: string;
}

export interface TracedRequest<Result> {
  readonly trace: RequestTrace;
  readonly result?: Result;
  readonly error?: unknown;
}

// ccxt keeps the last reply's headers in one field per instance, which concurrent requests overwrite.
const storage = new AsyncLocalStorage<RequestTrace>();

/** The trace of the request that the current asynchronous context belongs to. */
export function currentTrace(): RequestTrace | undefined {
  return storage.getStore();
}

/**
 * Runs exactly one request with a trace of its own. Never throws: a failure is part of the answer.
 *
 * @param bounds see RequestTrace
 */
export async function traceRequest<Result>(
  request: () => Promise<Result>,
  bounds: Pick<RequestTrace, 'sendBeforeMonotonicMs' | 'replyBytesMax'> = {},
): Promise<TracedRequest<Result>> {
  const trace: RequestTrace = { headers: {}, ...bounds };
  try {
    return { trace, result: await storage.run(trace, request) };
  } catch (error) {
    return { trace, error };
  }
}
