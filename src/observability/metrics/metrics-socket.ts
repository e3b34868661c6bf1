import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { PrivateSocket, SocketPlaceError, type SocketPlace } from '../../net/private-socket';
import { errorCode } from '../../process/error-code';
import { claimPidFile, releasePidFile } from '../../process/pid-file';
import { parseToldMetrics, type ToldMetric } from './told-metrics';

const FOLDER = 'run';
const NAME_PATTERN = /^metrics-([a-z][a-z0-9_]{0,40})\.sock$/;
const SOCKET_MODE = 0o600;
/** Another process of this name may still be ending, and the file may have been removed. */
const LOOK_MS = 5_000;
/** Whoever asks takes the answer and goes. */
const CONNECTIONS_MAX = 4;
/** A reader that does not read is no reader. */
const IDLE_MAX_MS = 2_000;
/** Longest that a process has to answer; one that hangs is absent, and nothing old is told of it. */
const ANSWER_MAX_MS = 1_000;
/** Who is alive accepts at once; one that is stopped does, too. */
const PROBE_MAX_MS = 1_000;
const ANSWER_BYTES_MAX = 4_194_304;
/** Processes of one data folder that are asked. */
export const PROCESSES_MAX = 32;

/** What one process counts, by metric; undefined: it did not answer. */
export type ToldMetrics = readonly ToldMetric[] | undefined;

function socketOf(dataDir: string, name: string): PrivateSocket {
  return new PrivateSocket(join(dataDir, FOLDER), `metrics-${name}.sock`);
}

export interface MetricsSocketOptions {
  readonly dataDir: string;
  /** The process's, and the label of its metrics: `trading_engine`, for example. */
  readonly name: string;
  readonly registry: Registry;
  /** Told what keeps the socket from being opened, when that changes. */
  readonly warn: (sentence: string) => void;
}

/**
 * Tells this process's metrics to the API of the same data folder: whoever connects gets one JSON text. The socket is a file that its
 * owner alone can reach, so no port is needed and no page can ask. Of several processes of one name the first has it, and another
 * one when that ends. What stands in its way is no failure: the process is then absent from `/metrics`, which says so.
 */
export class MetricsSocket {
  private readonly place: PrivateSocket;
  private server: Server | undefined;
  private way: SocketPlace | undefined;
  private mark: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private warned = '';

  constructor(private readonly options: MetricsSocketOptions) {
    this.place = socketOf(options.dataDir, options.name);
  }

  /** Opens the socket, now or as soon as it can be had. Never fails. */
  async open(): Promise<void> {
    if (this.isClosed) return;
    try {
      if (this.server && this.place.mark() !== this.mark) this.leave();
      if (!this.server) await this.take();
    } catch (error) {
      this.leave();
      if (errorCode(error) !== 'EADDRINUSE') this.warn(error);
    }
    if (this.isClosed) return this.leave();
    this.timer = setTimeout(() => void this.open(), LOOK_MS).unref();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.leave();
  }

  private async take(): Promise<void> {
    this.place.makeFolder();
    // Looked at before anything is written beside it.
    this.place.look();
    this.way = this.place.open();
    if (claimPidFile(this.place.lockPath, process.pid)) return this.dropWay();
    if (this.place.look() === 'socket') {
      // Whom the lock does not know may serve it all the same: a process of another container, say.
      if (await isServed(this.way.address)) return this.dropWay();
      // Left behind by one that was killed: nobody but the lock's holder takes its place.
      rmSync(this.place.path);
    }
    const server = await listen(this.way.address, (socket) => void this.tell(socket));
    server.unref();
    chmodSync(this.place.path, SOCKET_MODE);
    this.server = server;
    this.mark = this.place.mark();
  }

  private async tell(socket: Socket): Promise<void> {
    socket.unref();
    socket.on('error', () => undefined);
    socket.setTimeout(IDLE_MAX_MS, () => socket.destroy());
    socket.end(JSON.stringify(await this.options.registry.getMetricsAsJSON()));
  }

  private leave(): void {
    const { server } = this;
    this.server = undefined;
    if (server) {
      // It removes the file of its name by itself, also where that is another server's by now.
      const end = (): unknown => server.close();
      if (this.place.mark() === this.mark) end();
      else this.place.sparing(end);
    }
    this.dropWay();
    try {
      releasePidFile(this.place.lockPath, process.pid);
    } catch {
      // A folder that cannot be written into: a dead process's lock is taken over.
    }
  }

  private dropWay(): void {
    this.way?.close();
    this.way = undefined;
  }

  private warn(error: unknown): void {
    const why = error instanceof SocketPlaceError ? error.message : `the socket cannot be opened (${errorCode(error)})`;
    if (why !== this.warned) this.options.warn(`The metrics of this process are not in /metrics: ${why}.`);
    this.warned = why;
  }
}

function listen(address: string, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    server.maxConnections = CONNECTIONS_MAX;
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

function isServed(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    // One whose queue is full lives.
    socket.setTimeout(PROBE_MAX_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(errorCode(error) !== 'ECONNREFUSED'));
  });
}

/** Names the process that serves a socket. */
export function metricsLockPath(dataDir: string, name: string): string {
  return socketOf(dataDir, name).lockPath;
}

/** The names under which processes tell metrics, or did until they were killed. At most PROCESSES_MAX. */
export function metricsSockets(dataDir: string): readonly string[] {
  try {
    const names = readdirSync(join(dataDir, FOLDER)).flatMap((file) => NAME_PATTERN.exec(file)?.[1] ?? []);
    return names.toSorted().slice(0, PROCESSES_MAX);
  } catch {
    // No process of this data folder has run yet.
    return [];
  }
}

/**
 * Removes the sockets of processes that were killed and may never come back: of a mode that is not run any more, for example. Never
 * fails.
 */
export async function removeDeadSockets(dataDir: string): Promise<void> {
  for (const name of metricsSockets(dataDir)) {
    const place = socketOf(dataDir, name);
    let way: SocketPlace | undefined;
    try {
      if (place.look() === 'none') continue;
      way = place.open();
      if (!(await isServed(way.address))) rmSync(place.path, { force: true });
    } catch {
      // What is not ours stays; whoever needs the place says so.
    } finally {
      way?.close();
    }
  }
}

/** Asks one process. @returns undefined: it does not answer as it should, or not within its bound */
export async function readMetrics(
  dataDir: string,
  name: string,
  timeoutMs: number = ANSWER_MAX_MS,
): Promise<ToldMetrics> {
  const place = socketOf(dataDir, name);
  let way: SocketPlace | undefined;
  try {
    if (place.look() === 'none') return undefined;
    way = place.open();
    const text = await readAll(way.address, timeoutMs);
    return parseToldMetrics(JSON.parse(text));
  } catch {
    return undefined;
  } finally {
    way?.close();
  }
}

async function readAll(address: string, timeoutMs: number): Promise<string> {
  const socket = connect(address);
  const ended = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: ended.signal }).then(
    () => socket.destroy(new Error('no answer came in time')),
    () => undefined,
  );
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } finally {
    ended.abort();
    socket.destroy();
    await late;
  }
}
