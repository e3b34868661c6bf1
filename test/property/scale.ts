/**
 * How much the property tests search, per reducer, and what they must have done to count as a search. Raise the runs for
 * a longer one: PROPERTY_RUNS=100000 npx jest test/property.
 */

/** Sequences of commands per property. */
export const RUNS = Number(process.env.PROPERTY_RUNS ?? 1_000);

/** Sequences tried on a deliberately broken variant before it counts as missed. */
export const BROKEN_RUNS_MAX = 5_000;

/** The longest sequence of each reducer. */
export const COMMANDS_PER_RUN_MAX = {
  ledger: 60,
  ledgerAudit: 80,
  limiter: 50,
  limiterClock: 50,
  alerts: 60,
  position: 40,
} as const;

/** The share of the longest sequence that the average one reaches at least. */
const COMMANDS_SHARE_MIN = 0.3;

/** Counts what a property really ran: a generator that makes hardly any commands would let everything pass. */
export class Tally {
  runs = 0;
  commands = 0;

  /** @throws when fewer sequences ran than asked for, or when they were hardly longer than empty */
  assertSearched(runsMin: number, commandsPerRunMax: number): void {
    const commandsMin = Math.floor(runsMin * commandsPerRunMax * COMMANDS_SHARE_MIN);
    if (this.runs < runsMin || this.commands < commandsMin) {
      throw new Error(`${this.runs} of ${runsMin} runs, ${this.commands} of at least ${commandsMin} commands`);
    }
  }
}
