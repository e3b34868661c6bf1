import type { Command } from 'commander';
import { commandLineActor } from '../access/audit';
import { auditedCancel, presentCancel, presentSignal } from '../api/present-signal';
import type { Config } from '../config/schema';
import type { SignalView } from '../domain/signal-view';
import type { SignalIntake } from '../intake/types';
import type { CancelAnswer } from '../messages/signal';
import { ExitCode } from '../process/exit-codes';
import { printable } from '../process/printable';
import { CliError } from './cli-error';
import { auditAttempt } from './command-audit';
import { LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { FINGERPRINT_ARGUMENT, parseFingerprint, unknownSignal } from './fingerprint-argument';
import { describeChange, renderSignal } from './render-signal';
import { withSignalIntake } from './temporal-access';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

export interface CancelOptions {
  readonly reason: string;
  readonly wait?: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** Why a cancellation was asked for. @throws CliError when there is nothing to read */
export async function readReason(reason: string): Promise<string> {
  const { parseCancellation } = await import('../intake/parse-cancellation');
  const parsed = parseCancellation({ reason }, '--reason');
  if (!parsed.ok) throw new CliError(parsed.message, ExitCode.USAGE);
  return parsed.reason;
}

const HEADINGS: Readonly<Record<CancelAnswer['effect'], string>> = {
  unsent: 'Cancelled',
  cancelling: 'Asked',
  ended: 'Nothing to cancel',
  refused: 'Refused',
};

/**
 * Asks, and leaves the line in the audit: stopping is never held up by one, which follows it.
 *
 * @param then what is done while the connection is open
 */
async function cancelAudited(
  config: Config,
  fingerprint: string,
  reason: string,
  then: (answer: CancelAnswer | undefined, intake: SignalIntake) => Promise<void>,
): Promise<void> {
  const act = { what: 'signal.cancel', target: fingerprint, why: reason } as const;
  let isAnswered = false;
  try {
    await withSignalIntake(config, 'halt', async (intake) => {
      const answer = await intake.cancel(fingerprint, reason, { who: commandLineActor().who });
      isAnswered = true;
      auditAttempt(config, { ...act, ...auditedCancel(answer) });
      await then(answer, intake);
    });
  } catch (error) {
    if (!isAnswered) auditAttempt(config, { ...act, result: 'failed' });
    throw error;
  }
}

async function waitForEnd(intake: SignalIntake, fingerprint: string, json: boolean): Promise<SignalView> {
  const { followSignal } = await import('./follow-signal');
  const print = json ? printErrorLine : printLine;
  return followSignal(intake, fingerprint, (view) => print(describeChange(view)));
}

/** `oncefill signal cancel FINGERPRINT` */
export function addSignalCancelCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('cancel')
    .description(
      'end a signal unsent, or ask the venue to cancel what is open of its order; repeating it changes nothing',
    )
    .argument('<fingerprint>', FINGERPRINT_ARGUMENT, parseFingerprint)
    .requiredOption('--reason <text>', 'why; kept with the signal')
    .option('--wait', 'follow the signal to its end: what is open may fill before it is cancelled')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (fingerprint: string, options: CancelOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      // As halt: it only makes trading safer, and has to work at the first attempt.
      refuseNeedlessLive(config, options.live ?? false);
      const reason = await readReason(options.reason);
      const { json = false, wait = false } = options;
      await cancelAudited(config, fingerprint, reason, async (answer, intake) => {
        if (!answer) throw unknownSignal(fingerprint, config);
        if (!json) printLine(`${HEADINGS[answer.effect]}: ${printable(answer.message)}`);
        const follows = wait && answer.effect !== 'refused';
        const view = follows ? await waitForEnd(intake, fingerprint, json) : undefined;
        if (json) printJson({ ...presentCancel(fingerprint, answer), ...(view && { signal: presentSignal(view) }) });
        else if (view) printLine(renderSignal(view, styleFor(process.stdout)));
        finish(answer.effect === 'refused' ? ExitCode.REFUSED : ExitCode.SUCCESS);
      });
    });
}
