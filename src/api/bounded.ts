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

/**
 * What a task comes to, unless that takes too long. It goes on all the same.
 *
 * @throws what the task throws; ApiError TIMED_OUT
 */
export function withDeadline<T>(task: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ApiError('TIMED_OUT')), deadlineMs);
    const end = (): void => clearTimeout(timer);
    task.then(
      (value) => (end(), resolve(value)),
      (error: unknown) => (end(), reject(error as Error)),
    );
  });
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
