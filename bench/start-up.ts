import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { Installation, stopChild } from './installation';
import { readAcceptedTimes } from './paper-orders';
import { postSignal } from './road';
import { SignalMaker } from './signal-maker';

const START_MAX_MS = 120_000;
const POLL_INTERVAL_MS = 50;
const REQUEST_TIMEOUT_MS = 2_000;
/** More than the model can have sent by then. */
const ORDERS_ASKED_FOR = 200;

/** How long a start takes, milliseconds since the command. */
export interface StartUpFigures {
  /** Until `GET /health` says that every part is healthy. */
  readonly healthyMs: number;
  /** Until the venue accepted the order of a signal that was posted as soon as the API took one. */
  readonly firstOrderMs: number;
  /** From SIGINT until every process was gone. */
  readonly stopMs: number;
}

/**
 * Starts the whole product as `npm start` does when everything is installed and built, model included, and stops it.
 *
 * @throws CliError when it is not healthy and trading in time
 */
export async function measureStartUp(abort: AbortSignal): Promise<StartUpFigures> {
  const installation = await Installation.create({ ml: true });
  try {
    const startedAtMs = Date.now();
    const child = installation.spawn(['start']);
    let ended = false;
    child.once('exit', () => (ended = true));
    const until = <Value>(what: string, ask: () => Promise<Value | undefined>): Promise<Value> =>
      pollUntil(what, startedAtMs + START_MAX_MS, () => ended, abort, ask);
    const [healthyAtMs, acceptedAtMs] = await Promise.all([
      until('became healthy', () => askHealth(installation)),
      until('accepted a signal', firstOrder(installation)),
    ]);
    const stoppedAtMs = Date.now();
    await stopChild(child);
    return {
      healthyMs: healthyAtMs - startedAtMs,
      firstOrderMs: acceptedAtMs - startedAtMs,
      stopMs: Date.now() - stoppedAtMs,
    };
  } finally {
    await installation.close();
  }
}

async function askHealth({ apiUrl }: Installation): Promise<number | undefined> {
  const response = await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  const { status } = (await response.json()) as { readonly status?: string };
  return status === 'healthy' ? Date.now() : undefined;
}

/** The same signal until it is taken, which is safe, and then the venue's book until it holds its order. */
function firstOrder({ apiUrl, venueUrl }: Installation): () => Promise<number | undefined> {
  const signal = new SignalMaker().next();
  let fingerprint: string | undefined;
  return async () => {
    if (fingerprint === undefined) {
      const response = await postSignal(apiUrl, signal);
      // Taken before, and only the answer was lost: as good as accepted.
      if (response.status !== 202 && response.status !== 409) return undefined;
      ({ fingerprint } = (await response.json()) as { readonly fingerprint: string });
    }
    return (await readAcceptedTimes(venueUrl, ORDERS_ASKED_FOR)).get(clientOrderIdOf(fingerprint));
  };
}

/** Asks until there is an answer; what does not answer yet is asked again. */
async function pollUntil<Value>(
  what: string,
  deadlineMs: number,
  hasEnded: () => boolean,
  abort: AbortSignal,
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  while (Date.now() < deadlineMs && !hasEnded()) {
    abort.throwIfAborted();
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(POLL_INTERVAL_MS);
  }
  const how = hasEnded() ? 'it ended' : `not within ${START_MAX_MS} ms`;
  throw new CliError(`The started product never ${what}: ${how}.`, ExitCode.FAILURE);
}
