import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from '../temporal/embedded-server';
import { errorCode } from '../process/error-code';
import { isProcessRunning, type ProcessIdentity } from '../process/pid-file';
import { countDeath, restartDelayMs } from './restart-delay';

/**
 * The server picks some of its ports by itself, and ends at once when another program takes one in the same moment. Another
 * attempt picks others.
 */
const START_ATTEMPTS_MAX = 3;

/** What a stop keeps of its time for the server itself when it has to wait for a start that is under way. */
const STOP_RESERVE_MS = 1_500;

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
   */
  constructor(
    private readonly options: EmbeddedServerOptions,
    private readonly print: (line: string, isError?: boolean) => void,
    private readonly startServer: typeof startEmbeddedServer = startEmbeddedServer,
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
      await server?.exited;
      if (this.stopping.signal.aborted) return;
      deathsInARow = countDeath(deathsInARow, performance.now() - startedAtMs);
      const delayMs = restartDelayMs(deathsInARow);
      this.print(`The Temporal server ended; it starts again in ${(delayMs / 1_000).toFixed(1)} s.`, true);
      server = await this.relaunch(delayMs);
    }
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
