import { spawn, type ChildProcess } from 'node:child_process';
import { WATCHDOG_VARIABLE } from '../config/variables';
import { ExitCode } from '../process/exit-codes';
import type { Beat } from '../process/lifeline';
import type { ProcessEvent } from '../process/process-events';
import type { ConfigurationFault } from './life-findings';
import type { Silent } from './liveness';
import type { LivenessWatch } from './liveness-watch';
import { OutputLog } from './output-log';
import { hangCause, killGroup, whenEnded, type ProcessEnd } from './process-end';
import type { ProcessReport } from './process-report';
import { claimPidFile, releasePidFile } from '../process/pid-file';
import { countDeath, RESTART_POLICY, restartDelayMs, type RestartPolicy } from './restart-delay';

/** What to run, and where to note it. */
export interface ProcessSpecification {
  readonly name: string;
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly outputFile: string;
  readonly pidFile: string;
  readonly restartPolicy?: RestartPolicy;
  /** After what time a PID file that could not be written is tried again, milliseconds; absent: PID_RETRY_MS. */
  readonly pidRetryMs?: number;
}

export type ProcessState = 'stopped' | 'starting' | 'ready' | 'waiting' | 'superseded' | 'misconfigured';

const PID_RETRY_MS = 10_000;
/** Characters of what is wrong with a configuration that people are told. */
const FAULT_LENGTH_MAX = 1_000;

const STUCK_CAUSE = `a workflow looped: from now on with ${WATCHDOG_VARIABLE}=on`;

/**
 * One child process, kept running until it is stopped. It gets a process group of its own, so that Ctrl-C in the terminal
 * reaches the supervisor alone, which can then stop the parts in order.
 *
 * Node's own spawn is used: process groups, the IPC channel and signals are all it takes, and the process libraries that
 * are kept up to date cannot be loaded from CommonJS.
 */
export class ManagedProcess {
  private readonly output: OutputLog;
  private child: ChildProcess | undefined;
  private childEnded: Promise<void> = Promise.resolve();
  private restartTimer: NodeJS.Timeout | undefined;
  private stableTimer: NodeJS.Timeout | undefined;
  private pidTimer: NodeJS.Timeout | undefined;
  private deathsInARow = 0;
  /** Why the running child was ended by us. */
  private hung: Silent | undefined;
  private stopping = false;
  /** It was ready once, or the whole was: what it is given worked, so a fault of it came later, and others trade on. */
  private isPastFirstStart = false;
  /** The fault of its configuration that was told last; absent: it has none that is known. */
  private knownFault: string | undefined;
  /** A workflow looped: until the supervisor itself is run anew, the SDK watches over them, at a cost. */
  private watchesWorkflows = false;
  private currentState: ProcessState = 'stopped';
  private readonly stateWaiters = new Set<() => void>();

  /** @param liveness ends it when it shows no sign of life; absent: it may be silent for ever */
  constructor(
    private readonly specification: ProcessSpecification,
    private readonly onReport: (report: ProcessReport) => void,
    private readonly liveness?: LivenessWatch,
  ) {
    this.output = new OutputLog(specification.outputFile, (error) =>
      this.warn(`its output cannot be written to ${specification.outputFile}: ${error.message}`),
    );
  }

  get name(): string {
    return this.specification.name;
  }

