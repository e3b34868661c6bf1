import { createSignalIntake } from '../src/intake/signal-intake';
import type { Venue } from '../src/venues/venue';
import { recogniseDuplicates } from './duplicates';
import type { MeasuredProduct } from './measured-product';
import { byPart, type ByPart, type HttpCpu } from './process-figures';
import type { SignalMaker } from './signal-maker';
import { percentile } from './statistics';
import { orderOfTurn } from './turn-order';
import { tradeAlone } from './venue-alone';
import { CROWDS, type RoundFigures, type Spread, type WayFigures, type WayName } from './speed-figures';
import type { Way, WayRun } from './ways';

/** A round takes turns between the ways: a disturbance of some seconds then falls on all of them. */
const ONE_AT_A_TIME = { atOnce: 1, turns: 5, count: 10 };
/** Orders of the venue alone, and signals that are repeated. */
const ALONE_COUNT = 50;
const REPEATED_MAX = 200;

export interface RoundTools {
  /** Its number, from 0. */
  readonly round: number;
  readonly product: MeasuredProduct;
  readonly maker: SignalMaker;
  readonly ways: readonly Way[];
  /** An adapter that knows nothing of the product's. */
  readonly venueAlone: Venue;
  readonly abort: AbortSignal;
  readonly progress: (step: string) => void;
}

type Runs = ReadonlyMap<WayName, readonly WayRun[]>;

/** Measures every way, in alternation, so that what disturbs the machine disturbs all of them. */
export async function runRound(tools: RoundTools): Promise<RoundFigures> {
  const { round, product, maker, ways, venueAlone, abort, progress } = tools;
  progress('one at a time');
  const one = await takeTurns(ways, { ...ONE_AT_A_TIME, round }, abort);
  const crowds: Runs[] = [];
  for (const crowd of CROWDS) {
    progress(`${crowd.atOnce} at once`);
    crowds.push(await takeTurns(ways, { ...crowd, round }, abort));
  }
  progress('duplicates, and the venue alone');
  const traded = [...(crowds[0]?.values() ?? [])]
    .flat()
    .flatMap(({ signals }) => signals ?? [])
    .slice(0, REPEATED_MAX);
  // An intake that took them would refuse them by itself: this one has to ask the server.
  const { client, config, store } = product.engine;
  const otherIntake = createSignalIntake({ client, config, store });
  const repeated = traded.map(({ signal }) => signal);
  const duplicatesPerSecond = await recogniseDuplicates(otherIntake, repeated, CROWDS[0].atOnce, abort);
  const alone = await tradeAlone(venueAlone, maker, ALONE_COUNT, abort);
  return {
    ways: Object.fromEntries(ways.map(({ name }) => [name, figuresOf(name, one, crowds)])),
    duplicatesPerSecond,
    alone: { placed: spreadOf(alone.placedMs), settled: spreadOf(alone.settledMs) },
    fingerprints: traded.map(({ fingerprint }) => fingerprint),
  };
}

interface Turns {
  readonly round: number;
  readonly atOnce: number;
  readonly turns: number;
  readonly count: number;
}

/** What a way leaves to be done, such as positions to be booked, falls on all others alike. */
async function takeTurns(
  ways: readonly Way[],
  { round, atOnce, turns, count }: Turns,
  signal: AbortSignal,
): Promise<Runs> {
  const runs = new Map<WayName, WayRun[]>(ways.map(({ name }) => [name, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const way of orderOfTurn(ways, round * turns + turn)) {
      signal.throwIfAborted();
      runs.get(way.name)?.push(await way.run({ count, atOnce, signal }));
    }
  }
  return runs;
}

function figuresOf(name: WayName, one: Runs, crowds: readonly Runs[]): WayFigures {
  const alone = one.get(name) ?? [];
  return {
    ...acceptedOf(alone),
    done: spreadOf(alone.flatMap(({ doneMs }) => doneMs)),
    cpuMs: meanCpu(alone),
    httpCpuMs: meanHttpCpu(alone),
    crowds: crowds.map((runs, index) => {
      const many = runs.get(name) ?? [];
      return {
        atOnce: CROWDS[index]?.atOnce ?? 0,
        perSecond: paceOf(many),
        ...acceptedOf(many),
        cpuMs: meanCpu(many),
        httpCpuMs: meanHttpCpu(many),
      };
    }),
  };
}

function acceptedOf(runs: readonly WayRun[]): { readonly accepted?: Spread } {
  const acceptedMs = runs.flatMap((run) => run.acceptedMs ?? []);
  return acceptedMs.length === 0 ? {} : { accepted: spreadOf(acceptedMs) };
}

/** Of turns of the same size: all pieces over all the time they took. */
function paceOf(turns: readonly { readonly perSecond: number }[]): number {
  return turns.length / turns.reduce((sum, { perSecond }) => sum + 1 / perSecond, 0);
}

function meanCpu(turns: readonly WayRun[]): ByPart<number | undefined> {
  return byPart((part) => {
    const values = turns.flatMap(({ cpuMs }) => cpuMs?.[part] ?? []);
    return values.length < turns.length ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

function meanHttpCpu(turns: readonly WayRun[]): HttpCpu {
  const meanOf = (part: keyof HttpCpu): number | undefined => {
    const values = turns.flatMap(({ httpCpuMs }) => httpCpuMs?.[part] ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { api: meanOf('api'), sender: meanOf('sender') };
}

function spreadOf(durationsMs: readonly number[]): Spread {
  return { p50Ms: percentile(durationsMs, 0.5), p95Ms: percentile(durationsMs, 0.95) };
}
