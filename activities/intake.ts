import type { TradingSignal } from '../src/domain/signal';
import type { NamedVenue } from '../src/domain/trading-venue';
import type { IntakeResult, SignalIntake } from '../src/intake/types';

export type { IntakeResult } from '../src/intake/types';

export interface SubmitInput extends NamedVenue {
  readonly signals: readonly TradingSignal[];
}

/** Lets workflows hand signals in through the same intake as everybody else. */
export function createIntakeActivities({ intake }: { readonly intake: SignalIntake }) {
  return {
    /** Repeating it is safe: a signal that was accepted by an earlier attempt is accepted, and repeated, in the next. */
    async submitSignals({ signals }: SubmitInput): Promise<readonly IntakeResult[]> {
      return Promise.all(signals.map((signal) => intake.submit(signal)));
    },
  };
}

export type IntakeActivities = ReturnType<typeof createIntakeActivities>;
