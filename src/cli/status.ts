import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { Config } from '../config/schema';
import { readAudit } from '../access/read-audit';
import type { Health, SystemHealth } from '../observability/health';
import { ENGINE_TEXTS } from '../observability/engine-start';
import { SLOTLESS_TEXTS } from '../observability/part-health';
import { identifyProcess, isProcessRunning, readRunningPid } from '../process/pid-file';
import type { ServingProcess } from '../observability/waiting';
import type { WorkerReading } from '../observability/workers-report';
import { planProcesses, type ProcessName } from '../supervisor/plan';
import { pidFilePath } from '../supervisor/run-folder';
import { ALERTING, loadCommandConfig } from './command-config';
import type { ExitCode } from '../process/exit-codes';
import { presentPart, renderStatus, type StatusPart } from './render-status';
import { alertsPart } from './status-alerts';
import { apiAnswers, apiPart } from './status-api';
import { deadPart, startParts } from './status-start';
import { exitCodeOf, verdictOf, VERDICTS_HELP } from './status-verdict';
import { withClient } from './temporal-access';
import { PLAIN, printJson, printLine, styleFor } from './terminal';
import { untilInterrupted } from './until-interrupted';
import { watch, type Reading } from './watch-status';

/** How far back it is looked who stopped trading. */
const STOPS_SOUGHT_DAYS = 30;
const PROCESSES: readonly ProcessName[] = ['trading_engine', 'ml_manager', 'api', 'paper_venue'];
const THIS_MACHINE = { host: hostname(), isRunning: (pid: number) => identifyProcess(pid) !== undefined };
const STOPPING_ACTS: readonly string[] = ['halt', 'reduce', 'resume'];

interface SystemStatus {
  readonly status: Health;
  readonly parts: readonly StatusPart[];
}

/** A process that health does not report on, judged by its PID file alone. */
function partFromPidFile(name: ProcessName, config: Config, text: string): StatusPart {
  const pid = readRunningPid(pidFilePath(config.dataDir, name));
  return pid === undefined
    ? { name, status: 'unhealthy', text: 'no process on this machine' }
    : { name, status: 'healthy', pid, text };
}

/** The embedded server's process, where this data folder runs one. */
async function findServerPid(config: Config): Promise<number | undefined> {
  if (config.temporal.address !== undefined) return undefined;
  const { readServerRecord } = await import('../temporal/server-record');
  const server = readServerRecord(config.dataDir)?.server;
  return server !== undefined && isProcessRunning(server) ? server.pid : undefined;
}

/** An audit that cannot be read says nothing of who stopped trading; `oncefill audit` says why. */
function auditOf(dataDir: string): ReturnType<typeof readAudit> {
  try {
    return readAudit(dataDir, STOPS_SOUGHT_DAYS, Date.now());
  } catch {
    return [];
  }
}

/**
 * Puts beside the reason who stopped trading, as the audit of this data folder has it.
 *
 * @returns the text as it is where trading goes on, or was stopped from elsewhere
 */
function nameWhoStopped({ dataDir, venue }: Config, text: string): string {
  if (!/trading (halted|reducing)/.test(text)) return text;
  const stop = auditOf(dataDir).findLast(
    ({ what = '', target, result }) => STOPPING_ACTS.includes(what) && target === venue && result === 'done',
  );
  const reason = `(${stop?.['why']})`;
  if (stop === undefined || stop['what'] === 'resume' || !text.includes(reason)) return text;
  return text.replace(reason, () => `(${stop['why']}; by ${stop['who']})`);
}

/** Advice to run this very command. */
const SEE_STATUS = '; "oncefill status" tells what runs';

/**
 * What the server says of a part, as this command tells it: of one whose registration nobody holds, this machine knows more.
 *
 * @param pid of its process on this machine; undefined: there is none, or it holds the registration
 */
export function inWordsOfStatus(text: string, pid: number | undefined): string {
  if (pid === undefined) return text.replace(SEE_STATUS, '');
  switch (text) {
    case SLOTLESS_TEXTS.left:
      return 'its process is there, and has lost its registration: it hangs or was stopped, or is starting or ending; "oncefill start" ends and restarts what hangs';
    case SLOTLESS_TEXTS.never:
      return 'its process is starting: it has never registered';
    default:
      return text.replace(SEE_STATUS, '');
  }
}

/** The health of the parts, with what only this machine knows: processes and addresses. */
function joinParts(
  config: Config,
  health: SystemHealth,
  workers: readonly WorkerReading[],
  apiDoesAnswer: boolean,
  server: { readonly address: string; readonly pid?: number },
): readonly StatusPart[] {
  const isEngineNew =
    readRunningPid(pidFilePath(config.dataDir, 'trading_engine')) !== undefined &&
    health.details.some(({ name, text }) => name === 'trading_engine' && text === SLOTLESS_TEXTS.never);
  const reported = health.details.map((detail): StatusPart => {
    const { name, status, pid, text } = detail;
    const dead = PROCESSES.includes(name as ProcessName) ? deadPart(detail) : undefined;
    if (dead !== undefined) return dead;
    if (name === 'temporal') return { name, status, pid: server.pid, text: `${server.address}, ${text}` };
    const local = readRunningPid(pidFilePath(config.dataDir, name as ProcessName));
    if (text === ENGINE_TEXTS.gone && isEngineNew) return { name, status: 'starting', text: ENGINE_TEXTS.starting };
    const said = inWordsOfStatus(text, pid === undefined ? local : undefined);
    return {
      name,
      status,
      pid: pid ?? local,
      text: name === 'venue_account' ? nameWhoStopped(config, said) : said,
    };
  });
  const missing = planProcesses('all', config).filter(({ name }) => health.components[name] === undefined);
  const others = missing.map(({ name }) =>
    name === 'api' ? apiPart(config, workers, undefined, apiDoesAnswer) : partFromPidFile(name, config, ''),
  );
  return [...reported, ...others];
}

