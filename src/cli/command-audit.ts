import { commandLineActor, recordAudit, type AuditEntry } from '../access/audit';
import type { Config } from '../config/schema';
import { redactLine } from '../observability/redaction';
import { printErrorLine } from './terminal';

/** What a command does, without who does it: that is whoever runs it. */
type Act = Pick<AuditEntry, 'what' | 'target'> & { readonly why?: string };
type End = Pick<AuditEntry, 'result' | 'detail'>;

function record({ dataDir }: Config, entry: Act & End): void {
  recordAudit(dataDir, { why: '', ...commandLineActor(), ...entry }, { redact: redactLine });
}

/** Writes what was done into the audit. A line that cannot be written is said, and stops nothing. */
export function auditAttempt(config: Config, entry: Act & End): void {
  try {
    record(config, entry);
  } catch (error) {
    printErrorLine(`${(error as Error).message} What was done is not in it.`);
  }
}

/**
 * Does what must not happen without a line in the audit: one before it, and one that says how it ended.
 *
 * @throws AuditError when the first one cannot be written: nothing is done then
 */
export async function auditAround<Value>(
  config: Config,
  act: Act,
  work: () => Promise<End & { readonly value: Value }>,
): Promise<Value> {
  record(config, { ...act, result: 'asked' });
  try {
    const { value, result, detail } = await work();
    auditAttempt(config, { ...act, result, detail });
    return value;
  } catch (error) {
    // Its name alone: a message may hold what does not belong here.
    auditAttempt(config, { ...act, result: 'failed', detail: error instanceof Error ? error.name : '' });
    throw error;
  }
}
