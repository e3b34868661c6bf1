import { Command, CommanderError } from 'commander';
import { reportError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { wholeNumber } from '../src/cli/number-option';
import { measureBursts, renderBursts } from './bursts';
import { measureFlood, renderFlood } from './flood';
import { measureGrowth } from './growth';
import { renderGrowth } from './growth-report';
import { SERVER_VARIANTS } from './server-variants';
import { measureSpeed } from './speed';
import { renderSpeed } from './speed-report';
import { measureVariants, renderVariants } from './variants';
import { WORKER_VARIANTS } from './worker-variants';

const ROUNDS_MAX = 100;
/** Fewer would make blocks in which nothing could grow. */
const SIGNALS_MIN = 100;
const SIGNALS_MAX = 1_000_000;

/** A strategy of the flood makes some two thousand signals at once, and four hundred with each minute. */
const FLOOD_SIGNALS_MAX = 20_000;
const FLOOD_STRATEGIES_MAX = 1_000;

interface FloodCommandOptions {
  readonly signals: number;
  readonly strategies: number;
  readonly json?: boolean;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress goes to stderr, so that stdout holds the result alone. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function printResult<Report>(report: Report, asJson: boolean, render: (report: Report) => readonly string[]): void {
  if (asJson) print(JSON.stringify(report, undefined, 2));
  else for (const line of render(report)) print(line);
}

/** @param abort ends the measurement early. @returns the command line's grammar */
function createProgram(abort: AbortSignal): Command {
  const program = new Command('bench')
    .description('Measures the product against the floor: what Temporal itself needs for the least piece of work.')
    .enablePositionalOptions()
    .exitOverride()
    .option('--rounds <count>', 'rounds in alternation; medians are reported', wholeNumber(1, ROUNDS_MAX), 3)
    .option('--json', 'print JSON')
    .action(async ({ rounds, json }: { readonly rounds: number; readonly json?: boolean }) => {
      printResult(await measureSpeed({ rounds, abort, progress }), json ?? false, renderSpeed);
    });
  program
    .command('growth')
    .description('sends many signals and reports what gets slower or larger')
    .option('--signals <count>', 'how many, repetitions included', wholeNumber(SIGNALS_MIN, SIGNALS_MAX), 10_000)
    .option('--json', 'print JSON')
    .action(async ({ signals, json }: { readonly signals: number; readonly json?: boolean }) => {
      printResult(await measureGrowth({ signals, abort, progress }), json ?? false, renderGrowth);
    });
  program
    .command('bursts')
    .description('hands hundreds of signals in at once, and reports whether a larger burst is slower for each of them')
    .option('--json', 'print JSON')
    .action(async ({ json }: { readonly json?: boolean }) => {
      printResult(await measureBursts(abort, progress), json ?? false, renderBursts);
    });
  program
    .command('flood')
    .description(
      'floods the real product at its default limits, and reports what becomes of ten honest signals beside it',
    )
    .option('--signals <count>', 'valid signals of the flood', wholeNumber(1, FLOOD_SIGNALS_MAX), 3_000)
    .option('--strategies <count>', 'names that the flood invents', wholeNumber(1, FLOOD_STRATEGIES_MAX), 1)
    .option('--json', 'print JSON')
    .action(async ({ signals, strategies, json }: FloodCommandOptions) => {
      printResult(await measureFlood({ signals, strategies, abort, progress }), json ?? false, renderFlood);
    });
  program
    .command('settings')
    .description("measures what the server settings of temporal-config are worth against the server's defaults")
    .option('--json', 'print JSON')
    .action(async ({ json }: { readonly json?: boolean }) => {
      printResult(await measureVariants(SERVER_VARIANTS, abort, progress), json ?? false, renderVariants);
    });
  program
    .command('workers')
    .description('measures what the settings of the workers are worth: slots, polls, cache')
    .option('--json', 'print JSON')
    .action(async ({ json }: { readonly json?: boolean }) => {
      printResult(await measureVariants(WORKER_VARIANTS, abort, progress), json ?? false, renderVariants);
    });
  return program;
}

async function main(): Promise<ExitCode> {
  // The workers in this process report every signal to their supervisor, and print it where they have none.
  process.send = () => true;
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interruption.abort());
  try {
    await createProgram(interruption.signal).parseAsync();
    return ExitCode.SUCCESS;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.SUCCESS : ExitCode.USAGE;
    if (interruption.signal.aborted) {
      progress('Interrupted; everything was stopped.');
      return ExitCode.INTERRUPTED;
    }
    const { message, exitCode } = reportError(error);
    progress(message);
    return exitCode;
  }
}

void main().then((exitCode) => {
  process.exitCode = exitCode;
});
