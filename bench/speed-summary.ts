import type { BurstsReport } from './bursts';
import type { Machine } from './machine';
import { byPart, type ByPart, type HttpCpu, type ProcessFigures } from './process-figures';
import {
  CROWDS,
  WAY_NAMES,
  type ByWay,
  type CrowdFigures,
  type RoundFigures,
  type Spread,
  type WayFigures,
  type WayName,
} from './speed-figures';
import type { StartUpFigures } from './start-up';
import { median, ratio } from './statistics';

/** Everything that `npm run bench` found out; also what `--json` prints. */
export interface SpeedReport {
  readonly machine: Machine;
  /** Of what was measured beside the product: versions, durability, and what was left out. */
  readonly notes: readonly string[];
  /** Medians over the rounds. */
  readonly ways: ByWay<WayFigures>;
  /** How many times each way of the same server needs what the floor needs, within this run; 1 is the floor itself. */
  readonly toFloor: ByWay<WayRatios>;
  /** What callers can choose between, and the peers, beside ours. */
  readonly beside: readonly Beside[];
  readonly duplicates: { readonly perSecond: number; readonly toFloor?: number };
  readonly venueAlone: {
    readonly placed: Spread;
    readonly settled: Spread;
    /** Shares of the road's own medians that adapter and venue need without Temporal. */
    readonly shareOfAccepted?: number;
    readonly shareOfSettled?: number;
  };
  readonly history: { readonly road: HistorySize; readonly floor: HistorySize };
  readonly memoryBytes: { readonly start: ByPart<number | undefined>; readonly end: ByPart<number | undefined> };
  readonly startUp: StartUpFigures;
  readonly bursts?: BurstsReport;
  readonly rounds: readonly RoundFigures[];
}

export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** How many times as much a way needs, or achieves, as another one. */
export interface WayRatios {
  readonly accepted?: number;
  readonly done?: number;
  /** In the order of CROWDS. */
  readonly perSecond: readonly (number | undefined)[];
}

interface Beside {
  readonly way: WayName;
  /** It counts as 1. */
  readonly other: WayName;
  readonly ratios: WayRatios;
}

/** What the run adds to its rounds. */
export type RunFacts = Pick<SpeedReport, 'machine' | 'notes' | 'history' | 'startUp' | 'bursts'> &
  Readonly<Record<'before' | 'after', ByPart<ProcessFigures | undefined>>>;

/** A ratio to the floor means something within one set of settings: those of the floor's own server. */
const OF_THE_FLOORS_SERVER: readonly WayName[] = ['floorEager', 'road', 'roadTold', 'roadHttp', 'roadSender'];

const PAIRS: readonly (readonly [WayName, WayName])[] = [
  ['roadHttp', 'road'],
  ['roadSender', 'road'],
  ['roadTold', 'road'],
  ['roadLive', 'road'],
  ['roadHttpLive', 'roadHttp'],
  ['road', 'restate'],
  ['roadHttp', 'restate'],
  ['road', 'dbos'],
  ['roadHttp', 'dbos'],
  ['roadLive', 'restate'],
  ['roadLive', 'dbos'],
];

/** Medians, ratios and shares of a run. */
export function summarise(rounds: readonly RoundFigures[], facts: RunFacts): SpeedReport {
  const { machine, notes, history, startUp, bursts, before, after } = facts;
  const ways = medianWays(rounds);
  const duplicatesPerSecond = median(rounds.map((round) => round.duplicatesPerSecond));
  const placed = medianSpread(rounds.map(({ alone }) => alone.placed));
  const settled = medianSpread(rounds.map(({ alone }) => alone.settled));
  return {
    machine,
    notes,
    ways,
    ...compareWays(ways),
    duplicates: {
      perSecond: duplicatesPerSecond,
      toFloor: ratio(duplicatesPerSecond, ways.floor?.crowds[0]?.perSecond),
    },
    venueAlone: {
      placed,
      settled,
      shareOfAccepted: ratio(placed.p50Ms, ways.road?.accepted?.p50Ms),
      shareOfSettled: ratio(settled.p50Ms, ways.road?.done.p50Ms),
    },
    history,
    memoryBytes: {
      start: byPart((part) => before[part]?.memoryBytes),
      end: byPart((part) => after[part]?.memoryBytes),
    },
    startUp,
    ...(bursts && { bursts }),
    rounds,
  };
}

