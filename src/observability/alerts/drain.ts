import { setTimeout as delay } from 'node:timers/promises';
import { delivered, nextToSend } from '../../domain/alerts/outbox';
import { pause } from '../../process/pause';
import { ChannelBusyError, MessageRefusedError, type AlertChannel } from './channel';
import type { AlertKeeper, TellFault } from './keeper';

/** An attempt that takes longer counts as failed. */
const SEND_TIMEOUT_MS = 30_000;
/** What is under way when the process is to stop gets so long to end. */
const STOP_GRACE_MS = 3_000;
/** A channel that wants to be left alone for longer is asked again all the same. */
const BUSY_MAX_MS = 60 * 60_000;
/** After so many attempts a message is given up: at the longest pause, after more than a day. */
const ATTEMPTS_MAX = 200;

/** Pauses after attempts that failed, milliseconds: the first one, and the longest; each is twice the one before. */
export interface DrainPauses {
  readonly firstMs: number;
  readonly longestMs: number;
  /** How often it is looked whether something waits. */
  readonly lookMs: number;
  readonly sendTimeoutMs?: number;
  readonly attemptsMax?: number;
}

export const DRAIN_PAUSES: DrainPauses = { firstMs: 5_000, longestMs: 10 * 60_000, lookMs: 1_000 };

/**
 * Delivers what waits for one channel, in order, until told to stop. Each channel has a loop of its own, so that one that is
 * down delays no other. Never throws.
 */
export async function drainChannel(
  keeper: AlertKeeper,
  channel: AlertChannel,
  signal: AbortSignal,
  tellFault: TellFault,
  pauses: DrainPauses = DRAIN_PAUSES,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const outcome = await sendNext(keeper, channel, signal, pauses.sendTimeoutMs ?? SEND_TIMEOUT_MS);
    if (outcome === 'sent') failures = 0;
    if (outcome === 'nothing') await pause(pauses.lookMs, signal);
    if (outcome === 'sent' || outcome === 'nothing' || signal.aborted) continue;
    failures += 1;
    if (failures === 1) tellFault(`The alert channel ${channel.name} fails: ${outcome.fault}.`);
    if (outcome.isFinal || failures >= (pauses.attemptsMax ?? ATTEMPTS_MAX)) {
      tellFault(`The alert channel ${channel.name} does not take a message, which is given up: ${outcome.fault}.`);
      keeper.giveUp(channel.name, outcome.isFinal);
      failures = 0;
      continue;
    }
    const pauseMs = Math.min(pauses.firstMs * 2 ** (failures - 1), pauses.longestMs);
    await pause(Math.max(pauseMs, Math.min(outcome.retryAfterMs, BUSY_MAX_MS)), signal);
  }
}

interface Failure {
  readonly fault: string;
  readonly isFinal: boolean;
  /** For how long the channel said that it takes nothing, milliseconds; 0: it did not say. */
  readonly retryAfterMs: number;
}

async function sendNext(
  keeper: AlertKeeper,
  channel: AlertChannel,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<'sent' | 'nothing' | Failure> {
  const outbox = keeper.outboxOf(channel.name);
  const notice = nextToSend(outbox);
  if (notice === undefined) return 'nothing';
  const timeout = AbortSignal.timeout(timeoutMs);
  const leave = new AbortController();
  // Who stops in order waits a moment for the answer, so that the message is not sent again at the next start.
  const onStop = (): unknown => delay(STOP_GRACE_MS, undefined, { ref: false }).then(() => leave.abort());
  signal.addEventListener('abort', onStop, { once: true });
  const end = AbortSignal.any([leave.signal, timeout]);
  try {
    // A channel that ignores the signal is not waited for either.
    await Promise.race([channel.send(notice, end), rejectAtEnd(end)]);
  } catch (error) {
    const fault = timeout.aborted ? `no answer within ${timeoutMs} ms` : messageOf(error);
    const retryAfterMs = error instanceof ChannelBusyError ? error.retryAfterMs : 0;
    return { fault, isFinal: error instanceof MessageRefusedError, retryAfterMs };
  } finally {
    signal.removeEventListener('abort', onStop);
  }
  keeper.changeOutbox(channel.name, (now) => delivered(now, outbox.dropped));
  return 'sent';
}

function rejectAtEnd(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
