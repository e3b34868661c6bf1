import type { Command } from 'commander';
import type { SettleCommand } from '../messages/signal';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { checkLiveFlag, LIVE_FLAG, loadCommandConfig } from './command-config';
import { FINGERPRINT_ARGUMENT, parseFingerprint, unknownSignal } from './fingerprint-argument';
import { withSignalIntake } from './temporal-access';
import { printable } from '../process/printable';
import { printJson, printLine } from './terminal';

export interface SettleOptions {
  readonly filled?: string;
  readonly price?: string;
  readonly fee?: string;
  readonly nothing?: boolean;
  readonly reason: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

const OPTION_NAMES = { filled_quantity: '--filled', average_price: '--price', fee: '--fee', reason: '--reason' };

/**
 * What the options say became of the order.
 *
 * @throws CliError when they contradict each other or a figure cannot be read
 */
export async function readSettlement(options: SettleOptions): Promise<SettleCommand> {
  const { filled, price, fee, nothing = false, reason } = options;
  const hasFigures = filled !== undefined || price !== undefined || fee !== undefined;
  if (nothing === hasFigures) {
    const message = nothing
      ? '--nothing says that nothing filled: leave out --filled, --price and --fee, or leave out --nothing.'
      : 'Say what became of the order: --filled QUANTITY --price PRICE, or --nothing.';
    throw new CliError(message, ExitCode.USAGE);
  }
  if (!nothing && filled === undefined) {
    throw new CliError('--price and --fee belong to --filled QUANTITY, which is not given.', ExitCode.USAGE);
  }
  const { parseSettlement } = await import('../intake/parse-settlement');
  const body = { filled_quantity: nothing ? '0' : filled, average_price: price, fee, reason };
  const parsed = parseSettlement(body, OPTION_NAMES);
  if (!parsed.ok) throw new CliError(parsed.message, ExitCode.USAGE);
  // A zero that was typed is likelier a slip than a wish to end the signal with nothing.
  if (!nothing && parsed.command.filledQuantity === '0') {
    throw new CliError('--filled is 0: if nothing filled, say --nothing.', ExitCode.USAGE);
  }
  return parsed.command;
}

/** `oncefill signal settle FINGERPRINT` */
export function addSignalSettleCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('settle')
    .description('end a signal whose order is MISSING, by what you saw at the venue')
    .argument('<fingerprint>', FINGERPRINT_ARGUMENT, parseFingerprint)
    .option('--filled <quantity>', 'base units that filled, such as 0.01; needs --price')
    .option('--price <price>', 'the average price that they filled at')
    .option('--fee <fee>', 'what the venue took for it, in the settle asset; absent: not known')
    .option('--nothing', 'nothing filled, and nothing can fill any more')
    .requiredOption('--reason <text>', 'who says so and why; kept with the signal')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (fingerprint: string, options: SettleOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      checkLiveFlag(config, options.live ?? false);
      const settlement = await readSettlement(options);
      const act = { what: 'signal.settle', target: fingerprint, why: settlement.reason } as const;
      const reply = await auditAround(config, act, async () => {
        const answer = await withSignalIntake(config, 'act', (intake) => intake.settle(fingerprint, settlement));
        return { value: answer, result: answer?.accepted ? 'done' : 'refused', detail: answer?.message ?? 'not known' };
      });
      if (!reply) throw unknownSignal(fingerprint, config);
      if (options.json) printJson({ fingerprint, ...reply });
      else printLine(`${reply.accepted ? 'Settled' : 'Refused'}: ${printable(reply.message)}`);
      finish(reply.accepted ? ExitCode.SUCCESS : ExitCode.REFUSED);
    });
}
