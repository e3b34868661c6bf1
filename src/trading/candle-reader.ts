import type { CandleSeries } from '../domain/candle-series';
import type { OutcomeKind } from '../domain/outcome';
import { ownValue } from '../domain/plain-values';
import { candlePace, weightOf, type CandlePace } from '../domain/request-budget';
import type { RateLimits } from '../domain/limiter/types';
import type { CandleStream } from '../venues/candle-stream';
import { withPermit, type RequestPermit } from '../venues/request-permit';
import { NoPermitError, VenueError, type Venue } from '../venues/venue';
import { KeptCandles, PUSHED_MAX, type PushedFigures, type WantedCandles } from './kept-candles';
import type { Permits } from './permits';

/** Requests whose permits are booked together: they leave at once, so that a slow venue lets none of them lapse. */
const REQUESTS_AT_ONCE_MAX = 12;
/** Tries for one symbol. */
const TRIES_MAX = 2;
/** So often a symbol's request may find, when it could leave, that its permit has ended. */
const HELD_BACK_MAX = 3;
/** A wait is told to whoever listens at least this often. */
const PROGRESS_INTERVAL_MS = 5_000;
/** A read that the limiter refused without a word about when is tried again after this. */
const REFUSED_WAIT_MS = 3_000;
/** A candle that the venue has not published so long after its close, on the venue's clock, is not awaited any more. */
export const LATE_CANDLE_WAIT_MAX_MS = 8_000;
/** Those that are late are asked for again after this. */
const LATE_RETRY_MS = 1_000;
/** So long at most is a close awaited that the venue's clock has not reached: further ahead, a clock is wrong. */
const CLOSE_WAIT_MAX_MS = 10_000;
/** What a venue answers to whoever asks, whatever he asks for. */
const REFUSES_ALL: readonly OutcomeKind[] = ['RATE_LIMITED', 'BANNED', 'FATAL'];

export interface CandleRequest extends WantedCandles {
  readonly symbols: readonly string[];
  /** No request begins so long after the first one could, milliseconds; 0: a refusal by the limiter ends the reading. */
  readonly patienceMs: number;
  /** Called after each symbol, and now and then during a wait. */
  readonly onProgress: (done: number) => void;
  /** What an earlier process kept of the same interval; asked once. Absent: nothing. */
  readonly restore?: () => Promise<readonly RestoredTick[]>;
  /** Called before every wait with what there is so far; the wait begins when it has ended. Absent: nobody wants to know. */
  readonly onWait?: (soFar: CandleAnswer) => Promise<void>;
}

/** Candles as they were kept for a tick. */
export interface RestoredTick {
  /** When its newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  readonly candles: Readonly<Record<string, CandleSeries>>;
}

export interface CandleAnswer {
  /** The newest closed candles, oldest first: of a symbol that could not be read now, those of before. */
  readonly candles: Readonly<Record<string, CandleSeries>>;
  /** Symbols that could not be read, each with the reason. */
  readonly missing: Readonly<Record<string, string>>;
  /** Symbols whose newest candle the venue has not published in time. */
  readonly late: readonly string[];
}

/**
 * Reads candles of many symbols at a pace that leaves room for orders. What one symbol meets is no matter of the others. Of what
 * was read before, also for the same tick, nothing is asked for again, nor of what the venue's stream told in time.
 */
export class CandleReader {
  private readonly kept = new KeptCandles();
  /** When the newest candle of each symbol opened that was late to the end of the reading before. */
  private standing: ReadonlyMap<string, number | undefined> = new Map();
  private restoredIntervalMs = 0;

  /** @param stream tells of closed candles; absent: all are asked for */
  constructor(
    private readonly venue: Pick<Venue, 'candles' | 'clockMs'>,
    private readonly permits: Pick<Permits, 'forReads'>,
    private readonly limits: RateLimits,
    private readonly stream?: Pick<CandleStream, 'follow' | 'onCandle'>,
  ) {
    stream?.onCandle(({ symbol, intervalMs, candle }) => void this.kept.push(symbol, intervalMs, candle));
  }

  /** What came of the candles that the stream told. */
  get pushedFigures(): PushedFigures {
    return this.kept.pushedFigures;
  }

