import type { Command } from 'commander';
import { wholeNumber } from '../src/cli/number-option';
import { measureRest, renderRest } from './rest';
import { measureStart, renderStart } from './start-phases';
import { measureViewers, renderViewers } from './viewers';

const ROUNDS_MAX = 100;
const MINUTES_MAX = 1_440;
const TURN_SECONDS_MAX = 3_600;

interface Options {
  readonly json?: boolean;
}

type Progress = (line: string) => void;
/** Measures as the options say, and prints what came of it. */
type Run = <Report>(
  options: Options,
  measure: () => Promise<Report>,
  render: (report: Report) => readonly string[],
) => Promise<void>;

/** `bench start`, `bench rest` and `bench viewers`: what the product costs before it does anything, while it does nothing, and while somebody looks. */
export function addStartCommands(program: Command, abort: AbortSignal, progress: Progress, run: Run): void {
  program
    .command('start')
    .description('starts the product at its defaults, and reports what took how long until it was healthy')
    .option(
      '--rounds <count>',
      'starts on a new folder, each followed by one on it again',
      wholeNumber(1, ROUNDS_MAX),
      3,
    )
    .option('--json', 'print JSON')
    .action(async ({ rounds, ...options }: Options & { readonly rounds: number }) => {
      await run(options, () => measureStart({ rounds, abort, progress }), renderStart);
    });
  program
    .command('rest')
    .description('leaves the product alone at its defaults, and reports what it uses meanwhile')
    .option('--minutes <count>', 'how long', wholeNumber(1, MINUTES_MAX), 60)
    .option('--json', 'print JSON')
    .action(async ({ minutes, ...options }: Options & { readonly minutes: number }) => {
      await run(options, () => measureRest({ minutes, abort, progress }), renderRest);
    });
  program
    .command('viewers')
    .description('lets nobody, one and ten look at the page in turns, and reports what each process uses meanwhile')
    .option('--rounds <count>', 'turns of each', wholeNumber(1, ROUNDS_MAX), 3)
    .option('--seconds <count>', 'how long each turn is', wholeNumber(1, TURN_SECONDS_MAX), 60)
    .option('--json', 'print JSON')
    .action(
      async ({ rounds, seconds, ...options }: Options & { readonly rounds: number; readonly seconds: number }) => {
        await run(options, () => measureViewers({ rounds, seconds, abort, progress }), renderViewers);
      },
    );
}
