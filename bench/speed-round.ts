import { createSignalIntake } from '../src/intake/signal-intake';
import type { Venue } from '../src/venues/venue';
import { recogniseDuplicates } from './duplicates';
import { runFloor } from './floor/run-floor';
import { byPart, type ByPart } from './process-figures';
import type { MeasuredProduct } from './measured-product';
import { directIntake, httpIntake, travel, type Travel } from './road';
import type { SignalMaker } from './signal-maker';
import { percentile } from './statistics';
import { tradeAlone } from './venue-alone';

/** Signals under way at once in a burst: more than the default configuration's dozen symbols give in one minute. */
export const AT_ONCE = 20;
/** A round takes turns between the ways: a disturbance of some seconds then falls on all of them. */
const TURNS_ONE_AT_A_TIME = 5;
const TURNS_AT_ONCE = 2;
/** Pieces of each way in one turn. */
const COUNT_ONE_AT_A_TIME = 10;
const COUNT_AT_ONCE = 100;

/** Two points of a distribution, milliseconds. */
export interface Spread {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** What one way of doing work achieves. */
export interface WayFigures {
  /** One at a time, until the venue accepted; absent where no venue is asked. */
  readonly accepted?: Spread;
  /** One at a time, until all is done. */
  readonly done: Spread;
  /** AT_ONCE at once: the pace, and until the venue accepted. */
  readonly perSecond: number;
  readonly acceptedInBurst?: Spread;
  /** Processor time of each piece, one at a time and AT_ONCE at once, milliseconds. */
  readonly cpuOneMs: ByPart<number | undefined>;
  readonly cpuManyMs: ByPart<number | undefined>;
}

export const WAYS = ['floor', 'floorEager', 'road', 'roadHttp'] as const;
export type Way = (typeof WAYS)[number];

export interface RoundFigures {
  readonly ways: Readonly<Record<Way, WayFigures>>;
  readonly duplicatesPerSecond: number;
  /** Adapter and venue without Temporal: an order's answer, and until a report shows it filled. */
  readonly alone: { readonly placed: Spread; readonly settled: Spread };
  /** Some of the signals that were traded. */
  readonly fingerprints: readonly string[];
}

export interface RoundTools {
  readonly product: MeasuredProduct;
  readonly maker: SignalMaker;
  /** An adapter that knows nothing of the product's. */
  readonly venueAlone: Venue;
  readonly abort: AbortSignal;
  readonly progress: (step: string) => void;
}

/** Measures every way, in alternation, so that what disturbs the machine disturbs all of them. */
export async function runRound({ product, maker, venueAlone, abort, progress }: RoundTools): Promise<RoundFigures> {
  const [direct, http] = [directIntake(product), httpIntake(product)];
  const turn = async (load: Load): Promise<Turn> => ({
    floor: await runFloor(product, { ...load, eagerly: false }),
    road: await travel(product, maker, direct, load),
    floorEager: await runFloor(product, { ...load, eagerly: true }),
    roadHttp: await travel(product, maker, http, load),
  });
  progress('one at a time');
  const one = await repeat(TURNS_ONE_AT_A_TIME, () => turn({ count: COUNT_ONE_AT_A_TIME, atOnce: 1, signal: abort }));
  progress(`${AT_ONCE} at once`);
  const many = await repeat(TURNS_AT_ONCE, () => turn({ count: COUNT_AT_ONCE, atOnce: AT_ONCE, signal: abort }));
  const [roadOne, roadMany] = [of(one, 'road'), of(many, 'road')];
  progress('duplicates, and the venue alone');
  const repeated = roadMany.flatMap(({ signals }) => signals.map(({ signal }) => signal));
  // An intake that took them would refuse them by itself: this one has to ask the server.
  const { client, config, store } = product.engine;
  const otherIntake = createSignalIntake({ client, config, store });
  const duplicatesPerSecond = await recogniseDuplicates(otherIntake, repeated, AT_ONCE, abort);
  const alone = await tradeAlone(venueAlone, maker, TURNS_ONE_AT_A_TIME * COUNT_ONE_AT_A_TIME, abort);
  return {
    ways: {
      floor: floorFigures(of(one, 'floor'), of(many, 'floor')),
      floorEager: floorFigures(of(one, 'floorEager'), of(many, 'floorEager')),
      road: roadFigures(roadOne, roadMany),
      roadHttp: roadFigures(of(one, 'roadHttp'), of(many, 'roadHttp')),
    },
    duplicatesPerSecond,
    alone: { placed: spreadOf(alone.placedMs), settled: spreadOf(alone.settledMs) },
    fingerprints: roadOne.flatMap(({ signals }) => signals.map(({ fingerprint }) => fingerprint)),
  };
}

type FloorRun = Awaited<ReturnType<typeof runFloor>>;

interface Load {
  readonly count: number;
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

type Turn = Readonly<Record<'floor' | 'floorEager', FloorRun> & Record<'road' | 'roadHttp', Travel>>;

/** What one way did in every turn. */
function of<Name extends Way>(turns: readonly Turn[], way: Name): readonly Turn[Name][] {
  return turns.map((turn) => turn[way]);
}

async function repeat<Result>(times: number, work: () => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  while (results.length < times) results.push(await work());
  return results;
}

function floorFigures(one: readonly FloorRun[], many: readonly FloorRun[]): WayFigures {
  return {
    done: spreadOf(one.flatMap(({ completedMs }) => completedMs)),
    perSecond: paceOf(many),
    cpuOneMs: meanCpu(one),
    cpuManyMs: meanCpu(many),
  };
}

function roadFigures(one: readonly Travel[], many: readonly Travel[]): WayFigures {
  const signals = one.flatMap((travel) => travel.signals);
  const inBursts = many.flatMap((travel) => travel.signals);
  return {
    accepted: spreadOf(signals.map(({ acceptedMs }) => acceptedMs)),
    done: spreadOf(signals.map(({ settledMs }) => settledMs)),
    perSecond: paceOf(many),
    acceptedInBurst: spreadOf(inBursts.map(({ acceptedMs }) => acceptedMs)),
    cpuOneMs: meanCpu(one),
    cpuManyMs: meanCpu(many),
  };
}

/** Of turns of the same size: all pieces over all the time they took. */
function paceOf(turns: readonly { readonly perSecond: number }[]): number {
  return turns.length / turns.reduce((sum, { perSecond }) => sum + 1 / perSecond, 0);
}

function meanCpu(turns: readonly { readonly cpuMs: ByPart<number | undefined> }[]): ByPart<number | undefined> {
  return byPart((part) => {
    const values = turns.flatMap(({ cpuMs }) => cpuMs[part] ?? []);
    return values.length < turns.length ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

function spreadOf(durationsMs: readonly number[]): Spread {
  return { p50Ms: percentile(durationsMs, 0.5), p95Ms: percentile(durationsMs, 0.95) };
}
