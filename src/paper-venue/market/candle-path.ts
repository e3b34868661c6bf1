import type { MinuteCandle } from './market-source';
import type { SeededStream } from './seeded-random';

/** Prices inside a candle, one per second of a minute. */
export const PATH_POINTS_PER_MINUTE = 60;

/** How far the path strays from the straight line between two turning points, as a share of the candle's range. */
const WANDER = 0.2;

/** Normal draws reserved beside one per point, so that paths of different counters never share a draw. */
const TURNING_POINT_DRAWS = 2;

/**
 * A seeded price path through a candle: it starts at the open, touches high and low exactly, never leaves them, and
 * ends at the close. The real order of events inside a candle is not known; this is one plausible order.
 *
 * @param points at least 4
 * @param counter tells paths of one stream apart
 * @returns prices in whole price steps
 */
export function candlePath(candle: MinuteCandle, points: number, stream: SeededStream, counter: number): Float64Array {
  const firstDraw = counter * (points + TURNING_POINT_DRAWS);
  const turnDraw = 2 * (firstDraw + points);
  const middle = Math.floor(points / 2);
  const firstTurn = 1 + Math.floor(stream.uniform(turnDraw) * (middle - 1));
  const secondTurn = middle + Math.floor(stream.uniform(turnDraw + 1) * (points - 1 - middle));
  // A rising minute has more often made its low first, and a falling one its high.
  const lowFirst = stream.uniform(turnDraw + 2) < (candle.close >= candle.open ? 0.8 : 0.2);
  const path = new Float64Array(points);
  const wander = (candle.high - candle.low) * WANDER;
  const turns: readonly (readonly [number, number])[] = [
    [0, candle.open],
    [firstTurn, lowFirst ? candle.low : candle.high],
    [secondTurn, lowFirst ? candle.high : candle.low],
    [points - 1, candle.close],
  ];
  for (let leg = 0; leg < turns.length - 1; leg += 1) {
    const [from, fromPrice] = turns[leg]!;
    const [to, toPrice] = turns[leg + 1]!;
    for (let index = from; index <= to; index += 1) {
      const share = (index - from) / (to - from);
      const atTurn = index === from || index === to;
      const noise = atTurn ? 0 : wander * Math.sin(Math.PI * share) * stream.normal(firstDraw + index);
      const price = Math.round(fromPrice + (toPrice - fromPrice) * share + noise);
      path[index] = Math.min(candle.high, Math.max(candle.low, price));
    }
  }
  return path;
}
