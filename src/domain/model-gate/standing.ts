import type { GateTerms, VerdictFigures } from './types';

const DAY_MS = 86_400_000;

/** How long ago a model's training data ended, whole days; a clock that is behind makes none negative. */
export function modelAgeDays(endOfDataMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - endOfDataMs) / DAY_MS));
}

/** Why nothing that the model predicts may become a signal now. An age that nobody knows is too old where there is a bound. */
export function refusalOfModel({
  settings,
  model,
  nowMs,
}: Pick<GateTerms, 'settings' | 'model' | 'nowMs'>):
  (VerdictFigures & { readonly outcome: 'MODEL_TOO_OLD' | 'NOT_CALIBRATED' }) | undefined {
  const { modelAgeMaxDays: bound, coverageMin } = settings;
  if (bound !== undefined) {
    if (model?.endOfDataMs === undefined) {
      return { outcome: 'MODEL_TOO_OLD', bound, why: 'the model does not tell when its training data end' };
    }
    const actual = modelAgeDays(model.endOfDataMs, nowMs);
    if (actual > bound) return { outcome: 'MODEL_TOO_OLD', actual, bound };
  }
  if (model?.coverage === undefined || coverageMin === undefined) return undefined;
  return { outcome: 'NOT_CALIBRATED', actual: model.coverage, bound: Number(coverageMin) };
}
