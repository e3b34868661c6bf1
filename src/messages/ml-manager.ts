import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { HorizonSummary } from '../domain/live-score/summary';
import type { GateFunnel } from '../domain/model-gate/funnel';
import type { Judgements } from '../domain/model-gate/judgement';
import type { Gate, GateSettings } from '../domain/model-gate/types';
import type { Direction } from '../domain/signal';
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
  /** Who gets no predictions for want of request limits, and what to change, a sentence. Absent: everybody gets them. */
  readonly leftOut?: string;
  /** How predictions become signals. Absent in settings of before the gate: none does. */
  readonly gate?: GateSettings;
}

/** A view that has not reached its horizon. */
export interface OpenView {
  readonly symbol: string;
  readonly direction: Direction;
  /** Milliseconds UTC. */
  readonly openedAtMs: number;
  readonly endsAtMs: number;
}

export interface MlManagerState {
  readonly status: 'running' | 'paused';
  readonly model: string;
  readonly lastTickMs?: number;
  readonly nextTickMs: number;
  /** Why the last tick gave no predictions, if it did not. */
  readonly lastError?: string;
  /** See MlManagerSettings. */
  readonly leftOut?: string;
  /** Absent: no prediction becomes a signal. */
  readonly gate?: Gate;
  /** As of the last tick, in the order of their symbols. */
  readonly views?: readonly OpenView[];
  /** What became of the last tick's predictions; absent: none was judged. */
  readonly lastFunnel?: GateFunnel;
  /** What the last signals were expected to cost, in words; of the gate of demos. */
  readonly demoWords?: string;
  /** What last became of each symbol's prediction; absent: none was judged since it is kept. */
  readonly judgements?: Judgements;
  /** Of the gate's predictions, minutes. */
  readonly horizonMinutes?: number;
  /** What came of the model's predictions, by horizon; absent: nothing is known yet. */
  readonly liveScore?: readonly HorizonSummary[];
  /** Until when the model's training data reach; absent: it does not tell. */
  readonly modelData?: {
    /** Milliseconds UTC. */
    readonly endOfDataMs: number;
    readonly ageDays: number;
    /** An older one gives no signals; absent: any age will do. */
    readonly ageMaxDays?: number;
  };
}

export interface MlManagerStats {
  readonly ticks: number;
  readonly failedTicks: number;
  readonly predictions: number;
  readonly signalsAccepted: number;
  readonly signalsDuplicate: number;
  readonly signalsRefused: number;
  /** What became of all predictions; absent: none was judged. */
  readonly funnel?: GateFunnel;
}

export const mlStateQuery = defineQuery<MlManagerState>('state');
export const mlStatsQuery = defineQuery<MlManagerStats>('stats');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
export const configureMlManagerSignal = defineSignal<[MlManagerSettings]>('configure');
