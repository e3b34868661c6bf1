import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRUSTED_STORE } from '../../../../harness/trusted-store';
import { waitFor } from '../../../../harness/wait-for';
import { loadConfig } from '../../../../src/config/load-config';
import type { TradingSignal } from '../../../../src/domain/signal';
import { HandOverClient } from '../../../../src/intake/hand-over/hand-over-client';
import { HandOverServer } from '../../../../src/intake/hand-over/hand-over-server';
import { handOverIdentity } from '../../../../src/intake/hand-over/identity';
import { readLines, sendLine } from '../../../../src/intake/hand-over/line-reader';
import { parseLine, type Greeting } from '../../../../src/intake/hand-over/protocol';
import { openPlace, socketFolder, socketMark, socketPath } from '../../../../src/intake/hand-over/socket-place';
import { createStartDesk, type StartDesk } from '../../../../src/intake/hand-over/start-desk';
import { createSignalIntake } from '../../../../src/intake/signal-intake';
import { WorkflowStarter, type SignalStarter } from '../../../../src/intake/signal-starter';
import type { SignalIntake } from '../../../../src/intake/types';
import type { StoreGate } from '../../../../src/temporal/store-gate';
import { ScriptedServer } from '../scripted-server';

const POLL = { timeoutMs: 20_000, intervalMs: 5 };
const NAMESPACE = 'scripted';

/** An engine and an API of one data folder, over one scripted server. What a test opens, `close` ends. */
export class HandOverWorld {
  readonly dataDir: string;
  private readonly base: string;
  readonly config;
  readonly server = new ScriptedServer();
  readonly warnings: string[] = [];
  private readonly ends: (() => unknown)[] = [];

  /** @param name of the data folder, which lies in one of its own */
  constructor(name = 'data', settings: Readonly<Record<string, unknown>> = {}) {
    this.base = mkdtempSync(join(tmpdir(), 'oncefill-hand-over-'));
    this.dataDir = join(this.base, name);
    mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
    const flags = Object.entries({ dataDir: this.dataDir, 'signals.newStrategiesPerMinute': 10_000, ...settings });
    this.config = loadConfig({
      env: {},
      cwd: '/',
      flags: flags.map(([path, value]) => ({ flag: 't', path, value })) as never,
    });
  }

  get identity(): Greeting {
    return handOverIdentity(this.config, NAMESPACE);
  }

  /** As the engine starts signals: each gets a head start. */
  get starter(): SignalStarter {
    const { environment, venue } = this.identity;
    const headStart = { ready: () => () => undefined };
    return new WorkflowStarter({
      client: this.server.client,
      ours: { environment, venue },
      store: TRUSTED_STORE,
      headStart,
    });
  }

  desk(starter = this.starter, store: StoreGate = TRUSTED_STORE): StartDesk {
    return createStartDesk({ config: this.config, store, starter });
  }

  async engine(desk = this.desk(), identity = this.identity): Promise<HandOverServer> {
    const warn = (sentence: string): unknown => this.warnings.push(sentence);
    const server = new HandOverServer({ dataDir: this.dataDir, identity, desk, warn });
    this.ends.push(() => server.close());
    await server.open();
    return server;
  }

  /** Something else at the engine's place that welcomes everybody, and says what the test makes it say. */
  async impostor(onRequest: (request: Readonly<Record<string, unknown>>, socket: Socket) => void): Promise<Server> {
    mkdirSync(socketFolder(this.dataDir), { recursive: true, mode: 0o700 });
    const place = openPlace(this.dataDir);
    this.ends.push(() => place.close());
    let isWelcome = false;
    const server = createServer((socket) => {
      const onLine = (line: string): void => {
        if (isWelcome) onRequest(parseLine(line) ?? {}, socket);
        else sendLine(socket, { welcome: true });
        isWelcome = true;
      };
      socket.on('error', () => undefined);
      readLines(socket, { onLine });
      this.ends.push(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(place.address, resolve));
    chmodSync(socketPath(this.dataDir), 0o600);
    this.ends.push(() => server.close());
    return server;
  }

  /** Another one's socket. @returns its mark */
  async stranger(): Promise<string | undefined> {
    await this.impostor(() => undefined);
    return socketMark(this.dataDir);
  }

  /** The API's end, once it knows whether it can hand over. */
  async client(isExpectedToWork = true): Promise<HandOverClient> {
    const client = new HandOverClient({ dataDir: this.dataDir, identity: this.identity, tell: () => undefined });
    this.ends.push(() => client.close());
    const first = client.state;
    client.open();
    if (isExpectedToWork) await waitFor('the hand-over', async () => client.state === 'works', POLL);
    else await waitFor('the reason', async () => client.state !== first, POLL);
    return client;
  }

  intake(handOver?: HandOverClient): SignalIntake {
    return createSignalIntake({ client: this.server.client, config: this.config, store: TRUSTED_STORE, handOver });
  }

  signal(strategy = 'handed'): TradingSignal {
    return { symbol: 'BTCUSDT', direction: 'BUY', strategy, timestampMs: Date.now(), intent: 'entry', amount: '0.01' };
  }

  /** For each signal that was started, whether the engine did. */
  get startedByEngine(): readonly boolean[] {
    return this.server.started.map(({ args }) => (args[0] as { readonly headStart?: boolean }).headStart === true);
  }

  until(what: string, isSo: () => boolean): Promise<unknown> {
    return waitFor(what, async () => isSo(), POLL);
  }

  async close(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** A connection without a system below: what is said at the other end is heard in the same turn of events. */
export class SocketPair {
  readonly ours = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(),
  }) as unknown as Socket;

  /** Says a line, and waits until it was heard. */
  readonly sayLine = async (line: string): Promise<void> => {
    (this.ours as unknown as Duplex).push(`${line}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  };

  say(value: object): Promise<void> {
    return this.sayLine(JSON.stringify(value));
  }
}
