import type { RetrainerState, Retraining } from '../messages/ml-retrainer';
import { utcMinute } from '../observability/pause-words';
import { printable } from '../process/printable';

export function presentRetraining({ outcome, code, words, sha256, by, startedAtMs, endedAtMs }: Retraining) {
  const [started_at, ended_at] = [startedAtMs, endedAtMs].map((atMs) => new Date(atMs).toISOString());
  return { outcome, code, words, sha256, by, started_at, ended_at };
}

/** For `ml status --json`. @param state undefined: no training ever was */
export function presentRetrainer(state: RetrainerState | undefined) {
  if (state === undefined) return {};
  const { underWay, nextAtMs, results } = state;
  return {
    retraining: {
      under_way: underWay && { by: underWay.by, started_at: new Date(underWay.startedAtMs).toISOString() },
      next_at: nextAtMs === undefined ? undefined : new Date(nextAtMs).toISOString(),
      results: results.map(presentRetraining),
    },
  };
}

/** For people: the training under way, what came of the last one, when the next one is due. */
export function retrainerLines(state: RetrainerState | undefined): readonly string[] {
  if (state === undefined) return [];
  const { underWay, nextAtMs, results } = state;
  const last = results.at(-1);
  const lines: string[] = [];
  if (underWay)
    lines.push(`A model is being trained since ${utcMinute(underWay.startedAtMs)}, by ${printable(underWay.by)}.`);
  if (last) lines.push(`Last training, ${utcMinute(last.endedAtMs)}: ${printable(last.words)}`);
  if (nextAtMs !== undefined && !underWay) lines.push(`Next training ${utcMinute(nextAtMs)}.`);
  return lines;
}
