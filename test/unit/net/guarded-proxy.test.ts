import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../harness/free-ports';
import { type GuardedProxy, startGuardedProxy } from '../../../src/net/guarded-proxy';

const AT_ONCE_MAX = 32;
const TOO_LARGE_BYTES = 5 * 1024 * 1024;

let target: Server;
let targetHost: string;
let seen: { readonly url?: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
let proxy: GuardedProxy;
let port: number;

beforeEach(async () => {
  seen = [];
  target = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      seen.push({ url: incoming.url, headers: incoming.headers, body });
      response.writeHead(201, { 'content-security-policy': "script-src 'self'", 'set-cookie': ['a=1', 'b=2'] });
      response.end('from the target');
    });
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const targetPort = (target.address() as AddressInfo).port;
  targetHost = `127.0.0.1:${targetPort}`;
  port = await findFreePort();
  proxy = await startGuardedProxy(port, { host: '127.0.0.1', port: targetPort, name: 'The target' }, { variable: 'P' });
});

afterEach(async () => {
  await proxy.close();
  target.close();
});

async function ask(options: RequestOptions, body = ''): Promise<{ status?: number; text: string; headers: object }> {
  const outgoing = request({ host: '127.0.0.1', port, ...options });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text, headers: response.headers };
}

test('a request passes under the name of the target, and the answer comes back with its own headers', async () => {
  const headers = { cookie: 'c=3', origin: `http://127.0.0.1:${port}`, 'content-type': 'text/plain', te: 'trailers' };
  const answer = await ask({ method: 'POST', path: '/a?b=c', headers }, 'the body');
  expect(answer).toMatchObject({ status: 201, text: 'from the target' });
  expect(answer.headers).toMatchObject({
    'content-security-policy': "script-src 'self'",
    'set-cookie': ['a=1', 'b=2'],
  });
  expect(seen).toMatchObject([{ url: '/a?b=c', body: 'the body' }]);
  expect(seen[0]?.headers).toMatchObject({ host: targetHost, origin: `http://${targetHost}`, cookie: 'c=3' });
  expect(seen[0]?.headers).not.toHaveProperty('te');
});

test.each<[string, RequestOptions, number]>([
  ['a name that was made to point here', { headers: { host: 'evil.example:8233' } }, 403],
  ["another page's origin", { headers: { origin: 'http://evil.example' } }, 403],
  ['an image on another page', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
  ['text that nobody vouches for', { method: 'POST', headers: { 'content-type': 'text/plain' } }, 415],
  ['a whole address', { path: 'http://evil.example/' }, 405],
  ['a method that no page needs', { method: 'TRACE', headers: { 'content-type': 'application/json' } }, 405],
])('%s never reaches the target', async (_name, options, status) => {
  expect((await ask(options)).status).toBe(status);
  expect(seen).toEqual([]);
});

test('a connection is never upgraded', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  expect((await ask({ headers })).status).toBe(201);
  expect(seen[0]?.headers).not.toHaveProperty('upgrade');
});

test('a body beyond its bound is refused', async () => {
  const headers = { 'content-type': 'application/json' };
  expect((await ask({ method: 'POST', headers }, 'x'.repeat(TOO_LARGE_BYTES))).status).toBe(413);
  expect(seen).toEqual([]);
});

test('the target has a bounded number of requests at a time, and gets on with others when they end', async () => {
  target.removeAllListeners('request');
  const waiting: ServerResponse[] = [];
  target.on('request', (_incoming: IncomingMessage, response: ServerResponse) => void waiting.push(response));
  const asked = Array.from({ length: AT_ONCE_MAX }, () => ask({ agent: false }));
  while (waiting.length < AT_ONCE_MAX) await sleep(5);
  expect(await ask({ agent: false })).toMatchObject({ status: 503 });
  for (const response of waiting) response.end();
  await Promise.all(asked);
  const last = ask({ agent: false });
  while (waiting.length === AT_ONCE_MAX) await sleep(5);
  waiting.at(-1)?.end();
  expect(await last).toMatchObject({ status: 200 });
});

test('many requests at once on one connection reach the target at most once', async () => {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.resume().write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(500));
  await closed;
  expect(seen.length).toBeLessThanOrEqual(1);
});

test('a target that is away is told in one sentence', async () => {
  target.close();
  target.closeAllConnections();
  expect(await ask({})).toMatchObject({ status: 502, text: 'The target does not answer.\n' });
});

test('a port that is taken is named with its variable', async () => {
  await expect(
    startGuardedProxy(port, { host: '127.0.0.1', port: 1, name: 'T' }, { variable: 'SOME_PORT' }),
  ).rejects.toMatchObject({ code: 'PORT_IN_USE', variable: 'SOME_PORT' });
});
