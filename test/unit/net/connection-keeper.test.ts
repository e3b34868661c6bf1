/* Over real sockets: what a server that is full does. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionKeeper } from '../../../src/net/connection-keeper';

/** Longer than newcomers are spared. */
const SPARED_MS = 150;
const BOUNDS = { connectionsMax: 2, reserve: 1 };

let server: Server;
let keeper: ConnectionKeeper;
let sockets: Socket[];
/** Requests to `/held`, which are answered when the test says so. */
let held: ServerResponse[];

beforeEach(async () => {
  sockets = [];
  held = [];
  server = createServer((request, response) => {
    if (request.url === '/held') held.push(response);
    else request.resume().once('end', () => response.end(keeper.isFull ? 'full' : 'room'));
  });
  keeper = new ConnectionKeeper(server, BOUNDS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Sends a request and returns the last line of its answer; undefined: the connection was closed. */
async function ask(socket: Socket, path = '/'): Promise<string | undefined> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
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
  socket.write('GET /held HTTP/1.1\r\nHost: h\r\n\r\n');
  while (held.length === before) await sleep(5);
  return socket;
}

test('when it is full, the connection that has been idle longest goes, and the newcomer is served', async () => {
  const [oldest, second] = [await open(), await open()];
  const closed = once(oldest, 'close');
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

test('beyond the reserve, a newcomer is closed', async () => {
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
