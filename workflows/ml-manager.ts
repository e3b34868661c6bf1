import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { IntakeResult } from '../activities/intake';
import {
  countsBetween,
  NO_RECENT,
  ofLast,
  withTick,
  type RecentCounts,
  type TickCounts,
} from '../src/domain/model-gate/recent-counts';
import {
  mlStateQuery,
  mlStatsQuery,
  type MlManagerSettings,
  type MlManagerState,
  type MlManagerStats,
} from '../src/messages/ml-manager';
import { PredictionGate, type GateCarried } from './gated-predictions';
import { MlControls, type ControlsCarried } from './ml-controls';
import { describeFailure, describeTick, runTick } from './ml-tick';

/** Runs that began before it waited for a tick that a wrong clock had made, however far ahead. */
const TICKS_FOLLOW_CLOCK = 'ticks-follow-the-clock';

/** Runs that began before a pause of months, with all that is told it meanwhile, began new ones. */
const PAUSED_CONTINUES = 'paused-loops-continue';

/** What continue-as-new carries over. */
interface MlManagerCarried extends ControlsCarried {
  readonly lastTickMs: number;
  readonly stats: TickCounts;
  /** Absent in runs of before it was kept. */
  readonly recent?: RecentCounts;
  /** Absent in runs that were continued before this was carried over, and before the first prediction. */
  readonly model?: string;
  readonly lastError?: string;
  /** Absent: nothing was judged yet. */
  readonly gate?: GateCarried;
}

/** The model's name before the first prediction. */
const MODEL_UNKNOWN = 'not loaded yet';

/** What the history says of the wait between two ticks. */
const UNTIL_NEXT = { summary: 'until the next candle has closed' };

const NO_STATS: TickCounts = {
  ticks: 0,
  failedTicks: 0,
  predictions: 0,
  signalsAccepted: 0,
  signalsDuplicate: 0,
  signalsRefused: 0,
};

/**
 * The prediction loop: when a candle closes, fetch, predict, hand in the signals that the gate lets through. A tick that
 * fails is counted and left behind: the next candle is worth more than an old one.
 */
export async function mlManager(settings: MlManagerSettings, carried?: MlManagerCarried): Promise<void> {
  const controls = new MlControls(settings, carried);
  let lastTickMs = carried?.lastTickMs ?? 0;
  let stats = carried?.stats ?? NO_STATS;
  let recent = carried?.recent ?? NO_RECENT;
  let lastError = carried?.lastError;
  let model = carried?.model ?? MODEL_UNKNOWN;
  const gate = new PredictionGate(carried?.gate);
  const counts = (): TickCounts => ({ ...stats, ...(gate.carried.funnel && { funnel: gate.carried.funnel }) });

  setHandler(mlStateQuery, () => state(), { description: 'Running or paused, the model, the last and the next tick.' });
  setHandler(mlStatsQuery, () => shownStats(counts(), recent, lastTickMs), {
    description: 'Ticks, predictions, and what became of the signals.',
  });
  controls.register();

  /** The close after the last tick's. That tick may have followed candles of another length. */
  function nextCloseMs(): number {
    const { candleIntervalMs } = controls.current;
    return (
      (Math.floor(Math.max(lastTickMs, newestCloseMs(controls.current)) / candleIntervalMs) + 1) * candleIntervalMs
    );
  }

  function state(): MlManagerState {
    const { current } = controls;
    return {
      ...controls.shown,
      model,
      lastTickMs: lastTickMs || undefined,
      nextTickMs: nextCloseMs() + current.closeDelayMs,
      lastError,
      ...(current.leftOut !== undefined && { leftOut: current.leftOut }),
      ...(current.gate && gate.shown(current.gate, lastTickMs)),
    };
  }

  async function tick(closeTimeMs: number): Promise<void> {
    const results = await runTick(controls.current, closeTimeMs, gate, (forecast) => {
      model = forecast.model;
      stats = { ...stats, predictions: stats.predictions + forecast.predicted };
    });
    stats = withResults(stats, results);
  }

  while (!workflowInfo().continueAsNewSuggested) {
    await condition(() => !controls.isPaused || workflowInfo().continueAsNewSuggested);
    if (controls.isPaused) {
      if (patched(PAUSED_CONTINUES)) break;
      await condition(() => !controls.isPaused);
    }
    lastTickMs = tickOfThisClock(lastTickMs, controls.current);
    const closeTimeMs = newestCloseMs(controls.current);
    if (closeTimeMs > lastTickMs) {
      lastTickMs = closeTimeMs;
      const before = counts();
      try {
        await tick(closeTimeMs);
        lastError = undefined;
        stats = { ...stats, ticks: stats.ticks + 1 };
      } catch (error) {
        lastError = describeFailure(error);
        stats = { ...stats, failedTicks: stats.failedTicks + 1 };
      }
      recent = withTick(recent, countsBetween(before, counts()), closeTimeMs);
      setCurrentDetails(describeTick(controls.current, closeTimeMs, stats, gate.carried, lastError));
    }
    lastTickMs = tickOfThisClock(lastTickMs, controls.current);
    const settingsBefore = controls.current;
    const waitMs = Math.max(1, state().nextTickMs - Date.now());
    await condition(() => controls.isPaused || controls.current !== settingsBefore, waitMs, UNTIL_NEXT);
  }
  await condition(allHandlersFinished);
  // Only now: a handler that was under way may have changed any of it.
  const carriedOn = { ...controls.carried, lastTickMs, stats, recent, model, lastError, gate: gate.carried };
  await continueAsNew<typeof mlManager>(controls.configuration, carriedOn);
}

function shownStats(counts: TickCounts, recent: RecentCounts, atMs: number): MlManagerStats {
  const [lastHour, lastDay] = (['hour', 'day'] as const).map((span) => ofLast(recent, span, atMs));
  return { ...counts, ...(lastHour && { lastHour }), ...(lastDay && { lastDay }) };
}

/** The newest candle that is certainly closed. */
function newestCloseMs({ candleIntervalMs, closeDelayMs }: MlManagerSettings): number {
  return Math.floor((Date.now() - closeDelayMs) / candleIntervalMs) * candleIntervalMs;
}

/** A tick that lies ahead was made by a clock that has been set back since: waiting for its successor could take years. */
function tickOfThisClock(lastTickMs: number, settings: MlManagerSettings): number {
  const newestMs = newestCloseMs(settings);
  const isAhead = lastTickMs > newestMs + settings.candleIntervalMs;
  return isAhead && patched(TICKS_FOLLOW_CLOCK) ? newestMs : lastTickMs;
}

function withResults(stats: TickCounts, results: readonly IntakeResult[]): TickCounts {
  const count = (status: IntakeResult['status']) => results.filter((result) => result.status === status).length;
  return {
    ...stats,
    signalsAccepted: stats.signalsAccepted + count('accepted'),
    signalsDuplicate: stats.signalsDuplicate + count('duplicate'),
    signalsRefused: stats.signalsRefused + count('refused'),
  };
}
