import type { Logger } from '@temporalio/common';
import { emitProcessEvent } from '../src/process/process-events';

/** Tells a person, in the log and on the terminal, what needs one. */
export function printAlert(logger: Pick<Logger, 'error'>, text: string): void {
  logger.error(text);
  emitProcessEvent({ kind: 'line', text: `ALERT ${text}` });
}
