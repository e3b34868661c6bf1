/** How the delays between look-ups of one order grow. */
export interface LookUpDelays {
  readonly firstMs: number;
  /** 1 or more. */
  readonly growth: number;
  readonly maxMs: number;
}

/**
 * The delay before look-up number `attempt`, whole milliseconds: the first, multiplied by the growth each time, up to the
 * largest.
 *
 * @param attempt 0 for the first look-up
 */
export function lookUpDelayMs(attempt: number, { firstMs, growth, maxMs }: LookUpDelays): number {
  return Math.round(Math.min(maxMs, firstMs * growth ** Math.max(0, attempt)));
}

/** What is asked for longer than the delays grow is asked again after this part of its age. */
const AGE_PER_DELAY = 20;

/**
 * The same for something that may take days: the number of look-ups grows with the logarithm of the age only, so that the
 * history of whoever asks stays small however long the answer takes. A month costs some two hundred.
 *
 * @param ageMs since the first question, milliseconds
 */
export function patientLookUpDelayMs(attempt: number, delays: LookUpDelays, ageMs: number): number {
  return Math.max(lookUpDelayMs(attempt, delays), Math.floor(ageMs / AGE_PER_DELAY));
}
