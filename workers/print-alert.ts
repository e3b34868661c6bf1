import type { Logger } from '@temporalio/common';
import { signalFields } from '../src/observability/signal-of-line';
import { emitProcessEvent } from '../src/process/process-events';

/**
 * Tells a person, in the log and on the terminal, what needs one.
 *
 * @param workflowId of the workflow that tells; absent: the process does
 */
export function printAlert(logger: Pick<Logger, 'error'>, text: string, workflowId?: string): void {
  const fields = signalFields(workflowId, text);
  logger.error(text, fields);
  emitProcessEvent({ kind: 'line', text: `ALERT ${text}`, ...fields, isLogged: true });
}

/** Tells who watches what became of a signal, and keeps it in the log of the process that ran it. */
export function printLine(logger: Pick<Logger, 'info'>, text: string, workflowId: string): void {
  const fields = signalFields(workflowId, text);
  logger.info(text, fields);
  emitProcessEvent({ kind: 'line', text, ...fields, isLogged: true });
}
