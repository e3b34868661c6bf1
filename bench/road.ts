import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { SignalView } from '../src/domain/signal-view';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import type { IntakeResult } from '../src/intake/types';
import { readAcceptedTimes } from './paper-orders';
import { postSignal, type Posted } from './post-signal';
import { runPaced } from './pace';
import { cpuPerPiece, type ByPart } from './process-figures';
import type { MeasuredProduct } from './measured-product';
import type { Sender } from './sender';
import type { BenchSignal, SignalMaker } from './signal-maker';
import { within } from './within';
import { fineWallClock, middleOf } from './wall-clock';

/** Far longer than any signal takes that goes well, on a machine that does nothing else. */
const END_MAX_MS = 60_000;

/** What a way in made of a signal. */
export interface HandedIn {
  readonly fingerprint: string;
  /** When its sender handed it in, milliseconds UTC; absent: when this process did. */
  readonly handedInAtMs?: number;
}

/** Hands a signal to the product. @throws CliError when it was not accepted */
export type Intake = (signal: BenchSignal) => Promise<HandedIn>;

/** What the road did with one signal. */
export interface Travelled {
  readonly signal: BenchSignal;
  readonly fingerprint: string;
  /** From handing it to intake until the venue accepted its order, by the machine's clock, milliseconds: to half a millisecond. */
  readonly acceptedMs: number;
  /** From handing it to intake until its workflow had settled it, milliseconds. */
  readonly settledMs: number;
}

/** Who says that a signal has ended: the server, asked for the workflow's result, or the worker that ran it. */
export type EndTold = 'by the server' | 'by the worker';

export interface Load {
  readonly count: number;
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

export interface Travel {
  readonly signals: readonly Travelled[];
  readonly perSecond: number;
  /** Processor time for each signal, milliseconds. */
  readonly cpuMs: ByPart<number | undefined>;
}

/** Intake in the workers' process, as the ML manager's signals come in. */
export function directIntake({ intake }: MeasuredProduct): Intake {
  return async (signal) => ({ fingerprint: fingerprintOf(await intake.submit(signal)) });
}

/** Intake by `POST /api/signals` in the API's process. */
export function httpIntake({ installation }: MeasuredProduct): Intake {
  return async (signal) => {
    return { fingerprint: fingerprintIn(await postSignal(installation.apiUrl, signal)) };
  };
}

/** The same by a process of its own, as a real sender is one: what its request costs is none of the engine's work. */
export function senderIntake(sender: Sender): Intake {
  return async (signal) => {
    const { handedInAtMs, ...posted } = await sender.post(signal);
    return { fingerprint: fingerprintIn(posted), handedInAtMs };
  };
}

function fingerprintIn({ status, body }: Posted): string {
  if (status !== 202) throw refused(`HTTP ${status} ${body}`);
  return (JSON.parse(body) as { fingerprint: string }).fingerprint;
}

/**
 * Sends signals down the whole road, from intake to their settled end, `atOnce` at a time.
 *
 * @throws CliError when one does not end FILLED: its figures would mean something else
 */
export function travel(
  product: MeasuredProduct,
  maker: SignalMaker,
  intake: Intake,
  load: Load,
  told: EndTold = 'by the server',
): Promise<Travel> {
  if (told === 'by the worker') return product.ends.during((endOf) => travelUntil(endOf, product, maker, intake, load));
  const { client } = product.engine;
  const endOf = async (fingerprint: string): Promise<string> => {
    const view = await client.workflow.getHandle<() => Promise<SignalView>>(fingerprint).result();
    return view.outcome === 'FILLED' ? view.outcome : `${view.outcome}: ${view.detail}`;
  };
  return travelUntil(endOf, product, maker, intake, load);
}

async function travelUntil(
  endOf: (fingerprint: string) => Promise<string>,
  product: MeasuredProduct,
  maker: SignalMaker,
  intake: Intake,
  { count, atOnce, signal: abort }: Load,
): Promise<Travel> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const before = product.figures();
  const nowMs = fineWallClock();
  const { pieces, perSecond } = await runPaced(numbers, atOnce, abort, async () => {
    const signal = maker.next();
    const beganAtMs = nowMs();
    const { fingerprint, handedInAtMs = beganAtMs } = await intake(signal);
    const end = await within(endOf(fingerprint), END_MAX_MS, abort, () => `nowhere within ${END_MAX_MS / 1_000} s`);
    if (end !== 'FILLED') throw refused(`${fingerprint} ended ${end}`);
    return { signal, fingerprint, handedInAtMs };
  });
  // Before the venue is asked for its book, which costs it more than an order.
  const cpuMs = cpuPerPiece(before, product.figures(), count);
  const acceptedAtMs = await readAcceptedTimes(product.installation.venueUrl, count);
  const signals = pieces.map(({ durationMs: settledMs, result: { signal, fingerprint, handedInAtMs } }) => {
    const instantMs = acceptedAtMs.get(clientOrderIdOf(fingerprint));
    if (instantMs === undefined) throw refused(`the venue does not know the order of ${fingerprint}`);
    return { signal, fingerprint, settledMs, acceptedMs: middleOf(instantMs) - handedInAtMs };
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
