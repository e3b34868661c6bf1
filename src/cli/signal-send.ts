import type { Command } from 'commander';
import { presentSignal } from '../api/present-signal';
import type { TradingSignal } from '../domain/signal';
import type { SignalView } from '../domain/signal-view';
import type { IntakeResult, SignalIntake } from '../intake/types';
import { CliError } from './cli-error';
import { loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { followSignal } from './follow-signal';
import { describeIntake, describeChange, renderSignal } from './render-signal';
import { withSignalIntake } from './temporal-access';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

interface SendOptions {
  readonly symbol: string;
  readonly direction: string;
  readonly strategy: string;
  readonly amount?: string;
  readonly limitPrice?: string;
  readonly timestamp?: string;
  readonly exit?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

async function readSignal(options: SendOptions): Promise<TradingSignal> {
  const { parseSignal } = await import('../intake/parse-signal');
  const nowMs = Date.now();
  const { symbol, direction, strategy, amount, limitPrice, timestamp } = options;
  const parsed = parseSignal(
    {
      symbol,
      direction,
      strategy,
      timestamp: timestamp ?? nowMs,
      intent: options.exit ? 'exit' : 'entry',
      ...(amount !== undefined && { amount }),
      ...(limitPrice !== undefined && { limitPrice }),
    },
    { nowMs },
  );
  if (!parsed.ok) throw new CliError(parsed.message, ExitCode.USAGE);
  return parsed.signal;
}

/** What a script learns from the exit code alone. */
export function exitCodeOf(result: IntakeResult, view: SignalView | undefined): ExitCode {
  if (result.status !== 'accepted') return ExitCode.REFUSED;
  const isFilled = view === undefined || view.outcome === 'FILLED' || view.outcome === 'PARTIALLY_FILLED';
  return isFilled ? ExitCode.SUCCESS : ExitCode.NOT_FILLED;
}

/** Progress goes to stderr where stdout is for JSON. */
async function waitForEnd(intake: SignalIntake, fingerprint: string, json: boolean): Promise<SignalView> {
  const print = json ? printErrorLine : printLine;
  const style = styleFor(json ? process.stderr : process.stdout);
  return followSignal(intake, fingerprint, (view) => print(style.dim(describeChange(view))));
}

/** Whoever repeats the command must repeat its time: another minute is another signal, and a second order. */
export function withTimestamp(error: unknown, { timestampMs }: TradingSignal): unknown {
  if (!(error instanceof Error) || error.name !== 'IntakeUnavailableError') return error;
  const timestamp = new Date(timestampMs).toISOString();
  return new CliError(`${error.message} Repeat the command with --timestamp ${timestamp}.`, ExitCode.UNAVAILABLE);
}

async function send(intake: SignalIntake, signal: TradingSignal, options: SendOptions): Promise<ExitCode> {
  const json = options.json ?? false;
  const result = await intake.submit(signal).catch((error: unknown) => {
    throw withTimestamp(error, signal);
  });
  if (!json) printLine(describeIntake(result));
  const follows = options.wait === true && result.status === 'accepted';
  const view = follows ? await waitForEnd(intake, result.fingerprint, json) : undefined;
  if (json) printJson(view ? { ...result, signal: presentSignal(view) } : result);
  else if (view) printLine(renderSignal(view, styleFor(process.stdout)));
  else if (result.status !== 'refused')
    printLine(`oncefill signal show ${result.fingerprint} tells what becomes of it.`);
  return exitCodeOf(result, view);
}

/** `oncefill signal send`: hands a signal straight to the Temporal server, with or without a running API. */
export function addSignalSendCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('send')
    .description('send one signal; sending it again with the same timestamp never makes a second order')
    .requiredOption('--symbol <symbol>', 'such as BTCUSDT')
    .requiredOption('--direction <side>', 'BUY or SELL')
    .requiredOption('--strategy <name>', 'who makes the signal; part of its fingerprint')
    .option('--amount <quantity>', 'base units, such as 0.01; absent: sized from free funds')
    .option('--limit-price <price>', 'makes it a limit order; absent: a market order')
    .option(
      '--timestamp <time>',
      'ISO 8601 with Z or an offset; its minute is part of the fingerprint; absent: the current time',
    )
    .option('--exit', 'only reduces a position')
    .option('--wait', 'follow the signal to its end')
    .option('--json', 'print JSON')
    .action(async (options: SendOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      const tradingSignal = await readSignal(options);
      finish(await withSignalIntake(config, (intake) => send(intake, tradingSignal, options)));
    });
}
