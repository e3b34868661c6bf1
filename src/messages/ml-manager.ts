import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { TradingEnvironment } from '../domain/trading-venue';

export const ML_MANAGER_WORKFLOW_TYPE = 'mlManager';

/** What the prediction loop needs of the configuration. */
export interface MlManagerSettings {
  /** Absent in settings of before environments travelled along. */
  readonly environment?: TradingEnvironment;
  readonly venue: string;
  readonly symbols: readonly string[];
  readonly candleIntervalMs: number;
  readonly closeDelayMs: number;
}

export interface MlManagerState {
  readonly status: 'running' | 'paused';
  readonly model: string;
  readonly lastTickMs?: number;
  readonly nextTickMs: number;
  /** Why the last tick gave no predictions, if it did not. */
  readonly lastError?: string;
}

export interface MlManagerStats {
  readonly ticks: number;
  readonly failedTicks: number;
  readonly predictions: number;
  readonly signalsAccepted: number;
  readonly signalsDuplicate: number;
  readonly signalsRefused: number;
}

export const mlStateQuery = defineQuery<MlManagerState>('state');
export const mlStatsQuery = defineQuery<MlManagerStats>('stats');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
export const configureMlManagerSignal = defineSignal<[MlManagerSettings]>('configure');
