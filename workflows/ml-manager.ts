import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { InferenceActivities } from '../activities/inference';
import type { IntakeActivities, IntakeResult } from '../activities/intake';
import type { MarketDataActivities } from '../activities/market-data';
import { INFERENCE_TASK_QUEUE, namedVenueTaskQueue, SIGNALS_TASK_QUEUE } from '../src/messages/ids';
import {
  configureMlManagerSignal,
  mlStateQuery,
  mlStatsQuery,
  pauseSignal,
  resumeSignal,
  type MlManagerSettings,
  type MlManagerState,
  type MlManagerStats,
} from '../src/messages/ml-manager';
import { isTradingEnvironment } from '../src/domain/trading-venue';
import { rootMessage } from './until-answered';

/** Runs that began before it waited for a tick that a wrong clock had made, however far ahead. */
const TICKS_FOLLOW_CLOCK = 'ticks-follow-the-clock';
/** What a step gets at least, however late its tick began. */
const STEP_TIMEOUT_MIN_MS = 1_000;

/** What continue-as-new carries over. */
interface MlManagerCarried {
  readonly paused: boolean;
  readonly lastTickMs: number;
  readonly stats: MlManagerStats;
  /** Absent in runs that were continued before this was carried over, and before the first prediction. */
  readonly model?: string;
  readonly lastError?: string;
}

/** The model's name before the first prediction. */
const MODEL_UNKNOWN = 'not loaded yet';

const NO_STATS: MlManagerStats = {
  ticks: 0,
  failedTicks: 0,
  predictions: 0,
  signalsAccepted: 0,
  signalsDuplicate: 0,
  signalsRefused: 0,
};

/**
 * The prediction loop: when a candle closes, fetch, predict, hand in the signals. A tick that fails is counted and left
 * behind: the next candle is worth more than an old one.
 */
