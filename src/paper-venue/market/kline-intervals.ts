/** The intervals of candles, minutes, by the name that Bybit gives them. */
export const INTERVAL_MINUTES: ReadonlyMap<string, number> = new Map([
  ['1', 1],
  ['3', 3],
  ['5', 5],
  ['15', 15],
  ['30', 30],
  ['60', 60],
  ['120', 120],
  ['240', 240],
  ['360', 360],
  ['720', 720],
  ['D', 1_440],
]);
