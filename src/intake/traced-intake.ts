import type { SignalSource } from '../domain/signal-source';
import type { TradingSignal } from '../domain/signal';
import type { DoorTrace } from './door-trace';
import { fingerprintOf } from './fingerprint';
import type { IntakeResult, SignalIntake } from './types';

/**
 * The same intake, with a word of where its signals come from, and a trace of those that it does not start.
 *
 * @param from of signals that name no source of their own
 */
export function tracedIntake(intake: SignalIntake, from: SignalSource, trace: Pick<DoorTrace, 'note'>): SignalIntake {
  return {
    async submit(signal, source = from) {
      const result = await intake.submit(signal, source);
      noteResult(trace, signal, result, source);
      return result;
    },
    show: (fingerprint) => intake.show(fingerprint),
    list: (minutes) => intake.list(minutes),
    settle: (fingerprint, command) => intake.settle(fingerprint, command),
    cancel: (fingerprint, reason, origin) => intake.cancel(fingerprint, reason, origin),
  };
}

function noteResult(
  trace: Pick<DoorTrace, 'note'>,
  signal: TradingSignal,
  result: IntakeResult,
  { by, name }: SignalSource,
): void {
  if (result.status === 'accepted' && !result.repeated) return;
  const { symbol, direction, strategy } = signal;
  const source = name === undefined ? by : `${by} ${name}`;
  const about = { fingerprint: fingerprintOf(signal), symbol, direction, strategy, source };
  switch (result.status) {
    case 'accepted':
      trace.note({ ...about, kind: 'repeated', message: 'It was accepted before.' });
      return;
    case 'duplicate':
      trace.note({ ...about, kind: 'conflict', message: result.message });
      return;
    case 'refused':
      trace.note({ ...about, kind: 'refused', code: result.code, message: result.message });
  }
}
