import type { Command } from 'commander';
import { AUDIT_KEEP_DAYS } from '../access/audit';
import { readAudit, type AuditRow } from '../access/read-audit';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { wholeNumber } from './number-option';
import { printJson, printLine } from './terminal';
import { printable } from '../process/printable';

const DAYS_DEFAULT = 7;

/** A line as people read it. */
export function renderAuditRow({
  time = '',
  what = '',
  target = '',
  result = '',
  who = '',
  from = '',
  why,
  detail,
}: AuditRow): string {
  const reason = [why, detail].filter(Boolean).join('; ');
  const act = [what, target, result].filter(Boolean).join(' ');
  return printable(`${time}  ${act} by ${who}, ${from}${reason && `: ${reason}`}`);
}

/** `oncefill audit` */
export function addAuditCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('audit')
    .description('tell who halted, resumed, sent and settled signals, made and revoked tokens, on this data folder')
    .option('--days <n>', 'how far to look back, today included', wholeNumber(1, AUDIT_KEEP_DAYS), DAYS_DEFAULT)
    .option('--json', 'print JSON')
    .action(async (options: { readonly days: number; readonly json?: boolean }, command: Command) => {
      const { dataDir } = await loadCommandConfig(command);
      const rows = readAudit(dataDir, options.days, Date.now());
      if (options.json) printJson({ audit: rows });
      else for (const row of rows) printLine(renderAuditRow(row));
      finish(ExitCode.SUCCESS);
    });
}
