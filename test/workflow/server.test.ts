import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { Connection, isGrpcServiceError, type Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { SEARCH_ATTRIBUTES, TRADE_SYMBOL } from '../../src/messages/search-attributes';
import { isPortListening } from '../../src/net/ports';
import { claimPidFile } from '../../src/process/pid-file';
import { connectClient, connectNative, localTarget } from '../../src/temporal/connection';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embedded-server';
import { ensureNamespace } from '../../src/temporal/namespace';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes';
import { serverOwnerPath } from '../../src/temporal/server-record';
import { findTemporalServer } from '../../src/temporal/server-binary';
import { dynamicConfigArguments } from '../../src/temporal/server-settings';
import { readFoundStore } from '../../src/temporal/store-identity';
import { waitFor } from '../../harness/wait-for';
import { findFreePort } from '../../harness/free-ports';
import { SERVER_START_TIMEOUT_MS, startTimeSkippingServer } from '../support/test-server';

const NAMESPACE = 'server-test';
const REQUIREMENTS = { namespace: NAMESPACE, environment: 'paper', retentionHours: 72, dedupWindowSeconds: 300 };
/** More than the server's own default of 10. */
const UPDATES_AT_ONCE = 30;
const UPDATE_WAIT_MS = 3_000;
/** Several times what the server takes to list a workflow by default. */
const LISTED_BY_DEFAULT_MS = 250;
const LIST_WAIT = { intervalMs: 10, timeoutMs: 30_000 };

const folders: string[] = [];
const servers: EmbeddedServer[] = [];

/** What a URI, a shell, a pattern or a list of options would take for its own; and letters of several bytes. */
const ODD_NAME = `-C# ?a=%23;&'"\\ $HOME~*[x]{y}|,:@!é\u0301👨‍💻`;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oncefill-server-test-'));
  folders.push(folder);
  return folder;
}

function makeDataDir(): string {
  return join(makeFolder(), ODD_NAME);
}

async function start(dataDir: string, port: number): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({
    dataDir,
    port,
    durability: 'live',
    environment: 'live',
    progress: (text) => process.stderr.write(`${text}\n`),
  });
  servers.push(server);
  return server;
}

let dataDir: string;
let port: number;
let client: Client;
let connection: Connection;

async function reconnect(address: string): Promise<void> {
  await connection?.close();
  ({ client, connection } = await connectClient(localTarget(address, NAMESPACE)));
}

