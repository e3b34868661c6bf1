import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter, once } from 'node:events';
import { writeServerRecord } from '../../../src/temporal/server-record';
import { endpointOf, openSentinel, type Sentinel } from '../../../src/temporal/sentinel';
import { keepStoreIdentity, type FoundStore, type StorePlace } from '../../../src/temporal/store-identity';
import {
  STORE_CONFIRMED_MAX_AGE_MS,
  STORE_UNGUARDED_MAX_AGE_MS,
  StoreWatch,
  type StoreWatchOptions,
} from '../../../src/temporal/store-watch';

const OURS = { clusterId: 'cluster-a', namespaceId: 'namespace-a' };
const OTHER = { clusterId: 'cluster-b', namespaceId: 'namespace-b' };

let place: StorePlace;
beforeEach(() => {
  place = { dataDir: mkdtempSync(join(tmpdir(), 'oncefill-watch-')), namespace: 'oncefill-paper' };
  keepStoreIdentity(place, OURS);
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(place.dataDir, { recursive: true, force: true });
});

/** A server whose store, reachability and connections a test decides. */
class FakeServer {
  store: FoundStore = OURS;
  isUp = true;
  takesSentinels = true;
  questions = 0;
  /** Those of them that asked for the cluster's id. */
  clusterQuestions = 0;
  /** Runs while a question is on its way back. */
  meanwhile: () => void = () => undefined;
  readonly others: string[] = [];
  private breaks: (() => void) | undefined;

  watch({ isEmbedded = false, isIdle = false } = {}): StoreWatch {
    const workflowService = {
      getClusterInfo: async () => {
        this.clusterQuestions += 1;
        return this.answer({ clusterId: this.store.clusterId });
      },
      describeNamespace: async () => this.answer({ namespaceInfo: { id: this.store.namespaceId } }),
    };
    const options: StoreWatchOptions = {
      place,
      address: '127.0.0.1:7233',
      isEmbedded,
      isIdle,
      asker: { workflowService } as unknown as StoreWatchOptions['asker'],
      onOtherStore: ({ code }) => this.others.push(code),
      open: async (_address, onBreak): Promise<Sentinel | undefined> => {
        if (!this.takesSentinels || !this.isUp) return undefined;
        this.breaks = onBreak;
        return { close: () => undefined };
      },
    };
    return new StoreWatch(options);
  }

  /** As when its process ends. */
  breakSentinel(): void {
    const tell = this.breaks;
    this.breaks = undefined;
    tell?.();
  }

  private answer<Answer>(answer: Answer): Answer {
    if (!this.isUp) throw new Error('connection refused');
    this.questions += 1;
    this.meanwhile();
    return answer;
  }
}

test('what was confirmed costs no question until it is old', async () => {
  jest.useFakeTimers();
  const server = new FakeServer();
  const watch = server.watch();
  expect(watch.isConfirmed).toBe(false);
  await watch.confirm();
  const { questions } = server;
  jest.advanceTimersByTime(STORE_CONFIRMED_MAX_AGE_MS);
  await watch.confirm();
  expect(watch.isConfirmed).toBe(true);
  expect(server.questions).toBe(questions);
  jest.advanceTimersByTime(1);
  expect(watch.isConfirmed).toBe(false);
});

test('another cluster behind the same connection, with the same namespace, is met at the next check of one who trades', async () => {
  jest.useFakeTimers();
  const server = new FakeServer();
  const watch = server.watch();
  await watch.confirm();
  server.store = { ...OURS, clusterId: 'cluster-b' };
  jest.advanceTimersByTime(STORE_CONFIRMED_MAX_AGE_MS + 1);
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'OTHER_STORE' });
});

test('one who trades nothing asks a connection for its cluster every ten seconds at most, and each new one at once', async () => {
  jest.useFakeTimers();
  const server = new FakeServer();
  const watch = server.watch({ isIdle: true });
  const confirmAfter = async (waitMs: number): Promise<number> => {
    jest.advanceTimersByTime(waitMs);
    await watch.confirm();
    return server.clusterQuestions;
  };
  expect(await confirmAfter(0)).toBe(1);
  expect(await confirmAfter(STORE_CONFIRMED_MAX_AGE_MS + 1)).toBe(1);
  expect(await confirmAfter(10_000)).toBe(2);
  server.breakSentinel();
  expect(await confirmAfter(0)).toBe(3);
});

test('without a sentinel the cluster is asked for at every check, also by one who trades nothing', async () => {
  jest.useFakeTimers();
  const server = new FakeServer();
  server.takesSentinels = false;
  const watch = server.watch({ isIdle: true });
  await watch.confirm();
  jest.advanceTimersByTime(STORE_UNGUARDED_MAX_AGE_MS + 1);
  await watch.confirm();
  expect(server.clusterQuestions).toBe(2);
});

test('another namespace in the same cluster is met at the next check', async () => {
  jest.useFakeTimers();
  const server = new FakeServer();
  const watch = server.watch();
  await watch.confirm();
  server.store = { ...OURS, namespaceId: 'namespace-b' };
  jest.advanceTimersByTime(STORE_CONFIRMED_MAX_AGE_MS + 1);
  await expect(watch.confirm()).rejects.toThrow('holds another store');
});

