import { createHash } from 'node:crypto';
import type { SignalSource } from '../../../src/domain/signal-source';
import type { SignalView } from '../../../src/domain/signal-view';
import type { TradingSignal } from '../../../src/domain/signal';
import { checkSignalTime } from '../../../src/domain/signal';
import type { IntakeResult, RefusedSignal, SignalIntake, SignalSummary } from '../../../src/intake/types';
import type { CancelAnswer, CancelOrigin, SettleCommand, SettleReply } from '../../../src/messages/signal';

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
  /** Who sent the last one. */
  source: SignalSource | undefined;
  /** Set: every signal is refused with it. */
  refusal: RefusedSignal | undefined;
  /** What every settlement is answered with; undefined: the signal is not known. */
  settleReply: SettleReply | undefined;
  readonly settlements: SettleCommand[] = [];

  async submit(signal: TradingSignal, source?: SignalSource): Promise<IntakeResult> {
    this.submissions++;
    this.source = source;
    await this.held;
    if (this.failure) throw this.failure;
    const fault = checkSignalTime(signal.timestampMs, Date.now(), 300_000);
    if (this.refusal) return this.refusal;
    if (fault) return { status: 'refused', ...fault };
    const key = `${signal.symbol} ${signal.direction} ${signal.strategy} ${Math.floor(signal.timestampMs / 60_000)}`;
    const fingerprint = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const earlier = this.accepted.get(fingerprint);
    if (earlier && earlier.amount !== signal.amount) {
      return { status: 'duplicate', fingerprint, conflicting: true, taken: earlier, message: 'Another one stands.' };
    }
    if (earlier) return { status: 'accepted', fingerprint, repeated: true };
    this.accepted.set(fingerprint, signal);
    return { status: 'accepted', fingerprint };
  }

  async show(fingerprint: string): Promise<SignalView | undefined> {
    if (this.failure) throw this.failure;
    return this.views.get(fingerprint);
  }

  async settle(_fingerprint: string, command: SettleCommand): Promise<SettleReply | undefined> {
    if (this.failure) throw this.failure;
    this.settlements.push(command);
    return this.settleReply;
  }

  /** What every cancellation is answered with; undefined: the signal is not known. */
  cancelAnswer: CancelAnswer | undefined;
  readonly cancellations: (CancelOrigin & { readonly fingerprint: string; readonly reason: string })[] = [];

  async cancel(fingerprint: string, reason: string, origin: CancelOrigin): Promise<CancelAnswer | undefined> {
    if (this.failure) throw this.failure;
    this.cancellations.push({ fingerprint, reason, ...origin });
    return this.cancelAnswer;
  }

  async list(minutes: number): Promise<readonly SignalSummary[]> {
    if (this.failure) throw this.failure;
    this.listedMinutes = minutes;
    return this.summaries;
  }
}
