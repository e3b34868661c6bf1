import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CliError } from '../src/cli/cli-error';
import { loadConfig } from '../src/config/load-config';
import { packageRoot } from '../src/config/package-root';
import type { Config } from '../src/config/schema';
import { ExitCode } from '../src/process/exit-codes';
import { findTemporalServer } from '../src/temporal/server-binary';
import { childEnvironment } from './child-environment';
import { exitCodeOf, hasEnded, sendSignal, stopChild } from './child-process';
import { findFreePorts } from './free-ports';
import { runningProcesses } from './running-processes';
import { waitFor } from './wait-for';

/** Longest start of the whole product on a busy machine. */
const HEALTHY_MAX_MS = 240_000;
/** Each question costs all parts some time, while they need all of it to start. */
const HEALTHY_INTERVAL_MS = 250;
const HEALTH_TIMEOUT_MS = 2_000;
const COMMAND_MAX_MS = 60_000;
/** Lines of the children's output that an error repeats. */
const OUTPUT_LINES_SHOWN_MAX = 10;

export interface InstallationOptions {
  /** Of the data folder: `oncefill-NAME-` and something random. */
  readonly name: string;
  /** The folder that it is made in; absent: the system's for such. */
  readonly parent?: string;
  /** Settings in the shape of a configuration file; absent: there is no file, as for most users. */
  readonly settings?: object;
  /** Variables of its children, beside those that name folder and ports. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** How a command ended, and what it printed. */
export interface CommandResult {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
}

/**
 * One installation of the product as it was built, with a data folder and ports of its own, which it gets as a user gives
 * them: by environment variables. Its children run as a user's do, and are ended with it.
 */
export class Installation {
  private readonly children = new Set<ChildProcess>();
  private product: ChildProcess | undefined;
  /** Whatever happens to this process, it leaves nothing behind. */
  private readonly killAll = (): void => {
    for (const child of this.children) child.kill('SIGKILL');
    for (const pid of runningProcesses(this.dataDir)) sendSignal(pid, 'SIGKILL');
  };

  private constructor(
    readonly dataDir: string,
    readonly config: Config,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly configWords: readonly string[],
  ) {
    process.once('exit', this.killAll);
  }

  /** @throws CliError when the product is not built, and what finding a Temporal server throws */
  static async create({
    name,
    parent = tmpdir(),
    settings,
    environment: own,
  }: InstallationOptions): Promise<Installation> {
    if (!existsSync(programEntry())) {
      throw new CliError(`${programEntry()} is missing: run "npm run build" first.`, ExitCode.USAGE);
    }
    // Here, because fetching it may take proxies and certificates that children do not inherit.
    await findTemporalServer({ progress: (line) => process.stderr.write(`${line}\n`) });
    const [api, paperVenue, temporal, temporalUi, hooks] = await findFreePorts(5);
    const dataDir = mkdtempSync(join(parent, `oncefill-${name}-`));
    const environment = childEnvironment({
      ...own,
      DATA_DIR: dataDir,
      API_PORT: String(api),
      HOOKS_PORT: String(hooks),
      PAPER_VENUE_PORT: String(paperVenue),
      TEMPORAL_PORT: String(temporal),
      TEMPORAL_UI_PORT: String(temporalUi),
    });
    const file = settings && join(dataDir, 'oncefill.yaml');
    if (file !== undefined) writeFileSync(file, stringify(settings), { mode: 0o600 });
    const config = loadConfig({ file, env: environment, cwd: dataDir });
    return new Installation(dataDir, config, environment, file === undefined ? [] : ['--config', file]);
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.config.api.port}`;
  }

  get venueUrl(): string {
    return `http://127.0.0.1:${this.config.paperVenue.port}`;
  }

  /** Where the children's output goes. */
  get outputFile(): string {
    return join(this.dataDir, 'output.log');
  }

  /**
   * `oncefill start`, and returns at once.
   *
   * @param words options, such as `--mode core`
   * @param environment beside that of the installation
   * @param nodeOptions what Node is started with; the product passes them on to its processes, unlike NODE_OPTIONS
   */
  start(
    words: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
    nodeOptions: readonly string[] = [],
  ): ChildProcess {
    this.product = this.spawn(['start', ...words], environment, undefined, nodeOptions);
    return this.product;
  }

  /** Whether the started product's API says so; false while it does not answer. */
  async isHealthy(): Promise<boolean> {
    try {
      const response = await fetch(`${this.apiUrl}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
      return ((await response.json()) as { readonly status?: string }).status === 'healthy';
    } catch {
      // Not listening yet; the caller's bound decides when that is an error.
      return false;
    }
  }

  /** @throws Error when the started product ended, or is not healthy in time */
  async waitUntilHealthy(): Promise<void> {
    await waitFor(
      'the product to become healthy',
      async () => {
        if (!this.product || hasEnded(this.product)) throw new Error(`The product is not running. ${this.lastWords()}`);
        return this.isHealthy();
      },
      { timeoutMs: HEALTHY_MAX_MS, intervalMs: HEALTHY_INTERVAL_MS, explain: () => this.lastWords() },
    );
  }

  /** Ctrl-C for the started product. @returns its exit code; null: it did not obey in time and was killed */
  async interrupt(): Promise<number | null> {
    if (!this.product) throw new Error('The product was not started.');
    return stopChild(this.product);
  }

  /** Runs a command to its end, which is a signal's when it takes too long. */
  async run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const child = this.spawn(words, environment, 'pipe');
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MAX_MS);
    let stdout = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    const closed = new Promise((resolve) => child.once('close', resolve));
    try {
      const exitCode = await exitCodeOf(child);
      await closed;
      return { exitCode, stdout };
    } finally {
      clearTimeout(timer);
    }
  }

  /** The end of the children's output, for an error. */
  lastWords(): string {
    const text = existsSync(this.outputFile) ? readFileSync(this.outputFile, 'utf8') : '';
    return `Last words: ${text.trim().split('\n').slice(-OUTPUT_LINES_SHOWN_MAX).join(' | ')}`;
  }

  /** Ends everything: the children in good order, the last one started first, and then what is left of their own. */
  async stop(): Promise<void> {
    for (const child of [...this.children].reverse()) await stopChild(child);
    process.off('exit', this.killAll);
    this.killAll();
  }

  /** Removes the data folder. */
  discard(): void {
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async close(): Promise<void> {
    await this.stop();
    this.discard();
  }

  /**
   * Starts a command, in a process group of its own: Ctrl-C reaches this process alone, which then stops the others in
   * order. The channel is what parts of the product tell their supervisor that they are ready by, and end with.
   */
  spawn(
    words: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    stdout?: 'pipe',
    nodeOptions: readonly string[] = [],
  ): ChildProcess {
    const output = openSync(this.outputFile, 'a', 0o600);
    try {
      const child = spawn(process.execPath, [...nodeOptions, programEntry(), ...this.configWords, ...words], {
        cwd: this.dataDir,
        env: { ...this.environment, ...environment },
        detached: true,
        stdio: ['ignore', stdout ?? output, output, 'ipc'],
      });
      this.children.add(child);
      child.once('exit', () => this.children.delete(child));
      return child;
    } finally {
      closeSync(output);
    }
  }
}

function programEntry(): string {
  return join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
}
