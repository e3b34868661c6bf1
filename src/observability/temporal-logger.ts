import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/common';
import type { Logger } from 'pino';
import { signalFields } from './signal-of-line';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What the SDK warns of, and we mean: a queue of ours serves workflows or activities alone. */
const NO_FAULT = /^No (?:workflows|activities|Nexus services) registered/;

/**
 * Gives Temporal's runtime (`Runtime.install({ logger })`) a process's log, so that its lines join ours. Those of a signal's
 * workflow and of its activities carry its fingerprint.
 */
export function createTemporalLogger(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, metadata: LogMetadata = {}): void => {
    const shown = NO_FAULT.test(message) ? 'debug' : PINO_LEVELS[level];
    const { taskToken: _taskToken, error, ...rest } = metadata;
    // What fails in a workflow or an activity is thrown on and told by whoever waits for it; where it stood in our code is for debugging.
    const isTold = level === 'WARN' && error instanceof Error;
    const fields = isTold ? { ...rest, reason: error.message } : { ...rest, ...(error !== undefined && { error }) };
    logger[shown]({ ...signalFields(metadata['workflowId'], message), ...fields }, message);
    if (isTold) logger.debug({ ...rest, error }, message);
  };
  return {
    log,
    trace: (message, metadata) => log('TRACE', message, metadata),
    debug: (message, metadata) => log('DEBUG', message, metadata),
    info: (message, metadata) => log('INFO', message, metadata),
    warn: (message, metadata) => log('WARN', message, metadata),
    error: (message, metadata) => log('ERROR', message, metadata),
  };
}
