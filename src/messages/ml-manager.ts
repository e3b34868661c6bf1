import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { HorizonSummary } from '../domain/live-score/summary';
import type { SettingChange, WishedSettings } from '../domain/model-gate/changes';
import type { GateFunnel } from '../domain/model-gate/funnel';
import type { Judgements } from '../domain/model-gate/judgement';
import type { SpanCounts, TickCounts } from '../domain/model-gate/recent-counts';
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
  /** What the process that predicts had loaded when it handed these in. Absent: it did not say. */
  readonly servedModel?: ServedModel;
}

/** The model that predicts. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  /** Of the file, lower-case hex. */
  readonly sha256: string;
  /** The configured file, or one that somebody loaded, which stays until another one is, or the configured file changes. */
  readonly from: 'configuration' | 'loaded';
  /** Who loaded it. */
  readonly by?: string;
  /** Since when, milliseconds UTC. */
  readonly sinceMs: number;
  /** A sentence: why it is not the one that was loaded last. */
  readonly note?: string;
}

/** Who wants something, and why. Absent in wishes of before it was asked. */
export interface MlWish {
  readonly by?: string;
  readonly reason?: string;
}

/** A pause, until somebody resumes; over every restart. */
export interface MlPause extends MlWish {
  /** Milliseconds UTC; absent: of before it was kept. */
  readonly sinceMs?: number;
}

/** The settings in force, and what of them was changed by hand. */
export interface MlSettingsView {
  readonly environment?: TradingEnvironment;
  /** What the configuration says. Absent: no prediction becomes a signal. */
  readonly configured?: GateSettings;
  readonly inForce?: GateSettings;
  readonly changes: readonly SettingChange[];
}

export interface ChangeSettingsCommand {
  /** Empty: what was changed by hand is changed back. */
  readonly settings: WishedSettings;
  readonly by: string;
}

export type ChangeSettingsReply =
  | { readonly status: 'changed'; readonly settings: MlSettingsView }
  /** Nothing was changed. */
  | { readonly status: 'refused'; readonly reason: string };

export interface LoadModelCommand {
  /** Of a file in the data folder's `models`; absent: the configured one. */
  readonly sha256?: string;
  readonly by: string;
}

export type LoadModelReply =
  | { readonly status: 'loaded'; readonly model: ServedModel }
  /** The model before it goes on. A stable code, and a sentence. */
  | { readonly status: 'refused'; readonly code: string; readonly reason: string };

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
  /** Absent: it runs. */
  readonly pause?: MlPause;
  /** Absent: the process that predicts did not say. */
  readonly servedModel?: ServedModel;
  /** What differs from the configuration; absent: nothing. */
  readonly changes?: readonly SettingChange[];
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

/** Since the loop began, and of late. */
export interface MlManagerStats extends TickCounts {
  /** Of the hour and of the day up to the last candle; absent: nothing was counted in it, or by a loop of before this was kept. */
  readonly lastHour?: SpanCounts;
  readonly lastDay?: SpanCounts;
}

export const mlStateQuery = defineQuery<MlManagerState>('state');
export const mlStatsQuery = defineQuery<MlManagerStats>('stats');
export const mlSettingsQuery = defineQuery<MlSettingsView>('settings');
/** Signals, because a pause must reach a loop that no process runs at the moment. */
export const pauseSignal = defineSignal<[wish?: MlWish]>('pause');
export const resumeSignal = defineSignal<[wish?: MlWish]>('resume');
export const configureMlManagerSignal = defineSignal<[MlManagerSettings]>('configure');
/** For until the configuration says something new: see SettingChange. */
export const changeSettingsUpdate = defineUpdate<ChangeSettingsReply, [ChangeSettingsCommand]>('changeSettings');
/** Answers once the model predicts, or is refused. */
export const loadModelUpdate = defineUpdate<LoadModelReply, [LoadModelCommand]>('loadModel');