beforeAll(async () => {
  dataDir = makeDataDir();
  port = await findFreePort();
  const server = await start(dataDir, port);
  await reconnect(server.address);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await connection?.close();
  await Promise.all(servers.map((server) => server.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, SERVER_START_TIMEOUT_MS);

// The tests of this block build on each other, as the steps of a first start do.
describe('setting a fresh server up', () => {
  it('creates the namespace with its retention', async () => {
    expect(await ensureNamespace(connection, REQUIREMENTS)).toBe(true);
    const { config } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(72 * 3_600);
  });

  it('stamps a namespace for its environment when it creates it, and refuses it to every other one', async () => {
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    expect(namespaceInfo?.data).toMatchObject({
      'oncefill.environment': 'paper',
      'oncefill.environment-travels-since': 'creation',
    });
    await expect(ensureNamespace(connection, { ...REQUIREMENTS, environment: 'live' })).rejects.toMatchObject({
      code: 'ENVIRONMENT_MISMATCH',
    });
  });

  it('leaves an existing namespace alone', async () => {
    expect(await ensureNamespace(connection, { ...REQUIREMENTS, retentionHours: 48 })).toBe(false);
    const { config } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(72 * 3_600);
  });

  it('refuses a retention that is not longer than the dedup window', async () => {
    const dedupWindowSeconds = 72 * 3_600;
    await expect(ensureNamespace(connection, { ...REQUIREMENTS, dedupWindowSeconds })).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'NAMESPACE_RETENTION_TOO_SHORT',
    });
  });

  it('adds the search attributes, after which a workflow can carry them', async () => {
    const added = await ensureSearchAttributes(connection, NAMESPACE);
    expect(added).toEqual(SEARCH_ATTRIBUTES.map(({ name }) => name));
    const handle = await client.workflow.start('nobodyRunsThis', {
      workflowId: randomUUID(),
      taskQueue: 'nobody',
      typedSearchAttributes: [{ key: TRADE_SYMBOL, value: 'BTCUSDT' }],
    });
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(TRADE_SYMBOL)).toBe('BTCUSDT');
  });

  it('adds only what is missing', async () => {
    expect(await ensureSearchAttributes(connection, NAMESPACE)).toEqual([]);
    const extra = { name: 'TradeNote', type: 'TEXT' } as const;
    expect(await ensureSearchAttributes(connection, NAMESPACE, [TRADE_SYMBOL, extra])).toEqual(['TradeNote']);
  });

  it('refuses a search attribute that exists with another type', async () => {
    const conflicting = { name: TRADE_SYMBOL.name, type: 'INT' } as const;
    await expect(ensureSearchAttributes(connection, NAMESPACE, [conflicting])).rejects.toMatchObject({
      code: 'SEARCH_ATTRIBUTE_TYPE_CONFLICT',
    });
  });

  it('admits more updates at once than the default limit', async () => {
    const { workflowId } = await client.workflow.start('nobodyRunsThis', {
      workflowId: randomUUID(),
      taskQueue: 'nobody',
    });
    // Without the interceptors that would repeat a refused call until the deadline.
    const plain = await Connection.connect({ address: connection.options.address, interceptors: [] });
    const update = async (): Promise<number | undefined> => {
      try {
        await plain.workflowService.updateWorkflowExecution({
          namespace: NAMESPACE,
          workflowExecution: { workflowId },
          waitPolicy: { lifecycleStage: 3 },
          request: { meta: { updateId: randomUUID() }, input: { name: 'any' } },
        });
      } catch (error) {
        return isGrpcServiceError(error) ? error.code : undefined;
      }
      return undefined;
    };
    const codes = await plain.withDeadline(Date.now() + UPDATE_WAIT_MS, () =>
      Promise.all(Array.from({ length: UPDATES_AT_ONCE }, update)),
    );
    await plain.close();
    // CANCELLED or DEADLINE_EXCEEDED: admitted, and nobody handles it. RESOURCE_EXHAUSTED (8) would be a refusal.
    const admitted = codes.filter((code) => code === 1 || code === 4);
    expect(admitted).toHaveLength(UPDATES_AT_ONCE);
  });

  it('writes a workflow that ends within a moment to its lists once, with its end', async () => {
    const isListed = async (workflowId: string): Promise<string | undefined> => {
      for await (const { status } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
        return status.name;
      }
      return undefined;
    };
    const startOne = () => client.workflow.start('nobodyRunsThis', { workflowId: randomUUID(), taskQueue: 'nobody' });
    const firstSeenAs = async (): Promise<string | undefined> => {
      // The lists were written just now: the next time is a while off.
      const { workflowId } = await startOne();
      await waitFor('a list', async () => (await isListed(workflowId)) ?? false, LIST_WAIT);
      const short = await startOne();
      // At the server's own pace it would be there by now.
      await delay(LISTED_BY_DEFAULT_MS);
      const before = await isListed(short.workflowId);
      await short.terminate();
      return before ?? waitFor('a list', async () => (await isListed(short.workflowId)) ?? false, LIST_WAIT);
    };
    // A machine that stood still meanwhile may have missed the moment.
    const isWrittenOnce = async (): Promise<boolean> => (await firstSeenAs()) === 'TERMINATED';
    expect((await isWrittenOnce()) || (await isWrittenOnce()) || (await isWrittenOnce())).toBe(true);
  });

  it('has every key of the dynamic configuration in its program: it ignores an unknown one without a word', async () => {
    const program = readFileSync(await findTemporalServer({ progress: () => undefined }));
    const keys = dynamicConfigArguments()
      .filter((argument) => argument.includes('='))
      .map((argument) => argument.slice(0, argument.indexOf('=')));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !program.includes(key))).toEqual([]);
  });
  it.each(['http_proxy', 'https_proxy', 'grpc_proxy'])(
    'is reached without the proxy that %s names',
    async (variable) => {
      process.env[variable] = `http://127.0.0.1:${await findFreePort()}`;
      try {
        const own = await connectClient(localTarget(connection.options.address, NAMESPACE));
        await own.connection.close();
      } finally {
        delete process.env[variable];
      }
    },
  );

  it('is reached by native connections too', async () => {
    const native = await connectNative(localTarget(connection.options.address, NAMESPACE));
    await native.close();
  });
});

