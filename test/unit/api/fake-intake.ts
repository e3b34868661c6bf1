import { createHash } from 'node:crypto';
import type { SignalView } from '../../../src/domain/signal-view';
import type { TradingSignal } from '../../../src/domain/signal';
import { checkSignalTime } from '../../../src/domain/signal';
import type { IntakeResult, SignalIntake, SignalSummary } from '../../../src/intake/types';

/** Stands in for intake over Temporal: keeps signals in memory and makes no orders. */
export class FakeIntake implements SignalIntake {
  readonly accepted = new Map<string, TradingSignal>();
  readonly views = new Map<string, SignalView>();
  summaries: readonly SignalSummary[] = [];
  listedMinutes: number | undefined;
  /** Set: every call fails with it. */
  failure: Error | undefined;
  /** Set: submissions wait for it. */
  held: Promise<void> | undefined;
  submissions = 0;

  async submit(signal: TradingSignal): Promise<IntakeResult> {
    this.submissions++;
    await this.held;
    if (this.failure) throw this.failure;
    const fault = checkSignalTime(signal.timestampMs, Date.now(), 300_000);
    if (fault) return { status: 'refused', ...fault };
    const key = `${signal.symbol} ${signal.direction} ${signal.strategy} ${Math.floor(signal.timestampMs / 60_000)}`;
    const fingerprint = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const earlier = this.accepted.get(fingerprint);
    if (earlier) return { status: 'duplicate', fingerprint, conflicting: earlier.amount !== signal.amount };
    this.accepted.set(fingerprint, signal);
    return { status: 'accepted', fingerprint };
  }

  async show(fingerprint: string): Promise<SignalView | undefined> {
    if (this.failure) throw this.failure;
    return this.views.get(fingerprint);
  }

  async list(minutes: number): Promise<readonly SignalSummary[]> {
    if (this.failure) throw this.failure;
    this.listedMinutes = minutes;
    return this.summaries;
  }
}