  /** @throws what stood in the way, where nothing could be read */
  async read(request: CandleRequest): Promise<CandleAnswer> {
    this.kept.keepOnly(request.symbols, request.intervalMs);
    // Those that close while others are read are told already.
    this.stream?.follow(request.symbols, request.intervalMs);
    await this.restore(request);
    const pace = candlePace(this.limits, request.intervalMs);
    const reading = new Reading(this.venue, this.kept, request, { pace, standing: this.standing });
    const weight = weightOf(this.limits, 'market_data');
    const endsAtMs = performance.now() + request.patienceMs;
    const mayWait = (waitMs: number): boolean => performance.now() + waitMs < endsAtMs;
    await reading.awaitClose();
    while (reading.isUnderWay) {
      const group = reading.next(groupSize(pace));
      let permits: readonly RequestPermit[];
      try {
        permits = await this.permits.forReads('market_data', 'entry', group.length, weight);
      } catch (error) {
        const waitMs = retryAfterMs(error);
        reading.giveBack(group, error);
        if (!mayWait(waitMs)) break;
        await reading.wait(waitMs);
        continue;
      }
      await reading.fetch(group, permits);
      const gapMs = Math.max(reading.isPaced ? group.length * pace.gapMs : 0, reading.askLateAgain());
      if (!reading.isUnderWay) break;
      if (gapMs > 0 && !mayWait(gapMs)) break;
      if (gapMs > 0) await reading.wait(gapMs);
    }
    const answer = reading.end();
    this.standing = new Map(answer.late.map((symbol) => [symbol, this.kept.newestOpenMs(symbol)]));
    return answer;
  }

  private async restore({ symbols, intervalMs, restore }: CandleRequest): Promise<void> {
    if (this.restoredIntervalMs === intervalMs) return;
    this.restoredIntervalMs = intervalMs;
    for (const { tickMs, candles } of (await restore?.()) ?? []) {
      for (const symbol of symbols) {
        const series = ownValue(candles, symbol);
        // Which of them were pushed is not kept with them.
        if (series !== undefined) this.kept.restore(symbol, series, tickMs, this.stream === undefined ? 0 : PUSHED_MAX);
      }
    }
  }
}

function groupSize({ atOnce, gapMs }: CandlePace): number {
  return Number.isFinite(gapMs) ? Math.min(REQUESTS_AT_ONCE_MAX, Math.max(1, atOnce)) : 1;
}

function retryAfterMs(error: unknown): number {
  if (!(error instanceof VenueError) || error.outcome.kind !== 'RATE_LIMITED') return Infinity;
  return error.outcome.retryAfterMs ?? REFUSED_WAIT_MS;
}

/** What was read of a request, and what is left of it. */
class Reading {
  private readonly done = new Set<string>();
  private readonly tries = new Map<string, number>();
  private readonly heldBack = new Map<string, number>();
  private readonly faults = new Map<string, unknown>();
  private readonly late = new Set<string>();
  /** Those of the late that have told no candle since the reading before: whoever trades no more is not awaited in every minute. */
  private readonly still = new Set<string>();
  private readonly askedAgain = new Set<string>();
  private left: string[];
  private isRefused = false;
  private asked = 0;
  private lateSinceMs: number | undefined;
  /** Requests leave with time between them, because all at once would take more than the candles' share. */
  readonly isPaced: boolean;

  constructor(
    private readonly venue: Pick<Venue, 'candles' | 'clockMs'>,
    private readonly kept: KeptCandles,
    private readonly request: CandleRequest,
    private readonly known: { readonly pace: CandlePace; readonly standing: ReadonlyMap<string, number | undefined> },
  ) {
    this.left = request.symbols.filter((symbol) => kept.toAsk(symbol, request) > 0);
    const left = new Set(this.left);
    for (const symbol of request.symbols) if (!left.has(symbol)) this.done.add(symbol);
    this.isPaced = this.left.length > known.pace.atOnce;
  }

  get isUnderWay(): boolean {
    return this.left.length > 0 && !this.isRefused;
  }

  next(size: number): readonly string[] {
    return this.left.splice(0, size);
  }

  /** The tick follows the workers' clock, and the venue's may be behind: a request before the close would be in vain. */
  async awaitClose(): Promise<void> {
    const earlyMs = this.request.closeTimeMs - this.venueNowMs();
    if (this.isUnderWay && earlyMs > 0) await this.wait(Math.min(earlyMs, CLOSE_WAIT_MAX_MS));
  }

  /** Nothing of a group was asked for. */
  giveBack(group: readonly string[], reason: unknown): void {
    this.left = [...group, ...this.left];
    for (const symbol of this.left) this.faults.set(symbol, reason);
  }

  /** @param permits one for each */
  async fetch(group: readonly string[], permits: readonly RequestPermit[]): Promise<void> {
    this.asked += group.length;
    await Promise.all(group.map((symbol, index) => this.fetchOne(symbol, permits[index]!)));
  }

