import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { patched, proxyActivities } from '@temporalio/workflow';
import type { Forecast, InferenceActivities } from '../activities/inference';
import type { IntakeActivities, IntakeResult } from '../activities/intake';
import type { MarketDataActivities } from '../activities/market-data';
import { describeFunnel } from '../src/domain/model-gate/funnel';
import { ofOutcomeRow } from '../src/domain/live-score/outcome-rows';
import { ofColumns } from '../src/domain/model-gate/prediction-columns';
import type { TickCounts } from '../src/domain/model-gate/recent-counts';
import { isSizedByRisk } from '../src/domain/model-gate/size';
import { INFERENCE_TASK_QUEUE, namedVenueTaskQueue, SIGNALS_TASK_QUEUE } from '../src/messages/ids';
import type { MlManagerSettings } from '../src/messages/ml-manager';
import type { GateCarried, PredictionGate } from './gated-predictions';
import { rootMessage } from './until-answered';

/** Runs that began before the gate handed in what the activity had made of the predictions. */
const GATED = 'predictions-pass-a-gate';
/** What a step gets at least, however late its tick began. */
const STEP_TIMEOUT_MIN_MS = 1_000;

/**
 * Fetches the candles, predicts, and hands in the signals that the gate lets through.
 *
 * @param onForecast called before a later step can fail
 * @returns what intake said to each signal
 */
export async function runTick(
  settings: MlManagerSettings,
  closeTimeMs: number,
  gate: PredictionGate,
  onForecast: (forecast: Forecast) => void,
): Promise<readonly IntakeResult[]> {
  const { environment, venue, symbols, candleIntervalMs: intervalMs, gate: terms } = settings;
  const at = { environment, venue };
  const steps = () => tickActivities(settings, closeTimeMs);
  const reference = await steps().fetchCandles({ ...at, symbols, intervalMs, closeTimeMs });
  const wanted = terms && { ...gate.wanted(terms, closeTimeMs), inColumns: true };
  const forecast = unpacked(await steps().predict({ reference, ...wanted }), closeTimeMs);
  onForecast(forecast);
  if (terms) gate.learned(forecast, terms, closeTimeMs);
  if (terms === undefined || !patched(GATED)) {
    const { signals } = forecast;
    return signals.length === 0 ? [] : steps().submitSignals({ ...at, signals });
  }
  const priced = gate.symbolsToPrice(forecast, settings, terms);
  const sizes = isSizedByRisk(terms) && { withSizes: true };
  const costs = priced.length === 0 ? {} : await steps().fetchCosts({ ...at, symbols: priced, ...sizes });
  const { signals, notes, sources } = gate.judge(forecast, settings, terms, costs, closeTimeMs);
  if (signals.length === 0) return [];
  const results = await steps().submitSignals({ ...at, signals, notes, sources });
  gate.answered(signals, results);
  gate.refused(signals.filter((_, index) => results[index]?.status === 'refused').map(({ symbol }) => symbol));
  return results;
}

/** Predictions and outcomes by their names, however they travelled. */
function unpacked({ columns, scored, ...forecast }: Forecast, closeTimeMs: number): Forecast {
  return {
    ...forecast,
    ...(columns && { predictions: ofColumns(columns, closeTimeMs) }),
    ...(scored && { outcomes: scored.map(ofOutcomeRow) }),
  };
}

/** A tick must be over before the next one is due; each step may be repeated within the time that is left. */
function tickActivities(settings: MlManagerSettings, closeTimeMs: number) {
  const { candleIntervalMs, closeDelayMs, symbols } = settings;
  const at = new Date(closeTimeMs).toISOString().slice(11, 16);
  const leftMs = closeTimeMs + candleIntervalMs + closeDelayMs - Date.now();
  const options = { scheduleToCloseTimeout: Math.max(STEP_TIMEOUT_MIN_MS, leftMs) };
  const taskQueue = namedVenueTaskQueue(settings);
  const { fetchCandles } = proxyActivities<MarketDataActivities>({
    ...options,
    taskQueue,
    heartbeatTimeout: '20 seconds',
    summary: `candles of ${symbols.length} symbols, ${at}`,
  });
  const { fetchCosts } = proxyActivities<MarketDataActivities>({ ...options, taskQueue, summary: `costs, ${at}` });
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
  return { fetchCandles, fetchCosts, predict, submitSignals };
}

/** Who is asked for each step of a tick, and for what. */
const ASKED: Readonly<Record<keyof ReturnType<typeof tickActivities>, string>> = {
  fetchCandles: 'The trading engine gave no candles',
  fetchCosts: 'The trading engine gave no prices',
  predict: 'The ML manager gave no predictions',
  submitSignals: 'The trading engine took no signals',
};

/** Why a tick failed; where nobody answered, who it was. */
export function describeFailure(error: unknown): string {
  // One that was tried again and again carries what its last attempt said.
  const isLate =
    error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.cause === undefined;
  const said = isLate ? Object.entries(ASKED).find(([step]) => step === error.activityType)?.[1] : undefined;
  return said === undefined ? rootMessage(error) : `${said} in time; "oncefill status" tells what runs.`;
}

/** What a person reads of the last tick in the workflow's details. */
export function describeTick(
  settings: MlManagerSettings,
  closeTimeMs: number,
  stats: TickCounts,
  { funnel, lastFunnel, demoWords }: GateCarried,
  lastError?: string,
): string {
  const lines = [
    `Candle closed ${new Date(closeTimeMs).toISOString()}, ${settings.symbols.length} symbols at **${settings.venue}**.`,
    '',
    `${stats.predictions} predictions, ${stats.signalsAccepted} signals, ${stats.signalsDuplicate} duplicates dropped.`,
  ];
  if (lastFunnel) lines.push('', `The gate ${settings.gate?.gate}: ${describeFunnel(lastFunnel)}.`);
  if (funnel) lines.push('', `So far: ${describeFunnel(funnel)}.`);
  if (demoWords) lines.push('', `Each signal is a ${demoWords} of its order's value.`);
  if (lastError) lines.push('', `Last tick failed: ${lastError}`);
  return lines.join('\n');
}