/** Medians of every way that the rounds measured. */
function medianWays(rounds: readonly RoundFigures[]): ByWay<WayFigures> {
  const entries = WAY_NAMES.map((name) => [name, rounds.flatMap(({ ways }) => ways[name] ?? [])] as const);
  return Object.fromEntries(entries.filter(([, all]) => all.length > 0).map(([name, all]) => [name, medianWay(all)]));
}

/** The ratios of one set of figures: of medians, or of a single round. */
export function compareWays(ways: ByWay<WayFigures>): Pick<SpeedReport, 'toFloor' | 'beside'> {
  const { floor } = ways;
  const toFloor = OF_THE_FLOORS_SERVER.flatMap((name) => {
    const way = ways[name];
    if (!way || !floor) return [];
    // The floor asks no venue: what it has to show beside `accepted` is its whole.
    return [[name, ratiosOf(way, { ...floor, accepted: floor.done })] as const];
  });
  const beside = PAIRS.flatMap(([way, other]) => {
    const [one, two] = [ways[way], ways[other]];
    return one && two ? [{ way, other, ratios: ratiosOf(one, two) }] : [];
  });
  return { toFloor: Object.fromEntries(toFloor), beside };
}

function ratiosOf(way: WayFigures, other: WayFigures): WayRatios {
  return {
    accepted: ratio(way.accepted?.p50Ms, other.accepted?.p50Ms),
    done: ratio(way.done.p50Ms, other.done.p50Ms),
    perSecond: CROWDS.map((_, index) => ratio(way.crowds[index]?.perSecond, other.crowds[index]?.perSecond)),
  };
}

function medianWay(rounds: readonly WayFigures[]): WayFigures {
  return {
    ...medianAccepted(rounds),
    done: medianSpread(rounds.map(({ done }) => done)),
    cpuMs: medianByPart(rounds.map(({ cpuMs }) => cpuMs)),
    httpCpuMs: medianHttpCpu(rounds),
    crowds: CROWDS.map(({ atOnce }, index): CrowdFigures => {
      const crowds = rounds.flatMap((round) => round.crowds[index] ?? []);
      return {
        atOnce,
        perSecond: median(crowds.map(({ perSecond }) => perSecond)),
        ...medianAccepted(crowds),
        cpuMs: medianByPart(crowds.map(({ cpuMs }) => cpuMs)),
        httpCpuMs: medianHttpCpu(crowds),
      };
    }),
  };
}

function medianAccepted(rounds: readonly { readonly accepted?: Spread }[]): { readonly accepted?: Spread } {
  const spreads = rounds.flatMap(({ accepted }) => accepted ?? []);
  return spreads.length === 0 ? {} : { accepted: medianSpread(spreads) };
}

function medianSpread(spreads: readonly Spread[]): Spread {
  return { p50Ms: median(spreads.map(({ p50Ms }) => p50Ms)), p95Ms: median(spreads.map(({ p95Ms }) => p95Ms)) };
}

function medianByPart(rounds: readonly ByPart<number | undefined>[]): ByPart<number | undefined> {
  return byPart((part) => {
    const values = rounds.flatMap((round) => round[part] ?? []);
    return values.length === 0 ? undefined : median(values);
  });
}

function medianHttpCpu(rounds: readonly { readonly httpCpuMs?: HttpCpu }[]): HttpCpu {
  const medianOf = (part: keyof HttpCpu): number | undefined => {
    const values = rounds.flatMap(({ httpCpuMs }) => httpCpuMs?.[part] ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  return { api: medianOf('api'), sender: medianOf('sender') };
}
