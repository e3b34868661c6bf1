import { cancellationSignal, heartbeat } from '@temporalio/activity';
import type { RetrainReport } from '../src/messages/ml-retrainer';

const HEARTBEAT_INTERVAL_MS = 5_000;

export interface RetrainingDependencies {
  /**
   * Trains, compares, and loads what is better. Never throws: what went wrong is told.
   *
   * @param stop ends it
   * @param tell of its progress, a line
   */
  readonly retrain: (stop: AbortSignal, tell: (line: string) => void) => Promise<RetrainReport>;
}

/** Trainings of the model, in a process of their own. */
export function createRetrainingActivities({ retrain }: RetrainingDependencies) {
  return {
    async retrainModel(): Promise<RetrainReport> {
      let progress = 'starting';
      const timer = setInterval(() => heartbeat(progress), HEARTBEAT_INTERVAL_MS);
      try {
        return await retrain(cancellationSignal(), (line) => {
          progress = line;
        });
      } finally {
        clearInterval(timer);
      }
    },
  };
}

export type RetrainingActivities = ReturnType<typeof createRetrainingActivities>;
