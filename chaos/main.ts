import { Command, InvalidArgumentError, Option } from 'commander';
import { decideSeal } from '../harness/history-seal';
import { runInterruptibly } from '../harness/interruptible-program';
import { ExitCode } from '../src/process/exit-codes';
import { CRASH_POINTS, POSITION_CRASH_POINTS, type CrashPoint } from '../src/process/crash-points';
import { CERTAIN_FAULTS, type CertainFaults } from './fault-mix';
import { readKeptSeeds } from './kept-seeds';
import { renderSeeds, renderSweep, seedsAsJson, sweepAsJson } from './report';
import { runSeed, type SeedReport } from './seed-run';
import { sweep } from './sweep';
import { SWEEP_CASES } from './sweep-scenarios';

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly signals: number;
  readonly positions?: boolean;
  readonly faults?: CertainFaults;
  readonly kept?: boolean;
  readonly sweep?: boolean;
  readonly point?: CrashPoint;
  readonly json?: boolean;
}

const SIGNALS_MAX = 2_000;
const SEEDS_MAX = 10_000;

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function readOptions(): Options {
  return new Command('chaos')
    .description('Attacks the running product with faults and SIGKILL, lets it heal, and audits it at the venue.')
    .option('--seed <number>', 'what decides everything that is random', wholeNumber(0, 2 ** 20), 1)
    .option('--seeds <count>', 'how many seeds, from --seed upwards', wholeNumber(1, SEEDS_MAX), 1)
    .option('--signals <count>', 'signals per seed', wholeNumber(1, SIGNALS_MAX), 300)
    .option('--positions', 'positions as people trade them, attacked and audited, too')
    .addOption(
      new Option(
        '--faults <which>',
        'beside what a seed draws, in any case: all that the private stream can do wrong, or what a venue does by itself',
      ).choices(CERTAIN_FAULTS),
    )
    .option('--kept', 'the seeds that once found a defect, instead')
    .option('--sweep', 'SIGKILL at every named point of the saga, one by one, instead')
    .addOption(
      new Option('--point <name>', 'with --sweep: this point only').choices([
        ...CRASH_POINTS,
        ...POSITION_CRASH_POINTS,
      ]),
    )
    .option('--json', 'print JSON')
    .parse()
    .opts<Options>();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress goes to stderr, so that stdout holds the result alone. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function runSeeds(options: Options, signal: AbortSignal): Promise<ExitCode> {
  const range = Array.from({ length: options.seeds }, (_, index) => ({
    seed: options.seed + index,
    signals: options.signals,
    positions: options.positions ?? false,
    faults: options.faults,
  }));
  const reports: SeedReport[] = [];
  for (const { seed, signals, positions: withPositions, faults } of options.kept ? readKeptSeeds() : range) {
    const report = await runSeed({ seed, signals, withPositions, certain: faults, signal, progress });
    reports.push(report);
    if (report.violation === undefined) continue;
    progress(`VIOLATED by seed ${seed}: ${report.violation}`);
    progress(`Its data folder is kept: ${report.dataDir}`);
    const more = `${withPositions ? ' --positions' : ''}${faults ? ` --faults ${faults}` : ''}`;
    progress(`Repeat it with: npm run chaos -- --seed ${seed} --signals ${signals}${more}`);
    break;
  }
  if (options.json) print(JSON.stringify(seedsAsJson(reports), undefined, 2));
  else for (const line of renderSeeds(reports)) print(line);
  return reports.some(({ violation }) => violation !== undefined) ? ExitCode.FAILURE : ExitCode.SUCCESS;
}

async function runSweep({ point, json }: Options, signal: AbortSignal): Promise<ExitCode> {
  const reports = await sweep({
    cases: SWEEP_CASES.filter((one) => point === undefined || one.point === point),
    signal,
    progress,
  });
  const failed = reports.find(({ violation }) => violation !== undefined);
  if (failed) {
    progress(`VIOLATED at ${failed.point}: ${failed.violation}`);
    progress(`Its data folder is kept: ${failed.dataDir}`);
    progress(`Repeat it with: npm run chaos -- --sweep --point ${failed.point}`);
  }
  if (json) print(JSON.stringify(sweepAsJson(reports), undefined, 2));
  else for (const line of renderSweep(reports)) print(line);
  return failed ? ExitCode.FAILURE : ExitCode.SUCCESS;
}

async function main(signal: AbortSignal): Promise<ExitCode> {
  const options = readOptions();
  decideSeal(false);
  return options.sweep ? runSweep(options, signal) : runSeeds(options, signal);
}

runInterruptibly('attack', main, progress);
