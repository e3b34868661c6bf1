import { createSignalDesk } from '../src/intake/signal-desk';
import type { Venue } from '../src/venues/venue';
import { refuseDuplicates } from './duplicates';
import { runFloor } from './floor/run-floor';
import type { ByPart } from './process-figures';
import type { Rig } from './rig';
import { deskIntake, httpIntake, travel, type Travel } from './road';
import type { SignalMaker } from './signal-maker';
import { percentile } from './statistics';
import { tradeAlone } from './venue-alone';

/** Signals under way at once in a burst: more than the default configuration's dozen symbols give in one minute. */
export const AT_ONCE = 20;
/** Pieces of one measurement. */
const COUNT_ONE_AT_A_TIME = 40;
const COUNT_AT_ONCE = 160;

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
  readonly rig: Rig;
  readonly maker: SignalMaker;
  /** An adapter that knows nothing of the product's. */
  readonly venueAlone: Venue;
  readonly abort: AbortSignal;
  readonly progress: (step: string) => void;
}

/** One turn of everything: floor and road in alternation, so that what disturbs the machine disturbs both. */
export async function runRound({ rig, maker, venueAlone, abort, progress }: RoundTools): Promise<RoundFigures> {
  const [desk, http] = [deskIntake(rig), httpIntake(rig)];
  const one = { count: COUNT_ONE_AT_A_TIME, atOnce: 1, signal: abort };
  const many = { count: COUNT_AT_ONCE, atOnce: AT_ONCE, signal: abort };
  progress('one at a time');
  const floorOne = await runFloor(rig, { ...one, eagerly: false });
  const roadOne = await travel(rig, maker, desk, one);
  const floorEagerOne = await runFloor(rig, { ...one, eagerly: true });
  const roadHttpOne = await travel(rig, maker, http, one);
  progress(`${AT_ONCE} at once`);
  const floorMany = await runFloor(rig, { ...many, eagerly: false });
  const roadMany = await travel(rig, maker, desk, many);
  const floorEagerMany = await runFloor(rig, { ...many, eagerly: true });
  const roadHttpMany = await travel(rig, maker, http, many);
  progress('duplicates, and the venue alone');
  const repeated = roadMany.signals.map(({ signal }) => signal);
  // A desk that took them would refuse them by itself: this one has to ask the server.
  const { client, config } = rig.room;
  const otherDesk = createSignalDesk({ client, config });
  const duplicatesPerSecond = await refuseDuplicates(otherDesk, repeated, AT_ONCE, abort);
  const alone = await tradeAlone(venueAlone, maker, COUNT_ONE_AT_A_TIME, abort);
  return {
    ways: {
      floor: floorFigures(floorOne, floorMany),
      floorEager: floorFigures(floorEagerOne, floorEagerMany),
      road: roadFigures(roadOne, roadMany),
      roadHttp: roadFigures(roadHttpOne, roadHttpMany),
    },
    duplicatesPerSecond,
    alone: { placed: spreadOf(alone.placedMs), settled: spreadOf(alone.settledMs) },
    fingerprints: roadOne.signals.map(({ fingerprint }) => fingerprint),
  };
}

type FloorRun = Awaited<ReturnType<typeof runFloor>>;

function floorFigures(one: FloorRun, many: FloorRun): WayFigures {
  const { perSecond, cpuMs: cpuManyMs } = many;
  return { done: spreadOf(one.completedMs), perSecond, cpuOneMs: one.cpuMs, cpuManyMs };
}

function roadFigures(one: Travel, many: Travel): WayFigures {
  return {
    accepted: spreadOf(one.signals.map(({ acceptedMs }) => acceptedMs)),
    done: spreadOf(one.signals.map(({ settledMs }) => settledMs)),
    perSecond: many.perSecond,
    acceptedInBurst: spreadOf(many.signals.map(({ acceptedMs }) => acceptedMs)),
    cpuOneMs: one.cpuMs,
    cpuManyMs: many.cpuMs,
  };
}

function spreadOf(durationsMs: readonly number[]): Spread {
  return { p50Ms: percentile(durationsMs, 0.5), p95Ms: percentile(durationsMs, 0.95) };
}
