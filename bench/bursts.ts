import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { SignalOutcome, SignalView } from '../src/domain/signal-view';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { describeMachine, renderMachine, type Machine } from './machine';
import { openMeasuredProduct, type MeasuredProduct } from './measured-product';
import { runPaced } from './pace';
import { readAcceptedTimes } from './paper-orders';
import { cpuPerPiece, sumOf } from './process-figures';
import { patientIntake } from './patient-intake';
import { directIntake, travel } from './road';
import { SignalMaker } from './signal-maker';
import { percentile, ratio } from './statistics';
import { figure, renderFigures } from './table';
import { within } from './within';

/** Signals of one burst. More than a few hundred is what a venue's own limits would spread. */
export const BURST_SIZES: readonly number[] = [200, 600, 2_000];
/**
 * Before anything counts: caches fill, and code is compiled. As many as the smallest burst has: most of what that one cost was
 * code that ran for the first time.
 */
const WARM_UP = { count: 200, atOnce: 20 };
/** Ends that are waited for at once: a server has an upper bound of its own for calls that wait. */
const WAITERS_MAX = 100;
/** A busy server may refuse to wait; so often it is asked again, and after this pause. */
const WAIT_ATTEMPTS_MAX = 120;
const WAIT_PAUSE_MS = 1_000;
/** Longest burst: a signal that has not ended by then counts as not filled. */
const ENDS_MAX_MS = 300_000;

interface BurstFigures {
  readonly signals: number;
  /** Signals that ended otherwise than FILLED, or not at all. They cost less: with many of them the pace means something else. */
  readonly unfilled: number;
  /** From the first hand-in to the last settled end. */
  readonly seconds: number;
  /** Signals that ended per second. */
  readonly perSecond: number;
  /** `perSecond` beside that of the best burst, 0 to 1. */
  readonly ofBest: number | undefined;
  /** From the burst's first instant until the venue accepted an order, by the machine's clock, milliseconds. */
  readonly acceptedMs: { readonly median: number; readonly slowest: number };
  /** Processor time of all parts for each signal, milliseconds; undefined: not measured here. */
  readonly cpuMs: number | undefined;
}

/** Everything that `npm run bench -- bursts` found out; also what `--json` prints. */
export interface BurstsReport {
  readonly machine: Machine;
  readonly bursts: readonly BurstFigures[];
  /** The slowest burst's pace beside the best one's: 1 when size does not matter. */
  readonly worstOfBest: number | undefined;
}

/**
 * Hands whole bursts in at once, each to a fresh product, and counts how many signals end per second: a pace that falls
 * with the size of the burst means that signals stand in each other's way.
 *
 * @throws CliError when a signal is not taken, and what opening the product throws
 */
export async function measureBursts(
  abort: AbortSignal,
  progress: (line: string) => void,
  sizes: readonly number[] = BURST_SIZES,
): Promise<BurstsReport> {
  const machine = describeMachine();
  const bursts: Omit<BurstFigures, 'ofBest'>[] = [];
  for (const signals of sizes) {
    progress(`${signals} signals at once …`);
    bursts.push(await measureBurst(signals, abort));
  }
  return summariseBursts(machine, bursts);
}

async function measureBurst(signals: number, signal: AbortSignal): Promise<Omit<BurstFigures, 'ofBest'>> {
  const product = await openMeasuredProduct({ progress: () => undefined });
  try {
    const maker = new SignalMaker();
    await travel(product, maker, directIntake(product), { ...WARM_UP, signal });
    return await tradeAtOnce(product, maker, signals, signal);
  } finally {
    await product.close();
  }
}

async function tradeAtOnce(
  product: MeasuredProduct,
  maker: SignalMaker,
  signals: number,
  abort: AbortSignal,
): Promise<Omit<BurstFigures, 'ofBest'>> {
  const { client } = product.engine;
  const intake = patientIntake(product);
  const burst = Array.from({ length: signals }, () => maker.next());
  const before = product.figures();
  const startedAtMs = Date.now();
  const startedMs = performance.now();
  const { pieces } = await runPaced(burst, signals, abort, intake);
  const fingerprints = pieces.map(({ result }) => result);
  const ends = await runPaced(fingerprints, WAITERS_MAX, abort, (fingerprint) => {
    const leftMs = startedMs + ENDS_MAX_MS - performance.now();
    return within(endOf(client, fingerprint), leftMs, abort, () => undefined);
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  const cpuMs = sumOf(cpuPerPiece(before, product.figures(), signals));
  const acceptedAtMs = await readAcceptedTimes(product.installation.venueUrl, signals);
  const acceptedMs = fingerprints
    .map((fingerprint) => acceptedAtMs.get(clientOrderIdOf(fingerprint)))
    .filter((atMs) => atMs !== undefined)
    .map((atMs) => atMs - startedAtMs);
  return {
    signals,
    unfilled: ends.pieces.filter(({ result }) => result !== 'FILLED').length,
    seconds,
    perSecond: signals / seconds,
    acceptedMs: { median: percentile(acceptedMs, 0.5), slowest: percentile(acceptedMs, 1) },
    cpuMs,
  };
}

/** @throws what the server throws when it refuses to tell for too long */
async function endOf(client: Client, fingerprint: string): Promise<SignalOutcome | undefined> {
  const handle = client.workflow.getHandle<() => Promise<SignalView>>(fingerprint);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await handle.result()).outcome;
    } catch (error) {
      const isRefusal = isGrpcServiceError(error) || isGrpcServiceError((error as Error).cause);
      if (!isRefusal || attempt === WAIT_ATTEMPTS_MAX) throw error;
      await sleep(WAIT_PAUSE_MS);
    }
  }
}

/** @param bursts one or more */
export function summariseBursts(machine: Machine, bursts: readonly Omit<BurstFigures, 'ofBest'>[]): BurstsReport {
  const paces = bursts.map(({ perSecond }) => perSecond);
  const best = Math.max(...paces);
  return {
    machine,
    bursts: bursts.map((burst) => ({ ...burst, ofBest: ratio(burst.perSecond, best) })),
    worstOfBest: ratio(Math.min(...paces), best),
  };
}

/** @returns lines for people */
export function renderBursts({ machine, bursts, worstOfBest }: BurstsReport): readonly string[] {
  const heading = [
    'at once',
    'not filled',
    'seconds',
    'ended per second',
    'best = 1',
    'accepted p50 ms',
    'slowest ms',
    'CPU ms',
  ];
  const rows = bursts.map((burst) => [
    `${burst.signals} signals`,
    String(burst.unfilled),
    figure(burst.seconds, 1),
    figure(burst.perSecond, 1),
    figure(burst.ofBest, 2),
    figure(burst.acceptedMs.median, 0),
    figure(burst.acceptedMs.slowest, 0),
    figure(burst.cpuMs, 1),
  ]);
  return [
    renderMachine(machine),
    '',
    ...renderFigures([heading, ...rows]),
    '',
    `The slowest burst's pace is ${figure(worstOfBest, 2)} of the best one's.`,
  ];
}
