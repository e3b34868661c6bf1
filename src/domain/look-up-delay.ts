/** How the delays between look-ups of one order grow. */
export interface LookUpDelays {
  readonly firstMs: number;
  /** 1 or more. */
  readonly growth: number;
  readonly maxMs: number;
}

/** What has been waited for for a while is asked for again after this part of its age. */
const AGE_PER_DELAY = 20;
/** Whoever waits for a person reminds him so often at the least; a year of it still fits one history. */
const PATIENT_DELAY_MAX_MS = 21_600_000;
/** A resting order that may still fill is asked for at least this often, however old it is. */
const OPEN_ORDER_DELAY_MAX_MS = 600_000;
/** And not sooner than this once the venue has shown it. */
const RESTING_DELAY_MIN_MS = 5_000;

/**
 * The delay before look-up number `attempt`, whole milliseconds: the first, multiplied by the growth each time, up to the
 * largest.
 *
 * @param attempt 0 for the first look-up
 */
export function lookUpDelayMs(attempt: number, { firstMs, growth, maxMs }: LookUpDelays): number {
  return Math.round(Math.min(maxMs, firstMs * growth ** Math.max(0, attempt)));
}

/**
 * The pause before something that was waited for is tried again: it grows with the age, so that the history of whoever
 * waits grows with the age's logarithm for days, and by four tries a day after them.
 *
 * @param ageMs since the first try, milliseconds
 */
export function patientDelayMs(ageMs: number): number {
  return Math.min(PATIENT_DELAY_MAX_MS, Math.max(0, Math.floor(ageMs / AGE_PER_DELAY)));
}

/** The same for the look-ups of an order whose answer may take days: never sooner than lookUpDelayMs. */
export function patientLookUpDelayMs(attempt: number, delays: LookUpDelays, ageMs: number): number {
  return Math.max(lookUpDelayMs(attempt, delays), patientDelayMs(ageMs));
}

/** The same for an open order, whose fill somebody waits for: never later than OPEN_ORDER_DELAY_MAX_MS. */
export function openOrderDelayMs(attempt: number, delays: LookUpDelays, ageMs: number): number {
  return Math.min(OPEN_ORDER_DELAY_MAX_MS, patientLookUpDelayMs(attempt, delays, ageMs));
}

/** The same for one that the venue has shown in its book: most rest for long, and all of them share the requests. */
export function restingOrderDelayMs(attempt: number, delays: LookUpDelays, ageMs: number): number {
  return Math.max(Math.min(RESTING_DELAY_MIN_MS, delays.maxMs), openOrderDelayMs(attempt, delays, ageMs));
}
