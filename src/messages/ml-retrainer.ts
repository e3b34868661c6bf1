import { defineQuery, defineSignal } from '@temporalio/workflow';

export const ML_RETRAINER_WORKFLOW_TYPE = 'mlRetrainer';

/** Of the last trainings so many are remembered. */
export const RETRAININGS_KEPT_MAX = 5;

export interface RetrainSettings {
  /** From the end of one training to the next one's start; 0: only when somebody asks. */
  readonly everyMs: number;
  /** A training that takes longer is ended. */
  readonly timeoutMs: number;
}

/**
 * What came of a training. `loaded`: the new model was better and predicts. `kept`: it was not, or nothing is new. `failed`: no new
 * model was made, or it was not loaded. Whatever it is, the model before it went on meanwhile.
 */
export type RetrainOutcome = 'loaded' | 'kept' | 'failed';

export interface RetrainReport {
  readonly outcome: RetrainOutcome;
  /** Why it failed, stable: PYTHON_MISSING, DATA_MISSING, TRAINING_FAILED, TRAINING_TIMED_OUT, TRAINING_INTERRUPTED, or of loading. */
  readonly code?: string;
  /** A sentence. */
  readonly words: string;
  /** Of the new model, where it was better. */
  readonly sha256?: string;
}

export interface Retraining extends RetrainReport {
  readonly by: string;
  /** Milliseconds UTC. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface RetrainerState {
  /** Who asked for the training that is under way; absent: none is. */
  readonly underWay?: { readonly by: string; readonly startedAtMs: number };
  /** Absent: none is due by the clock. */
  readonly nextAtMs?: number;
  /** The newest last. */
  readonly results: readonly Retraining[];
}

export const retrainerStateQuery = defineQuery<RetrainerState>('state');
/** Replaces the settings. */
export const configureRetrainerSignal = defineSignal<[RetrainSettings]>('configure');
/** Trains at once, or with the training that is under way. */
export const retrainSignal = defineSignal<[by: string]>('retrain');
