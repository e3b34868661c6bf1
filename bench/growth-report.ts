import type { BlockFigures } from './growth-block';
import { renderMachine, type Machine } from './machine';
import { PARTS, sumOf } from './process-figures';
import type { RetentionFigures } from './retention';
import { median, ratio } from './statistics';
import { figure, mebibytes, percent, renderFigures } from './table';

const PART_NAMES = { server: 'Temporal server', workers: 'workers', venue: 'paper venue' } as const;

/** Something that grows with the number of signals. */
interface Growth {
  readonly what: string;
  /** From the second block's end to the last one's: the first one fills caches. */
  readonly bytesPerSignal?: number;
}

/** A figure whose median over the later blocks lies above that over the earlier ones by more than RISE_LEAST. */
interface Rise {
  readonly what: string;
  readonly earlier: number;
  readonly later: number;
  readonly unit: 'ms' | 'events' | 'MiB';
}

/** Blocks of the same run lie so far apart without growing. */
const RISE_LEAST = 0.15;
const BYTES_PER_MEBIBYTE = 1024 ** 2;

/** Everything that `npm run bench -- growth` found out; also what `--json` prints. */
export interface GrowthReport {
  readonly machine: Machine;
  readonly blocks: readonly BlockFigures[];
  /** The last block beside the second one; 0.1: a tenth more. Negative: less. */
  readonly lastAgainstSecond: { readonly durationMs?: number; readonly cpuMs?: number };
  /** Events of the account's longest run. */
  readonly accountEventsMax: number;
  readonly growth: readonly Growth[];
  /** What is larger in the later blocks than in the earlier ones; empty: flat. */
  readonly risen: readonly Rise[];
  readonly retention: RetentionFigures;
}

/** @param blocks two or more */
export function summariseGrowth(
  machine: Machine,
  blocks: readonly BlockFigures[],
  retention: RetentionFigures,
): GrowthReport {
  const [, second] = blocks;
  const last = blocks.at(-1);
  if (!second || !last) throw new RangeError('Growth shows in two blocks or more.');
  const between = blocks.slice(2).reduce((sum, { signals }) => sum + signals, 0);
  const grown = (what: string, bytesOf: (block: BlockFigures) => number | undefined): Growth => {
    const [start, end] = [bytesOf(second), bytesOf(last)];
    return { what, bytesPerSignal: start === undefined || end === undefined ? undefined : ratio(end - start, between) };
  };
  const more = (figureOf: (block: BlockFigures) => number | undefined): number | undefined => {
    const times = ratio(figureOf(last), figureOf(second));
    return times === undefined ? undefined : times - 1;
  };
  return {
    machine,
    blocks,
    lastAgainstSecond: { durationMs: more(({ durationMs }) => durationMs), cpuMs: more(({ cpuMs }) => sumOf(cpuMs)) },
    accountEventsMax: Math.max(...blocks.map(({ account }) => account.eventsMax)),
    growth: [
      grown('database of the server, until retention deletes', ({ disk }) => disk.databaseBytes),
      grown('journal of the paper venue', ({ disk }) => disk.journalBytes),
      ...PARTS.map((part) => grown(`memory of the ${PART_NAMES[part]}`, ({ memoryBytes }) => memoryBytes[part])),
    ],
    risen: risenIn(blocks.slice(1)),
    retention,
  };
}

/** Compares the halves of the blocks behind the first one; what grows until retention deletes it is told apart. */
function risenIn(blocks: readonly BlockFigures[]): readonly Rise[] {
  const half = Math.ceil(blocks.length / 2);
  const compare = (
    what: string,
    unit: Rise['unit'],
    valueOf: (block: BlockFigures) => number | undefined,
  ): readonly Rise[] => {
    const [before, after] = [blocks.slice(0, half), blocks.slice(-half)].map((some) =>
      some.flatMap((block) => valueOf(block) ?? []),
    );
    if (!before?.length || !after?.length) return [];
    const [earlier, later] = [median(before), median(after)];
    return later > earlier * (1 + RISE_LEAST) ? [{ what, earlier, later, unit }] : [];
  };
  return [
    ...compare('time of a signal', 'ms', ({ durationMs }) => durationMs),
    ...compare('its processor time', 'ms', ({ cpuMs }) => sumOf(cpuMs)),
    // Its first run fills up: only from its end on is there a length to compare.
    ...compare('longest run of the account', 'events', ({ account }) =>
      account.continuedCount > 0 ? account.eventsMax : undefined,
    ),
    ...PARTS.flatMap((part) =>
      compare(`memory of the ${PART_NAMES[part]}`, 'MiB', ({ memoryBytes }) => {
        const bytes = memoryBytes[part];
        return bytes === undefined ? undefined : bytes / BYTES_PER_MEBIBYTE;
      }),
    ),
  ];
}

