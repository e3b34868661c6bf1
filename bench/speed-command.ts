import { CliError } from '../src/cli/cli-error';
import type { Durability } from '../src/temporal/server-settings';
import { ExitCode } from '../src/process/exit-codes';
import { chooseEntry, type FiguresEntry } from './figures';
import { compareFigures, renderComparison, type Change } from './figures-comparison';
import { assertNewName, entryOf, keepEntry, readEntries } from './figures-file';
import { measureSpeed } from './speed';
import { WAY_WORDS, type WayName } from './speed-figures';
import { renderSpeed } from './speed-report';
import type { SpeedReport } from './speed-summary';

/** What the command line says of the main measurement. */
export interface SpeedCommandOptions {
  readonly rounds: number;
  readonly durability: Durability | 'both';
  readonly peers?: boolean;
  readonly bursts?: boolean;
  /** Both durabilities, peers and bursts. */
  readonly all?: boolean;
  readonly address?: string;
  /** Words of WAY_WORDS, commas between; absent: every way. */
  readonly only?: readonly WayName[];
  readonly sealed?: boolean;
  /** The name to keep the figures under. */
  readonly record?: string;
  /** The name of kept figures to compare with. */
  readonly against?: string;
}

/** A measurement with what it is compared with. */
export type KeptReport = SpeedReport & {
  readonly comparison?: {
    readonly now: FiguresEntry;
    readonly before: FiguresEntry;
    readonly changes: readonly Change[];
  };
};

/** The ways that words with commas between name. @throws CliError for another word, or where no signal would be traded */
export function chosenWays(words: string): readonly WayName[] {
  const known: Readonly<Record<string, WayName>> = WAY_WORDS;
  const ways = words.split(',').map((word) => {
    const way = Object.hasOwn(known, word) ? known[word] : undefined;
    if (way) return way;
    throw new CliError(`--only: "${word}" is none of ${Object.keys(known).join(', ')}.`, ExitCode.USAGE);
  });
  if (ways.some((way) => way !== 'floor' && way !== 'floorEager')) return ways;
  throw new CliError('--only: name one of inside, told, http and sender; the floor trades no signal.', ExitCode.USAGE);
}

/**
 * The main measurement. Its figures are kept or compared as the options say.
 *
 * @throws CliError for options that do not go together, and as `measureSpeed`
 */
export async function measureAndKeep(
  options: SpeedCommandOptions,
  abort: AbortSignal,
  progress: (line: string) => void,
): Promise<KeptReport> {
  const { rounds, durability, address, only, record, against, sealed = false, all = false } = options;
  // What cannot be done afterwards is known before minutes of measurement.
  if (record !== undefined) assertNewName(record);
  const before = against === undefined ? undefined : chooseEntry(readEntries(), against);
  if (address !== undefined && (all || options.bursts || durability !== 'paper')) {
    const sentence = 'with a server that runs already, --durability, --bursts and --all have nothing to start.';
    throw new CliError(`--address: ${sentence}`, ExitCode.USAGE);
  }
  const { peers = all, bursts = all } = options;
  const report = await measureSpeed({
    rounds,
    durability: all ? 'both' : durability,
    peers,
    bursts,
    address,
    only,
    abort,
    progress,
  });
  const measured = sealed ? { ...report, notes: [...report.notes, 'Histories are sealed.'] } : report;
  const now = entryOf(record ?? 'now', measured);
  if (record !== undefined) progress(`Kept as "${record}" in ${keepEntry(now)}.`);
  if (!before) return measured;
  return { ...measured, comparison: { now, before, changes: compareFigures(now.figures, before.figures) } };
}

/** The report for people, as lines. */
export function renderKept(report: KeptReport): readonly string[] {
  const { comparison } = report;
  return [...renderSpeed(report), ...(comparison ? ['', ...renderComparison(comparison.now, comparison.before)] : [])];
}
