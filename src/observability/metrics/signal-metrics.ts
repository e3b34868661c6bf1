import type { Counter, Histogram, Registry } from 'prom-client';
import { DENIAL_CODES, type DenialCode } from '../../domain/denial';
import { SIGNAL_OUTCOMES, type SignalOutcome } from '../../domain/signal-view';
import { counterOf, histogramOf } from './define-metric';

/** What intake did with a signal, as far as it is counted. */
export interface CheckedSignal {
  readonly status: 'accepted' | 'duplicate' | 'refused';
  readonly repeated?: boolean;
  /** Of a refusal. */
  readonly code?: DenialCode;
}

/** How a signal ended, as its workflow tells it. Spans in milliseconds. */
export interface EndedSignal {
  readonly outcome: SignalOutcome;
  readonly denialCode?: DenialCode;
  readonly road: 'short' | 'durable';
  /** Absent: the venue has no order of it, or it took more than one run. */
  readonly toOrderMs?: number;
  /** The short road's steps. */
  readonly steps?: { readonly reserveMs: number; readonly sendMs: number; readonly bookMs: number };
}

/** Every code that a refusal can have counts from zero: an increase can be seen from the first on. */
function denialCounter(registry: Registry): Counter {
  const counter = counterOf(registry, 'oncefill_denials_total');
  for (const code of DENIAL_CODES) counter.inc({ code }, 0);
  return counter;
}

/** Counts what comes in by this process's door. */
export class DoorMetrics {
  private readonly checks: Counter;
  private readonly duplicates: Counter;
  private readonly unique: Counter;
  private readonly denials: Counter;

  constructor(registry: Registry) {
    this.checks = counterOf(registry, 'signal_deduplicator_total_checks');
    this.duplicates = counterOf(registry, 'signal_deduplicator_duplicates_found');
    this.unique = counterOf(registry, 'signal_deduplicator_unique_signals');
    this.denials = denialCounter(registry);
  }

  checked({ status, repeated, code }: CheckedSignal): void {
    this.checks.inc();
    if (status === 'refused') {
      if (code !== undefined) this.denials.inc({ code });
    } else if (status === 'duplicate' || repeated === true) this.duplicates.inc();
    else this.unique.inc();
  }
}

/** Counts what this process trades. */
export class TradeMetrics {
  private readonly ends: Counter;
  private readonly denials: Counter;
  private readonly answers: Counter;
  private readonly toOrder: Histogram;
  private readonly steps: Histogram;
  private readonly waits: Histogram;
  private readonly lapses: Counter;

  constructor(registry: Registry) {
    this.ends = counterOf(registry, 'oncefill_signals_ended_total');
    for (const outcome of SIGNAL_OUTCOMES) this.ends.inc({ outcome }, 0);
    this.denials = denialCounter(registry);
    this.answers = counterOf(registry, 'oncefill_venue_answers_total');
    this.toOrder = histogramOf(registry, 'oncefill_signal_to_order_seconds');
    this.steps = histogramOf(registry, 'oncefill_signal_step_seconds');
    this.waits = histogramOf(registry, 'oncefill_limiter_wait_seconds');
    this.lapses = counterOf(registry, 'oncefill_permits_lapsed_total');
    for (const endpoint of ['market_data', 'order', 'account']) this.lapses.inc({ endpoint }, 0);
  }

  ended({ outcome, denialCode, road, toOrderMs, steps }: EndedSignal): void {
    this.ends.inc({ outcome });
    if (denialCode !== undefined) this.denials.inc({ code: denialCode });
    if (toOrderMs !== undefined) this.toOrder.observe({ road }, toOrderMs / 1_000);
    if (steps === undefined) return;
    this.steps.observe({ step: 'reserve' }, steps.reserveMs / 1_000);
    this.steps.observe({ step: 'send' }, steps.sendMs / 1_000);
    this.steps.observe({ step: 'book' }, steps.bookMs / 1_000);
  }

  /** @param kind absent: a read that was answered */
  answered(endpoint: string, kind = 'ANSWERED'): void {
    this.answers.inc({ endpoint, kind });
  }

  permitWaits(endpoint: string, waitMs: number): void {
    this.waits.observe({ endpoint }, Math.max(0, waitMs) / 1_000);
  }

  /** A permit ended before its request left. */
  permitLapsed(endpoint: string): void {
    this.lapses.inc({ endpoint });
  }
}