/** The report for people, as lines. */
export function renderGrowth(report: GrowthReport): readonly string[] {
  const { machine, lastAgainstSecond, accountEventsMax, growth, retention } = report;
  return [
    renderMachine(machine),
    '',
    ...renderCosts(report.blocks),
    '',
    ...renderSizes(report.blocks),
    '',
    `Last block against the second: ${signed(lastAgainstSecond.durationMs)} time, ${signed(lastAgainstSecond.cpuMs)} processor time.`,
    `Longest run of the account: ${accountEventsMax} events.`,
    'Growth per signal, from the second block to the last:',
    ...growth.map(({ what, bytesPerSignal }) => `  ${what}: ${figure(bytesPerSignal, 0, 'bytes')}`),
    '',
    ...renderRetention(retention, growth[0]?.bytesPerSignal),
    '',
    renderVerdict(report),
  ];
}

function renderVerdict({ risen }: GrowthReport): string {
  const within = `within ${percent(RISE_LEAST)} between the earlier and the later blocks`;
  if (risen.length === 0) return `Flat: time, processor time, the account's runs and memory are ${within}.`;
  const told = risen.map(
    ({ what, earlier, later, unit }) =>
      `${what} (${figure(earlier, 1)} → ${figure(later, 1, unit)}, ${signed(later / earlier - 1)})`,
  );
  return `It grows: ${told.join(', ')}. All else is ${within}.`;
}

function renderCosts(blocks: readonly BlockFigures[]): readonly string[] {
  const heading = ['each signal, ms', 'duplicates', 'time', 'slowest', ...PARTS.map((part) => `${part} CPU`), 'CPU'];
  const rows = blocks.map((block, index) => [
    blockName(index),
    String(block.duplicates),
    figure(block.durationMs, 1),
    figure(block.slowestMs, 0),
    ...PARTS.map((part) => figure(block.cpuMs[part], 1)),
    figure(sumOf(block.cpuMs), 1),
  ]);
  return renderFigures([heading, ...rows]);
}

function renderSizes(blocks: readonly BlockFigures[]): readonly string[] {
  const heading = ['after it', 'account now', 'max', 'continued', 'database', ...PARTS];
  const rows = blocks.map(({ account, disk, memoryBytes }, index) => [
    blockName(index),
    ...[account.currentEvents, account.eventsMax, account.continuedCount].map(String),
    mebibytes(disk.databaseBytes),
    ...PARTS.map((part) => mebibytes(memoryBytes[part])),
  ]);
  return renderFigures([heading, ...rows]);
}

/** @param undeletedBytes what the database grows by for each signal where nothing is deleted */
function renderRetention(retention: RetentionFigures, undeletedBytes: number | undefined): readonly string[] {
  if (!retention.exercised) return [`Retention was not exercised to its end. ${retention.reason}`];
  const { waves, retentionSeconds, steadyFromWave, bytesPerSignal } = retention;
  const rows = waves.map(({ signals, deletedAfterMs, databaseBytes }, index) => [
    `wave ${index + 1}`,
    String(signals),
    figure(deletedAfterMs / 1_000, 1, 's'),
    mebibytes(databaseBytes),
  ]);
  return [
    `Retention of ${retentionSeconds} s, the server's least retention (an hour otherwise) lowered for it:`,
    ...renderFigures([['', 'signals', 'all deleted after', 'database then'], ...rows]),
    `From wave ${steadyFromWave} to the last the database grew by ${figure(bytesPerSignal, 0, 'bytes')} per signal, without deletions by ${figure(undeletedBytes, 0, 'bytes')}.`,
  ];
}

function blockName(index: number): string {
  return `block ${index + 1}`;
}

function signed(value: number | undefined): string {
  return value !== undefined && value >= 0 ? `+${percent(value, 1)}` : percent(value, 1);
}
