import type { Logger } from '@temporalio/common';
import { ownValue } from '../src/domain/plain-values';
import type { TradingSignal } from '../src/domain/signal';
import { readSignalSource, type SignalSource } from '../src/domain/signal-source';
import type { NamedVenue } from '../src/domain/trading-venue';
import type { IntakeResult, SignalIntake } from '../src/intake/types';

export type { IntakeResult } from '../src/intake/types';

export interface SubmitInput extends NamedVenue {
  readonly signals: readonly TradingSignal[];
  /** For the log, by symbol: what the gate says of the signal. Absent: nothing. */
  readonly notes?: Readonly<Record<string, string>>;
  /** What each was made from, by symbol, for explanations. Absent: not told. */
  readonly sources?: Readonly<Record<string, SignalSource>>;
}

/** What the log says of a result; whoever looks for skipped duplicates finds the word. */
function logged(result: IntakeResult): object {
  if (result.status === 'refused') return { status: result.status, code: result.code };
  const isRepeated = result.status === 'accepted' && result.repeated;
  return isRepeated ? { status: result.status, duplicate: true } : { status: result.status };
}

export interface IntakeDependencies {
  readonly intake: SignalIntake;
  readonly logger: Pick<Logger, 'info'>;
  /** The signal's identity, which every line about it carries. */
  readonly fingerprintOf: (signal: TradingSignal) => string;
}

/** Lets workflows hand signals in through the same intake as everybody else. */
export function createIntakeActivities({ intake, logger, fingerprintOf }: IntakeDependencies) {
  const submit = async (
    signal: TradingSignal,
    note: string | undefined,
    source: SignalSource | undefined,
  ): Promise<IntakeResult> => {
    const result = await intake.submit(signal, source ?? { by: 'model' });
    const { symbol } = signal;
    const said = note === undefined ? {} : { note };
    logger.info('signal handed in', { fingerprint: fingerprintOf(signal), symbol, ...logged(result), ...said });
    return result;
  };
  return {
    /** Repeating it is safe: a signal that was accepted by an earlier attempt is accepted, and repeated, in the next. */
    async submitSignals({ signals, notes = {}, sources = {} }: SubmitInput): Promise<readonly IntakeResult[]> {
      return Promise.all(
        signals.map((signal) =>
          submit(signal, ownValue(notes, signal.symbol), readSignalSource(ownValue(sources, signal.symbol))),
        ),
      );
    },
  };
}

export type IntakeActivities = ReturnType<typeof createIntakeActivities>;
