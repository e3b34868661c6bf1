import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/common';
import type { Logger } from 'pino';
import { signalFields } from './signal-of-line';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * Gives Temporal's runtime (`Runtime.install({ logger })`) a process's log, so that its lines join ours. Those of a signal's
 * workflow and of its activities carry its fingerprint.
 */
export function createTemporalLogger(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, metadata: LogMetadata = {}): void => {
    logger[PINO_LEVELS[level]]({ ...signalFields(metadata['workflowId'], message), ...metadata }, message);
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
