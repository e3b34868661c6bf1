import type { Config } from '../../config/schema';
import { checkSignalTime, type TradingSignal } from '../../domain/signal';
import { readSignalSource } from '../../domain/signal-source';
import { OtherStoreError } from '../../temporal/errors';
import type { StoreGate } from '../../temporal/store-gate';
import { confirmStore } from '../confirm-store';
import { contentHashOf, fingerprintOf } from '../fingerprint';
import { faultOfContent } from '../genuine-signal';
import type { AdmittedSignal, SignalStarter } from '../signal-starter';
import { IntakeUnavailableError } from '../types';
import { REPLY_MAX_MS, type StartReply } from './protocol';

export interface StartDeskOptions {
  readonly config: Pick<Config, 'signals'>;
  readonly store: StoreGate;
  readonly starter: SignalStarter;
}

/** It goes on, and may still be started. */
const TOO_LATE: StartReply = { status: 'unknown', isAtFault: true };

/** Starts what was handed over. Never fails, and answers within REPLY_MAX_MS. */
export type StartDesk = (request: Readonly<Record<string, unknown>>) => Promise<StartReply>;

/**
 * What this process cannot do, the API may be able to: why is not told, as the API's own start tells what is true of it.
 *
 * Whether a signal may be sent now is decided before, by who hands it over: its budgets are those of that process, and the
 * model's stay the model's. Looked at here is that both mean the same signal, and that it did not wait on its way for
 * longer than the server remembers.
 */
export function createStartDesk({ config, store, starter }: StartDeskOptions): StartDesk {
  const windowMs = config.signals.dedupWindowSeconds * 1000;
  return async (request) => {
    const nowMs = Date.now();
    const admitted = readAdmitted(request, nowMs);
    if (!admitted || checkSignalTime(admitted.signal.timestampMs, nowMs, windowMs)) return { status: 'returned' };
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(TOO_LATE), REPLY_MAX_MS).unref();
      void start(admitted).then((reply) => {
        clearTimeout(late);
        resolve(reply);
      });
    });
  };

  async function start(admitted: AdmittedSignal): Promise<StartReply> {
    try {
      await confirmStore(store);
    } catch {
      return { status: 'returned', isAtFault: true };
    }
    try {
      const runId = await starter.start(admitted);
      return { status: 'known', ...(runId !== undefined && { runId }) };
    } catch (error) {
      // Of another failure nothing is known but that it is this signal's.
      const isAtFault = error instanceof IntakeUnavailableError || error instanceof OtherStoreError;
      return { status: 'unknown', ...(isAtFault && { isAtFault }) };
    }
  }
}

/** @returns undefined for what intake here would not have made of it */
function readAdmitted(request: Readonly<Record<string, unknown>>, nowMs: number): AdmittedSignal | undefined {
  const { fingerprint, contentHash } = request;
  const signal = request['signal'] as TradingSignal;
  if (faultOfContent(signal, { nowMs }) !== undefined) return undefined;
  if (fingerprint !== fingerprintOf(signal) || contentHash !== contentHashOf(signal)) return undefined;
  const source = readSignalSource(request['source']);
  return { signal, fingerprint, contentHash, ...(source && { source }) };
}
