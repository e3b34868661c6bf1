import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from '../temporal/embedded-server';
import { errorCode } from '../process/error-code';
import { isProcessRunning, type ProcessIdentity } from '../process/pid-file';
import type { ServerExit } from '../temporal/server-process';
import type { LifeEvent } from './life-findings';
import type { Silent } from './liveness';
import type { LivenessWatch } from './liveness-watch';
import { hangCause } from './process-end';
import { countDeath, RESTART_POLICY, restartDelayMs } from './restart-delay';
import { feelPulse } from './server-pulse';

/**
 * The server picks some of its ports by itself, and ends at once when another program takes one in the same moment. Another
 * attempt picks others.
 */
const START_ATTEMPTS_MAX = 3;

/** What a stop keeps of its time for the server itself when it has to wait for a start that is under way. */
const STOP_RESERVE_MS = 1_500;

/** What the server is called where processes are named. */
const NAME = 'temporal';

/** Who ends a server that hangs, and who hears of its life. */
export interface ServerCare {
  readonly liveness: LivenessWatch;
  readonly onEvent: (event: LifeEvent) => void;
  /** How the server is asked; tests have their own. */
  readonly feelPulse?: typeof feelPulse;
}

/** Keeps the embedded Temporal server running until it is stopped; its state outlives its process. */
export class EmbeddedServerKeeper {
  private server: EmbeddedServer | undefined;
  /** The process that a start under way has made: a joined server is somebody else's. */
  private spawned: ProcessIdentity | undefined;
  private starting: Promise<EmbeddedServer> | undefined;
  private readonly stopping = new AbortController();

  /**
   * @param print hears, in one line, of every death and restart
   * @param startServer how a server is started; tests have their own
   * @param care absent: a server that hangs is left alone, and nobody hears of its deaths but who reads the lines
   */
  constructor(
    private readonly options: EmbeddedServerOptions,
    private readonly print: (line: string, isError?: boolean) => void,
    private readonly startServer: typeof startEmbeddedServer = startEmbeddedServer,
    private readonly care?: ServerCare,
  ) {}

  /** @throws what `startEmbeddedServer` throws; an error when the keeper was stopped already */
  async start(): Promise<EmbeddedServer> {
    const server = await this.launchWithAttempts();
    void this.keepRunning(server);
    return server;
  }

  /** Stops the server if it is ours, within about `timeoutMs`; a start that is under way is given up. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    this.care?.liveness.note(NAME, 'ended');
    const deadlineMs = performance.now() + timeoutMs;
    // A start that failed left nothing to stop.
    const settled = this.starting?.catch(() => undefined);
    const patience = sleep(Math.max(0, timeoutMs - STOP_RESERVE_MS), this.server, { ref: false });
    const server = await Promise.race([settled, patience]);
    await server?.stop(Math.max(0, deadlineMs - performance.now()));
  }

  /** Ends the server at once if it is ours; its database has a journal. */
  kill(): void {
    this.stopping.abort();
    this.killSpawned();
  }

  private killSpawned(): void {
    if (this.spawned && isProcessRunning(this.spawned)) process.kill(this.spawned.pid, 'SIGKILL');
  }

  private async launchWithAttempts(): Promise<EmbeddedServer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.launch();
      } catch (error) {
        if (errorCode(error) !== 'TEMPORAL_EXITED' || attempt === START_ATTEMPTS_MAX) throw error;
        this.print('The Temporal server ended at its start; trying again …', true);
      }
    }
  }

  private async launch(): Promise<EmbeddedServer> {
    this.stopping.signal.throwIfAborted();
    const onSpawned = (server: ProcessIdentity): void => {
      this.spawned = server;
    };
    this.starting = this.startServer({ ...this.options, signal: this.stopping.signal, onSpawned });
    this.server = await this.starting;
    return this.server;
  }

  private async keepRunning(first: EmbeddedServer): Promise<void> {
    let server: EmbeddedServer | undefined = first;
    let deathsInARow = 0;
    while (!this.stopping.signal.aborted) {
      const startedAtMs = performance.now();
      const { cause, silentMs } = server ? await this.follow(server) : { cause: 'it could not be started again' };
      if (this.stopping.signal.aborted) return;
      deathsInARow = countDeath(deathsInARow, performance.now() - startedAtMs - (silentMs ?? 0));
      const restartInMs = restartDelayMs(deathsInARow);
      const line = `The Temporal server ended (${cause}); it starts again in ${(restartInMs / 1_000).toFixed(1)} s.`;
      this.print(line, true);
      const isHung = silentMs !== undefined;
      this.care?.onEvent({ kind: 'died', name: NAME, cause, isHung, deathsInARow, restartInMs });
      server = await this.relaunch(restartInMs);
    }
  }

  /** Watches over a server that serves until it has ended; one that hangs is ended. */
  private async follow(server: EmbeddedServer): Promise<{ readonly cause: string; readonly silentMs?: number }> {
    const { care } = this;
    // Whoever runs it watches over it.
    if (!care || !server.owned) return { cause: causeOf(await server.exited) };
    const { liveness, onEvent } = care;
    let hung: Silent | undefined;
    liveness.watch(NAME, (silent) => {
      hung ??= silent;
      this.killSpawned();
    });
    liveness.note(NAME, 'ready');
    onEvent({ kind: 'ready', name: NAME, pid: server.pid });
    const { silenceMaxMs } = liveness.policy;
    const endPulse = (care.feelPulse ?? feelPulse)(server.address, silenceMaxMs, () => liveness.note(NAME, 'beat'));
    const isStable = (): void => onEvent({ kind: 'stable', name: NAME });
    const stableTimer = setTimeout(isStable, RESTART_POLICY.stableAfterMs).unref();
    const exit = await server.exited;
    clearTimeout(stableTimer);
    endPulse();
    liveness.note(NAME, 'ended');
    return hung ? { cause: hangCause(hung), silentMs: hung.silentMs } : { cause: causeOf(exit) };
  }

  /** @returns undefined when the start failed, which counts as one more death */
  private async relaunch(delayMs: number): Promise<EmbeddedServer | undefined> {
    // An aborted wait means that the keeper was stopped; the caller looks at that.
    await sleep(delayMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    if (this.stopping.signal.aborted) return undefined;
    try {
      const server = await this.launch();
      this.print(`The Temporal server runs again (process ${server.pid}).`);
      return server;
    } catch (error) {
      this.print(error instanceof Error ? error.message : String(error), true);
      return undefined;
    }
  }
}

function causeOf({ exitCode, signal }: ServerExit): string {
  if (signal) return `killed by ${signal}`;
  return exitCode === undefined || exitCode === null ? 'its process is gone' : `exit code ${exitCode}`;
}
