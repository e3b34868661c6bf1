import type { Command } from 'commander';
import type { Config } from '../config/schema';
import type { TradingState, TradingStateChange } from '../domain/ledger/types';
import { quoteValue } from '../domain/quote-value';
import { faultOfReason, keepableReason } from '../domain/readable-text';
import { CliError } from './cli-error';
import { auditAround, auditAttempt } from './command-audit';
import { checkLiveFlag, LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { withClient } from './temporal-access';
import { describeOrders, isComplete, presentOrders, reportOrders, type OrdersReport } from './tell-open-orders';
import { printErrorLine, printJson, printLine } from './terminal';

/** One of the commands that set the trading state. */
interface TradingStateCommand {
  readonly name: 'halt' | 'reduce' | 'resume';
  readonly to: TradingState;
  readonly description: string;
  /** What is true once the command is done. */
  readonly done: string;
  /** What `--cancel-orders` does; absent: it does not have it. */
  readonly cancels?: string;
}

const TRADING_STATE_COMMANDS: readonly TradingStateCommand[] = [
  {
    name: 'halt',
    to: 'halted',
    description: 'send no more orders, not even exits, until "resume"; tells which orders are open at the venue',
    done: 'halted. No new order will be sent.',
    cancels: 'ask for every open order to be cancelled, entries and exits, and tell what became of them',
  },
  {
    name: 'reduce',
    to: 'reducing',
    description: 'send only orders that reduce a position, until "resume"; tells which orders are open at the venue',
    done: 'reduced to exits. No new entry will be sent.',
    cancels: 'ask for every open entry to be cancelled, and tell what became of them; exits stay',
  },
  {
    name: 'resume',
    to: 'active',
    description: 'trade again after "halt" or "reduce"; signals refused meanwhile stay refused',
    done: 'active.',
  },
];

interface ChangeOptions {
  readonly reason: string;
  readonly cancelOrders?: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** What a command came to. */
interface Changed {
  readonly change: TradingStateChange;
  /** What is open since. */
  readonly orders: OrdersReport;
}

/** Tells the ledger, waits until the state holds, and looks at what is open then. */
async function tellLedger(
  config: Config,
  { name, to }: TradingStateCommand,
  { reason, cancelOrders = false }: ChangeOptions,
  onChanged: () => void,
): Promise<Changed> {
  const { venue } = config;
  const [{ createTradingStateControl }, { tradingVenueOf }] = await Promise.all([
    import('../trading/trading-state'),
    import('../config/trading-environment'),
  ]);
  return withClient(config, to === 'active' ? 'act' : 'halt', async ({ client }) => {
    const control = createTradingStateControl(client, tradingVenueOf(config));
    const change = await control.change(to, reason, () => {
      if (to === 'active') return;
      printErrorLine(
        `Trading on ${venue} is ${to}. Waits until no order that was authorized before can still be sent.`,
      );
    });
    onChanged();
    const cancelling = cancelOrders && name !== 'resume' ? { by: name, reason } : undefined;
    return { change, orders: await reportOrders(client, config, control, cancelling) };
  });
}

/** Going on needs a line in the audit before it happens; stopping is never held up by one, which follows it. */
async function changeAudited(
  config: Config,
  definition: TradingStateCommand,
  options: ChangeOptions,
): Promise<Changed> {
  const { name, to } = definition;
  const act = { what: name, target: config.venue, why: options.reason } as const;
  if (to === 'active') {
    return auditAround(config, act, async () => ({
      value: await tellLedger(config, definition, options, () => undefined),
      result: 'done',
    }));
  }
  let isDone = false;
  try {
    return await tellLedger(config, definition, options, () => {
      isDone = true;
      // Before its orders are cancelled, which takes a while and leaves lines of its own.
      auditAttempt(config, { ...act, result: 'done' });
    });
  } catch (error) {
    if (!isDone) auditAttempt(config, { ...act, result: 'failed' });
    throw error;
  }
}

/**
 * @param to what trading is to be: to stop it does not fail for the words that it is asked in
 * @throws CliError for an empty reason, and for one to go on that the record could not keep as it is
 */
export function readReason(written: string, to: TradingState): string {
  const reason = written.trim();
  if (reason === '') throw new CliError('The reason is empty: say why, for those who look later.', ExitCode.USAGE);
  const fault = faultOfReason(reason);
  if (fault === undefined) return reason;
  if (to === 'active') throw new CliError(`--reason is ${quoteValue(reason)}; it ${fault}.`, ExitCode.USAGE);
  const kept = keepableReason(reason);
  printErrorLine(`--reason ${fault}. It is kept as ${quoteValue(kept)}.`);
  return kept;
}

async function changeTradingState(
  command: Command,
  definition: TradingStateCommand,
  options: ChangeOptions,
): Promise<ExitCode> {
  const { live = false, json = false, cancelOrders = false } = options;
  const { to, done } = definition;
  const reason = readReason(options.reason, to);
  const config = await loadCommandConfig(command);
  if (to === 'active') checkLiveFlag(config, live);
  else refuseNeedlessLive(config, live);
  const { venue } = config;
  const { TradingStateError } = await import('../trading/trading-state');
  try {
    const { change, orders } = await changeAudited(config, definition, { ...options, reason });
    if (json)
      printJson({
        venue,
        trading_state: change.to,
        reason: change.reason,
        changed_at: new Date(change.atMs).toISOString(),
        ...(await presentOrders(orders)),
      });
    else printLine(`Trading on ${venue}: ${done}\n${await describeOrders(orders, config, to)}`);
    return isComplete(orders, cancelOrders) ? ExitCode.SUCCESS : ExitCode.FAILURE;
  } catch (error) {
    if (!(error instanceof TradingStateError)) throw error;
    throw new CliError(error.message, error.code === 'REFUSED' ? ExitCode.FAILURE : ExitCode.UNAVAILABLE);
  }
}

/** Adds `oncefill halt`, `reduce` and `resume`. */
export function addTradingStateCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  for (const definition of TRADING_STATE_COMMANDS) {
    const command = program
      .command(definition.name)
      .description(definition.description)
      .requiredOption('--reason <text>', 'why; kept with the change');
    if (definition.cancels !== undefined) command.option('--cancel-orders', definition.cancels);
    command
      .option(...LIVE_FLAG)
      .option('--json', 'print JSON')
      .action(async (options: ChangeOptions, command: Command) => {
        finish(await changeTradingState(command, definition, options));
      });
  }
}