export async function mlManager(settings: MlManagerSettings, carried?: MlManagerCarried): Promise<void> {
  let current = settings;
  let paused = carried?.paused ?? false;
  let lastTickMs = carried?.lastTickMs ?? 0;
  let stats = carried?.stats ?? NO_STATS;
  let lastError = carried?.lastError;
  let model = carried?.model ?? MODEL_UNKNOWN;

  setHandler(mlStateQuery, () => state(), { description: 'Running or paused, the model, the last and the next tick.' });
  setHandler(mlStatsQuery, () => stats, { description: 'Ticks, predictions, and what became of the signals.' });
  setHandler(pauseSignal, () => void (paused = true), { description: 'Stops predicting until `resume`.' });
  setHandler(resumeSignal, () => void (paused = false), { description: 'Goes on predicting.' });
  setHandler(
    configureMlManagerSignal,
    (next) => {
      // Anyone with the command line can send this: an error here would stop the loop for good.
      if (areMlManagerSettings(next)) current = next;
      else log.warn('The configured settings were refused; the former ones stay in force.');
    },
    { description: 'Replaces the settings.' },
  );

  /** The close after the last tick's. That tick may have followed candles of another length. */
  function nextCloseMs(): number {
    const { candleIntervalMs } = current;
    return (Math.floor(Math.max(lastTickMs, newestCloseMs(current)) / candleIntervalMs) + 1) * candleIntervalMs;
  }

  function state(): MlManagerState {
    return {
      status: paused ? 'paused' : 'running',
      model,
      lastTickMs: lastTickMs || undefined,
      nextTickMs: nextCloseMs() + current.closeDelayMs,
      lastError,
    };
  }

  async function tick(closeTimeMs: number): Promise<void> {
    const settings = current;
    const { environment, venue, symbols, candleIntervalMs: intervalMs } = settings;
    const at = { environment, venue };
    const steps = () => tickActivities(settings, closeTimeMs);
    const reference = await steps().fetchCandles({ ...at, symbols, intervalMs, closeTimeMs });
    const forecast = await steps().predict({ reference });
    model = forecast.model;
    stats = { ...stats, predictions: stats.predictions + forecast.predicted };
    if (forecast.signals.length === 0) return;
    stats = withResults(stats, await steps().submitSignals({ ...at, signals: forecast.signals }));
  }

  while (!workflowInfo().continueAsNewSuggested) {
    await condition(() => !paused);
    lastTickMs = tickOfThisClock(lastTickMs, current);
    const closeTimeMs = newestCloseMs(current);
    if (closeTimeMs > lastTickMs) {
      lastTickMs = closeTimeMs;
      try {
        await tick(closeTimeMs);
        lastError = undefined;
        stats = { ...stats, ticks: stats.ticks + 1 };
      } catch (error) {
        lastError = rootMessage(error);
        stats = { ...stats, failedTicks: stats.failedTicks + 1 };
      }
      setCurrentDetails(describe(current, closeTimeMs, stats, lastError));
    }
    lastTickMs = tickOfThisClock(lastTickMs, current);
    const settingsBefore = current;
    const waitMs = Math.max(1, state().nextTickMs - Date.now());
    await condition(() => paused || current !== settingsBefore, waitMs);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof mlManager>(current, { paused, lastTickMs, stats, model, lastError });
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

function withResults(stats: MlManagerStats, results: readonly IntakeResult[]): MlManagerStats {
  const count = (status: IntakeResult['status']) => results.filter((result) => result.status === status).length;
  return {
    ...stats,
    signalsAccepted: stats.signalsAccepted + count('accepted'),
    signalsDuplicate: stats.signalsDuplicate + count('duplicate'),
    signalsRefused: stats.signalsRefused + count('refused'),
  };
}

/** A tick must be over before the next one is due; each step may be repeated within the time that is left. */
function tickActivities(settings: MlManagerSettings, closeTimeMs: number) {
  const { candleIntervalMs, closeDelayMs, symbols } = settings;
  const at = new Date(closeTimeMs).toISOString().slice(11, 16);
  const leftMs = closeTimeMs + candleIntervalMs + closeDelayMs - Date.now();
  const options = { scheduleToCloseTimeout: Math.max(STEP_TIMEOUT_MIN_MS, leftMs) };
  const { fetchCandles } = proxyActivities<MarketDataActivities>({
    ...options,
    taskQueue: namedVenueTaskQueue(settings),
    heartbeatTimeout: '20 seconds',
    summary: `candles of ${symbols.length} symbols, ${at}`,
  });
  const { predict } = proxyActivities<InferenceActivities>({
    ...options,
    taskQueue: INFERENCE_TASK_QUEUE,
    summary: `predict ${symbols.length} symbols, ${at}`,
  });
  const { submitSignals } = proxyActivities<IntakeActivities>({
    ...options,
    taskQueue: SIGNALS_TASK_QUEUE,
    summary: `hand in signals, ${at}`,
  });
  return { fetchCandles, predict, submitSignals };
}

function areMlManagerSettings(settings: MlManagerSettings | null | undefined): settings is MlManagerSettings {
  if (typeof settings?.venue !== 'string' || !Array.isArray(settings.symbols)) return false;
  if (settings.environment !== undefined && !isTradingEnvironment(settings.environment)) return false;
  const { candleIntervalMs, closeDelayMs } = settings;
  return Number.isSafeInteger(candleIntervalMs) && candleIntervalMs > 0 && closeDelayMs >= 0;
}

function describe(settings: MlManagerSettings, closeTimeMs: number, stats: MlManagerStats, lastError?: string): string {
  const lines = [
    `Candle closed ${new Date(closeTimeMs).toISOString()}, ${settings.symbols.length} symbols at **${settings.venue}**.`,
    '',
    `${stats.predictions} predictions, ${stats.signalsAccepted} signals, ${stats.signalsDuplicate} duplicates dropped.`,
  ];
  if (lastError) lines.push('', `Last tick failed: ${lastError}`);
  return lines.join('\n');
}
