/*
 * The API over real sockets, with a fake intake: what Node's HTTP parser and the listening socket make of hostile input.
 */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { startApi } from '../../../src/api/start-api';
import { KeptAudit, OPEN_GATE } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const PROBES = 20;
const PROBE_MAX_MS = 500;
const PROBE_PAUSE_MS = 50;

let intake: FakeIntake;
let server: FastifyInstance;
let port: number;

/** The Host check needs the port beforehand, so a free one is asked for and given back. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return address.port;
}

function dependencies() {
  return {
    intake,
    ...NO_POSITIONS,
    health: async () => ({ status: 'healthy' as const, components: {}, reasons: [], uptime: 1, version: '0' }),
    config: { api: { host: '127.0.0.1', port, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' as const } },
    gate: OPEN_GATE,
    audit: new KeptAudit(),
    logger: pino({ level: 'silent' }),
  };
}

beforeEach(async () => {
  intake = new FakeIntake();
  port = await freePort();
  server = await startApi(dependencies());
});

afterEach(async () => {
  await server.close();
});

/** Sends bytes as they are and reads until the server closes the connection. */
async function sendRaw(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  // A server that refuses early may reset the connection while we still write.
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk: string) => (answer += chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

test('a signal sent over HTTP is accepted, and found as a repetition afterwards', async () => {
  const body = JSON.stringify({
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 'ml_strategy',
    timestamp: new Date().toISOString(),
    signal_strength: 0.85,
  });
  const send = () =>
    fetch(`http://127.0.0.1:${port}/api/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  expect((await send()).status).toBe(202);
  expect((await send()).status).toBe(200);
  expect(intake.accepted.size).toBe(1);
});

test.each([
  ['noise', '\u0000\u0001\u0002\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['headers beyond every bound', `GET /health HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  [
    'two lengths',
    'POST /api/signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    /^HTTP\/1\.1 400 /,
  ],
  [
    'a length and chunks',
    'POST /api/signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  ['no host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 403 /],
  ['no host in the old protocol', 'GET /health HTTP/1.0\r\n\r\n', /^HTTP\/1\.[01] 403 /],
  [
    'a length that lies',
    'POST /api/signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n{',
    /^HTTP\/1\.1 4\d\d /,
  ],
])('%s is answered and cut off, and the API lives on', async (_name, bytes, status) => {
  expect(await sendRaw(bytes)).toMatch(status);
  expect(intake.accepted.size).toBe(0);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});

test('a sender that never finishes is cut off', async () => {
  const answer = await sendRaw(`POST /api/signals HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `);
  expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/);
}, 20_000);

/** Keeps so many silent connections open: each opens again as soon as it is closed. @returns what ends them */
function occupy(count: number): () => void {
  let isOver = false;
  const idle = new Set<Socket>();
  const open = (): void => {
    if (isOver) return;
    const socket = connect(port, '127.0.0.1');
    idle.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      idle.delete(socket);
      setImmediate(open);
    });
  };
  for (let opened = 0; opened < count; opened += 1) open();
  return () => {
    isOver = true;
    for (const socket of idle) socket.destroy();
  };
}

test('four hundred idle connections that open again as soon as they are closed do not keep a probe out', async () => {
  const leave = occupy(400);
  const answers: (string | undefined)[] = [];
  try {
    while (answers.length < PROBES) {
      // A connection of its own each time, as probes have.
      const probe = sendRaw(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      const answer = await Promise.race([probe, sleep(PROBE_MAX_MS, '')]);
      answers.push(answer.split('\r\n')[0]);
      await sleep(PROBE_PAUSE_MS);
    }
  } finally {
    leave();
  }
  // A busy machine may be slower than the grace of a newcomer now and then; kept out, no probe at all is answered.
  const answered = answers.filter((answer) => answer === 'HTTP/1.1 200 OK').length;
  expect(answered).toBeGreaterThan(PROBES / 2);
}, 20_000);

test('a port that is taken is named, with the variable that changes it', async () => {
  await expect(startApi(dependencies())).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringMatching(new RegExp(`${port}.*API_PORT`)) as string,
  });
});
