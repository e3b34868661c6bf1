import type { Config } from '../config/schema';
import { printable } from '../process/printable';
import type { SystemOptions } from '../supervisor/system';
import { printLine, styleFor } from './terminal';

/** Prints to the terminal and writes the same into the log `bot_trading`, but for what a part's own log has; what died is an error there. */
export async function openPrinter(config: Pick<Config, 'dataDir' | 'logging'>): Promise<{
  readonly print: SystemOptions['print'];
  readonly warn: (line: string) => void;
  readonly errors: () => number;
  readonly close: () => void;
}> {
  const { createLogger } = await import('../observability/logging');
  const { dataDir, logging } = config;
  const log = createLogger({ component: 'bot_trading', dataDir, ...logging });
  const style = styleFor(process.stdout);
  return {
    print(line, important = false, { isError = false, isLogged = false, ...fields } = {}) {
      const level = isError ? 'error' : important ? 'warn' : 'info';
      if (!isLogged) log.logger[level](fields, line);
      printLine(important ? style.warning(printable(line)) : printable(line));
    },
    warn: (line) => log.logger.warn(line),
    errors: log.errors,
    close: log.close,
  };
}
