import { renderMachine, type Machine } from './machine';
import { byPart, PARTS, sumOf, type ByPart, type ProcessFigures } from './process-figures';
import { AT_ONCE, WAYS, type RoundFigures, type Spread, type Way, type WayFigures } from './speed-round';
import type { StartUpFigures } from './start-up';
import { median, ratio } from './statistics';
import { figure, mebibytes, percent, renderFigures } from './table';

/** Everything that `npm run bench` found out; also what `--json` prints. */
export interface SpeedReport {
  readonly machine: Machine;
  readonly atOnce: number;
  /** Medians over the rounds. */
  readonly ways: Readonly<Record<Way, WayFigures>>;
  /** How many times each way needs what the floor needs, within this run; 1 is the floor itself. */
  readonly ratios: Readonly<Record<'road' | 'roadHttp', WayRatios>>;
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
  readonly rounds: readonly RoundFigures[];
}

export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

interface WayRatios {
  /** Median until accepted to the floor's median. */
  readonly accepted?: number;
  /** Median until settled to the floor's median. */
  readonly settled?: number;
  /** Pace in a burst to the floor's pace. */
  readonly perSecond?: number;
  /** The same, to a floor that is started eagerly. */
  readonly acceptedToEager?: number;
  readonly perSecondToEager?: number;
}

/** What the run adds to its rounds. */
export type RunFacts = Pick<SpeedReport, 'machine' | 'history' | 'startUp'> &
  Readonly<Record<'before' | 'after', ByPart<ProcessFigures | undefined>>>;

/** Medians, ratios and shares of a run. */
export function summarise(rounds: readonly RoundFigures[], facts: RunFacts): SpeedReport {
  const { machine, history, startUp, before, after } = facts;
  const ways = Object.fromEntries(WAYS.map((way) => [way, medianWay(rounds.map((round) => round.ways[way]))]));
  const { floor, floorEager, road, roadHttp } = ways as Record<Way, WayFigures>;
  const duplicatesPerSecond = median(rounds.map((round) => round.duplicatesPerSecond));
  const placed = medianSpread(rounds.map(({ alone }) => alone.placed));
  const settled = medianSpread(rounds.map(({ alone }) => alone.settled));
  return {
    machine,
    atOnce: AT_ONCE,
    ways: { floor, floorEager, road, roadHttp },
    ratios: { road: ratiosOf(road, floor, floorEager), roadHttp: ratiosOf(roadHttp, floor, floorEager) },
    duplicates: { perSecond: duplicatesPerSecond, toFloor: ratio(duplicatesPerSecond, floor.perSecond) },
    venueAlone: {
      placed,
      settled,
      shareOfAccepted: ratio(placed.p50Ms, road.accepted?.p50Ms),
      shareOfSettled: ratio(settled.p50Ms, road.done.p50Ms),
    },
    history,
    memoryBytes: {
      start: byPart((part) => before[part]?.memoryBytes),
      end: byPart((part) => after[part]?.memoryBytes),
    },
    startUp,
    rounds,
  };
}

function ratiosOf(way: WayFigures, floor: WayFigures, floorEager: WayFigures): WayRatios {
  return {
    accepted: ratio(way.accepted?.p50Ms, floor.done.p50Ms),
    settled: ratio(way.done.p50Ms, floor.done.p50Ms),
    perSecond: ratio(way.perSecond, floor.perSecond),
    acceptedToEager: ratio(way.accepted?.p50Ms, floorEager.done.p50Ms),
    perSecondToEager: ratio(way.perSecond, floorEager.perSecond),
  };
}

