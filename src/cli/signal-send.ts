import type { Command } from 'commander';
import { presentIntake, presentSignal } from '../api/present-signal';
import type { Config } from '../config/schema';
import type { TradingSignal } from '../domain/signal';
import type { SignalView } from '../domain/signal-view';
import type { IntakeResult, SignalIntake } from '../intake/types';
import { CliError } from './cli-error';
import { auditAttempt } from './command-audit';
import { checkLiveFlag, configFileOf, LIVE_FLAG, loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { followSignal } from './follow-signal';
import { wholeNumber } from './number-option';
import { describeIntake, describeChange, renderSignal } from './render-signal';
import { commandLine, programWords, type GivenOptions } from './repeat-command';
import { sendPatiently } from './send-patiently';
import { presentUnsent, sayOnInterrupt, unsentError, type UnsentSignal } from './unsent-signal';
import { withSignalIntake } from './temporal-access';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

const DEADLINE_SECONDS_DEFAULT = 60;
/** As long as the longest window in which a repetition can be accepted (signals.dedupWindowSeconds). */
const DEADLINE_SECONDS_MAX = 86_400;

export interface SendOptions {
  readonly symbol: string;
  readonly direction: string;
  readonly strategy: string;
  readonly amount?: string;
  readonly amountMax?: string;
  readonly limitPrice?: string;
  readonly timeInForce?: string;
  readonly goodFor?: string;
  readonly stopLoss?: string;
  readonly stopLossDistance?: string;
  readonly takeProfit?: string;
  readonly takeProfitDistance?: string;
  readonly trailingDistance?: string;
  readonly maxHolding?: string;
  readonly timestamp?: string;
  readonly deadline: number;
  readonly exit?: boolean;
  readonly wait?: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** What messages call a signal's fields: as they are typed. */
const OPTION_NAMES = {
  symbol: '--symbol',
  direction: '--direction',
  strategy: '--strategy',
  amount: '--amount',
  amountMax: '--amount-max',
  limitPrice: '--limit-price',
  timeInForce: '--time-in-force',
  goodForSeconds: '--good-for',
  stopLoss: '--stop-loss',
  stopLossDistance: '--stop-loss-distance',
  takeProfit: '--take-profit',
  takeProfitDistance: '--take-profit-distance',
  trailingDistance: '--trailing-distance',
  maxHoldingSeconds: '--max-holding',
  timestamp: '--timestamp',
};

/** The signal, with its time: from here on it is the same one, however often it is sent. */
async function readSignal(options: SendOptions): Promise<TradingSignal> {
  const [{ parseSignal }, { QUOTES_ADVICE }] = await Promise.all([
    import('../intake/parse-signal'),
    import('../intake/decimal-text'),
  ]);
  const nowMs = Date.now();
  const { symbol, direction, strategy, amount, amountMax, limitPrice, timeInForce, goodFor, timestamp } = options;
  const { stopLoss, stopLossDistance, takeProfit, takeProfitDistance, trailingDistance, maxHolding } = options;
  const parsed = parseSignal(
    {
      symbol,
      direction,
      strategy,
      timestamp: timestamp ?? nowMs,
      intent: options.exit ? 'exit' : 'entry',
      ...(amount !== undefined && { amount }),
      ...(amountMax !== undefined && { amountMax }),
      ...(limitPrice !== undefined && { limitPrice }),
      ...(timeInForce !== undefined && { timeInForce }),
      ...(goodFor !== undefined && { goodForSeconds: goodFor }),
      ...(stopLoss !== undefined && { stopLoss }),
      ...(stopLossDistance !== undefined && { stopLossDistance }),
      ...(takeProfit !== undefined && { takeProfit }),
      ...(takeProfitDistance !== undefined && { takeProfitDistance }),
      ...(trailingDistance !== undefined && { trailingDistance }),
      ...(maxHolding !== undefined && { maxHoldingSeconds: maxHolding }),
    },
    { nowMs, names: OPTION_NAMES },
  );
  if (!parsed.ok) throw new CliError(parsed.message.replace(QUOTES_ADVICE, ', such as 0.01'), ExitCode.USAGE);
  return parsed.signal;
}

/** The options of a command line by their names; those that were left to their defaults are absent. */
function givenOptions(command: Command): GivenOptions {
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  const values = command.opts<GivenOptions>();
  return Object.fromEntries(given.map((option) => [option.name(), values[option.attributeName()]]));
}

/** The whole command that sends this very signal again: without its time it would be another one, and a second order. */
export function repeatCommand(
  given: GivenOptions,
  timestampMs: number,
  configFile: string | undefined,
  program = programWords(),
): string {
  const options = { config: configFile, ...given, timestamp: new Date(timestampMs).toISOString() };
  return commandLine({ program, command: ['signal', 'send'], options });
}

/**
 * How long the command repeats the submission by itself: a signal older than the window is refused, whoever repeats it.
 *
 * @returns milliseconds
 */
export function sendingTimeMs({ deadline }: SendOptions, { timestampMs }: TradingSignal, { signals }: Config): number {
  const leftMs = timestampMs + signals.dedupWindowSeconds * 1_000 - Date.now();
  return Math.max(0, Math.min(deadline * 1_000, leftMs));
}

/** What a script learns from the exit code alone. */
export function exitCodeOf(result: IntakeResult, view: SignalView | undefined): ExitCode {
  if (result.status !== 'accepted') return ExitCode.REFUSED;
  const isFilled = view === undefined || view.outcome === 'FILLED' || view.outcome === 'PARTIALLY_FILLED';
  return isFilled ? ExitCode.SUCCESS : ExitCode.NOT_FILLED;
}

/** What the audit says of it. */
function auditedResult(result: IntakeResult): { readonly result: 'done' | 'refused'; readonly detail?: string } {
  if (result.status === 'refused') return { result: 'refused', detail: result.code };
  if (result.status === 'duplicate') return { result: 'refused', detail: 'conflicting' };
  return { result: 'done', detail: result.repeated ? 'repeated' : undefined };
}

/** The same signal may be taken later. */
export function isRefusedForNow(result: IntakeResult): boolean {
  return result.status === 'refused' && result.retryAfterMs !== undefined;
}

/** Progress goes to stderr where stdout is for JSON. */
async function waitForEnd(intake: SignalIntake, fingerprint: string, json: boolean): Promise<SignalView> {
  const print = json ? printErrorLine : printLine;
  const style = styleFor(json ? process.stderr : process.stdout);
  return followSignal(intake, fingerprint, (view) => print(style.dim(describeChange(view))));
}

/** Tells what intake did with the signal, and with --wait what becomes of it. */
async function tell(
  intake: SignalIntake,
  result: IntakeResult,
  options: SendOptions,
  repeat: string,
): Promise<ExitCode> {
  const json = options.json ?? false;
  if (!json) printLine(describeIntake(result));
  const isPassing = isRefusedForNow(result);
  if (isPassing && !json) printLine(`This command sends it as the same signal:\n${repeat}`);
  const follows = options.wait === true && result.status === 'accepted';
  const view = follows ? await waitForEnd(intake, result.fingerprint, json) : undefined;
  if (json)
    printJson({ ...presentIntake(result), ...(isPassing && { repeat }), ...(view && { signal: presentSignal(view) }) });
  else if (view) printLine(renderSignal(view, styleFor(process.stdout)));
  else if (result.status !== 'refused')
    printLine(`oncefill signal show ${result.fingerprint} tells what becomes of it.`);
  return exitCodeOf(result, view);
}

/**
 * Sends the signal until somebody answers, and says how to repeat the command when nobody does, or when it is interrupted.
 *
 * @param repeat the command that sends this very signal
 * @throws CliError that ends with that command
 */
async function send(signal: TradingSignal, options: SendOptions, config: Config, repeat: string): Promise<ExitCode> {
  const { fingerprintOf } = await import('../intake/fingerprint');
  const { timestampMs } = signal;
  const untilMs = timestampMs + config.signals.dedupWindowSeconds * 1_000;
  const fingerprint = fingerprintOf(signal);
  const unsent: UnsentSignal = { fingerprint, timestampMs, untilMs, repeat, wasSubmitted: false, wasAnswered: false };
  const attempt = (): Promise<ExitCode> =>
    withSignalIntake(config, 'act', async (intake) => {
      unsent.wasSubmitted = true;
      const result = await intake.submit(signal);
      unsent.wasAnswered = true;
      auditAttempt(config, { what: 'signal.send', target: fingerprint, ...auditedResult(result) });
      return tell(intake, result, options, repeat);
    });
  const stopListening = sayOnInterrupt(unsent);
  try {
    return await sendPatiently({
      attempt,
      deadlineMs: sendingTimeMs(options, signal, config),
      onRepeat: tellRepetition,
    });
  } catch (error) {
    // Only its end was not seen, and the error says so itself.
    if (unsent.wasAnswered) throw error;
    if (unsent.wasSubmitted) auditAttempt(config, { what: 'signal.send', target: fingerprint, result: 'failed' });
    const failure = unsentError(error, unsent);
    if (!options.json) throw failure;
    printJson(presentUnsent(error, unsent));
    return failure.exitCode;
  } finally {
    stopListening();
  }
}

function tellRepetition(attempt: number, { name, message }: Error): void {
  const reason = name === 'IntakeUnavailableError' ? 'The Temporal server does not answer' : message.replace(/\.$/, '');
  printErrorLine(`${reason}; sending again (attempt ${attempt}) …`);
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
    .option('--amount-max <quantity>', 'the most that is taken when it is sized from free funds')
    .option('--limit-price <price>', 'makes it a limit order; absent: a market order')
    .option(
      '--time-in-force <option>',
      'of a limit order: GTC (no end of its own), IOC, FOK or POST_ONLY (docs/orders.md)',
    )
    .option(
      '--good-for <seconds>',
      'of a limit order: what still rests then is cancelled; absent: after signals.timeToLiveSeconds',
    )
    .option('--stop-loss <price>', 'where the position is closed at a loss; absent: as configured (docs/protection.md)')
    .option('--stop-loss-distance <price>', 'the same, as a distance from the price')
    .option('--take-profit <price>', 'where it is closed with a gain; absent: as configured')
    .option('--take-profit-distance <price>', 'the same, as a distance from the price')
    .option('--trailing-distance <price>', 'the stop follows the price at this distance')
    .option('--max-holding <seconds>', 'it is closed after this; absent: as configured')
    .option(
      '--timestamp <time>',
      'ISO 8601 with Z or an offset, or seconds or milliseconds since 1970; its minute is part of the fingerprint; absent: the current time',
    )
    .option('--exit', 'only reduces a position')
    .option(
      '--deadline <seconds>',
      'how long it is sent again, as the same signal, while the server does not answer; 0: once',
      wholeNumber(0, DEADLINE_SECONDS_MAX),
      DEADLINE_SECONDS_DEFAULT,
    )
    .option('--wait', 'follow the signal to its end')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (options: SendOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      checkLiveFlag(config, options.live ?? false);
      const tradingSignal = await readSignal(options);
      const repeat = repeatCommand(givenOptions(command), tradingSignal.timestampMs, configFileOf(command));
      finish(await send(tradingSignal, options, config, repeat));
    });
}
