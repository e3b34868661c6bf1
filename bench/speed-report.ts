import { renderBursts } from './bursts';
import { renderMachine } from './machine';
import { PARTS, sumOf, type ByPart } from './process-figures';
import { CROWDS, WAY_NAMES, WAY_TITLES, type WayFigures, type WayName } from './speed-figures';
import type { HistorySize, SpeedReport, WayRatios } from './speed-summary';
import { figure, mebibytes, percent, renderFigures } from './table';

const ABSENT = '-';

/** The report for people, as lines. */
export function renderSpeed(report: SpeedReport): readonly string[] {
  return [
    renderMachine(report.machine),
    `Rounds: ${report.rounds.length}. Every figure is the median over them; without another word it is the p50.`,
    '',
    ...renderWays(report),
    '',
    ...renderBeside(report),
    '',
    ...renderCpu(report),
    '',
    ...renderMemory(report),
    '',
    ...renderRest(report),
    ...(report.bursts ? ['', ...renderBursts(report.bursts)] : []),
    ...(report.notes.length === 0 ? [] : ['', ...report.notes]),
  ];
}

function measured({ ways }: SpeedReport): readonly (readonly [WayName, WayFigures])[] {
  return WAY_NAMES.flatMap((name) => {
    const way = ways[name];
    return way ? [[name, way] as const] : [];
  });
}

/** Absolute figures, and behind them the same ones as multiples of the floor's: a faster floor would hide a gain. */
function renderWays(report: SpeedReport): readonly string[] {
  const heading = [
    'ms',
    'accepted',
    'p95',
    'done',
    'p95',
    ...CROWDS.flatMap(({ atOnce }) => [`${atOnce} at once: per s`, 'accepted']),
    'floor = 1: accepted',
    'done',
    'per s',
  ];
  const rows = measured(report).map(([name, { accepted, done, crowds }]) => [
    WAY_TITLES[name],
    ...(accepted ? [figure(accepted.p50Ms, 1), figure(accepted.p95Ms, 1)] : [ABSENT, ABSENT]),
    figure(done.p50Ms, 1),
    figure(done.p95Ms, 1),
    ...crowds.flatMap((crowd) => [
      figure(crowd.perSecond, 1),
      crowd.accepted ? figure(crowd.accepted.p50Ms, 0) : ABSENT,
    ]),
    ...ratioCells(report.toFloor[name], 1),
  ]);
  return renderFigures([heading, ...rows]);
}

function ratioCells(ratios: WayRatios | undefined, crowds: number = CROWDS.length): readonly string[] {
  const values = [
    ratios?.accepted,
    ratios?.done,
    ...CROWDS.slice(0, crowds).map((_, index) => ratios?.perSecond[index]),
  ];
  return values.map((value) => (value === undefined ? ABSENT : figure(value, 2)));
}

function renderBeside({ beside, duplicates }: SpeedReport): readonly string[] {
  const heading = [
    'one beside the other = 1',
    'accepted',
    'done',
    ...CROWDS.map(({ atOnce }) => `${atOnce} at once: per s`),
  ];
  const rows = beside.map(({ way, other, ratios }) => [
    `${WAY_TITLES[way]} ÷ ${WAY_TITLES[other]}`,
    ...ratioCells(ratios),
  ]);
  return [
    ...renderFigures([heading, ...rows]),
    '',
    `Duplicates recognised: ${figure(duplicates.perSecond, 0)} per second, ${figure(duplicates.toFloor, 2)} of the floor's pace.`,
  ];
}

/** Server and workers apart, then with the venue, and what only HTTP has; each alone, and in every crowd. Of peers nothing is read. */
function renderCpu(report: SpeedReport): readonly string[] {
  const loads = ['alone', ...CROWDS.map(({ atOnce }) => `${atOnce}`)];
  const heading = [
    'processor time each, ms',
    ...['server', 'workers', 'all', 'API', 'sender'].flatMap((part) =>
      loads.map((load, index) => (index === 0 ? `${part}: ${load}` : load)),
    ),
  ];
  const rows = measured(report)
    .filter(([, way]) => way.cpuMs.workers !== undefined)
    .map(([name, { cpuMs, httpCpuMs, crowds }]) => {
      const each = [cpuMs, ...crowds.map((crowd) => crowd.cpuMs)];
      const http = [httpCpuMs, ...crowds.map((crowd) => crowd.httpCpuMs)];
      const cells = [
        each.map(({ server }) => server),
        each.map(({ workers }) => workers),
        each.map(sumOf),
        http.map((of) => of?.api),
        http.map((of) => of?.sender),
      ];
      return [WAY_TITLES[name], ...cells.flat().map((value) => (value === undefined ? ABSENT : figure(value, 1)))];
    });
  return renderFigures([heading, ...rows]);
}

function renderMemory({ memoryBytes }: SpeedReport): readonly string[] {
  const row = (name: string, bytes: ByPart<number | undefined>) => [
    name,
    ...PARTS.map((part) => mebibytes(bytes[part])),
  ];
  return renderFigures([
    ['resident memory', ...PARTS],
    row('after warming up', memoryBytes.start),
    row('after the rounds', memoryBytes.end),
  ]);
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
