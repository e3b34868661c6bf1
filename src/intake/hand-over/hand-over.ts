import type { AdmittedSignal } from '../signal-starter';

/** What became of a signal that was handed over. */
export interface HandedOver {
  /** The run that was started; absent: the server has a workflow under its fingerprint already. */
  readonly runId?: string;
}

/** Hands admitted signals to a process on this machine that starts and trades them. */
export interface HandOver {
  /**
   * @returns undefined: it was not handed over, or what became of it is not known; whoever asks starts it by himself, which
   *   makes no second one
   * @throws IntakeUnavailableError, OtherStoreError as that process heard them
   */
  start(admitted: AdmittedSignal): Promise<HandedOver | undefined>;
}
