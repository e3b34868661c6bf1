import type { InjectedSinks } from '@temporalio/worker';
import type { QueueWorkerOptions } from '../workers/task-queue-workers';
import type { AnnouncementSinks } from '../workflows/announcements';

/** The line of an end: `FINGERPRINT BUY BTCUSDT · strategy FILLED: …`. That of an arrival has no word in capitals there. */
const END_LINE = / · \S+ ([A-Z_]+)(?: \(|:)/;

/** The outcome that a line for people tells of. @returns undefined where it tells of no end */
export function outcomeIn(line: string): string | undefined {
  return END_LINE.exec(line)?.[1];
}

/**
 * Ends of signals as the workers of this process tell them: some milliseconds before the server has them, and without a
 * call to the server, which a program that hands signals in does not make either.
 */
export class EndNews {
  private listener: ((fingerprint: string, outcome: string) => void) | undefined;

  /** The same worker, which also tells here what ended. */
  overhear(options: QueueWorkerOptions): QueueWorkerOptions {
    const { announcements } = options.sinks as InjectedSinks<AnnouncementSinks>;
    const { line } = announcements;
    const overheard: typeof line = {
      ...line,
      fn: (info, text) => {
        const outcome = outcomeIn(text);
        if (outcome !== undefined) this.listener?.(info.workflowId, outcome);
        return line.fn(info, text);
      },
    };
    return { ...options, sinks: { announcements: { ...announcements, line: overheard } } };
  }

  /** Listens while `work` runs, which gets what waits for a signal's outcome. One at a time. */
  async during<Result>(work: (endOf: (fingerprint: string) => Promise<string>) => Promise<Result>): Promise<Result> {
    const known = new Map<string, string>();
    const waiting = new Map<string, (outcome: string) => void>();
    this.listener = (fingerprint, outcome) => {
      const resolve = waiting.get(fingerprint);
      waiting.delete(fingerprint);
      if (resolve) resolve(outcome);
      else known.set(fingerprint, outcome);
    };
    try {
      return await work((fingerprint) => {
        const outcome = known.get(fingerprint);
        if (outcome !== undefined) return Promise.resolve(outcome);
        return new Promise((resolve) => void waiting.set(fingerprint, resolve));
      });
    } finally {
      this.listener = undefined;
    }
  }
}
