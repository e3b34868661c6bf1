import { execFileSync } from 'node:child_process';
import { CliError } from '../src/cli/cli-error';
import { packageRoot } from '../src/config/package-root';
import { ExitCode } from '../src/process/exit-codes';
import { sumOf } from './process-figures';
import { compareWays, type SpeedReport } from './speed-summary';
import { WAY_NAMES, type ByWay, type WayFigures, type WayName } from './speed-figures';

/** The median of the rounds, and the least and the greatest of them. */
export interface Figure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Figures by name; those whose name says `perSecond` are the better the greater they are, the others the smaller. */
export type Figures = Readonly<Record<string, Figure>>;

/** What is kept of a run: one line of bench/figures/releases.jsonl. */
export interface FiguresEntry {
  readonly name: string;
  /** The day, UTC. */
  readonly date: string;
  /** What ran; with a plus where the working tree differed from it. */
  readonly commit?: string;
  readonly machine: string;
  readonly rounds?: number;
  readonly notes?: readonly string[];
  readonly figures: Figures;
}

/** Keys of what a way achieved; `20` and `60` were under way at once. */
function figuresOfWays(ways: ByWay<WayFigures>): Record<string, number | undefined> {
  const figures: Record<string, number | undefined> = {};
  for (const name of WAY_NAMES) {
    const way = ways[name];
    if (!way) continue;
    figures[`${name}.acceptedMs`] = way.accepted?.p50Ms;
    figures[`${name}.doneMs`] = way.done.p50Ms;
    figures[`${name}.cpuMs`] = sumOf(way.cpuMs);
    for (const { atOnce, perSecond, accepted, cpuMs } of way.crowds) {
      figures[`${name}.perSecond${atOnce}`] = perSecond;
      figures[`${name}.acceptedMs${atOnce}`] = accepted?.p50Ms;
      figures[`${name}.serverCpuMs${atOnce}`] = cpuMs.server;
      figures[`${name}.workersCpuMs${atOnce}`] = cpuMs.workers;
    }
  }
  return { ...figures, ...figuresOfRatios(ways) };
}

function figuresOfRatios(ways: ByWay<WayFigures>): Record<string, number | undefined> {
  const { toFloor, beside } = compareWays(ways);
  const ofFloor = Object.entries(toFloor).map(([way, ratios]) => ({ way, other: 'floor' as WayName, ratios }));
  const all = [...ofFloor, ...beside].flatMap(({ way, other, ratios }) => [
    [`${way}.acceptedTo.${other}`, ratios.accepted],
    [`${way}.doneTo.${other}`, ratios.done],
    [`${way}.perSecondTo.${other}`, ratios.perSecond[0]],
  ]);
  return Object.fromEntries(all) as Record<string, number | undefined>;
}

/** What of a report is kept, each figure with the spread of its rounds. */
export function figuresOf({ ways, rounds, bursts, history, startUp }: SpeedReport): Figures {
  const ofRounds = rounds.map((round) => figuresOfWays(round.ways));
  const spread = Object.entries(figuresOfWays(ways)).map(([key, value]) => {
    const values = ofRounds.flatMap((round) => round[key] ?? []);
    return [
      key,
      values.length < 2 ? { value } : { value, low: Math.min(...values), high: Math.max(...values) },
    ] as const;
  });
  const single = Object.entries({
    'history.bytes': history.road.bytes,
    'start.healthyMs': startUp.healthyMs,
    ...Object.fromEntries(bursts?.bursts.map((burst) => [`burst${burst.signals}.perSecond`, burst.perSecond]) ?? []),
  }).map(([key, value]) => [key, { value }] as const);
  const known = [...spread, ...single].filter(([, { value }]) => value !== undefined);
  return Object.fromEntries(known.map(([key, figure]) => [key, rounded(figure as Figure)]));
}

/** Four digits that matter: a line that people can read. */
function rounded({ value, low, high }: Figure): Figure {
  const short = (number: number): number => Number(number.toPrecision(4));
  return low === undefined || high === undefined
    ? { value: short(value) }
    : { value: short(value), low: short(low), high: short(high) };
}

/** @throws CliError for a line that is no entry, or a name that is there twice */
export function parseEntries(text: string): readonly FiguresEntry[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map((line, index) => parseEntry(line, index + 1));
  const twice = entries.find(({ name }, index) => entries.findIndex((entry) => entry.name === name) !== index);
  if (twice) throw new CliError(`The name "${twice.name}" stands twice among the kept figures.`, ExitCode.FAILURE);
  return entries;
}

function parseEntry(line: string, number: number): FiguresEntry {
  let entry: Partial<FiguresEntry> | undefined;
  try {
    entry = JSON.parse(line) as Partial<FiguresEntry>;
  } catch {
    // Said below, with the line's number.
  }
  const figures = Object.values(entry?.figures ?? {});
  const isEntry = [entry?.name, entry?.date, entry?.machine].every((text) => typeof text === 'string' && text !== '');
  if (isEntry && figures.length > 0 && figures.every((figure) => Number.isFinite(figure?.value))) {
    return entry as FiguresEntry;
  }
  const message = `Line ${number} of the kept figures is no entry: it needs name, date, machine and figures with a value each.`;
  throw new CliError(message, ExitCode.FAILURE);
}

/** @param name that of an entry, or `last` for the newest one @throws CliError when there is none */
export function chooseEntry(entries: readonly FiguresEntry[], name: string): FiguresEntry {
  const entry = name === 'last' ? entries.at(-1) : entries.find((one) => one.name === name);
  if (entry) return entry;
  const names = entries.map((one) => one.name).join(', ') || 'none';
  throw new CliError(`No figures are kept under the name "${name}"; there are: ${names}.`, ExitCode.USAGE);
}

/** @returns undefined where this is no checkout */
export function presentCommit(): string | undefined {
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', packageRoot(), ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return undefined;
  }
}
