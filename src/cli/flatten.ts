import type { Command } from 'commander';
import { commandLineActor } from '../access/audit';
import { auditedCancel } from '../api/present-signal';
import { presentFlattened } from '../api/present-position';
import type { Config } from '../config/schema';
import type { Closing } from '../positions/flatten';
import { ENDING_MAX_MS } from '../positions/flatten';
import type { Flattened } from '../positions/flatten-account';
import { ExitCode } from '../process/exit-codes';
import { printable } from '../process/printable';
import { readReason } from './change-trading-state';
import { auditAttempt } from './command-audit';
import { LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { figure, money } from './figures';
import { settleAssetOf } from './position-access';
import { withClient } from './temporal-access';
import { printErrorLine, printJson, printLine } from './terminal';

interface FlattenOptions {
  readonly reason: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

async function flatten(config: Config, reason: string): Promise<Flattened> {
  const [{ flattenAccount }, { tradingVenueOf }] = await Promise.all([
    import('../positions/flatten-account'),
    import('../config/trading-environment'),
  ]);
  return withClient(config, 'halt', ({ client }) =>
    flattenAccount(client, tradingVenueOf(config), {
      reason,
      who: commandLineActor().who,
      waitMaxMs: ENDING_MAX_MS,
      onStep: printErrorLine,
      onCancel: ({ fingerprint }, answer) => {
        const end = answer ? auditedCancel(answer) : ({ result: 'failed' } as const);
        auditAttempt(config, { what: 'signal.cancel', target: fingerprint, why: reason, ...end });
      },
    }),
  );
}

/** One position, for people. */
export function describeClosing({ symbol, reply, ended, problem }: Closing, settleAsset: string): string {
  if (ended?.trade) {
    const { side, quantity, exitPrice, net } = ended.trade;
    return `  ${symbol}: ${side} ${figure(quantity)} closed at ${figure(exitPrice)}, net ${money(net)} ${settleAsset}`;
  }
  if (ended) return `  ${symbol}: closed; what it came to is being read, or was told before ("oncefill trades")`;
  const words = [reply?.accepted === false ? reply.message : undefined, problem].filter((text) => text !== undefined);
  return `  ${symbol}: not closed. ${printable(words.join(' '))}`;
}

function closedWords(closed: number, all: number): string {
  return all === 1
    ? `The position is ${closed === 1 ? '' : 'not '}closed:`
    : `${closed} of ${all} positions are closed:`;
}

function render({ cancelled, closings }: Flattened, venue: string, settleAsset: string): string {
  const closed = closings.filter(({ ended }) => ended !== undefined).length;
  return [
    `Trading on ${venue} is reducing: exits only, until "oncefill resume".`,
    `Cancelled entries: ${cancelled.length}.`,
    closings.length === 0 ? 'No position was open.' : closedWords(closed, closings.length),
    ...closings.map((closing) => describeClosing(closing, settleAsset)),
    ...(closed < closings.length
      ? ['Their stops stay at the exchange. Repeat the command, or look at "oncefill position list".']
      : []),
  ].join('\n');
}

/** `oncefill flatten` */
export function addFlattenCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('flatten')
    .description('reduce trading to exits, cancel open entries and close every position; repeating it is safe')
    .requiredOption('--reason <text>', 'why; kept with the change')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (options: FlattenOptions, command: Command) => {
      const reason = readReason(options.reason, 'reducing');
      const config = await loadCommandConfig(command);
      refuseNeedlessLive(config, options.live ?? false);
      const act = { what: 'flatten', target: config.venue, why: reason } as const;
      try {
        const flattened = await flatten(config, reason);
        auditAttempt(config, { ...act, result: 'done' });
        if (options.json) printJson(presentFlattened(flattened));
        else printLine(render(flattened, config.venue, settleAssetOf(config)));
        const isDone = flattened.closings.every(({ ended }) => ended !== undefined);
        finish(isDone ? ExitCode.SUCCESS : ExitCode.FAILURE);
      } catch (error) {
        auditAttempt(config, { ...act, result: 'failed' });
        throw error;
      }
    });
}
