import { spawn, type ChildProcess } from 'node:child_process';
import { WATCHDOG_VARIABLE } from '../config/variables';
import { ExitCode } from '../process/exit-codes';
import type { ProcessEvent } from '../process/process-events';
import { errorCode } from '../process/error-code';
import { OutputLog } from './output-log';
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
}

/** Wrong usage or configuration, or a server with another store: a person has to do something. */
export type FinalExitCode = typeof ExitCode.USAGE | typeof ExitCode.OTHER_STORE;

/** What happened to a process, for the person who started it. */
export type ProcessReport =
  | { readonly kind: 'ready'; readonly name: string; readonly pid: number }
  /** atMs: when it arrived, milliseconds UTC. fingerprint: of the signal that it is about. */
  | {
      readonly kind: 'line';
      readonly name: string;
      readonly text: string;
      readonly atMs: number;
      readonly fingerprint?: string;
    }
  | { readonly kind: 'superseded'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'died';
      readonly name: string;
      readonly cause: string;
      readonly lastLines: readonly string[];
      readonly restartInMs: number;
    }
  /** It left with an exit code that tells that starting it again cannot help. */
  | {
      readonly kind: 'misconfigured';
      readonly name: string;
      readonly exitCode: FinalExitCode;
      readonly lastLines: readonly string[];
    }
  | { readonly kind: 'killed'; readonly name: string; readonly graceMs: number }
  /** The process goes on; something around it does not work. */
  | { readonly kind: 'warning'; readonly name: string; readonly text: string };

export type ProcessState = 'stopped' | 'starting' | 'ready' | 'waiting' | 'superseded' | 'misconfigured';

/** After a process ended: how long its last output may take to arrive when something else holds its pipes open. */
const OUTPUT_DRAIN_MAX_MS = 1_000;

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
  private deathsInARow = 0;
  private stopping = false;
  /** A workflow looped: until the supervisor itself is run anew, the SDK watches over them, at a cost. */
  private watchesWorkflows = false;
  private currentState: ProcessState = 'stopped';
  private readonly stateWaiters = new Set<() => void>();

  constructor(
    private readonly specification: ProcessSpecification,
    private readonly onReport: (report: ProcessReport) => void,
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

  /** Asks the process to stop (SIGTERM) and ends it and its own children (SIGKILL) after `graceMs`. Never throws. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
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
    this.stopping = true;
    clearTimeout(this.restartTimer);
    if (this.child?.pid !== undefined) killGroup(this.child.pid);
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
    this.setState('starting');
    if (child.stdout) this.output.follow(child.stdout);
    if (child.stderr) this.output.follow(child.stderr);
    this.notePid(child.pid, claimPidFile);
    child.on('message', (message) => this.handleEvent(message as ProcessEvent));
    this.childEnded = whenEnded(child).then((cause) => {
      this.notePid(child.pid, releasePidFile);
      this.child = undefined;
      this.handleEnd(cause, performance.now() - startedAtMs);
    });
  }

  /** PID files serve `status` alone: without them the process still does its work. */
  private notePid(pid: number | undefined, note: (path: string, pid: number) => unknown): void {
    if (pid === undefined) return;
    try {
      note(this.specification.pidFile, pid);
    } catch (error) {
      this.warn(`its PID file: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private warn(text: string): void {
    this.onReport({ kind: 'warning', name: this.name, text });
  }

  private handleEvent(event: ProcessEvent): void {
    switch (event.kind) {
      case 'ready':
        this.setState('ready');
        this.onReport({ kind: 'ready', name: this.name, pid: this.pid ?? 0 });
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
        });
        break;
    }
  }

  private handleEnd(end: ProcessEnd, livedMs: number): void {
    if (this.stopping) return;
    if (this.currentState === 'superseded' && end.exitCode === ExitCode.SUCCESS) return;
    const lastLines = this.output.takeLastLines();
    const { exitCode } = end;
    if (exitCode === ExitCode.USAGE || exitCode === ExitCode.OTHER_STORE) {
      this.setState('misconfigured');
      this.onReport({ kind: 'misconfigured', name: this.name, exitCode, lastLines });
      return;
    }
    const isStuck = exitCode === ExitCode.WORKFLOW_STUCK;
    if (isStuck) this.watchesWorkflows = true;
    const policy = this.specification.restartPolicy ?? RESTART_POLICY;
    this.deathsInARow = countDeath(this.deathsInARow, livedMs, policy);
    const restartInMs = restartDelayMs(this.deathsInARow, policy);
    this.restartTimer = setTimeout(() => this.launch(), restartInMs);
    this.setState('waiting');
    this.onReport({
      kind: 'died',
      name: this.name,
      cause: isStuck ? `${end.cause}, ${STUCK_CAUSE}` : end.cause,
      lastLines,
      restartInMs,
    });
  }
}

interface ProcessEnd {
  readonly exitCode?: number;
  readonly cause: string;
}

/** Resolves when the process ended, its group is gone, and its last output and messages have arrived. */
function whenEnded(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      // Without a process id it never started; otherwise a signal could not be sent, and its end is still to come.
      if (child.pid === undefined) resolve({ cause: `it could not be started: ${error.message}` });
    });
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) killGroup(child.pid);
      const cause = signal === null ? `exit code ${code}` : `killed by ${signal}`;
      const end: ProcessEnd = code === null ? { cause } : { exitCode: code, cause };
      const timer = setTimeout(() => resolve(end), OUTPUT_DRAIN_MAX_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(end);
      });
    });
  });
}

/** SIGKILL to a whole process group; one that is gone already is what we want. */
function killGroup(processGroup: number): void {
  try {
    process.kill(-processGroup, 'SIGKILL');
  } catch (error) {
    // EPERM: macOS says so of a group whose last member is not yet reaped.
    if (!['ESRCH', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  }
}
