import { setTimeout as sleep } from 'node:timers/promises';
import { ServerHealthCheck } from '../temporal/server-health';

/** Whoever can be asked whether it serves; never throws. */
export interface HealthCheck {
  isServing(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

const ASK_INTERVAL_MAX_MS = 5_000;
/** Questions that a server may leave unanswered before it counts as silent. */
const ASKS_PER_SILENCE = 5;
/** A server under load may take long for an answer, which is one all the same. */
const ANSWER_SHARE = 0.5;

/**
 * Asks a server again and again whether it serves.
 *
 * @param silenceMaxMs what it is ended after: questions fit into it several times
 * @param onBeat hears of every good answer
 * @returns ends the questions
 */
export function feelPulse(
  address: string,
  silenceMaxMs: number,
  onBeat: () => void,
  openCheck: (address: string) => HealthCheck = (where) => new ServerHealthCheck(where),
): () => void {
  const check = openCheck(address);
  const ending = new AbortController();
  const intervalMs = Math.min(ASK_INTERVAL_MAX_MS, silenceMaxMs / ASKS_PER_SILENCE);
  const ask = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      if ((await check.isServing(silenceMaxMs * ANSWER_SHARE)) && !ending.signal.aborted) onBeat();
      // An aborted wait is the end, at which the loop looks.
      await sleep(intervalMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    }
    await check.close();
  };
  // Closing a connection that is going anyway tells nobody anything.
  void ask().catch(() => undefined);
  return () => ending.abort();
}
