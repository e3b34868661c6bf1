import type { AdmittedSignal } from '../signal-starter';

/** What became of a signal that was to be handed over. */
export type HandedOver =
  /** With the run that was started; without: the server has a workflow under its fingerprint already. */
  | { readonly status: 'known'; readonly runId?: string }
  /**
   * Whoever asked starts it by himself, which makes no second one: it was not started (`returned`), or it may have been
   * (`unknown`).
   */
  | { readonly status: 'returned' | 'unknown' };

/** Hands admitted signals to a process on this machine that starts and trades them. */
export interface HandOver {
  /** Never fails: what that process could not do says nothing of what another one can. */
  start(admitted: AdmittedSignal): Promise<HandedOver>;
}
