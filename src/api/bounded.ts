import { ApiError } from './errors';

/** Lets a limited number of tasks run at once. A task holds its place until it ends, whatever its caller does. */
export class InFlightLimit {
  #running = 0;

  constructor(private readonly tasksMax: number) {}

  /** @throws ApiError TOO_BUSY, without starting the task, when all places are taken */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.tasksMax) throw new ApiError('TOO_BUSY');
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
    }
  }
}

async function withDeadline<T>(task: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ApiError('TIMED_OUT')), deadlineMs);
  });
  try {
    return await Promise.race([task, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Wraps a question so that callers who ask while an answer is on its way share it, and nobody waits longer than the
 * deadline: probes must not pile up behind a server that does not answer.
 *
 * @returns a function that rejects with the question's error, or with ApiError TIMED_OUT
 */
export function shareInFlight<T>(ask: () => Promise<T>, deadlineMs: number): () => Promise<T> {
  let inFlight: Promise<T> | undefined;
  return () => {
    inFlight ??= withDeadline(ask(), deadlineMs).finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
}
