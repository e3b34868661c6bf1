import { pause } from '../../process/pause';
import type { Secret } from '../../secrets/secret';
import { whatIsNotWell, type Wellbeing } from './all-well';
import { askOutside, wordsOfAnswer } from './outward';

/** A look that takes longer has seen nothing. */
const LOOK_TIMEOUT_MS = 10_000;
/** One ping, connecting included. */
const PING_TIMEOUT_MS = 10_000;
/** Pings that fail are sent again at once so often, before the next one is due. */
const PING_ATTEMPTS_MAX = 3;
const PING_RETRY_PAUSE_MS = 2_000;
/** Some services answer 200 to an address that they do not know. */
const UNKNOWN_CHECK = /^OK \(not found\)/i;

/** What became of a ping that was due. */
export type PingResult = 'sent' | 'failed' | 'held_back';

export interface HeartbeatPingOptions {
  /** A secret: whoever knows it can hide our silence. */
  readonly url: Secret;
  /** Absent: GET. */
  readonly method?: 'GET' | 'POST';
  readonly everyMs: number;
  /** Looks how things are; one that fails has seen nothing. */
  readonly look: (signal: AbortSignal) => Promise<Wellbeing>;
  /** Is told when pings begin to fail or to be held back, and when they go on: once for each change. */
  readonly tell: (sentence: string) => void;
  /** Counts each ping that was due. */
  readonly count?: (result: PingResult) => void;
  readonly retryPauseMs?: number;
  readonly lookTimeoutMs?: number;
}

/**
 * The dead man's switch: asks for an address while all is well, until told to stop. Who waits there raises the alarm when
 * nothing comes, whatever the reason: a dead machine, a dead supervisor, a dead network. Never throws.
 */
export async function runHeartbeatPing(options: HeartbeatPingOptions, signal: AbortSignal): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    const { result, fault } = await pingIfWell(options, signal);
    if (signal.aborted) return;
    options.count?.(result);
    if (fault !== told) options.tell(fault === '' ? 'The heartbeat ping goes out again.' : fault);
    told = fault;
    await pause(options.everyMs, signal);
  }
}

/** @returns with why no ping went out, one sentence; empty: one did */
async function pingIfWell(
  options: HeartbeatPingOptions,
  signal: AbortSignal,
): Promise<{ readonly result: PingResult; readonly fault: string }> {
  const faults = await lookOnce(options, signal);
  if (faults.length > 0) {
    return { result: 'held_back', fault: `The heartbeat ping is held back: ${faults.join(', ')}.` };
  }
  let fault = '';
  for (let attempt = 1; attempt <= PING_ATTEMPTS_MAX && !signal.aborted; attempt += 1) {
    fault = await ping(options, signal);
    if (fault === '') return { result: 'sent', fault };
    if (attempt < PING_ATTEMPTS_MAX) await pause(options.retryPauseMs ?? PING_RETRY_PAUSE_MS, signal);
  }
  return { result: 'failed', fault };
}

async function lookOnce(
  { look, lookTimeoutMs }: HeartbeatPingOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const nothingSeen = ['nothing could be seen'];
  const end = AbortSignal.any([signal, AbortSignal.timeout(lookTimeoutMs ?? LOOK_TIMEOUT_MS)]);
  const ended = new Promise<readonly string[]>((resolve) => {
    if (end.aborted) resolve(nothingSeen);
    end.addEventListener('abort', () => resolve(nothingSeen), { once: true });
  });
  // A look that ignores the signal is not waited for.
  return await Promise.race([look(end).then(whatIsNotWell, () => nothingSeen), ended]);
}

async function ping(options: HeartbeatPingOptions, signal: AbortSignal): Promise<string> {
  try {
    await pingOnce(options, signal);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * One ping.
 *
 * @returns what the service answered, on one line and without secrets
 * @throws Error with one sentence when it took none
 */
export async function pingOnce(
  { url: address, method }: Pick<HeartbeatPingOptions, 'url' | 'method'>,
  signal: AbortSignal,
): Promise<string> {
  const name = 'The heartbeat service';
  const { status, body } = await askOutside(
    { address, name, ...(method === 'POST' && { json: {} }) },
    AbortSignal.any([signal, AbortSignal.timeout(PING_TIMEOUT_MS)]),
  );
  const words = wordsOfAnswer(body);
  const said = [String(status), words].filter(Boolean).join(': ');
  if (status >= 200 && status < 300 && !UNKNOWN_CHECK.test(words)) return said;
  throw new Error(`${name} answered ${said}; check the address in ALERT_HEARTBEAT_URL.`);
}
