import type { Command } from 'commander';
import type { Config } from '../config/schema';
import type { TradingState, TradingStateChange } from '../domain/ledger/types';
import { CliError } from './cli-error';
import { auditAround, auditAttempt } from './command-audit';
import { checkLiveFlag, LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { withClient } from './temporal-access';
import { printErrorLine, printJson, printLine } from './terminal';

/** One of the commands that set the trading state. */
interface TradingStateCommand {
  readonly name: 'halt' | 'reduce' | 'resume';
  readonly to: TradingState;
  readonly description: string;
  /** What is true once the command is done. */
  readonly done: string;
}

const TRADING_STATE_COMMANDS: readonly TradingStateCommand[] = [
  {
    name: 'halt',
    to: 'halted',
    description: 'send no more orders, not even exits, until "resume"; orders at the venue stay as they are',
    done: 'halted. No order will be sent.',
  },
  {
    name: 'reduce',
    to: 'reducing',
    description: 'send only orders that reduce a position, until "resume"',
    done: 'reduced to exits. No entry will be sent.',
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
  readonly live?: boolean;
  readonly json?: boolean;
}

/** Tells the ledger, and waits until the state holds. */
async function tellLedger(config: Config, to: TradingState, reason: string): Promise<TradingStateChange> {
  const { venue } = config;
  const [{ createTradingStateControl }, { tradingVenueOf }] = await Promise.all([
    import('../trading/trading-state'),
    import('../config/trading-environment'),
  ]);
  return withClient(config, to === 'active' ? 'act' : 'halt', ({ client }) =>
    createTradingStateControl(client, tradingVenueOf(config)).change(to, reason, () => {
      if (to === 'active') return;
      printErrorLine(
        `Trading on ${venue} is ${to}. Waits until no order that was authorized before can still be sent.`,
      );
    }),
  );
}

/** Going on needs a line in the audit before it happens; stopping is never held up by one, which follows it. */
async function changeAudited(
  config: Config,
  { name, to }: TradingStateCommand,
  reason: string,
): Promise<TradingStateChange> {
  const act = { what: name, target: config.venue, why: reason } as const;
  if (to === 'active') {
    return auditAround(config, act, async () => ({ value: await tellLedger(config, to, reason), result: 'done' }));
  }
  try {
    const change = await tellLedger(config, to, reason);
    auditAttempt(config, { ...act, result: 'done' });
    return change;
  } catch (error) {
    auditAttempt(config, { ...act, result: 'failed' });
    throw error;
  }
}

async function changeTradingState(
  command: Command,
  definition: TradingStateCommand,
  { reason, live = false, json = false }: ChangeOptions,
): Promise<ExitCode> {
  const { to, done } = definition;
  if (reason.trim() === '')
    throw new CliError('The reason is empty: say why, for those who look later.', ExitCode.USAGE);
  const config = await loadCommandConfig(command);
  if (to === 'active') checkLiveFlag(config, live);
  else refuseNeedlessLive(config, live);
  const { venue } = config;
  const { TradingStateError } = await import('../trading/trading-state');
  try {
    const change = await changeAudited(config, definition, reason);
    if (json)
      printJson({
        venue,
        trading_state: change.to,
        reason: change.reason,
        changed_at: new Date(change.atMs).toISOString(),
      });
    else printLine(`Trading on ${venue}: ${done}`);
    return ExitCode.SUCCESS;
  } catch (error) {
    if (!(error instanceof TradingStateError)) throw error;
    throw new CliError(error.message, error.code === 'REFUSED' ? ExitCode.FAILURE : ExitCode.UNAVAILABLE);
  }
}

/** Adds `oncefill halt`, `reduce` and `resume`. */
export function addTradingStateCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  for (const definition of TRADING_STATE_COMMANDS) {
    program
      .command(definition.name)
      .description(definition.description)
      .requiredOption('--reason <text>', 'why; kept with the change')
      .option(...LIVE_FLAG)
      .option('--json', 'print JSON')
      .action(async (options: ChangeOptions, command: Command) => {
        finish(await changeTradingState(command, definition, options));
      });
  }
}
