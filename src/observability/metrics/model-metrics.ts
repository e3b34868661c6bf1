import type { Registry } from 'prom-client';
import type { HorizonSummary } from '../../domain/live-score/summary';
import type { MlManagerState, MlManagerStats } from '../../messages/ml-manager';
import { counterOf, gaugeOf } from './define-metric';
import type { MetricName } from './metric-names';

/** What became of the model's predictions, and how they did; what is not known yet has no series. */
export function tellModel(registry: Registry, { funnel = {} }: MlManagerStats, state: MlManagerState): void {
  const verdicts = counterOf(registry, 'oncefill_model_verdicts_total');
  for (const [outcome, count] of Object.entries(funnel)) verdicts.inc({ outcome }, count);
  const { liveScore = [], modelData } = state;
  for (const horizon of liveScore) tellHorizon(registry, horizon);
  if (modelData === undefined) return;
  gaugeOf(registry, 'oncefill_model_data_end_timestamp_seconds').set(modelData.endOfDataMs / 1_000);
}

function tellHorizon(registry: Registry, summary: HorizonSummary): void {
  const horizon = String(summary.minutes);
  const tell = (name: MetricName, value: number | undefined, labels = {}): void => {
    if (value !== undefined) gaugeOf(registry, name).set({ horizon, ...labels }, value);
  };
  tell('oncefill_model_outcomes', summary.recentOutcomes);
  tell('oncefill_model_coverage_ratio', summary.coverage50, { interval: '50' });
  tell('oncefill_model_coverage_ratio', summary.coverage90, { interval: '90' });
  tell('oncefill_model_hit_ratio', summary.hitRate);
  tell('oncefill_model_skill_ratio', summary.skill);
  tell('oncefill_model_brier_skill_ratio', summary.brierSkill);
  tell('oncefill_model_scale_ratio', summary.scale);
  if (summary.isJudged) tell('oncefill_model_calibrated', summary.isCalibrated ? 1 : 0);
}
