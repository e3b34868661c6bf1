import { condition } from '@temporalio/workflow';
import type { Denial, DenialCode } from '../src/domain/denial';
import { stopWords, type EndedBy, type StopCause } from '../src/domain/order-end';
import type { SignalOutcome } from '../src/domain/signal-view';
import type { Terms } from './terms';

/** Why a signal goes no further. */
export interface StopReason {
  readonly outcome: SignalOutcome;
  readonly detail: string;
  readonly denial: Denial;
  readonly endedBy?: EndedBy;
}

/** What may end a signal before its time: somebody cancels it, or its time to live passes. */
export class Stop {
  private cancelled: StopCause | undefined;
  private askedVenueFor: StopCause | undefined;

  constructor(private readonly terms: Pick<Terms, 'expiresAtMs' | 'restsUntilMs'>) {}

  /** Somebody cancels the signal. The first one counts. @returns whether this was the first */
  cancel(cause: StopCause): boolean {
    if (this.cancelled) return false;
    this.cancelled = cause;
    return true;
  }

  /** Whether what is open at the venue has to be cancelled. */
  get isDue(): boolean {
    return this.cancelled !== undefined || leftMs(this.terms.restsUntilMs) <= 0;
  }

  /** Call it where `isDue`, before the venue is asked to cancel the order. @returns why it is asked */
  askVenue(): StopCause {
    this.askedVenueFor ??= this.cancelled ?? { by: 'time_to_live' };
    return this.askedVenueFor;
  }

  /** Why the venue was first asked to cancel the order; undefined: it was not. */
  get askedVenue(): StopCause | undefined {
    return this.askedVenueFor;
  }

  /** Waits on the way to the venue, but not longer than until nothing may be sent any more. */
  async pause(durationMs: number): Promise<void> {
    await this.wait('until it is tried again', durationMs, leftMs(this.terms.expiresAtMs));
  }

  /** Waits for an order that is open, but not longer than until that has to be cancelled. @param orWhen ends the wait, too */
  async pauseWhileOpen(durationMs: number, orWhen: () => boolean): Promise<void> {
    await this.wait('until its order is looked up', durationMs, leftMs(this.terms.restsUntilMs), orWhen);
  }

  /** @param summary what for, in the history */
  private async wait(
    summary: string,
    durationMs: number,
    atMostMs: number,
    orWhen: () => boolean = () => false,
  ): Promise<void> {
    const waitMs = Math.min(durationMs, atMostMs);
    if (waitMs > 0) await condition(() => this.cancelled !== undefined || orWhen(), waitMs, { summary });
  }

  /**
   * @param waitedFor what was missing last, a sentence; absent: nothing
   * @returns undefined while the signal may still be sent
   */
  reason(waitedFor?: string): StopReason | undefined {
    if (this.cancelled) {
      const { by } = this.cancelled;
      const message = `Nothing was sent: ${stopWords(this.cancelled)}.`;
      return { outcome: 'CANCELLED', detail: message, denial: { code: 'CANCELLED_BY_USER', message }, endedBy: by };
    }
    if (leftMs(this.terms.expiresAtMs) > 0) return undefined;
    const why = waitedFor === undefined ? '' : ` Last: ${waitedFor}`;
    return expired(`The time to live passed before the order could be sent.${why}`);
  }
}

/** What is left until an instant; while that is not known, the process that trades looks after it. */
function leftMs(untilMs: number | undefined): number {
  return (untilMs ?? Infinity) - Date.now();
}

export function expired(message: string, code: DenialCode = 'SIGNAL_EXPIRED'): StopReason {
  const denial = { code, message };
  return { outcome: 'EXPIRED', detail: message, denial, ...(code === 'SIGNAL_EXPIRED' && { endedBy: 'time_to_live' }) };
}
