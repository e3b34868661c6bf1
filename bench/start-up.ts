import type { ChildProcess } from 'node:child_process';
import { hasEnded, stopChild } from '../harness/child-process';
import { Installation } from '../harness/installation';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { pollUntil } from '../src/process/poll';
import { historyEnvironment } from '../harness/history-seal';
import { readAcceptedTimes } from './paper-orders';
import { postSignal } from './post-signal';
import { benchSettings } from './settings';
import { SignalMaker } from './signal-maker';

const START_MAX_MS = 120_000;
const POLL_INTERVAL_MS = 50;
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
  const settings = benchSettings(true);
  const installation = await Installation.create({ name: 'bench', settings, environment: historyEnvironment() });
  try {
    const startedAtMs = Date.now();
    const child = installation.start();
    const isHealthy = async () => ((await installation.isHealthy()) ? Date.now() : undefined);
    const [healthyAtMs, acceptedAtMs] = await Promise.all([
      askPatiently('became healthy', isHealthy, child, abort),
      askPatiently('accepted a signal', firstOrder(installation), child, abort),
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

/** The same signal until it is taken, which is safe, and then the venue's book until it holds its order. */
function firstOrder({ apiUrl, venueUrl }: Installation): () => Promise<number | undefined> {
  const signal = new SignalMaker().next();
  let fingerprint: string | undefined;
  return async () => {
    if (fingerprint === undefined) {
      const { status, body } = await postSignal(apiUrl, signal);
      // Taken before, and only the answer was lost: as good as accepted.
      if (status !== 202 && status !== 200) return undefined;
      ({ fingerprint } = JSON.parse(body) as { readonly fingerprint: string });
    }
    return (await readAcceptedTimes(venueUrl, ORDERS_ASKED_FOR)).get(clientOrderIdOf(fingerprint));
  };
}

/** Asks until there is an answer; what does not answer yet is asked again. @throws CliError when there is none in time */
async function askPatiently<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  product: ChildProcess,
  signal: AbortSignal,
): Promise<Answer> {
  const never = (how: string) => new CliError(`The started product never ${what}: ${how}.`, ExitCode.FAILURE);
  const askOnce = async (): Promise<Answer | undefined> => {
    if (hasEnded(product)) throw never('it ended');
    return ask().catch(() => undefined);
  };
  const answer = await pollUntil(askOnce, { intervalMs: POLL_INTERVAL_MS, timeoutMs: START_MAX_MS, signal });
  if (answer === undefined) throw never(`not within ${START_MAX_MS} ms`);
  return answer;
}
