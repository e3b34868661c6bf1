import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { sendSignal } from '../harness/child-process';
import { TRUSTED_STORE } from '../harness/trusted-store';
import { Installation } from '../harness/installation';
import { runningServer } from '../harness/running-processes';
import { tradingVenueOf } from '../src/config/trading-environment';
import { createSignalIntake } from '../src/intake/signal-intake';
import type { SignalIntake } from '../src/intake/types';
import { readHealth } from '../src/observability/health';
import { readRunningPid } from '../src/process/pid-file';
import { pollUntil } from '../src/process/poll';
import { pidFilePath } from '../src/supervisor/run-folder';
import { openClient } from '../src/temporal/client';
import { connectNative, resolveTarget } from '../src/temporal/connection';
import { installQuietRuntime } from '../harness/quiet-runtime';
import { EngineIntake } from './engine-intake';
import { productSettings, type ProductSettingsOptions } from './product-settings';
import { Violation } from './violation';
import { within } from './waiting';

/** Longest start on a busy machine. */
const HEALTHY_MAX_MS = 240_000;

/** The processes that an attack may kill. */
export type Victim = 'trading_engine' | 'paper_venue' | 'temporal';

/** What an attack talks to the product with. */
export interface Access {
  readonly client: Client;
  /** Intake from outside, as the API and the command line do it. */
  readonly intake: SignalIntake;
  /** Intake inside the engine, as the ML manager does it. */
  readonly inside: EngineIntake;
}

/**
 * An installation under attack. It runs no API, which an attack does not need: what attacks is connected to the Temporal
 * server itself, and asks there how the product is.
 */
/** What is told for minutes after the attack set a clock, or had a position liquidated; nothing else may be left. */
const TOLD_FOR_MINUTES = /\bclock\b.*\bjumped\b|\bwas closed by (liquidation|deleveraging)/;

export class Product {
  private connection: NativeConnection | undefined;
  private inside: EngineIntake | undefined;

  private constructor(readonly installation: Installation) {}

  static async create(options: ProductSettingsOptions): Promise<Product> {
    return new Product(await Installation.create({ name: 'chaos', settings: productSettings(options) }));
  }

  /**
   * Starts paper venue, Temporal server and trading engine, and returns when they are healthy.
   *
   * @param environment beside that of the installation
   * @param nodeOptions what Node is started with
   */
  async start(
    signal: AbortSignal,
    environment: NodeJS.ProcessEnv = {},
    nodeOptions: readonly string[] = [],
  ): Promise<Access> {
    const { config, outputFile } = this.installation;
    this.installation.start(['--mode', 'core'], environment, nodeOptions);
    const serving = await pollUntil(async () => this.pidOf('trading_engine'), within(HEALTHY_MAX_MS, signal));
    if (serving === undefined) throw new Violation('the product starts', `no engine; see ${outputFile}`);
    installQuietRuntime();
    const target = resolveTarget(config, {});
    this.connection = await connectNative(target);
    const client = openClient(this.connection, target.namespace);
    await this.waitUntilHealthy({ client }, HEALTHY_MAX_MS, signal);
    this.inside = await EngineIntake.open(this.connection, target.namespace, tradingVenueOf(config));
    return { client, intake: createSignalIntake({ client, config, store: TRUSTED_STORE }), inside: this.inside };
  }

  /** @throws Violation when it does not become healthy in time */
  async waitUntilHealthy({ client }: Pick<Access, 'client'>, timeoutMs: number, signal: AbortSignal): Promise<void> {
    let last = 'never asked';
    const isHealthy = async (): Promise<boolean> => {
      const health = await readHealth(client, this.installation.config);
      last = health.details.map(({ name, status, text }) => `${name} ${status} (${text})`).join('; ');
      return health.reasons.every((text) => TOLD_FOR_MINUTES.test(text));
    };
    const healthy = await pollUntil(isHealthy, within(timeoutMs, signal));
    if (!healthy) throw new Violation('the product becomes healthy', `after ${timeoutMs} ms: ${last}`);
  }

  /** @returns whether there was a process to kill */
  kill(victim: Victim): boolean {
    const pid = this.pidOf(victim);
    return pid !== undefined && sendSignal(pid, 'SIGKILL');
  }

  /** Ends everything, in good order if that is possible. */
  async stop(): Promise<void> {
    await this.inside?.close();
    await this.connection?.close();
    await this.installation.stop();
  }

  private pidOf(victim: Victim): number | undefined {
    const { dataDir } = this.installation;
    return victim === 'temporal' ? runningServer(dataDir) : readRunningPid(pidFilePath(dataDir, victim));
  }
}
