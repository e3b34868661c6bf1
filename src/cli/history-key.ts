import type { Command } from 'commander';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { withClient } from './temporal-access';
import { printLine } from './terminal';

interface CreateOptions {
  readonly id: string;
  readonly file?: string;
}

/** Names a key after its day: ids are public, and a person sees which key is the old one. */
function idOfToday(): string {
  return `key-${new Date().toISOString().slice(0, 10)}`;
}

async function createHistoryKey({ id, file }: CreateOptions): Promise<ExitCode> {
  const { appendKey, createKey } = await import('../temporal/codec/create-key');
  const line = createKey(id);
  if (file === undefined) {
    printLine(line);
    return ExitCode.SUCCESS;
  }
  appendKey(file, line);
  printLine(`The key "${id}" is the last one in ${file}. Keep a copy: without it sealed histories are lost.`);
  return ExitCode.SUCCESS;
}

/** @throws CliError where it must stay */
async function retire(command: Command, id: string, reason: string): Promise<ExitCode> {
  const config = await loadCommandConfig(command);
  const { retireHistoryKey } = await import('../temporal/codec/key-marks');
  const act = { what: 'history-key.retire', target: id, why: reason } as const;
  const result = await auditAround(config, act, async () => {
    const value = await withClient(config, 'act', ({ client }) => retireHistoryKey(client, id));
    return { value, result: value.status === 'retired' ? 'done' : 'refused', detail: value.status };
  });
  switch (result.status) {
    case 'retired':
      printLine(`The key "${id}" is not asked for any more: start every process without it.`);
      return ExitCode.SUCCESS;
    case 'unknown':
      throw new CliError(`No key "${id}" is in use in ${config.temporal.namespace}.`, ExitCode.NOT_FOUND);
    case 'sealing':
      throw new CliError(`The key "${id}" seals now: put another one first, and wait.`, ExitCode.REFUSED);
    case 'needed': {
      const since = new Date(result.sinceMs).toISOString();
      const message = `The key "${id}" is still needed: ${result.runs} runs from before ${since}, when the present key began to seal, are kept or go on. Try again after the retention of ${config.temporal.retentionHours} h.`;
      throw new CliError(message, ExitCode.REFUSED);
    }
  }
}

/** `oncefill history-key create` and `retire` */
export function addHistoryKeyCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const group = program.command('history-key').description('keys that seal what the Temporal server keeps');
  group
    .command('create')
    .description('print a new key, or add it to a file that only you may read')
    .option('--id <id>', 'its public name', idOfToday())
    .option('--file <file>', 'add it there as the last key, instead of printing it')
    .action(async (options: CreateOptions) => {
      finish(await createHistoryKey(options));
    });
  group
    .command('retire <id>')
    .description('end that a former key is asked for, once nothing that it sealed is kept any more')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .action(async (id: string, { reason }: { readonly reason: string }, command: Command) => {
      finish(await retire(command, id, reason));
    });
}
