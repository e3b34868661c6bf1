/** Another server takes the port of ours, as after a hijack or with a wiped database: nothing that it holds is traded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../../harness/child-process';
import { Installation } from '../../harness/installation';
import { TRUSTED_STORE } from '../../harness/trusted-store';
import { UNBOUNDED_RISK } from '../../harness/unbounded-risk';
import { waitFor } from '../../harness/wait-for';
import { startPart } from '../../bench/start-part';
import type { TradingSignal } from '../../src/domain/signal';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { ExitCode } from '../../src/process/exit-codes';
import type { ProcessEvent } from '../../src/process/process-events';
import { connectClient, connectServer, localTarget, type ServerTarget } from '../../src/temporal/connection';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embedded-server';
import { ensureNamespace } from '../../src/temporal/namespace';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';
import { audit } from './support/trading';

const TEST_MAX_MS = 240_000;
const STEP_MAX_MS = 60_000;
const ENGINE = ['worker', '--component', 'trading_engine', '--task-queue', 'signals', 'entities', 'venue-paper-bybit'];

let product: Installation;
let target: ServerTarget;
let otherFolder: string;
let server: EmbeddedServer | undefined;

beforeAll(async () => {
  product = await Installation.create({ name: 'other-store', settings: UNBOUNDED_RISK });
  const { port, namespace } = product.config.temporal;
  target = localTarget(`127.0.0.1:${port}`, namespace);
  otherFolder = mkdtempSync(join(tmpdir(), 'oncefill-other-store-'));
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await product.close();
  await server?.stop();
  rmSync(otherFolder, { recursive: true, force: true });
}, SERVER_START_TIMEOUT_MS);

/** On the product's port, ready for signals. */
async function serveFrom(dataDir: string): Promise<void> {
  const { port, retentionHours, namespace } = product.config.temporal;
  const progress = (): void => undefined;
  server = await startEmbeddedServer({ dataDir, port, durability: 'paper', environment: 'paper', progress });
  const connection = await connectServer(target);
  await ensureNamespace(connection, {
    namespace,
    environment: 'paper',
    retentionHours,
    dedupWindowSeconds: 300,
  });
  await ensureSearchAttributes(connection, namespace);
  await connection.close();
}

async function killServer(): Promise<void> {
  if (server) process.kill(server.pid, 'SIGKILL');
  await server?.exited;
  await server?.stop();
}

/** Starts a signal's workflow at whatever server is there, as any client can. */
async function plant(strategy: string): Promise<string> {
  const signal: TradingSignal = {
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy,
    timestampMs: Date.now(),
    intent: 'entry',
    amount: '0.01',
  };
  const { client, connection } = await connectClient(target);
  await createSignalIntake({ client, config: product.config, store: TRUSTED_STORE }).submit(signal);
  await connection.close();
  return clientOrderIdOf(fingerprintOf(signal));
}

async function ordersOf(clientOrderId: string): Promise<number> {
  return (await audit(product)).ordersPerClientId?.[clientOrderId] ?? 0;
}

async function waitForOrder(clientOrderId: string): Promise<void> {
  await waitFor('the order', async () => (await ordersOf(clientOrderId)) === 1, {
    timeoutMs: STEP_MAX_MS,
    intervalMs: 100,
    explain: () => product.lastWords(),
  });
}

test(
  'an engine trades on after a restart of its server, and ends with an alert before it trades for another store',
  async () => {
    await serveFrom(product.dataDir);
    await startPart(product, ['paper-venue']);
    const engine = await startPart(product, ENGINE);
    const lines: string[] = [];
    engine.on('message', (event: ProcessEvent) => event.kind === 'line' && lines.push(event.text));
    await waitForOrder(await plant('before'));

    await killServer();
    await serveFrom(product.dataDir);
    await waitForOrder(await plant('after-a-restart'));

    const ended = exitCodeOf(engine);
    await killServer();
    await serveFrom(otherFolder);
    const planted = await plant('in-another-store');
    expect(await ended).toBe(ExitCode.OTHER_STORE);
    expect(lines.filter((line) => line.startsWith('ALERT') && line.includes('oncefill store accept'))).toHaveLength(1);
    // As a supervisor might do that has not understood.
    expect(await exitCodeOf(product.spawn(ENGINE))).toBe(ExitCode.OTHER_STORE);
    expect(await ordersOf(planted)).toBe(0);

    const environment = { TEMPORAL_ADDRESS: target.address };
    const words = ['--symbol', 'BTCUSDT', '--direction', 'BUY', '--strategy', 'by-hand'];
    expect((await product.run(['signal', 'send', ...words])).exitCode).toBe(ExitCode.OTHER_STORE);
    const accepted = await product.run(['store', 'accept', '--reason', 'a test', '--json'], environment);
    expect(accepted.exitCode).toBe(ExitCode.SUCCESS);
    const stores = JSON.parse(accepted.stdout) as { former?: object; accepted: object };
    expect(stores.accepted).not.toEqual(stores.former);
    expect((await product.run(['store', 'show'])).exitCode).toBe(ExitCode.SUCCESS);
  },
  TEST_MAX_MS,
);
