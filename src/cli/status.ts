import type { Command } from 'commander';
import type { Config } from '../config/schema';
import { readAudit } from '../access/read-audit';
import type { Health, SystemHealth } from '../observability/health';
import { isProcessRunning, readRunningPid } from '../process/pid-file';
import { planProcesses, type ProcessName } from '../supervisor/plan';
import { pidFilePath } from '../supervisor/run-folder';
import { loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { presentPart, renderStatus, type StatusPart } from './render-status';
import { withClient } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';

/** How far back it is looked who stopped trading. */
const STOPS_SOUGHT_DAYS = 30;
const STOPPING_ACTS: readonly string[] = ['halt', 'reduce', 'resume'];

interface SystemStatus {
  readonly status: Health;
  readonly parts: readonly StatusPart[];
  readonly reachable: boolean;
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

/**
 * Puts beside the reason who stopped trading, as the audit of this data folder has it.
 *
 * @returns the text as it is where trading goes on, or was stopped from elsewhere
 */
function nameWhoStopped({ dataDir, venue }: Config, text: string): string {
  if (!/trading (halted|reducing)/.test(text)) return text;
  const stop = readAudit(dataDir, STOPS_SOUGHT_DAYS, Date.now()).findLast(
    ({ what = '', target, result }) => STOPPING_ACTS.includes(what) && target === venue && result === 'done',
  );
  const reason = `(${stop?.['why']})`;
  if (stop === undefined || stop['what'] === 'resume' || !text.includes(reason)) return text;
  return text.replace(reason, () => `(${stop['why']}; by ${stop['who']})`);
}

/** The health of the parts, with what only this machine knows: processes and addresses. */
function joinParts(
  config: Config,
  health: SystemHealth,
  server: { readonly address: string; readonly pid?: number },
): readonly StatusPart[] {
  const reported = health.details.map(({ name, status, pid, text }): StatusPart => {
    if (name === 'temporal') return { name, status, pid: server.pid, text: `${server.address}, ${text}` };
    const known = pid ?? readRunningPid(pidFilePath(config.dataDir, name as ProcessName));
    return { name, status, pid: known, text: name === 'venue_account' ? nameWhoStopped(config, text) : text };
  });
  const missing = planProcesses('all', config).filter(({ name }) => health.components[name] === undefined);
  const apiUrl = `http://${config.api.host}:${config.api.port}`;
  return [...reported, ...missing.map(({ name }) => partFromPidFile(name, config, name === 'api' ? apiUrl : ''))];
}

/** Without the server nothing can be asked: only which processes run is known. */
function partsWithoutServer(config: Config, message: string): readonly StatusPart[] {
  const processes = planProcesses('all', config).map(({ name }): StatusPart => {
    const part = partFromPidFile(name, config, 'runs, but the Temporal server does not answer');
    return part.status === 'healthy' && name !== 'paper_venue' ? { ...part, status: 'degraded' } : part;
  });
  return [{ name: 'temporal', status: 'unhealthy', text: message }, ...processes];
}

async function readStatus(config: Config): Promise<SystemStatus> {
  const [{ readHealth }, { resolveAnyTarget }] = await Promise.all([
    import('../observability/health'),
    import('../temporal/connection'),
  ]);
  const { address } = resolveAnyTarget(config);
  try {
    const health = await withClient(config, 'look', ({ client }) => readHealth(client, config));
    const parts = joinParts(config, health, { address, pid: await findServerPid(config) });
    const isComplete = parts.every((part) => part.status === 'healthy');
    return { status: !isComplete && health.status === 'healthy' ? 'degraded' : health.status, parts, reachable: true };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ServerUnavailableError') throw error;
    return { status: 'unhealthy', parts: partsWithoutServer(config, error.message), reachable: false };
  }
}

/** Prints a line per part, or the same as JSON. */
export async function showStatus(command: Command, json: boolean): Promise<ExitCode> {
  const config = await loadCommandConfig(command);
  const { status, parts, reachable } = await readStatus(config);
  if (json) printJson({ status, parts: parts.map(presentPart) });
  else printLine(renderStatus(parts, styleFor(process.stdout)));
  if (!reachable) return ExitCode.UNAVAILABLE;
  return status === 'healthy' ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

/** `oncefill status` */
export function addStatusCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('status')
    .description('print a line per part: up, degraded or down, its process, what it is connected to')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      finish(await showStatus(command, options.json ?? false));
    });
}
