/** The intervals of candles that are offered, milliseconds, by the venue's name for them. */
export const INTERVALS: ReadonlyMap<number, string> = new Map([
  [60_000, '1'],
  [180_000, '3'],
  [300_000, '5'],
  [900_000, '15'],
  [3_600_000, '60'],
]);
