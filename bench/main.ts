import { setMaxListeners } from 'node:events';
import { Command, CommanderError, Option } from 'commander';
import { ORDERS_KEPT_MAX } from '../src/paper-venue/book/order-store';
import { reportError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { wholeNumber } from '../src/cli/number-option';
import { BATCH_ROWS_MAX } from '../src/inference/session';
import { measureBursts, renderBursts } from './bursts';
import { measureFlood, renderFlood } from './flood';
import { measureGrowth } from './growth';
import { renderGrowth } from './growth-report';
import { SERVER_VARIANTS } from './server-variants';
import { measureLimits, renderLimits } from './limits';
import { measureModel, renderModel } from './model';
import { measureRequests, renderRequests } from './requests';
import { decideSeal } from '../harness/history-seal';
import { measureTicks } from './ticks';
import { renderTicks } from './ticks-report';
import { chosenWays, measureAndKeep, renderKept, type SpeedCommandOptions } from './speed-command';
import { addStartCommands } from './start-commands';
import { measureVariants, renderVariants } from './variants';
import { WORKER_VARIANTS } from './worker-variants';

const ROUNDS_MAX = 100;
/** Fewer would make blocks in which nothing could grow; of more, the paper venue's book would not hold every order. */
const SIGNALS_MIN = 100;
const SIGNALS_MAX = ORDERS_KEPT_MAX;

/** A strategy of the flood makes some two thousand signals at once, and four hundred with each minute. */
const FLOOD_SIGNALS_MAX = 20_000;
const FLOOD_STRATEGIES_MAX = 1_000;

/** Fewer would not fill a run; more than four months of minutes. */
const TICKS_MIN = 500;
const TICKS_MAX = 200_000;

/** Ends that are waited for at once, each of which an interruption has to end: more than any measurement has under way. */
const WAITS_MAX = 500;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress goes to stderr, so that stdout holds the result alone. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

interface Options {
  readonly json?: boolean;
  readonly sealed?: boolean;
}

interface FloodCommandOptions extends Options {
  readonly signals: number;
  readonly strategies: number;
}

interface TicksCommandOptions extends Options {
  readonly ticks: number;
  readonly symbols: number;
}

interface ModelCommandOptions extends Options {
  readonly symbols: number;
}

/** Measures as the options say, and prints what came of it. */
async function run<Report>(
  { json = false, sealed = false }: Options,
  measure: () => Promise<Report>,
  render: (report: Report) => readonly string[],
): Promise<void> {
  decideSeal(sealed);
  const report = await measure();
  if (json) {
    print(JSON.stringify({ sealed, ...report }, undefined, 2));
    return;
  }
  if (sealed) print('Histories are sealed.');
  for (const line of render(report)) print(line);
}

const SEALED = ['--sealed', 'seal what the server keeps, as an installation with history keys does'] as const;

/** @param abort ends the measurement early. @returns the command line's grammar */
function createProgram(abort: AbortSignal): Command {
  const program = new Command('bench')
    .description('Measures the product against the floor: what Temporal itself needs for the least piece of work.')
    .enablePositionalOptions()
    .exitOverride()
    .option('--rounds <count>', 'rounds in alternation; medians are reported', wholeNumber(1, ROUNDS_MAX), 3)
    .addOption(
      new Option(
        '--durability <what>',
        'what a commit waits for: the operating system, the disk, or one product of each',
      )
        .choices(['paper', 'live', 'both'])
        .default('paper'),
    )
    .option('--peers', 'other engines take turns with ours (bench/peers)')
    .option('--bursts', 'bursts of hundreds of signals behind it')
    .option('--all', 'all three: both durabilities, peers, bursts')
    .option('--address <host:port>', 'a Temporal server that runs already, instead of one of its own')
    .option('--only <ways>', 'these alone, with commas between: floor, eager, inside, told, http, sender', chosenWays)
    .option('--record <name>', 'keep the figures under this name in bench/figures')
    .option('--against <name>', 'compare with figures that are kept; "last": the newest ones')
    .option(...SEALED)
    .option('--json', 'print JSON')
    .action(async (options: Options & SpeedCommandOptions) => {
      await run(options, () => measureAndKeep(options, abort, progress), renderKept);
    });
  program
    .command('growth')
    .description('sends many signals and reports what gets slower or larger')
    .option('--signals <count>', 'how many, repetitions included', wholeNumber(SIGNALS_MIN, SIGNALS_MAX), 10_000)
    .option(...SEALED)
    .option('--json', 'print JSON')
    .action(async ({ signals, ...options }: Options & { readonly signals: number }) => {
      await run(options, () => measureGrowth({ signals, abort, progress }), renderGrowth);
    });
  program
    .command('bursts')
    .description('hands hundreds of signals in at once, and reports whether a larger burst is slower for each of them')
    .option(...SEALED)
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await run(options, () => measureBursts(abort, progress), renderBursts);
    });
  program
    .command('flood')
    .description(
      'floods the real product at its default limits, and reports what becomes of ten honest signals beside it',
    )
    .option('--signals <count>', 'valid signals of the flood', wholeNumber(1, FLOOD_SIGNALS_MAX), 3_000)
    .option('--strategies <count>', 'names that the flood invents', wholeNumber(1, FLOOD_STRATEGIES_MAX), 1)
    .option('--json', 'print JSON')
    .action(async ({ signals, strategies, ...options }: FloodCommandOptions) => {
      await run(options, () => measureFlood({ signals, strategies, abort, progress }), renderFlood);
    });
  program
    .command('requests')
    .description('counts what finding out about filled orders costs at venues that show fills late')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await run(options, () => measureRequests(abort, progress), renderRequests);
    });
  program
    .command('limits')
    .description(
      'hands a burst and an exit to a venue that enforces its documented limits, and asks slow venues for much',
    )
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await run(options, () => measureLimits(abort, progress), renderLimits);
    });
  program
    .command('model')
    .description('runs ticks of the model on a paper venue, and reports what each part takes of the processor')
    .option('--symbols <count>', 'how many', wholeNumber(1, BATCH_ROWS_MAX), BATCH_ROWS_MAX)
    .option('--json', 'print JSON')
    .action(async ({ symbols, ...options }: ModelCommandOptions) => {
      await run(options, () => measureModel({ symbols }, abort, progress), renderModel);
    });
  program
    .command('ticks')
    .description(
      'runs the loop of the predictions over many ticks, and reports what its histories and its state come to',
    )
    .option('--ticks <count>', 'how many', wholeNumber(TICKS_MIN, TICKS_MAX), 10_000)
    .option('--symbols <count>', 'how many', wholeNumber(1, BATCH_ROWS_MAX), 12)
    .option(...SEALED)
    .option('--json', 'print JSON')
    .action(async ({ ticks, symbols, ...options }: TicksCommandOptions) => {
      await run(options, () => measureTicks({ ticks, symbols }, abort, progress), renderTicks);
    });
  program
    .command('settings')
    .description("measures what the server settings of temporal-config are worth against the server's defaults")
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await run(options, () => measureVariants(SERVER_VARIANTS, abort, progress), renderVariants);
    });
  program
    .command('workers')
    .description('measures what the settings of the workers are worth: slots, polls, cache')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await run(options, () => measureVariants(WORKER_VARIANTS, abort, progress), renderVariants);
    });
  addStartCommands(program, abort, progress, run);
  return program;
}

async function main(): Promise<ExitCode> {
  // The workers in this process report every signal to their supervisor, and print it where they have none.
  process.send = () => true;
  const interruption = new AbortController();
  setMaxListeners(WAITS_MAX, interruption.signal);
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
