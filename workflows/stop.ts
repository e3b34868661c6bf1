import { condition } from '@temporalio/workflow';
import type { Denial, DenialCode } from '../src/domain/denial';
import type { SignalOutcome } from '../src/domain/signal-view';
import type { Terms } from './terms';

/** Why a signal goes no further. */
export interface StopReason {
  readonly outcome: SignalOutcome;
  readonly detail: string;
  readonly denial: Denial;
}

/** What may end a signal before its time: somebody cancels it, or its time to live passes. */
export class Stop {
  private cancelledBecause: string | undefined;

  constructor(private readonly terms: Pick<Terms, 'expiresAtMs'>) {}

  /** Somebody cancels the signal. */
  cancel(reason: string): void {
    this.cancelledBecause = reason;
  }

  /** What somebody said when cancelling; absent: nobody did. */
  get cancelReason(): string | undefined {
    return this.cancelledBecause;
  }

  get isDue(): boolean {
    return this.cancelledBecause !== undefined || this.leftMs <= 0;
  }

  /** Waits, but not longer than until it is due. @param orWhen what else ends the wait */
  async pause(durationMs: number, orWhen: () => boolean = () => false): Promise<void> {
    const waitMs = Math.min(durationMs, this.leftMs);
    if (waitMs > 0) await condition(() => this.cancelledBecause !== undefined || orWhen(), waitMs);
  }

  /** What is left of the time to live; while that is not known, the process that trades looks after it. */
  private get leftMs(): number {
    return (this.terms.expiresAtMs ?? Infinity) - Date.now();
  }

  /**
   * @param waitedFor what was missing last, a sentence; absent: nothing
   * @returns undefined while the signal may still be sent
   */
  reason(waitedFor?: string): StopReason | undefined {
    if (this.cancelledBecause !== undefined) {
      const message = `Cancelled before it was sent: ${this.cancelledBecause}.`;
      return { outcome: 'CANCELLED', detail: message, denial: { code: 'CANCELLED_BY_USER', message } };
    }
    if (!this.isDue) return undefined;
    const why = waitedFor === undefined ? '' : ` Last: ${waitedFor}`;
    return expired(`The time to live passed before the order could be sent.${why}`);
  }
}

export function expired(message: string, code: DenialCode = 'SIGNAL_EXPIRED'): StopReason {
  return { outcome: 'EXPIRED', detail: message, denial: { code, message } };
}