function medianWay(rounds: readonly WayFigures[]): WayFigures {
  const accepted = rounds.flatMap((round) => round.accepted ?? []);
  const acceptedInBurst = rounds.flatMap((round) => round.acceptedInBurst ?? []);
  return {
    ...(accepted.length > 0 && { accepted: medianSpread(accepted) }),
    ...(acceptedInBurst.length > 0 && { acceptedInBurst: medianSpread(acceptedInBurst) }),
    done: medianSpread(rounds.map(({ done }) => done)),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuOneMs: medianByPart(rounds.map(({ cpuOneMs }) => cpuOneMs)),
    cpuManyMs: medianByPart(rounds.map(({ cpuManyMs }) => cpuManyMs)),
  };
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

const WAY_NAMES: Readonly<Record<Way, string>> = {
  floor: 'floor: one empty activity',
  floorEager: 'floor, started eagerly',
  road: 'road of a signal',
  roadHttp: 'road, sent over HTTP',
};

/** The report for people, as lines. */
export function renderSpeed(report: SpeedReport): readonly string[] {
  return [
    renderMachine(report.machine),
    `Rounds: ${report.rounds.length}. Every figure is the median over them.`,
    '',
    ...renderWays(report),
    '',
    ...renderRatios(report),
    '',
    ...renderCpu(report),
    '',
    ...renderRest(report),
  ];
}

function renderWays({ ways, atOnce }: SpeedReport): readonly string[] {
  const heading = ['ms', 'accepted p50', 'p95', 'done p50', 'p95', `${atOnce} at once: per second`, 'accepted p50'];
  const rows = WAYS.map((way) => {
    const { accepted, done, perSecond, acceptedInBurst } = ways[way];
    const acceptedCells = accepted ? [figure(accepted.p50Ms, 0), figure(accepted.p95Ms, 0)] : ['-', '-'];
    const burstCell = acceptedInBurst ? figure(acceptedInBurst.p50Ms, 0) : '-';
    const doneCells = [figure(done.p50Ms, 1), figure(done.p95Ms, 1)];
    return [WAY_NAMES[way], ...acceptedCells, ...doneCells, figure(perSecond, 1), burstCell];
  });
  return renderFigures([heading, ...rows]);
}

function renderRatios({ ratios, duplicates }: SpeedReport): readonly string[] {
  const heading = ['floor = 1', 'accepted', 'done', 'per second', 'accepted, eager', 'per second, eager'];
  const row = (name: string, way: WayRatios) => [
    name,
    ...[way.accepted, way.settled, way.perSecond, way.acceptedToEager, way.perSecondToEager].map((value) =>
      figure(value, 2),
    ),
  ];
  return [
    ...renderFigures([heading, row(WAY_NAMES.road, ratios.road), row(WAY_NAMES.roadHttp, ratios.roadHttp)]),
    '',
    `Duplicates recognised: ${figure(duplicates.perSecond, 0)} per second, ${figure(duplicates.toFloor, 2)} of the floor's pace.`,
  ];
}

function renderCpu({ ways, atOnce, memoryBytes }: SpeedReport): readonly string[] {
  const heading = ['processor time each, ms', ...PARTS, 'sum'];
  const row = (name: string, cpuMs: ByPart<number | undefined>): string[] => {
    return [name, ...PARTS.map((part) => figure(cpuMs[part], 1)), figure(sumOf(cpuMs), 1)];
  };
  const rows = WAYS.flatMap((way) => [
    row(`${WAY_NAMES[way]}, one at a time`, ways[way].cpuOneMs),
    row(`${WAY_NAMES[way]}, ${atOnce} at once`, ways[way].cpuManyMs),
  ]);
  const memoryRow = (name: string, bytes: ByPart<number | undefined>) => [
    name,
    ...PARTS.map((part) => mebibytes(bytes[part])),
  ];
  const memory = [
    ['resident memory', ...PARTS],
    memoryRow('after warming up', memoryBytes.start),
    memoryRow('after the rounds', memoryBytes.end),
  ];
  return [...renderFigures([heading, ...rows]), '', ...renderFigures(memory)];
}

function renderRest({ history, venueAlone, startUp }: SpeedReport): readonly string[] {
  const { placed, settled, shareOfAccepted, shareOfSettled } = venueAlone;
  const size = ({ events, bytes }: HistorySize): string => `${events} events, ${bytes} bytes`;
  const seconds = (durationMs: number): string => figure(durationMs / 1_000, 1, 's');
  return [
    `History of one signal: ${size(history.road)} (floor: ${size(history.floor)}).`,
    `Adapter and venue alone: an order ${figure(placed.p50Ms, 1, 'ms')}, ${percent(shareOfAccepted)} of the road until accepted;`,
    `  with its report ${figure(settled.p50Ms, 1, 'ms')}, ${percent(shareOfSettled)} of the whole road.`,
    `Start of everything: healthy after ${seconds(startUp.healthyMs)}, first order accepted after ${seconds(startUp.firstOrderMs)}, stopped in ${seconds(startUp.stopMs)}.`,
  ];
}
