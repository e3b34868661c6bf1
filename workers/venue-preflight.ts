import { rateLimitsOf } from '../src/config/rate-limits';
import { preflightTermsOf } from '../src/config/preflight-terms';
import type { PreflightFinding } from '../src/domain/preflight/finding';
import { inspectionPace } from '../src/domain/request-budget';
import { emitProcessEvent } from '../src/process/process-events';
import { keepAccount, keptAccounts } from '../src/temporal/kept-account';
import { isRefusal, Preflight } from '../src/trading/preflight/preflight';
import type { Engine } from './engine';

/** Everything is asked again after this: rights, modes and fees change without a word. */
const REPEAT_MS = 24 * 3_600_000;
/**
 * Pauses while entries are stopped, by how many looks in a row found that; the last one stays. A venue halts a symbol for minutes, and
 * somebody may have mended what stops them.
 */
const STOPPED_PAUSES_MS = [60_000, 2 * 60_000, 5 * 60_000, 10 * 60_000] as const;
/** How often it is looked whether something is due, and whether what stops entries has begun or ended. */
const CHECK_MS = 60_000;
/** A start waits so long for answers. What is missing then stops entries and is asked for again. */
const START_WAIT_MAX_MS = 30_000;
const LATER_WAIT_MAX_MS = 10_000;

/** The account at the venue must not be traded as it is configured. The message says what to mend. */
export class VenuePreflightError extends Error {
  override readonly name = 'VenuePreflightError';
  readonly code = 'VENUE_PREFLIGHT';
}

/**
 * Finds out whether the account at the venue is fit to be traded, before the first order and once a day. The limiter must be there.
 * On paper nobody waits for it: a start would take half a second longer, and play money can wait for nothing. What would refuse a
 * start then stops entries.
 *
 * @returns ends the daily look
 * @throws VenuePreflightError where it is not
 */
export async function beginPreflight(engine: Engine): Promise<() => void> {
  const { venue, venueConfig } = engine;
  if (venue.inspector === undefined) return () => undefined;
  const watch = new PreflightWatch(engine, newPreflight(engine, venue.inspector));
  if (venueConfig.environment === 'paper') watch.begin();
  else await watch.admit();
  return () => watch.stop();
}

function newPreflight(engine: Engine, inspector: NonNullable<Engine['venue']['inspector']>): Preflight {
  const { config, venueConfig, permits, client, venue } = engine;
  return new Preflight({
    inspector,
    symbols: venueConfig.symbols,
    mayAsk: (endpoint) => permits.forRead(endpoint, 'entry'),
    terms: preflightTermsOf(config),
    keptAccountIds: () => keptAccounts(config.dataDir, config.venue, client),
    questionsMax: inspectionPace(rateLimitsOf(config, venueConfig)).questions,
    nowMs: () => venue.clockMs() ?? Date.now(),
  });
}

class PreflightWatch {
  private timer: NodeJS.Timeout | undefined;
  private lookedAtMs = 0;
  private askedAtMs = 0;
  private isLooking = false;
  /** New looks in a row that ended with entries stopped. */
  private stoppedLooks = 0;
  private readonly askAgainMs: number;
  /** Sentences that were told: each once while it holds. */
  private told: ReadonlySet<string> = new Set();

  constructor(
    private readonly engine: Engine,
    private readonly preflight: Preflight,
  ) {
    const { config, venueConfig } = engine;
    this.askAgainMs = Math.max(CHECK_MS, inspectionPace(rateLimitsOf(config, venueConfig)).spanMs);
  }

  /** @throws VenuePreflightError */
  async admit(): Promise<void> {
    const findings = await this.look(START_WAIT_MAX_MS);
    const refusals = findings.filter(isRefusal);
    if (refusals.length > 0) throw new VenuePreflightError(refusals.map(({ sentence }) => sentence).join('\n'));
    this.repeat();
  }

  begin(): void {
    void this.lookOrWarn(LATER_WAIT_MAX_MS);
    this.repeat();
  }

  private repeat(): void {
    this.timer = setInterval(() => void this.check(), CHECK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async check(): Promise<void> {
    this.tellStops();
    const sinceMs = performance.now() - this.lookedAtMs;
    const isDue = sinceMs >= (this.isStopped ? this.stoppedPauseMs : REPEAT_MS);
    const isMissing = !this.preflight.isComplete && performance.now() - this.askedAtMs >= this.askAgainMs;
    if (this.isLooking || !(isDue || isMissing)) return;
    if (isDue) this.preflight.askAnew();
    await this.lookOrWarn(LATER_WAIT_MAX_MS, isDue);
  }

  private async lookOrWarn(waitMaxMs: number, isNew?: boolean): Promise<void> {
    try {
      await this.look(waitMaxMs, isNew);
    } catch (error) {
      this.engine.logger.warn('The account could not be looked at.', { reason: String(error) });
    }
  }

  /** @returns what holds */
  private async look(waitMaxMs: number, isNew = true): Promise<readonly PreflightFinding[]> {
    const { config, client, entryGate } = this.engine;
    this.isLooking = true;
    this.askedAtMs = performance.now();
    if (isNew) this.lookedAtMs = this.askedAtMs;
    try {
      const findings = await this.preflight.look(waitMaxMs);
      const { accountId } = this.preflight;
      // Never that of a key that is refused.
      if (accountId !== undefined && !findings.some(isRefusal)) {
        await keepAccount(config.dataDir, config.venue, accountId, client);
      }
      entryGate.set(findings);
      if (!this.isStopped) this.stoppedLooks = 0;
      else if (isNew) this.stoppedLooks += 1;
      this.tell(findings);
      this.tellStops();
      return findings;
    } finally {
      this.isLooking = false;
    }
  }

  private get isStopped(): boolean {
    return this.engine.entryGate.stops().length > 0;
  }

  private get stoppedPauseMs(): number {
    const before = Math.max(0, this.stoppedLooks - 1);
    return STOPPED_PAUSES_MS[Math.min(before, STOPPED_PAUSES_MS.length - 1)]!;
  }

  private tell(findings: readonly PreflightFinding[]): void {
    const { logger, problems } = this.engine;
    for (const { severity, code, sentence } of findings) {
      if (this.told.has(sentence)) continue;
      if (severity === 'note') logger.info(sentence, { code });
      else logger.warn(sentence, { code });
      // What is only asked again is worth a line in the log: soon after another start the limits may leave no room.
      if (severity === 'warn' && code !== 'NOT_READ') emitProcessEvent({ kind: 'line', text: sentence });
    }
    this.told = new Set(findings.map(({ sentence }) => sentence));
    const ending = findings.find(({ code }) => code === 'KEY_ENDS_SOON' || code === 'KEY_ENDED');
    if (ending) problems.set('KEY_ENDS_SOON', ending.sentence);
    else if (this.preflight.accountId !== undefined) problems.clear('KEY_ENDS_SOON');
  }

  /** A stop may begin and end by the clock alone. */
  private tellStops(): void {
    const { entryGate, problems, venue } = this.engine;
    const stops = entryGate.stops();
    if (stops.length === 0) return problems.clear('ENTRIES_STOPPED');
    const reasons = stops.map(({ sentence }) => sentence).join(' ');
    problems.set('ENTRIES_STOPPED', `No entry is sent to ${venue.name}, exits are: ${reasons}`);
  }
}
