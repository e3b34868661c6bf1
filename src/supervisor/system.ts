import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { ExitCode } from '../process/exit-codes';
import type { Config } from '../config/schema';
import type { Finding } from '../domain/alerts/alert';
import { assertPortsFree } from '../net/ports';
import { readHealth, reasonsOf, type PartHealth } from '../observability/health';
import { isProcessRunning, readRunningPid } from '../process/pid-file';
import { openClient } from '../temporal/client';
import { connectServer } from '../temporal/connection';
import { readServerRecord, serverOwnerPath } from '../temporal/server-record';
import { describeSystem } from './announcement';
import { childEnvironment } from './child-environment';
import { describeReport } from './describe-report';
import type { EmbeddedServerKeeper } from './embedded-server-keeper';
import { waitUntilHealthy } from './health-wait';
import { findingsOf, printedFindings, restartCauseOf, type LifeEvent } from './life-findings';
import { livenessPolicy, LivenessWatch } from './liveness-watch';
import { ManagedProcess } from './managed-process';
import { awaitOrphans } from './orphans';
import { portsOf, type NamedPort } from './named-ports';
import { keyUserOfPlan, planProcesses, type PlannedProcess, type ProcessName, type StartMode } from './plan';
import { STOP_PROCESSES_MAX_MS, stopInOrder } from './process-group';
import type { ProcessReport } from './process-report';
import { outputLogPath, pidFilePath } from './run-folder';
import { claimStartLocks } from './start-locks';
import { createServerKeeper, prepareServer, type TemporalServer } from './temporal-server';

/** A stop takes less than 10 s: what the processes leave of the total is for the server. */
const STOP_TOTAL_MAX_MS = 9_000;
/** The paper venue only has to read its journal; the others wait for the server anyway. */
const PAPER_VENUE_READY_MAX_MS = 20_000;
/** Loading the model on a busy machine is the slowest part. After this the system goes on, and says what is missing. */
const HEALTHY_MAX_MS = 120_000;

const CLI_ENTRY = join(__dirname, '..', 'cli', 'main.js');

/** What a process runs that has a health of its own. */
const PARTS_OF: Partial<Record<ProcessName, readonly string[]>> = { trading_engine: ['venue_account'] };

/** What the log keeps beside a line. */
export interface LineNote {
  /** A death, or another end that nobody asked for: it reaches the log of errors. */
  readonly isError?: boolean;
  /** The process that it is about. */
  readonly about?: ProcessName;
  /** The signal that it is about. */
  readonly fingerprint?: string;
  /** The log of `about` has the line: it is not kept a second time. */
  readonly isLogged?: boolean;
}

export interface SystemOptions {
  readonly config: Config;
  readonly mode: StartMode;
  /** Options that processes get beside their own. */
  readonly configFile?: string;
  readonly candlesDir?: string;
  /** How the paper venue misbehaves; absent: not at all. */
  readonly faults?: string;
  readonly live: boolean;
  /** How people are told of alerts, in words. */
  readonly alerts?: string;
  /** A line for the person at the terminal, which the log keeps too. */
  readonly print: (line: string, important?: boolean, note?: LineNote) => void;
  /** Hears of deaths, hangs and crash loops, and of their end; a person at the terminal was told before. Must not throw. */
  readonly findings?: (finding: Finding) => void;
  /** Told of each process, and of the embedded server, that died and is started again. */
  readonly onDeath?: (name: string, cause: 'exit' | 'signal' | 'hang') => void;
}

/** Whether the embedded server of a data folder runs, ended or not by whoever started it: its ports are its own, then. */
function runsServer(dataDir: string): boolean {
  const server = readServerRecord(dataDir)?.server;
  return readRunningPid(serverOwnerPath(dataDir)) !== undefined || (server !== undefined && isProcessRunning(server));
}

/** One run of the product's processes: starts them, keeps them running, stops them. */
export class System {
  private readonly plan: readonly PlannedProcess[];
  private readonly processes = new Map<ProcessName, ManagedProcess>();
  private readonly keeper: EmbeddedServerKeeper | undefined;
  private readonly liveness: LivenessWatch;
  private readonly ending = new AbortController();
  private exitCode: ExitCode | undefined;
  /** Why the parts of this mode were not healthy when last asked. */
  private reasons: readonly string[] = [];

