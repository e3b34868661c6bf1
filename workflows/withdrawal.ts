import { condition } from '@temporalio/workflow';
import type { Denial, DenialCode } from '../src/domain/denial';
import type { SignalOutcome } from '../src/domain/signal-view';

/** Why a signal goes no further. */
export interface StopReason {
  readonly outcome: SignalOutcome;
  readonly detail: string;
  readonly denial: Denial;
}

/** What may end a signal before its time: somebody cancels it, or its time to live passes. */
export class Withdrawal {
  private requested: string | undefined;

  /** @param expiresAtMs milliseconds UTC */
  constructor(private readonly expiresAtMs: number) {}

  request(reason: string): void {
    this.requested = reason;
  }

  /** What somebody said when cancelling; absent: nobody did. */
  get reason(): string | undefined {
    return this.requested;
  }

  get isDue(): boolean {
    return this.requested !== undefined || Date.now() >= this.expiresAtMs;
  }

  /** Waits, but not longer than until it is due. */
  async pause(durationMs: number): Promise<void> {
    const waitMs = Math.min(durationMs, this.expiresAtMs - Date.now());
    if (waitMs > 0) await condition(() => this.requested !== undefined, waitMs);
  }

  /** @returns undefined while the signal may still be sent */
  stopReason(): StopReason | undefined {
    if (this.requested !== undefined) {
      const message = `Cancelled before it was sent: ${this.requested}.`;
      return { outcome: 'CANCELLED', detail: message, denial: { code: 'CANCELLED_BY_USER', message } };
    }
    return this.isDue ? expired('The time to live passed before the order could be sent.') : undefined;
  }
}

export function expired(message: string, code: DenialCode = 'SIGNAL_EXPIRED'): StopReason {
  return { outcome: 'EXPIRED', detail: message, denial: { code, message } };
}
