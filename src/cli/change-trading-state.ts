import type { Command } from 'commander';
import { commandLineActor } from '../access/audit';
import type { Config } from '../config/schema';
import type { TradingState } from '../domain/ledger/types';
import { quoteValue } from '../domain/quote-value';
import { readStateReason } from '../domain/state-reason';
import type { TradingChanged, TradingStateAct } from '../positions/change-trading';
import { CliError } from './cli-error';
import { auditAround, auditAttempt } from './command-audit';
import { checkLiveFlag, LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { withClient } from './temporal-access';
import { describeOrders } from './tell-open-orders';
import { printErrorLine, printJson, printLine } from './terminal';

/** One of the commands that set the trading state. */
interface TradingStateCommand {
  readonly name: TradingStateAct;
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

/** Tells the account, waits until the state holds, and looks at what is open then. */
async function tellAccount(
  config: Config,
  { name, to }: TradingStateCommand,
  { reason, cancelOrders = false }: ChangeOptions,
  onChanged: () => void,
): Promise<TradingChanged> {
  const { venue } = config;
  const [{ changeTrading }, { tradingVenueOf }, { auditedCancel }] = await Promise.all([
    import('../positions/change-trading'),
    import('../config/trading-environment'),
    import('../api/present-signal'),
  ]);
  const onSet = (): void => {
    if (to === 'active') return;
    printErrorLine(`Trading on ${venue} is ${to}. Waits until no order that was authorized before can still be sent.`);
  };
  const { who } = commandLineActor();
  return withClient(config, to === 'active' ? 'act' : 'halt', ({ client }) =>
    changeTrading(client, tradingVenueOf(config), {
      act: name,
      reason,
      who,
      cancelsOrders: cancelOrders,
      onSet,
      onChanged,
      onCancel: ({ fingerprint }, answer) => {
        const end = answer ? auditedCancel(answer) : ({ result: 'failed' } as const);
        auditAttempt(config, { what: 'signal.cancel', target: fingerprint, why: reason, ...end });
      },
    }),
  );
}

/** Going on needs a line in the audit before it happens; stopping is never held up by one, which follows it. */
async function changeAudited(
  config: Config,
  definition: TradingStateCommand,
  options: ChangeOptions,
): Promise<TradingChanged> {
  const { name, to } = definition;
  const act = { what: name, target: config.venue, why: options.reason } as const;
  if (to === 'active') {
    return auditAround(config, act, async () => ({
      value: await tellAccount(config, definition, options, () => undefined),
      result: 'done',
    }));
  }
  let isDone = false;
  try {
    return await tellAccount(config, definition, options, () => {
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
  const { kept, fault } = readStateReason(written, to);
  const reason = written.trim();
  if (reason === '') throw new CliError(`The reason ${fault}.`, ExitCode.USAGE);
  if (kept === undefined) throw new CliError(`--reason is ${quoteValue(reason)}; it ${fault}.`, ExitCode.USAGE);
  if (fault !== undefined) printErrorLine(`--reason ${fault}. It is kept as ${quoteValue(kept)}.`);
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
  const [{ TradingStateError }, { isComplete }, { presentTradingChange }] = await Promise.all([
    import('../trading/trading-state'),
    import('../positions/change-trading'),
    import('../api/present-orders'),
  ]);
  try {
    const changed = await changeAudited(config, definition, { ...options, reason });
    const { orders } = changed;
    if (json) printJson(presentTradingChange(venue, changed));
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
