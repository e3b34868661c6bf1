import { Command } from 'commander';
import { decideSeal } from '../harness/history-seal';
import { runInterruptibly } from '../harness/interruptible-program';
import { wholeNumber } from '../src/cli/number-option';
import { ExitCode } from '../src/process/exit-codes';
import { renderEach, runEach } from './each-run';
import { runNight, type NightOptions, type NightReport } from './night-run';
import { renderNight } from './report';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly each?: boolean;
  readonly json?: boolean;
}

const MINUTES_DEFAULT = 240;
const MINUTES_MAX = 7 * 24 * 60;
const SIGNAL_EVERY_MS = 3_000;

function readOptions(): Options {
  return new Command('night')
    .description('Lets an operator sleep: kills, hangs and troubles, and who is told of what.')
    .option('--minutes <number>', 'how long faults are injected', wholeNumber(1, MINUTES_MAX), MINUTES_DEFAULT)
    .option('--seed <number>', 'what decides everything that is random', wholeNumber(0, 2 ** 20), 1)
    .option('--each', 'SIGKILL and SIGSTOP of each process once instead, and SIGKILL of the supervisor')
    .option('--json', 'print JSON')
    .parse()
    .opts<Options>();
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Progress goes to stderr, so that stdout holds the result alone. */
function progress(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

interface Done {
  readonly report: NightReport;
  readonly lines: readonly string[];
}

async function measureEach(options: NightOptions): Promise<Done> {
  const report = await runEach(options);
  return { report, lines: renderEach(report) };
}

async function spend(options: NightOptions): Promise<Done> {
  const report = await runNight(options);
  return { report, lines: renderNight(report) };
}

async function main(signal: AbortSignal): Promise<ExitCode> {
  const { each, json, ...options } = readOptions();
  decideSeal(false);
  const common = { ...options, signalEveryMs: SIGNAL_EVERY_MS, signal, progress };
  const { report, lines } = await (each ? measureEach(common) : spend(common));
  print(json ? [JSON.stringify(report, undefined, 2)] : lines);
  return report.violations.length === 0 ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

runInterruptibly('night', main, progress);
