import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { listLogFiles, logDay, logFolder } from '../observability/log-files';
import {
  ABOUT_LOG,
  isAskedFor,
  LOG_LEVELS,
  type LogFilter,
  type LogLevel,
  type LogLine,
} from '../observability/log-line';
import { LogReader } from '../observability/log-reader';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig, ALONE } from './command-config';
import { parseFingerprint } from './fingerprint-argument';
import { renderLogLine } from './render-log-line';
import { sinceOption } from './since-option';
import { printErrorLine, printJsonLine, printLine, styleFor } from './terminal';
import { untilInterrupted } from './until-interrupted';

/** How far back it is looked where nobody says; a signal is sought in all that is kept. */
const SPAN_DEFAULT_MS = 3_600_000;
const FOLLOW_INTERVAL_MS = 250;

interface LogsOptions {
  readonly signal?: string;
  readonly component?: string;
  readonly level?: LogLevel;
  readonly since?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** What was shown, and what was not. */
interface Count {
  shown: number;
  /** Before `since`. */
  earlier: number;
}

/** Prints one line of a log. */
function print(line: LogLine, json: boolean): void {
  if (!json) printLine(renderLogLine(line, styleFor(process.stdout)));
  // Other programs read the lines as they were written; of what is none, they learn that.
  else
    printJsonLine(
      line.fields === undefined ? JSON.stringify({ unreadable: line.text, cutBytes: line.cutBytes }) : line.text,
    );
}

/** What is said where nothing was shown, or not all. */
function describeGaps(dataDir: string, options: LogsOptions, sinceMs: number, count: Count): string | undefined {
  const files = listLogFiles(dataDir);
  const [oldest] = files;
  const since = `${new Date(sinceMs).toISOString().slice(0, 19)}Z`;
  if (oldest === undefined) return `There are no logs in ${logFolder(dataDir)}: nothing has run on this data folder.`;
  const isDefault = options.since === undefined && options.signal === undefined;
  const hint = isDefault && count.earlier > 0 ? ' Earlier ones are there: --since 1d looks further back.' : '';
  if (count.shown > 0) return hint === '' ? undefined : `These are the lines since ${since}.${hint}`;
  const what = options.signal === undefined ? 'No such line' : `No line about the signal ${options.signal}`;
  const where = sinceMs > 0 ? `since ${since}` : `in ${logFolder(dataDir)}, whose oldest day is ${oldest.day}`;
  return `${what} ${where}.${hint}`;
}

async function showLogs(dataDir: string, options: LogsOptions): Promise<ExitCode> {
  const { signal: fingerprint, component, level, follow = false, json = false } = options;
  const filter: LogFilter = { fingerprint, component, level };
  const sinceMs = options.since ?? (fingerprint === undefined ? Date.now() - SPAN_DEFAULT_MS : 0);
  const since = new Date(sinceMs).toISOString();
  const reader = new LogReader(dataDir, logDay(sinceMs));
  const count: Count = { shown: 0, earlier: 0 };
  const show = (isLast: boolean): void => {
    for (const line of reader.lines(isLast)) {
      if (!isAskedFor(line, filter)) continue;
      if (line.time !== '' && line.time < since) count.earlier += 1;
      else {
        if (line.fields?.[ABOUT_LOG] !== true) count.shown += 1;
        print(line, json);
      }
    }
    for (const problem of reader.takeProblems()) printErrorLine(problem);
  };
  try {
    show(!follow);
    const gaps = describeGaps(dataDir, options, sinceMs, count);
    if (gaps !== undefined) printErrorLine(gaps);
    if (follow) {
      const ending = untilInterrupted();
      while (!ending.aborted) {
        await sleep(FOLLOW_INTERVAL_MS, undefined, { signal: ending }).catch(() => undefined);
        show(ending.aborted);
      }
    }
  } finally {
    reader.close();
  }
  return fingerprint !== undefined && count.shown === 0 ? ExitCode.NOT_FOUND : ExitCode.SUCCESS;
}

/** `oncefill logs` */
export function addLogsCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('logs')
    .description('read the logs of this data folder, all files together, in the order of time (UTC)')
    .addOption(new Option('--signal <fingerprint>', 'lines of one signal, of all days').argParser(parseFingerprint))
    .option('--component <name>', 'lines of one part, or about it, such as trading_engine')
    .addOption(new Option('--level <level>', 'at least so urgent').choices(LOG_LEVELS))
    .option(
      '--since <when>',
      'a span such as 2h, or an instant in UTC (default: 1h; with --signal: all)',
      sinceOption(),
    )
    .option('--follow', 'go on with what comes in, until Ctrl-C')
    .option('--json', 'print lines as they were written, JSON each')
    .action(async (options: LogsOptions, command: Command) => {
      const { dataDir } = await loadCommandConfig(command, [], ALONE);
      finish(await showLogs(dataDir, options));
    });
}