  /** @throws ConfigError when Temporal's own variables cannot be read */
  constructor(private readonly options: SystemOptions) {
    this.plan = planProcesses(options.mode, options.config);
    this.liveness = new LivenessWatch(livenessPolicy(options.config.workers.heartbeatTimeoutSeconds * 1000));
    const print = (line: string, isError = false): void => options.print(line, isError, { isError });
    this.keeper = createServerKeeper(options.config, print, {
      liveness: this.liveness,
      onEvent: (event) => this.handleLife(event),
    });
  }

  /**
   * Starts everything and returns when it has ended and every process is gone.
   *
   * @returns the exit code
   * @throws what stands in the way of a start: a used data folder, a used port, no server
   */
  async run(): Promise<ExitCode> {
    const { config, mode } = this.options;
    const releaseLocks = claimStartLocks(config.dataDir, mode);
    try {
      // A stop does not wait for a slow start.
      await Promise.race([this.start(), this.whenEnding()]);
      await this.whenEnding();
      return this.exitCode ?? ExitCode.SUCCESS;
    } finally {
      this.ending.abort();
      await this.stopAll();
      releaseLocks();
    }
  }

  /** Ends the run in good order; `run` returns within 10 s. */
  requestStop(exitCode: ExitCode = ExitCode.SUCCESS): void {
    this.exitCode ??= exitCode;
    this.ending.abort();
  }

  /** Ends every process at once; for the second Ctrl-C. */
  kill(): void {
    for (const managed of this.processes.values()) managed.kill();
    this.keeper?.kill();
  }

