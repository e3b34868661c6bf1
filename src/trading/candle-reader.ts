import type { Candle } from '../domain/market';
import type { OutcomeKind } from '../domain/outcome';
import { candlePace, weightOf, type CandlePace } from '../domain/request-budget';
import type { RateLimits } from '../domain/limiter/types';
import { withPermit, type RequestPermit } from '../venues/request-permit';
import { NoPermitError, VenueError, type Venue } from '../venues/venue';
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
/** What a venue answers to whoever asks, whatever he asks for. */
const REFUSES_ALL: readonly OutcomeKind[] = ['RATE_LIMITED', 'BANNED', 'FATAL'];

export interface CandleRequest {
  readonly symbols: readonly string[];
  readonly intervalMs: number;
  /** Candles of each symbol. */
  readonly count: number;
  /** No request begins so long after the first one could, milliseconds; 0: a refusal by the limiter ends the reading. */
  readonly patienceMs: number;
  /** Called after each symbol, and now and then during a wait. */
  readonly onProgress: (done: number) => void;
}

export interface CandleAnswer {
  readonly candles: Readonly<Record<string, readonly Candle[]>>;
  /** Symbols that could not be read, each with the reason. */
  readonly missing: Readonly<Record<string, string>>;
}

/** Reads candles of many symbols at a pace that leaves room for orders. What one symbol meets is no matter of the others. */
export class CandleReader {
  constructor(
    private readonly venue: Pick<Venue, 'candles'>,
    private readonly permits: Pick<Permits, 'forReads'>,
    private readonly limits: RateLimits,
  ) {}

  /** @throws what stood in the way, where nothing could be read */
  async read(request: CandleRequest): Promise<CandleAnswer> {
    const reading = new Reading(this.venue, request);
    const pace = candlePace(this.limits, request.intervalMs);
    const weight = weightOf(this.limits, 'market_data');
    const endsAtMs = performance.now() + request.patienceMs;
    const mayWait = (waitMs: number): boolean => performance.now() + waitMs < endsAtMs;
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
      const gapMs = request.symbols.length <= pace.atOnce ? 0 : group.length * pace.gapMs;
      if (!reading.isUnderWay) break;
      if (gapMs > 0 && !mayWait(gapMs)) break;
      if (gapMs > 0) await reading.wait(gapMs);
    }
    return reading.end();
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
  private readonly candles: Record<string, readonly Candle[]> = {};
  private readonly tries = new Map<string, number>();
  private readonly heldBack = new Map<string, number>();
  private readonly faults = new Map<string, unknown>();
  private left: string[];
  private isRefused = false;

  constructor(
    private readonly venue: Pick<Venue, 'candles'>,
    private readonly request: CandleRequest,
  ) {
    this.left = [...request.symbols];
  }

  get isUnderWay(): boolean {
    return this.left.length > 0 && !this.isRefused;
  }

  next(size: number): readonly string[] {
    return this.left.splice(0, size);
  }

  /** Nothing of a group was asked for. */
  giveBack(group: readonly string[], reason: unknown): void {
    this.left = [...group, ...this.left];
    for (const symbol of this.left) this.faults.set(symbol, reason);
  }

  /** @param permits one for each */
  async fetch(group: readonly string[], permits: readonly RequestPermit[]): Promise<void> {
    await Promise.all(group.map((symbol, index) => this.fetchOne(symbol, permits[index]!)));
  }

  async wait(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    for (let leftMs = durationMs; leftMs > 0; leftMs = endMs - performance.now()) {
      const stepMs = Math.min(PROGRESS_INTERVAL_MS, Math.ceil(leftMs));
      await new Promise((resolve) => setTimeout(resolve, stepMs));
      this.tellProgress();
    }
  }

  end(): CandleAnswer {
    const { candles } = this;
    const absent = this.request.symbols.filter((symbol) => candles[symbol] === undefined);
    if (absent.length > 0 && absent.length === this.request.symbols.length) throw this.faults.get(absent[0]!);
    const missing = absent.map((symbol) => [symbol, reasonOf(this.faults.get(symbol))] as const);
    return { candles, missing: Object.fromEntries(missing) };
  }

  private async fetchOne(symbol: string, permit: RequestPermit): Promise<void> {
    const { intervalMs, count } = this.request;
    try {
      this.candles[symbol] = await withPermit(permit, () => this.venue.candles(symbol, intervalMs, count));
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

  private tellProgress(): void {
    this.request.onProgress(Object.keys(this.candles).length);
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
