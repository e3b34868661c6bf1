import { join } from 'node:path';
import type { Logger } from 'pino';
import { multistream, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Config } from '../config/schema';
import type { ComponentName } from '../messages/component';
import { REDACTED } from '../secrets/find-secrets';
import { openDayFile } from './day-file';
import { isWithoutSecretFields, REDACTED_PATHS, redactLine } from './redaction';

/**
 * The processes that write a log; each name is also the beginning of its files' names. `bot_trading` is the supervisor,
 * which starts, stops and reports on the others.
 */
export type LogComponent = 'bot_trading' | ComponentName;

export interface LoggerOptions {
  readonly component: LogComponent;
  /** The files lie in its folder `logs`. */
  readonly dataDir: string;
  readonly level: Config['logging']['level'];
  /** Days of logs to keep, today included; at least 1. */
  readonly keepDays: number;
  /** The largest size of each file of a day, bytes. */
  readonly bytesPerDayMax: number;
  /** Milliseconds UTC; decides in which day's file a line lands. */
  readonly clock?: () => number;
}

/** A process's logger and its end. */
export interface ProcessLogger {
  readonly logger: Logger;
  /** Lines of the level error, or worse, so far. */
  readonly errors: () => number;
  /** Closes the files; call it last. Lines are on disk as soon as they are logged, so a crash loses none. */
  readonly close: () => void;
}

const withoutPaths = new WeakMap<Logger, Logger>();

/** The same logger, but for the search for fields that are named like a secret's. */
function withoutPathsOf(logger: Logger): Logger {
  let same = withoutPaths.get(logger);
  if (!same) {
    same = logger.child({}, { redact: [] });
    withoutPaths.set(logger, same);
  }
  return same;
}

/**
 * Opens a process's log: JSON lines to `<dataDir>/logs/<component>_YYYYMMDD.log` (UTC days), errors also to
 * `errors_YYYYMMDD.log`, which all processes share. Each file of a day has a largest size. Credentials are blotted out by
 * field name, in signed URLs, and by value in every spelling that is known: those that this process knows when it writes the line.
 *
 * @throws the file system's error when the files cannot be opened
 */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const { component, dataDir, level } = options;
  const folder = join(dataDir, 'logs');
  // A file of their own: lines that are no errors take no room from them.
  const errors = openDayFile({ ...options, folder, stem: 'errors' });
  let errorLines = 0;
  const tellFull = (message: string): void => {
    const time = new Date((options.clock ?? Date.now)()).toISOString();
    errors.write(`${JSON.stringify({ level: 'error', time, component, pid: process.pid, message })}\n`);
  };
  const all = openDayFile({ ...options, folder, stem: component, onFull: tellFull });
  const logger = pino(
    {
      level,
      base: { component, pid: process.pid },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
      redact: { paths: [...REDACTED_PATHS], censor: REDACTED },
      hooks: {
        streamWrite: redactLine,
        logMethod(words, log) {
          log.apply(isWithoutSecretFields(words) ? withoutPathsOf(this) : this, words);
        },
      },
    },
    multistream([
      { level: 'trace', stream: all },
      { level: 'error', stream: errors },
      { level: 'error', stream: { write: () => (errorLines += 1) } },
    ]),
  );
  return {
    logger,
    errors: () => errorLines,
    close() {
      all.close();
      errors.close();
    },
  };
}
