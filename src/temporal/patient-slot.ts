import type { Client } from '@temporalio/client';
import { pause } from '../process/pause';
import { keepLightSlot, type LightSlotOptions } from './light-slot';

/** Who does not need the server leaves its start to those who do. */
const FIRST_TRY_AFTER_MS = 10_000;
/** Longest pause between two tries; each is twice the one before. */
const PAUSE_MAX_MS = 60_000;
/** A server that does not answer must not hold up the end of a process. */
const LEAVE_MAX_MS = 1_000;

/** A connection, and its end. */
export interface OpenedClient {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

export type PatientSlotOptions = Omit<LightSlotOptions, 'client'> & {
  /** Connects, and makes sure that the namespace is ours. */
  readonly connect: () => Promise<OpenedClient>;
  readonly firstTryAfterMs?: number;
};

/**
 * Registers a process that works without a server, once there is one: nothing of it waits for that, and a server that never
 * comes is no failure. Never throws.
 *
 * @returns ends it, and frees the registration
 */
export function keepPatientSlot(options: PatientSlotOptions): () => Promise<void> {
  const ending = new AbortController();
  const kept = keep(options, ending.signal);
  return async () => {
    ending.abort();
    const late = new AbortController();
    await Promise.race([kept, pause(LEAVE_MAX_MS, late.signal)]);
    late.abort();
  };
}

async function keep(
  { connect, firstTryAfterMs = FIRST_TRY_AFTER_MS, ...slot }: PatientSlotOptions,
  signal: AbortSignal,
) {
  for (let pauseMs = firstTryAfterMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
    await pause(pauseMs, signal);
    if (signal.aborted) return;
    const opened = await connect().catch(() => undefined);
    if (opened === undefined) continue;
    const leave = keepLightSlot({ ...slot, client: opened.client });
    await aborted(signal);
    await leave();
    await opened.close().catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