  get state(): ProcessState {
    return this.currentState;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process, and starts it again whenever it dies. */
  start(): void {
    if (this.child || this.restartTimer || this.stopping) return;
    this.launch();
  }

  /**
   * Waits until the process said that it is ready, or cannot become so.
   *
   * @returns whether it is ready
   */
  async whenReady(timeoutMs: number): Promise<boolean> {
    const pending = (): boolean => this.currentState === 'starting' || this.currentState === 'waiting';
    if (!pending()) return this.currentState === 'ready';
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.stateWaiters.delete(check);
        resolve();
      };
      const check = (): void => {
        if (!pending()) settle();
      };
      const timer = setTimeout(settle, timeoutMs);
      this.stateWaiters.add(check);
    });
    return this.currentState === 'ready';
  }

  /** From now on a configuration that it cannot use makes it wait for a better one, and is no reason to stop others. */
  endFirstStart(): void {
    this.isPastFirstStart = true;
  }

  /** Asks the process to stop (SIGTERM) and ends it and its own children (SIGKILL) after `graceMs`. Never throws. */
  async stop(graceMs: number): Promise<void> {
    this.beginStop();
    if (this.child) {
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => {
        this.onReport({ kind: 'killed', name: this.name, graceMs });
        this.kill();
      }, graceMs);
      await this.childEnded;
      clearTimeout(timer);
    }
    this.setState('stopped');
    this.output.close();
  }

  /** Ends the process and its own children at once; for the second Ctrl-C. */
  kill(): void {
    this.beginStop();
    this.killChild();
  }

  /** A stop has a bound of its own. */
  private beginStop(): void {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    clearTimeout(this.stableTimer);
    this.liveness?.note(this.name, 'ended');
  }

  private killChild(): void {
    if (this.child?.pid !== undefined) killGroup(this.child.pid);
  }

  private endHung(silent: Silent): void {
    this.hung ??= silent;
    this.killChild();
  }

  private setState(state: ProcessState): void {
    this.currentState = state;
    for (const notify of this.stateWaiters) notify();
  }

  private launch(): void {
    this.restartTimer = undefined;
    const { executable, environment } = this.specification;
    const startedAtMs = performance.now();
    const child = spawn(executable, this.specification.arguments, {
      detached: true,
      env: this.watchesWorkflows ? { ...environment, [WATCHDOG_VARIABLE]: 'on' } : environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    this.hung = undefined;
    this.setState('starting');
    this.liveness?.watch(this.name, (silent) => this.endHung(silent));
    if (child.stdout) this.output.follow(child.stdout);
    if (child.stderr) this.output.follow(child.stderr);
    this.claimPid(child.pid);
    child.on('message', (message) => this.handleEvent(message as ProcessEvent | Beat));
    this.childEnded = whenEnded(child).then((cause) => {
      clearTimeout(this.pidTimer);
      this.notePid(child.pid, releasePidFile);
      this.child = undefined;
      this.liveness?.note(this.name, 'ended');
      clearTimeout(this.stableTimer);
      this.handleEnd(cause, performance.now() - startedAtMs);
    });
  }

  /** A disk that took no file may take it later; the process is told of once. */
  private claimPid(pid: number | undefined, isAgain = false): void {
    if (this.notePid(pid, claimPidFile, !isAgain)) return;
    const { pidRetryMs = PID_RETRY_MS } = this.specification;
    this.pidTimer = setTimeout(() => this.claimPid(pid, true), pidRetryMs).unref();
  }

  /**
   * PID files serve `status` alone: without them the process still does its work.
   *
   * @returns whether nothing stood in the way
   */
  private notePid(pid: number | undefined, note: (path: string, pid: number) => unknown, isFaultTold = true): boolean {
    if (pid === undefined) return true;
    try {
      note(this.specification.pidFile, pid);
      return true;
    } catch (error) {
      if (isFaultTold) this.warn(`its PID file: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  private warn(text: string): void {
    this.onReport({ kind: 'warning', name: this.name, text });
  }

  private handleEvent(event: ProcessEvent | Beat): void {
    // Of a process that is being stopped nothing is asked any more.
    if (!this.stopping) this.liveness?.note(this.name, event.kind === 'ready' ? 'ready' : 'beat');
    switch (event.kind) {
      case 'beat':
        break;
      case 'ready':
        this.isPastFirstStart = true;
        this.knownFault = undefined;
        this.setState('ready');
        this.awaitStability();
        this.onReport({ kind: 'ready', name: this.name, pid: this.pid ?? 0 });
        break;
      case 'finding':
        this.onReport({ kind: 'finding', name: this.name, finding: event.finding });
        break;
      case 'superseded':
        this.setState('superseded');
        this.onReport({ kind: 'superseded', name: this.name, text: event.text });
        break;
      case 'line':
        this.onReport({
          kind: 'line',
          name: this.name,
          text: event.text,
          atMs: Date.now(),
          ...(event.fingerprint === undefined ? {} : { fingerprint: event.fingerprint }),
          ...(event.isLogged === true && { isLogged: true }),
        });
        break;
    }
  }

  private get restartPolicy(): RestartPolicy {
    return this.specification.restartPolicy ?? RESTART_POLICY;
  }

  private awaitStability(): void {
    clearTimeout(this.stableTimer);
    if (this.stopping) return;
    const report = (): void => this.onReport({ kind: 'stable', name: this.name });
    this.stableTimer = setTimeout(report, this.restartPolicy.stableAfterMs).unref();
  }

  private handleEnd(end: ProcessEnd, endedAfterMs: number): void {
    if (this.stopping) return;
    if (this.currentState === 'superseded' && end.exitCode === ExitCode.SUCCESS) return;
    const lastLines = this.output.takeLastLines();
    const { exitCode } = end;
    const isFault = exitCode === ExitCode.USAGE;
    if ((isFault && !this.isPastFirstStart) || exitCode === ExitCode.OTHER_STORE) {
      this.setState('misconfigured');
      this.onReport({ kind: 'misconfigured', name: this.name, exitCode, lastLines });
      return;
    }
    const isStuck = exitCode === ExitCode.WORKFLOW_STUCK;
    if (isStuck) this.watchesWorkflows = true;
    // Who hangs soon after each start has not recovered, however long it takes to notice.
    const livedMs = endedAfterMs - (this.hung?.silentMs ?? 0);
    this.deathsInARow = countDeath(this.deathsInARow, livedMs, this.restartPolicy);
    const restartInMs = restartDelayMs(this.deathsInARow, this.restartPolicy);
    this.restartTimer = setTimeout(() => this.launch(), restartInMs);
    this.setState('waiting');
    this.onReport({
      kind: 'died',
      name: this.name,
      cause: this.hung ? hangCause(this.hung) : isStuck ? `${end.cause}, ${STUCK_CAUSE}` : end.cause,
      isHung: this.hung !== undefined,
      lastLines,
      deathsInARow: this.deathsInARow,
      restartInMs,
      ...(isFault && { fault: this.noteFault(lastLines) }),
    });
  }

  private noteFault(lastLines: readonly string[]): ConfigurationFault {
    const text = lastLines.join(' ').slice(0, FAULT_LENGTH_MAX);
    const isNew = text !== this.knownFault;
    this.knownFault = text;
    return { text, isNew };
  }
}