  private whenEnding(): Promise<void> {
    const { signal } = this.ending;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async start(): Promise<void> {
    const { config, print } = this.options;
    await awaitOrphans(
      config.dataDir,
      this.plan.map(({ filesName }) => filesName),
      print,
    );
    await this.assertPortsFree();
    if (this.ending.signal.aborted) return;
    // It asks nobody for anything: it gets ready while the server does.
    const paperVenue = this.plan.find(({ name }) => name === 'paper_venue');
    if (paperVenue) this.launch(paperVenue);
    print(this.keeper ? 'Starting the Temporal server …' : 'Connecting to the Temporal server …');
    const server = await prepareServer(config, this.keeper, keyUserOfPlan(this.plan));
    print(`Starting ${this.plan.map(({ name }) => name).join(', ')} …`);
    await this.processes.get('paper_venue')?.whenReady(PAPER_VENUE_READY_MAX_MS);
    for (const planned of this.plan) {
      if (this.ending.signal.aborted) return;
      if (planned !== paperVenue) this.launch(planned);
    }
    await this.announceHealth(server);
  }

  private async assertPortsFree(): Promise<void> {
    const { config } = this.options;
    const isListening = ({ listener }: NamedPort): boolean =>
      listener === 'server'
        ? this.keeper !== undefined && !runsServer(config.dataDir)
        : this.plan.some(({ name }) => name === listener);
    await assertPortsFree(portsOf(config).filter(isListening));
  }

  private launch(planned: PlannedProcess): void {
    const { config, configFile, candlesDir, faults, live } = this.options;
    const acts = ['worker', 'api'].includes(planned.arguments[0] ?? '') && live;
    const managed = new ManagedProcess(
      {
        name: planned.name,
        executable: process.execPath,
        arguments: [
          ...(planned.nodeOptions ?? []),
          ...process.execArgv,
          CLI_ENTRY,
          ...planned.arguments,
          ...(configFile === undefined ? [] : ['--config', configFile]),
          ...(candlesDir === undefined ? [] : ['--candles', candlesDir]),
          ...(planned.name === 'paper_venue' && faults !== undefined ? ['--faults', faults] : []),
          ...(acts ? ['--live'] : []),
        ],
        environment: childEnvironment(planned.name, config),
        outputFile: outputLogPath(config.dataDir, planned.filesName),
        pidFile: pidFilePath(config.dataDir, planned.filesName),
      },
      (report) => this.handleReport(planned, report),
      this.liveness,
    );
    this.processes.set(planned.name, managed);
    managed.start();
  }

  private handleReport({ name, filesName }: PlannedProcess, report: ProcessReport): void {
    const isError = ['died', 'misconfigured', 'killed'].includes(report.kind);
    const { fingerprint, isLogged }: Partial<ProcessReport & { kind: 'line' }> = report.kind === 'line' ? report : {};
    for (const line of describeReport(report, outputLogPath(this.options.config.dataDir, filesName))) {
      this.options.print(line, isError || report.kind === 'warning', { isError, about: name, fingerprint, isLogged });
    }
    if (report.kind === 'finding') this.tell([report.finding], [report.finding]);
    if (report.kind === 'died' || report.kind === 'ready' || report.kind === 'stable') this.handleLife(report);
    if (report.kind === 'misconfigured') this.requestStop(report.exitCode);
    if (report.kind === 'superseded' && this.isNotNeeded()) this.requestStop();
  }

  private handleLife(event: LifeEvent): void {
    const atMs = Date.now();
    this.tell(findingsOf(event, atMs), printedFindings(event, atMs));
    if (event.kind === 'died') this.options.onDeath?.(event.name, restartCauseOf(event));
  }

  private tell(findings: readonly Finding[], printed: readonly Finding[]): void {
    for (const { holds, text } of printed) if (holds) this.options.print(`ALERT ${text}`, true);
    for (const finding of findings) this.options.findings?.(finding);
  }

  /** Every part of this mode is done by other processes already: then nothing here needs looking after. */
  private isNotNeeded(): boolean {
    const parts = this.plan.filter(({ name }) => name !== 'system_monitor');
    return parts.every(({ name }) => this.processes.get(name)?.state === 'superseded');
  }

  private async announceHealth(server: TemporalServer): Promise<void> {
    const { config, mode, print, faults, alerts } = this.options;
    const missing = await this.awaitHealth(server);
    if (this.ending.signal.aborted) return;
    for (const managed of this.processes.values()) managed.endFirstStart();
    const processes = this.plan.map(({ name }) => ({ name, pid: this.processes.get(name)?.pid }));
    // The clock of performance.now() began with this process.
    const afterSeconds = (performance.now() / 1_000).toFixed(1);
    const isWell = missing.length === 0 && this.reasons.length === 0;
    if (isWell) print(`oncefill is healthy after ${afterSeconds} s.`);
    else if (missing.length > 0)
      print(`Not healthy after ${afterSeconds} s, still trying: ${missing.join('; ')}.`, true);
    else print(`oncefill runs after ${afterSeconds} s, and not all is well: ${this.reasons.join('; ')}.`, true);
    for (const line of describeSystem({ config, mode, server, processes, faults, alerts })) print(line);
    print('Ctrl-C stops everything. Signals follow as they come in (times in UTC).');
  }

  private async awaitHealth(server: TemporalServer): Promise<readonly string[]> {
    const connection = await connectServer(server.target);
    try {
      const client = openClient(connection, server.target.namespace);
      return await waitUntilHealthy({
        findMissing: () => this.findMissing(client),
        timeoutMs: HEALTHY_MAX_MS,
        onProgress: (parts) => this.options.print(`Waiting for ${parts.join('; ')} …`),
        signal: this.ending.signal,
      });
    } finally {
      await connection.close();
    }
  }

  /** The parts of this mode that are not as they should be, each with the reason. */
  private async findMissing(client: Client): Promise<readonly string[]> {
    const unready = this.plan.filter(({ name }) => {
      const state = this.processes.get(name)?.state;
      return state !== 'ready' && state !== 'superseded';
    });
    if (unready.length > 0) return unready.map(({ name }) => `${name} (${this.processes.get(name)?.state})`);
    const { details } = await readHealth(client, this.options.config);
    const names = ['temporal', ...this.plan.flatMap(({ name }) => [name, ...(PARTS_OF[name] ?? [])])];
    const mine = details.filter(({ name }) => names.includes(name));
    this.reasons = mine.flatMap(reasonsOf);
    // A part that is degraded has started, and waiting here mends nothing.
    const isStarting = ({ status }: PartHealth): boolean => status === 'starting' || status === 'unhealthy';
    return mine.filter(isStarting).map(({ name, text }) => `${name} (${text})`);
  }

  private async stopAll(): Promise<void> {
    const deadlineMs = performance.now() + STOP_TOTAL_MAX_MS;
    // A start that failed has its one sentence; a stop that was asked for takes a while.
    if (this.processes.size > 0 && this.exitCode !== undefined) this.options.print('Stopping …');
    const members = this.plan.flatMap(({ name, stopWeight }) => {
      const managed = this.processes.get(name);
      return managed ? [{ process: managed, stopWeight }] : [];
    });
    await stopInOrder(members, STOP_PROCESSES_MAX_MS);
    await this.keeper?.stop(deadlineMs - performance.now());
  }
}