/** Without the server nothing can be asked: only which processes run is known. */
function partsWithoutServer(config: Config, message: string, apiDoesAnswer: boolean): readonly StatusPart[] {
  const text = 'runs, but the Temporal server does not answer';
  const processes = planProcesses('all', config).map(({ name }): StatusPart => {
    const known = partFromPidFile(name, config, text);
    const isMissing = name === 'api' && known.pid === undefined;
    const part = isMissing && apiDoesAnswer ? { ...known, status: 'healthy' as const, text } : known;
    return part.status === 'healthy' && name !== 'paper_venue' ? { ...part, status: 'degraded' } : part;
  });
  return [{ name: 'temporal', status: 'unhealthy', text: message }, ...processes];
}

/** Processes that serve our queues beside those that were started together: somebody runs them by hand, or elsewhere. */
export function workersByHand(
  { dataDir }: Pick<Config, 'dataDir'>,
  { details }: Pick<SystemHealth, 'details'>,
  serving: readonly ServingProcess[],
  { host: here, isRunning }: { readonly host: string; readonly isRunning: (pid: number) => boolean } = THIS_MACHINE,
): readonly StatusPart[] {
  const started = PROCESSES.map((name) => readRunningPid(pidFilePath(dataDir, name)));
  const holders = details.map(({ pid, host = here }) => `${pid}@${host}`);
  return (
    serving
      .filter(({ pid, host }) => !holders.includes(`${pid}@${host}`) && (host !== here || !started.includes(pid)))
      // The server remembers for a while who asked; of this machine it is known who still runs.
      .filter(({ pid, host }) => host !== here || isRunning(pid))
      .map(({ pid, host, queues }) => ({
        name: 'worker',
        status: 'healthy',
        pid,
        text: `run by hand${host === here ? '' : ` on ${host}`}, serves ${queues.join(', ')}`,
      }))
  );
}

/** How all parts are. @throws what connecting throws, but for a server that does not answer */
export async function readStatus(config: Config): Promise<SystemStatus> {
  const known = await readParts(config);
  const isAnyRunning = known.some(({ name, pid }) => name !== 'temporal' && pid !== undefined);
  const parts = [...(await startParts(config.dataDir, isAnyRunning)), ...known, await alertsPart(config.dataDir)];
  return { status: verdictOf(parts), parts };
}

async function readParts(config: Config): Promise<readonly StatusPart[]> {
  const [{ readHealth }, { limitsHealth, servingProcesses, underWay }, { readWorkers }, { resolveAnyTarget }] =
    await Promise.all([
      import('../observability/health'),
      import('../observability/waiting'),
      import('../observability/workers-report'),
      import('../temporal/connection'),
    ]);
  const { address } = resolveAnyTarget(config);
  const asked = apiAnswers(config);
  try {
    const { health, registered, others } = await withClient(config, 'look', async ({ client }) => {
      const [read, { workers }, limits, waiting, serving] = await Promise.all([
        readHealth(client, config),
        // Who cannot be asked proves nothing about the API; health says that the server does not answer.
        readWorkers(client, config).catch(() => ({ workers: [] })),
        limitsHealth(client, config),
        underWay(client),
        servingProcesses(client, config),
      ]);
      const beside = [limits, waiting, ...workersByHand(config, read, serving)];
      return { health: read, registered: workers, others: beside };
    });
    const known = joinParts(config, health, registered, await asked, { address, pid: await findServerPid(config) });
    return [...known, ...others];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ServerUnavailableError') throw error;
    return partsWithoutServer(config, error.message, await asked);
  }
}

/** Prints a line per part, or the same as JSON. */
export async function showStatus(command: Command, json: boolean): Promise<ExitCode> {
  const config = await loadCommandConfig(command, [], ALERTING);
  const found = await readStatus(config);
  if (json) printJson({ status: found.status, parts: found.parts.map(presentPart) });
  else printLine(renderStatus(found.parts, styleFor(process.stdout)));
  return exitCodeOf(found.status);
}

/** The same again and again until Ctrl-C; as JSON, a document on a line each time. */
async function watchStatus(command: Command, json: boolean): Promise<ExitCode> {
  const config = await loadCommandConfig(command, [], ALERTING);
  const ending = untilInterrupted();
  const style = styleFor(process.stdout);
  const read = async (): Promise<Reading> => {
    const found = await readStatus(config);
    const at = new Date().toISOString();
    const { status, parts } = found;
    if (json)
      return { text: JSON.stringify({ at, status, parts: parts.map(presentPart) }), exitCode: exitCodeOf(status) };
    const head = `oncefill status, ${at.slice(0, 19).replace('T', ' ')} UTC: ${status}. Ctrl-C ends this.`;
    return { text: `${head}\n${renderStatus(parts, style)}`, exitCode: exitCodeOf(status) };
  };
  const isTerminal = process.stdout.isTTY && !json;
  return watch(read, { isTerminal, isColoured: style !== PLAIN }, ending);
}

/** `oncefill status` */
export function addStatusCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('status')
    .description('print a line per part: up, degraded or down, its process, what it is connected to')
    .addHelpText('after', VERDICTS_HELP)
    .option('--watch', 'show it again and again, until Ctrl-C')
    .option('--json', 'print JSON; with --watch a document on a line each time')
    .action(async (options: { readonly json?: boolean; readonly watch?: boolean }, command: Command) => {
      const show = options.watch ? watchStatus : showStatus;
      finish(await show(command, options.json ?? false));
    });
}
