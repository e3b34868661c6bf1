/**
 * The online scale: markets change, and intervals that hold too seldom are widened a little with every tick, narrowed where they
 * hold too often (adaptive conformal). It learns a horizon late, because outcomes come a horizon late.
 */
import type { Quantile } from '../model-gate/types';
import type { IssuedScales, LiveScore, ScalePair } from './types';

/** How much one tick moves the log scale for each share of misses too many. Larger ones cost more than they mend. */
const RATE = 0.002;
/** The share of outcomes that 90 % intervals are to miss. */
const MISSES_WANTED = 0.1;
/** As far as the model itself may move its scale. */
export const LOG_SCALE_MAX = 2;
/** Candles of the longest horizon that is scored: so many more than the model needs are fetched. */
export const SCORED_CANDLES_MAX = 60;
const DECIMALS = 6;
const MINUTE_MS = 60_000;

/** @param heldShare of the 90 % intervals of a tick, 0 to 1 */
export function movedScale(logScale: number, heldShare: number): number {
  const moved = logScale + RATE * (1 - heldShare - MISSES_WANTED);
  return Number(Math.min(LOG_SCALE_MAX, Math.max(-LOG_SCALE_MAX, moved)).toFixed(DECIMALS));
}

/** The scales for a tick. Where nothing was issued a horizon ago, the oldest that is known stands in. */
export function scalesAt(score: LiveScore | undefined, tickMs: number): readonly ScalePair[] {
  if (score === undefined) return [];
  return score.horizons.map(({ minutes, logScale }) => {
    const madeAtMs = tickMs - minutes * MINUTE_MS;
    const issued = score.issued.findLast(({ atMs }) => atMs <= madeAtMs) ?? score.issued[0];
    return { minutes, now: logScale, earlier: issued?.logScales[minutes] ?? logScale };
  });
}

/** The scales of a tick, added to those that a later one may ask for. */
export function withIssued(
  issued: readonly IssuedScales[],
  horizons: readonly { readonly minutes: number; readonly logScale: number }[],
  tickMs: number,
): readonly IssuedScales[] {
  const longestMs = Math.max(0, ...horizons.map(({ minutes }) => minutes)) * MINUTE_MS;
  const logScales = Object.fromEntries(horizons.map(({ minutes, logScale }) => [minutes, logScale]));
  // A clock that was set back makes later ones of before meaningless.
  const earlier = issued.filter(({ atMs }) => atMs < tickMs);
  const firstNeeded = earlier.findLastIndex(({ atMs }) => atMs <= tickMs - longestMs);
  const kept = [...earlier.slice(Math.max(0, firstNeeded)), { atMs: tickMs, logScales }];
  return kept.slice(-(SCORED_CANDLES_MAX + 1));
}

/** Quantiles as far from the one in the middle as the scale wants them. */
export function stretched(quantiles: readonly Quantile[], logScale: number): readonly Quantile[] {
  const middle = quantiles.length / 2;
  const [low, high] = [quantiles[Math.ceil(middle) - 1], quantiles[Math.floor(middle)]];
  if (logScale === 0 || low === undefined || high === undefined) return quantiles;
  const centre = low.value + (high.value - low.value) / 2;
  const factor = Math.exp(logScale);
  return quantiles.map(({ level, value }) => ({ level, value: centre + (value - centre) * factor }));
}

/** Sizes of moves, all 0 or above. */
export function scaled(quantiles: readonly Quantile[], logScale: number): readonly Quantile[] {
  const factor = Math.exp(logScale);
  return quantiles.map(({ level, value }) => ({ level, value: value * factor }));
}