describe('one server per data folder', () => {
  it('is joined, and not stopped, by a second process', async () => {
    rmSync(serverOwnerPath(dataDir));
    // Stands for the process that started the server; ours then is the second one.
    claimPidFile(serverOwnerPath(dataDir), process.ppid);
    const joined = await start(dataDir, port);
    expect(joined).toMatchObject({ owned: false, pid: servers[0]?.pid });
    await joined.stop();
    expect(await isPortListening(port)).toBe(true);
    await expect(start(dataDir, await findFreePort())).rejects.toMatchObject({ code: 'TEMPORAL_PORT_MISMATCH' });
    const paper = startEmbeddedServer({
      dataDir,
      port,
      durability: 'paper',
      environment: 'paper',
      progress: () => undefined,
    });
    await expect(paper).rejects.toMatchObject({ code: 'SERVER_NOT_JOINED' });
    rmSync(serverOwnerPath(dataDir));
  });

  it('replaces what a killed process left behind, and keeps its state', async () => {
    const before = await readFoundStore(client, NAMESPACE);
    const successor = await start(dataDir, port);
    expect(successor.owned).toBe(true);
    await servers[0]?.exited;
    await reconnect(successor.address);
    expect(before).toEqual({ clusterId: expect.any(String) as string, namespaceId: expect.any(String) as string });
    expect(await readFoundStore(client, NAMESPACE)).toEqual(before);
    expect(await ensureNamespace(connection, REQUIREMENTS)).toBe(false);
    expect(await ensureSearchAttributes(connection, NAMESPACE)).toEqual([]);
  });

  it('keeps its database in its data folder, whatever that is called', () => {
    expect(readdirSync(dirname(dataDir))).toEqual([ODD_NAME]);
    expect(readdirSync(join(dataDir, 'temporal'))).toContain('temporal.db');
  });

  it('refuses a data folder whose path is longer than its database can open', async () => {
    const long = join(makeFolder(), ...Array<string>(3).fill('x'.repeat(200)));
    await expect(start(long, await findFreePort())).rejects.toThrow(/a path of \d+ bytes, and 500 are the most/);
  });

  it('runs beside the server of another data folder', async () => {
    const other = await start(makeDataDir(), await findFreePort());
    const { client: otherClient, connection: otherConnection } = await connectClient(
      localTarget(other.address, NAMESPACE),
    );
    const found = await readFoundStore(otherClient, NAMESPACE);
    await otherConnection.close();
    // It has no such namespace.
    expect(found).toEqual({ clusterId: expect.any(String) as string, namespaceId: undefined });
    expect(found.clusterId).not.toBe((await readFoundStore(client, NAMESPACE)).clusterId);
    await other.stop();
    await other.exited;
    expect(await isPortListening(port)).toBe(true);
  });

  it('refuses a port that another process holds', async () => {
    await expect(start(makeDataDir(), port)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      port,
      variable: 'TEMPORAL_PORT',
    });
  });
});

describe('the time-skipping test server', () => {
  it('starts and skips', async () => {
    const environment = await startTimeSkippingServer();
    const beforeMs = await environment.currentTimeMs();
    await environment.sleep('1 day');
    expect((await environment.currentTimeMs()) - beforeMs).toBeGreaterThanOrEqual(86_400_000);
    await environment.teardown();
  });
});
