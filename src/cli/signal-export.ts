import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import { errorCode } from '../process/error-code';
import { CliError } from './cli-error';
import { loadCommandConfig } from './command-config';
import { withExplainer } from './explain';
import { FINGERPRINT_ARGUMENT, parseFingerprint, unknownSignal } from './fingerprint-argument';
import { printErrorLine, printLine } from './terminal';

/** `oncefill signal export FINGERPRINT`: the history, for keeping beyond the server's memory. */
export function addSignalExportCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('export')
    .description('print the history of a signal as JSON, to keep it: "explain --history" reads it')
    .argument('<fingerprint>', FINGERPRINT_ARGUMENT, parseFingerprint)
    .option('--out <file>', 'write a new file, for you alone, instead')
    .action(async (fingerprint: string, { out }: { readonly out?: string }, command: Command) => {
      const config = await loadCommandConfig(command);
      const exported = await withExplainer(config, (explainer) => explainer.export(fingerprint));
      if (!exported) throw unknownSignal(fingerprint, config);
      const text = JSON.stringify(exported);
      if (out === undefined) printLine(text);
      else {
        writeNew(out, `${text}\n`);
        printErrorLine(`Written to ${out}: oncefill explain --history ${out} tells why.`);
      }
      finish(ExitCode.SUCCESS);
    });
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const why =
      errorCode(error) === 'EEXIST'
        ? 'is there already'
        : `cannot be written (${errorCode(error) ?? 'unknown reason'})`;
    throw new CliError(`${path} ${why}: choose another file.`, ExitCode.FAILURE);
  }
}
