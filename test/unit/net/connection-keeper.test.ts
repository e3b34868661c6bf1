/* Over real sockets: what a server that is full does. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionKeeper, type ConnectionBounds } from '../../../src/net/connection-keeper';

/** Longer than newcomers are spared. */
const SPARED_MS = 150;
const BOUNDS = { connectionsMax: 2, reserve: 1, unreadBytesMax: 64 * 1_048_576, unreadMaxMs: 60_000 };
/** More than the system takes from a socket that nobody reads. */
const LONG_ANSWER = Buffer.alloc(24 * 1_048_576, 0x61);
const FILLED_BY_FOUR = { ...BOUNDS, connectionsMax: 8 };

let server: Server;
let keeper: ConnectionKeeper;
let sockets: Socket[];
/** Requests to `/held`, which are answered when the test says so. */
let held: ServerResponse[];
let handled: number;

beforeEach(() => start());

afterEach(() => stop());

async function start(bounds: ConnectionBounds = BOUNDS): Promise<void> {
  sockets = [];
  held = [];
  handled = 0;
  server = createServer({ requireHostHeader: false }, (request, response) => {
    handled += 1;
    if (request.url === '/held') held.push(response);
    else if (request.url === '/long') response.end(LONG_ANSWER);
    else request.resume().once('end', () => response.end(keeper.isFull ? 'full' : 'room'));
  });
  keeper = new ConnectionKeeper(server, bounds);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function stop(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
}

async function restart(bounds: ConnectionBounds): Promise<void> {
  await stop();
  await start(bounds);
}

/** Asks for more than fits between the two, and reads nothing of it. */
async function leaveUnread(): Promise<Socket> {
  const socket = await open();
  const before = handled;
  socket.pause();
  socket.write(requestFor('/long'));
  while (handled === before) await sleep(5);
  return socket;
}

/** Connections as the server sees them: a client that reads nothing does not hear that it was closed. */
async function connections(): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

function requestFor(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
}

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Sends a request and returns the last line of its answer; undefined: the connection was closed. */
async function ask(socket: Socket, path = '/'): Promise<string | undefined> {
  socket.write(requestFor(path));
  const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean];
  return typeof answer === 'boolean'
    ? undefined
    : answer
        .toString()
        .split('\r\n')
        .findLast((line) => line.length > 1);
}

async function hold(): Promise<Socket> {
  const socket = await open();
  const before = held.length;
  socket.write(requestFor('/held'));
  while (held.length === before) await sleep(5);
  return socket;
}

test('when it is full, the connection that has been idle longest goes, and the newcomer is served', async () => {
  const [oldest, second] = [await open(), await open()];
  // Of one that never sends anything the server frees itself in any case, when the machine is slow.
  for (const socket of [oldest, second]) expect(await ask(socket)).toBe('room');
  const closed = new Promise<unknown>((resolve) => oldest.once('close', resolve));
  await sleep(SPARED_MS);
  const newcomer = await open();
  await closed;
  expect(await ask(newcomer)).toBe('room');
  expect(await ask(second)).toBe('room');
});

test('a connection that was used lately stays before an older one that was not', async () => {
  const [first, second] = [await open(), await open()];
  expect(await ask(first)).toBe('room');
  const closed = once(second, 'close');
  await sleep(SPARED_MS);
  await open();
  await closed;
  expect(await ask(first)).toBe('room');
});

test('a request in progress keeps its place', async () => {
  await hold();
  const idle = await open();
  const closed = once(idle, 'close');
  await sleep(SPARED_MS);
  const newcomer = await open();
  await closed;
  expect(await ask(newcomer)).toBe('room');
  expect(held[0]?.destroyed).toBe(false);
});

test('a request that is still arriving is none in progress', async () => {
  const slow = await open();
  slow.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx');
  const closed = once(slow, 'close');
  await open();
  await sleep(SPARED_MS);
  await open();
  await closed;
  expect(slow.destroyed).toBe(true);
});

test('when requests are in progress on all places, the reserve still answers, and says that it is full', async () => {
  await hold();
  await hold();
  const last = await open();
  expect(await ask(last)).toBe('full');
  held[0]?.end('done');
  await once(sockets[0]!, 'data');
  expect(await ask(last)).toBe('room');
});

test('beyond the reserve, the oldest idle connection goes even if it is young, and the newcomer is served', async () => {
  const first = await open();
  const closed = once(first, 'close');
  const others = await Promise.all([open(), open(), open(), open()]);
  await closed;
  expect(await ask(others.at(-1)!)).toBe('room');
});

test('beyond the reserve, when all are busy, a newcomer is closed', async () => {
  await hold();
  await hold();
  await hold();
  const newcomer = await open();
  expect(await ask(newcomer)).toBeUndefined();
});

test('a connection on which nothing is sent is closed, one that is used stays', async () => {
  const used = await open();
  expect(await ask(used)).toBe('room');
  const silent = await open();
  await once(silent, 'close');
  expect(await ask(used)).toBe('room');
});

test.each([
  ['that are answered at once', requestFor('/')],
  ['that are not answered', requestFor('/held')],
  ['with an expectation that nobody meets', 'GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n'],
  ['without a host', 'GET / HTTP/1.1\r\n\r\n'],
])('of many requests at once, %s, one is handled and the connection is closed', async (_what, bytes) => {
  const socket = await open();
  const closed = once(socket, 'close');
  socket.resume().write(bytes.repeat(500));
  await closed;
  expect(handled).toBeLessThanOrEqual(1);
});

test('requests one after the other keep their connection', async () => {
  const socket = await open();
  for (let index = 0; index < 5; index += 1) expect(await ask(socket)).toBe('room');
});

test('an answer that nobody reads keeps no place', async () => {
  const unread = [await leaveUnread(), await leaveUnread()];
  expect(await ask(await open())).toBe('room');
  await sleep(SPARED_MS);
  const newcomer = await open();
  expect(await ask(newcomer)).toBe('room');
  expect(unread).toHaveLength(2);
  expect(await connections()).toBeLessThanOrEqual(3);
});

test('a connection that takes nothing of its answer is closed', async () => {
  await restart({ ...BOUNDS, unreadMaxMs: 50 });
  await leaveUnread();
  while ((await connections()) > 0) await sleep(20);
  expect(await ask(await open())).toBe('room');
});

test('of answers that wait for their readers, the longest goes when all together are too long', async () => {
  await restart(FILLED_BY_FOUR);
  for (let index = 0; index < 4; index += 1) await leaveUnread();
  while ((await connections()) > 3) await sleep(20);
  expect(await connections()).toBeGreaterThanOrEqual(2);
});
