import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, closeSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { stringify } from 'yaml';
import { loadConfig } from '../src/config/load-config';
import { packageRoot } from '../src/config/package-root';
import type { Config } from '../src/config/schema';
import { createSignalDesk } from '../src/intake/signal-desk';
import type { SignalDesk } from '../src/intake/types';
import { findFreePorts } from '../src/net/free-ports';
import { readHealth } from '../src/observability/health';
import { isProcessRunning, readRunningPid } from '../src/process/pid-file';
import { pidFilePath } from '../src/supervisor/run-folder';
import { connectNative, resolveTarget } from '../src/temporal/connection';
import { readServerRecord } from '../src/temporal/server-record';
import { EngineIntake } from '../test/support/engine-intake';
import { installQuietRuntime } from '../workers/quiet-runtime';
import { productSettings } from './product-settings';
import { Violation } from './violation';
import { pollUntil } from './waiting';

/** A first start may fetch the Temporal server. */
const HEALTHY_MAX_MS = 240_000;
/** The product promises 10 s. */
const STOP_MAX_MS = 15_000;

/** The processes that an attack may kill. */
export type Victim = 'trading_engine' | 'paper_venue' | 'temporal';

export interface ProductOptions {
  readonly seed: number;
  readonly timeToLiveSeconds: number;
}

/** What an attack talks to the product with. */
export interface Access {
  readonly client: Client;
  /** Intake from outside, as the API and the command line do it. */
  readonly desk: SignalDesk;
  /** Intake inside the engine, as the ML manager does it. */
  readonly inside: EngineIntake;
}

/** One installation of the product with a data folder and ports of its own, started as a user starts it. */
export class Product {
  private child: ChildProcess | undefined;
  private connection: NativeConnection | undefined;
  private inside: EngineIntake | undefined;

  private constructor(
    readonly dataDir: string,
    readonly config: Config,
    private readonly configFile: string,
  ) {}

  static async create({ seed, timeToLiveSeconds }: ProductOptions): Promise<Product> {
    const entry = programEntry();
    if (!existsSync(entry)) throw new Error(`${entry} is missing: run "npm run build" first.`);
    const [api = 0, paperVenue = 0, temporal = 0, temporalUi = 0] = await findFreePorts(4);
    const dataDir = mkdtempSync(join(tmpdir(), 'oncefill-chaos-'));
    const configFile = join(dataDir, 'chaos.yaml');
    const ports = { api, paperVenue, temporal, temporalUi };
    writeFileSync(configFile, stringify(productSettings({ dataDir, ports, seed, timeToLiveSeconds })));
    const config = loadConfig({ file: configFile, env: {}, cwd: dataDir });
    return new Product(dataDir, config, configFile);
  }

  get venueUrl(): string {
    return `http://127.0.0.1:${this.config.paperVenue.port}`;
  }

  /** Where the product's output goes. */
  get outputFile(): string {
    return join(this.dataDir, 'output.log');
  }

  /**
   * Starts paper venue, Temporal server and trading engine, and returns when they are healthy.
   *
   * @param environment beside the inherited one
   */
  async start(signal: AbortSignal, environment: NodeJS.ProcessEnv = {}): Promise<Access> {
    this.child = this.spawn(['start', '--mode', 'core'], environment);
    const serving = await pollUntil(async () => this.pidOf('trading_engine'), HEALTHY_MAX_MS, signal);
    if (serving === undefined) throw new Violation('the product starts', `no engine; see ${this.outputFile}`);
    installQuietRuntime();
    const target = resolveTarget(this.config, {});
    this.connection = await connectNative(target);
    const client = new Client({ connection: this.connection, namespace: target.namespace });
    await this.waitUntilHealthy({ client }, HEALTHY_MAX_MS, signal);
    this.inside = await EngineIntake.open(this.connection, target.namespace);
    return { client, desk: createSignalDesk({ client, config: this.config }), inside: this.inside };
  }

  /** @throws Violation when it does not become healthy in time */
  async waitUntilHealthy({ client }: Pick<Access, 'client'>, timeoutMs: number, signal: AbortSignal): Promise<void> {
    let last = 'never asked';
    const isHealthy = async (): Promise<boolean> => {
      const health = await readHealth(client, this.config);
      last = health.details.map(({ name, status, text }) => `${name} ${status} (${text})`).join('; ');
      return health.status === 'healthy';
    };
    const healthy = await pollUntil(isHealthy, timeoutMs, signal);
    if (!healthy) throw new Violation('the product becomes healthy', `after ${timeoutMs} ms: ${last}`);
  }

  /** Runs another command of this installation. @returns its exit code; null: a signal ended it */
  async run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number | null> {
    return exitCodeOf(this.spawn(words, environment));
  }

  /** @returns whether there was a process to kill */
  kill(victim: Victim): boolean {
    const pid = this.pidOf(victim);
    if (pid === undefined) return false;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      throw error;
    }
  }

  /** Ends everything, in good order if that is possible. */
  async stop(): Promise<void> {
    await this.inside?.close();
    await this.connection?.close();
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
      await exitCodeOf(child);
      clearTimeout(timer);
    }
    for (const victim of ['trading_engine', 'paper_venue', 'temporal'] as const) this.kill(victim);
  }

  /** Removes the data folder. */
  discard(): void {
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private pidOf(victim: Victim): number | undefined {
    if (victim === 'temporal') {
      const server = readServerRecord(this.dataDir)?.server;
      return server && isProcessRunning(server) ? server.pid : undefined;
    }
    return readRunningPid(pidFilePath(this.dataDir, victim));
  }

  private spawn(words: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
    const output = openSync(this.outputFile, 'a');
    try {
      // A process group of its own: Ctrl-C reaches the attack alone, which then stops the product in order.
      return spawn(process.execPath, [programEntry(), '--config', this.configFile, ...words], {
        cwd: this.dataDir,
        env: { ...cleanEnvironment(), ...environment },
        detached: true,
        stdio: ['ignore', output, output],
      });
    } finally {
      closeSync(output);
    }
  }
}

function programEntry(): string {
  return join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
}

/** Nothing from outside may redirect the product to another server, venue or folder. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|BYBIT_|DATA_DIR$|.*_PORT$|SIGNAL_|RATE_|BALANCE_|WORKER_|LOG_LEVEL$)/.test(name),
  );
  const { ONCEFILL_CONFIG: _, ...environment } = Object.fromEntries(kept);
  return { ...environment, NO_COLOR: '1' };
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
