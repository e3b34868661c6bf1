import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { SignalView } from '../src/domain/signal-view';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import type { IntakeResult } from '../src/intake/types';
import { readAcceptedTimes } from './paper-orders';
import { runPaced } from './pace';
import { cpuPerPiece, type ByPart } from './process-figures';
import type { MeasuredProduct } from './measured-product';
import type { BenchSignal, SignalMaker } from './signal-maker';

const POST_TIMEOUT_MS = 10_000;

/** Hands a signal to the product. @throws CliError when it was not accepted */
export type Intake = (signal: BenchSignal) => Promise<string>;

/** What the road did with one signal. */
interface Travelled {
  readonly signal: BenchSignal;
  readonly fingerprint: string;
  /** From handing it to intake until the venue accepted its order, by the machine's clock, milliseconds. */
  readonly acceptedMs: number;
  /** From handing it to intake until its workflow had settled it, milliseconds. */
  readonly settledMs: number;
}

export interface Travel {
  readonly signals: readonly Travelled[];
  readonly perSecond: number;
  /** Processor time for each signal, milliseconds. */
  readonly cpuMs: ByPart<number | undefined>;
}

/** Intake in the workers' process, as the ML manager's signals come in. */
export function directIntake({ intake }: MeasuredProduct): Intake {
  return async (signal) => fingerprintOf(await intake.submit(signal));
}

/** Intake by `POST /api/signals` in the API's process. */
export function httpIntake({ installation }: MeasuredProduct): Intake {
  return async (signal) => {
    const response = await postSignal(installation.apiUrl, signal);
    const text = await response.text();
    if (response.status !== 202) throw refused(`HTTP ${response.status} ${text}`);
    return (JSON.parse(text) as { fingerprint: string }).fingerprint;
  };
}

/** @throws what fetch throws when the API does not answer in time */
export function postSignal(apiUrl: string, signal: BenchSignal): Promise<Response> {
  const { symbol, direction, strategy, timestampMs, amount } = signal;
  return fetch(`${apiUrl}/api/signals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ symbol, direction, strategy, timestamp: timestampMs, amount }),
    signal: AbortSignal.timeout(POST_TIMEOUT_MS),
  });
}

/**
 * Sends signals down the whole road, from intake to their settled end, `atOnce` at a time.
 *
 * @throws CliError when one does not end FILLED: its figures would mean something else
 */
export async function travel(
  product: MeasuredProduct,
  maker: SignalMaker,
  intake: Intake,
  { count, atOnce, signal: abort }: { readonly count: number; readonly atOnce: number; readonly signal: AbortSignal },
): Promise<Travel> {
  const { client } = product.engine;
  const numbers = Array.from({ length: count }, (_, number) => number);
  const before = product.figures();
  const { pieces, perSecond } = await runPaced(numbers, atOnce, abort, async () => {
    const signal = maker.next();
    const handedInAtMs = Date.now();
    const fingerprint = await intake(signal);
    const view = await client.workflow.getHandle<() => Promise<SignalView>>(fingerprint).result();
    if (view.outcome !== 'FILLED') throw refused(`${fingerprint} ended ${view.outcome}: ${view.detail}`);
    return { signal, fingerprint, handedInAtMs };
  });
  // Before the venue is asked for its book, which costs it more than an order.
  const cpuMs = cpuPerPiece(before, product.figures(), count);
  const acceptedAtMs = await readAcceptedTimes(product.installation.venueUrl, count);
  const signals = pieces.map(({ durationMs: settledMs, result: { signal, fingerprint, handedInAtMs } }) => {
    const instantMs = acceptedAtMs.get(clientOrderIdOf(fingerprint));
    if (instantMs === undefined) throw refused(`the venue does not know the order of ${fingerprint}`);
    return { signal, fingerprint, settledMs, acceptedMs: instantMs - handedInAtMs };
  });
  return { signals, perSecond, cpuMs };
}

function fingerprintOf(result: IntakeResult): string {
  if (result.status === 'accepted') return result.fingerprint;
  throw refused(JSON.stringify(result));
}

function refused(what: string): CliError {
  return new CliError(`A signal did not become a filled order, so nothing was measured: ${what}`, ExitCode.FAILURE);
}
