import type { HorizonSummary } from '../domain/live-score/summary';
import type { MlManagerState } from '../messages/ml-manager';
import { renderTable } from './table';
import type { Style } from './terminal';

const HEADER = [
  'HORIZON',
  'OUTCOMES',
  '50 % HELD',
  '90 % HELD',
  'DIRECTION',
  'AGAINST EWMA',
  'AGAINST BASE RATE',
  'WIDENED',
];

/** The live score as `ml status --json` has it. Shares are 0 to 1. */
export function presentLiveScore({ liveScore = [], modelData }: MlManagerState) {
  return {
    model_data: modelData && {
      ends_at: new Date(modelData.endOfDataMs).toISOString(),
      age_days: modelData.ageDays,
      age_max_days: modelData.ageMaxDays,
    },
    live_score: liveScore.map((horizon) => ({
      horizon_minutes: horizon.minutes,
      outcomes: horizon.outcomes,
      recent_outcomes: horizon.recentOutcomes,
      coverage_50: horizon.coverage50,
      coverage_90: horizon.coverage90,
      hit_rate: horizon.hitRate,
      skill_against_ewma: horizon.skill,
      brier_skill: horizon.brierSkill,
      scale: horizon.scale,
      calibrated: horizon.isJudged ? horizon.isCalibrated : undefined,
    })),
  };
}

/** How old the model is, and what came of its predictions. */
export function liveScoreLines(state: MlManagerState, style: Style): readonly string[] {
  const { liveScore = [], modelData, horizonMinutes } = state;
  const lines: string[] = [];
  if (modelData !== undefined) {
    const { endOfDataMs, ageDays, ageMaxDays } = modelData;
    const bound = ageMaxDays === undefined ? 'no age stops its signals' : `its signals stop after ${ageMaxDays}`;
    lines.push(
      `Its training data end ${new Date(endOfDataMs).toISOString().slice(0, 10)}, ${ageDays} days ago; ${bound}.`,
    );
  }
  if (liveScore.length === 0) return lines;
  const rows = liveScore.map(rowOf);
  lines.push(...renderTable([HEADER, ...rows], (text, row) => (row === 0 ? style.dim(text) : text)));
  const gated = liveScore.find(({ minutes }) => minutes === horizonMinutes);
  if (gated !== undefined) lines.push(calibrationWords(gated, style));
  return lines;
}

function calibrationWords({ minutes, isJudged, isCalibrated, recentOutcomes }: HorizonSummary, style: Style): string {
  const of = `${minutes} minutes`;
  if (!isJudged) return `Whether the intervals of ${of} hold is not known yet: ${recentOutcomes} outcomes are too few.`;
  return isCalibrated
    ? style.good(`The intervals of ${of} hold.`)
    : style.bad(`Not calibrated: too few intervals of ${of} hold, and no prediction becomes a signal until they do.`);
}

function rowOf(horizon: HorizonSummary): readonly string[] {
  return [
    `${horizon.minutes} min`,
    String(horizon.outcomes),
    share(horizon.coverage50),
    share(horizon.coverage90),
    share(horizon.hitRate),
    gain(horizon.skill),
    gain(horizon.brierSkill),
    `${horizon.scale.toFixed(2)} x`,
  ];
}

function share(value: number | undefined): string {
  return value === undefined ? '-' : `${(value * 100).toFixed(1)} %`;
}

/** A skill: above zero is better than the reference. */
function gain(value: number | undefined): string {
  return value === undefined ? '-' : `${value >= 0 ? '+' : ''}${(value * 100).toFixed(1)} %`;
}
