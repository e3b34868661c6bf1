import type { IntakeResult, SignalIntake } from './types';

/** Counts what comes in. */
export interface SignalCounter {
  checked(result: IntakeResult): void;
}

/** The same intake, with each signal's answer counted. @param counter absent: nothing is counted */
export function countedIntake(intake: SignalIntake, counter: SignalCounter | undefined): SignalIntake {
  if (!counter) return intake;
  return {
    async submit(signal, source) {
      const result = await intake.submit(signal, source);
      counter.checked(result);
      return result;
    },
    show: (fingerprint) => intake.show(fingerprint),
    list: (minutes) => intake.list(minutes),
    settle: (fingerprint, command) => intake.settle(fingerprint, command),
    cancel: (fingerprint, reason, origin) => intake.cancel(fingerprint, reason, origin),
  };
}