test('a broken connection is doubted in the same turn, and asked about at once', async () => {
  const server = new FakeServer();
  const watch = server.watch();
  await watch.confirm();
  const { questions } = server;
  server.breakSentinel();
  expect(watch.isConfirmed).toBe(false);
  await watch.confirm();
  expect(watch.isConfirmed).toBe(true);
  expect(server.questions).toBeGreaterThan(questions);
  expect(server.others).toEqual([]);
});

test('another store behind the same address is told once, and never confirmed', async () => {
  const server = new FakeServer();
  const watch = server.watch();
  await watch.confirm();
  server.store = OTHER;
  server.breakSentinel();
  for (const attempt of [watch.confirm(), watch.confirm()]) {
    await expect(attempt).rejects.toMatchObject({ code: 'OTHER_STORE' });
  }
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'OTHER_STORE' });
  expect(watch.isConfirmed).toBe(false);
  expect(watch.problem).toMatch(/another store/);
  expect(server.others).toEqual(['OTHER_STORE']);
});

test('a copy of our store behind the port of an embedded server that ended is none of ours', async () => {
  mkdirSync(join(place.dataDir, 'run'));
  const server = new FakeServer();
  const watch = server.watch({ isEmbedded: true });
  await watch.confirm();
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeServerRecord(place.dataDir, { server: { pid, birth: 'long ago' }, port: 7233 });
  server.breakSentinel();
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
  expect(watch.problem).toContain(`process ${pid}, has ended`);
  expect(server.others).toEqual([]);
  // Ours runs again, at a port of its own.
  writeServerRecord(place.dataDir, { server: { pid, birth: 'long ago' }, port: 7234 });
  await watch.confirm();
  expect(watch.problem).toBeUndefined();
});

test('our store is good again once it is back', async () => {
  const server = new FakeServer();
  const watch = server.watch();
  server.store = OTHER;
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'OTHER_STORE' });
  server.store = OURS;
  await watch.confirm();
  expect(watch.problem).toBeUndefined();
});

test('an answer that was under way when the connection broke proves nothing', async () => {
  const server = new FakeServer();
  const watch = server.watch();
  let isFirst = true;
  server.meanwhile = () => {
    if (!isFirst) return;
    isFirst = false;
    // The old server's last answer; whoever comes next is another one.
    server.breakSentinel();
    server.store = OTHER;
  };
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'OTHER_STORE' });
});

test('a server that does not answer is not known to be another one', async () => {
  const server = new FakeServer();
  const watch = server.watch();
  await watch.confirm();
  server.isUp = false;
  server.breakSentinel();
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
  expect(watch.isConfirmed).toBe(false);
  server.isUp = true;
  await watch.confirm();
  expect(watch.isConfirmed).toBe(true);
  expect(server.others).toEqual([]);
});

test('where no sentinel can stand an answer is good for a moment only', async () => {
  jest.useFakeTimers();
  const server = new FakeServer();
  server.takesSentinels = false;
  const watch = server.watch();
  await watch.confirm();
  expect(watch.isConfirmed).toBe(true);
  jest.advanceTimersByTime(STORE_UNGUARDED_MAX_AGE_MS + 1);
  expect(watch.isConfirmed).toBe(false);
});

test('what a watch has met is not forgotten when the data folder is emptied', async () => {
  const server = new FakeServer();
  const watch = server.watch();
  await watch.confirm();
  rmSync(place.dataDir, { recursive: true });
  server.store = OTHER;
  server.breakSentinel();
  await expect(watch.confirm()).rejects.toMatchObject({ code: 'OTHER_STORE' });
});

describe('a sentinel', () => {
  let server: Server;
  const sockets: Socket[] = [];
  let address: string;

  beforeEach(async () => {
    server = createServer((socket) => sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test.each<[string, (socket: Socket) => void]>([
    ['ends', (socket) => socket.end()],
    ['is killed', (socket) => socket.resetAndDestroy()],
  ])('tells once that its server %s', async (_how, leave) => {
    let breaks = 0;
    const broken = new EventEmitter();
    const accepted = once(server, 'connection');
    await openSentinel(address, () => {
      breaks += 1;
      broken.emit('broken');
    });
    await accepted;
    const told = once(broken, 'broken');
    leave(sockets.at(-1)!);
    await told;
    await new Promise((resolve) => setImmediate(resolve));
    expect(breaks).toBe(1);
  });

  test('tells nothing once it is closed, or where nobody listens', async () => {
    const tell = jest.fn();
    const sentinel = await openSentinel(address, tell);
    sentinel?.close();
    server.close();
    await once(server, 'close');
    expect(await openSentinel(address, tell)).toBeUndefined();
    expect(tell).not.toHaveBeenCalled();
  });

  test.each([
    ['127.0.0.1:17233', '127.0.0.1', 17_233],
    ['temporal.example', 'temporal.example', 7_233],
    ['[::1]:80', '::1', 80],
  ])('finds %s', (text, host, port) => {
    expect(endpointOf(text)).toEqual({ host, port });
  });
});
