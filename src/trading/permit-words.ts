const MS = /(\d+) ms\b/g;
/** The limiter speaks to programs, which choose the latest time that they ask for. */
const TO_PROGRAMS = / after the latest time asked for; ask for a later one\.$/;

/**
 * A refusal of the limiter for people. Its own words are part of the account's rules, which replays compare.
 *
 * @returns a sentence, times in seconds
 */
export function permitWords(message: string): string {
  return message
    .replaceAll(MS, (_match, ms: string) => `${Number((Number(ms) / 1_000).toFixed(1))} s`)
    .replace(TO_PROGRAMS, ' later than this request can wait; it is tried again.')
    .replace(' allows weight ', ' allows requests of a total weight of ');
}