  /**
   * Once all others are there, those whose candle is late are asked for again, as long as that may still come, and requests are
   * left of the candles' share.
   * @returns after how long, milliseconds; 0: none is asked for again
   */
  askLateAgain(): number {
    const awaited = [...this.late].filter((symbol) => !this.still.has(symbol));
    if (this.left.length > 0 || awaited.length === 0 || this.isRefused) return 0;
    this.lateSinceMs ??= performance.now();
    // By the venue's clock, and by ours where that one is far behind.
    const waitedMs = Math.max(this.venueNowMs() - this.request.closeTimeMs, performance.now() - this.lateSinceMs);
    const isInTime = waitedMs + LATE_RETRY_MS <= LATE_CANDLE_WAIT_MAX_MS;
    // While the others were read at their pace the time went by without anybody waiting for these: once more, then.
    const again = awaited.filter((symbol) => isInTime || (this.isPaced && !this.askedAgain.has(symbol)));
    const room = this.isPaced ? again.length : this.known.pace.atOnce - this.asked;
    this.left = again.slice(0, Math.max(0, room));
    for (const symbol of this.left) this.askedAgain.add(symbol);
    return this.left.length > 0 ? LATE_RETRY_MS : 0;
  }

  async wait(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    await this.request.onWait?.(this.answer());
    for (let leftMs = endMs - performance.now(); leftMs > 0; leftMs = endMs - performance.now()) {
      const stepMs = Math.min(PROGRESS_INTERVAL_MS, Math.ceil(leftMs));
      await new Promise((resolve) => setTimeout(resolve, stepMs));
      this.tellProgress();
    }
    this.takePushed();
  }

  end(): CandleAnswer {
    const { symbols } = this.request;
    if (this.done.size === 0 && symbols.length > 0) throw [...this.faults.values()][0];
    return this.answer();
  }

  /** What was told meanwhile is asked for no more. */
  private takePushed(): void {
    const isThere = (symbol: string): boolean => this.kept.toAsk(symbol, this.request) === 0;
    for (const symbol of this.left.filter(isThere)) {
      this.done.add(symbol);
      this.late.delete(symbol);
    }
    this.left = this.left.filter((symbol) => !this.done.has(symbol) || this.late.has(symbol));
  }

  private answer(): CandleAnswer {
    const { symbols } = this.request;
    const candles = symbols.flatMap((symbol) => {
      const series = this.kept.get(symbol);
      return series === undefined ? [] : [[symbol, series] as const];
    });
    const absent = symbols.filter((symbol) => !this.done.has(symbol));
    const missing = absent.map((symbol) => [symbol, reasonOf(this.faults.get(symbol))] as const);
    return { candles: Object.fromEntries(candles), missing: Object.fromEntries(missing), late: [...this.late] };
  }

  private async fetchOne(symbol: string, permit: RequestPermit): Promise<void> {
    const { request, kept } = this;
    // Zero, where another call has read it meanwhile.
    const count = Math.max(1, kept.toAsk(symbol, request));
    try {
      const candles = await withPermit(permit, () => this.venue.candles(symbol, request.intervalMs, count));
      const isRevised = kept.add(symbol, candles, request);
      if (isRevised) throw new Error('The venue has changed candles that had closed.');
      this.done.add(symbol);
      this.tellLate(symbol);
    } catch (error) {
      this.faults.set(symbol, error);
      // One that never left says nothing about the symbol or the venue.
      const isHeldBack = error instanceof NoPermitError;
      const times = increment(isHeldBack ? this.heldBack : this.tries, symbol);
      const isRefusal = error instanceof VenueError && REFUSES_ALL.includes(error.outcome.kind);
      if (isRefusal && !isHeldBack) this.isRefused = true;
      else if (times < (isHeldBack ? HELD_BACK_MAX : TRIES_MAX)) this.left.push(symbol);
    }
    this.tellProgress();
  }

  private tellLate(symbol: string): void {
    const { kept, request } = this;
    if (!kept.isLate(symbol, request)) return void this.late.delete(symbol);
    this.late.add(symbol);
    const { standing } = this.known;
    if (standing.has(symbol) && standing.get(symbol) === kept.newestOpenMs(symbol)) this.still.add(symbol);
    else this.still.delete(symbol);
  }

  private venueNowMs(): number {
    return this.venue.clockMs() ?? Date.now();
  }

  private tellProgress(): void {
    this.request.onProgress(this.done.size);
  }
}

/** @returns the new count */
function increment(counts: Map<string, number>, symbol: string): number {
  const count = (counts.get(symbol) ?? 0) + 1;
  counts.set(symbol, count);
  return count;
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : 'There was no time left for it.';
}
