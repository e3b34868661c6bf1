/*
 * The page's files and its stream over real sockets: what is served to whom, and how a stream ends.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { findFreePort } from '../../../harness/free-ports';
import { changeTokens, readTokens } from '../../../src/access/token-file';
import { TokenGate } from '../../../src/access/token-gate';
import { addToken, makeToken, revokeToken } from '../../../src/access/tokens';
import { VIEWER_BYTES_MAX } from '../../../src/api/page-stream';
import { VIEWERS_PER_CALLER_MAX } from '../../../src/api/viewer-share';
import type { ApiDependencies } from '../../../src/api/server';
import { startApi } from '../../../src/api/start-api';
import { loadAssets } from '../../../src/page/assets';
import { VIEWERS_MAX } from '../../../src/page/feed';
import { waitFor } from '../../../harness/wait-for';
import { KeptAudit, OPEN_GATE } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const SECRET = 'nothing for a browser';
const SOON = { timeoutMs: 20_000, intervalMs: 10 };

let folder: string;
let port: number;
let server: FastifyInstance;
/** Those who watch, by what they are sent. */
let viewers: Set<(frame: string) => void>;

const HELLO = {
  environment: 'paper',
  venue: 'bybit',
  version: '0',
  now: 'now',
  symbols: [],
  confirms_acts: false,
} as const;

async function start(gate: ApiDependencies['gate']): Promise<void> {
  server = await startApi({
    intake: new FakeIntake(),
    ...NO_POSITIONS,
    health: async () => ({ status: 'healthy', components: {}, reasons: [], uptime: 1, version: '0' }),
    gate,
    audit: new KeptAudit(),
    assets: loadAssets(join(folder, 'page')),
    page: {
      poller: {
        get viewerCount() {
          return viewers.size;
        },
        watch(viewer) {
          viewers.add(viewer);
          return () => viewers.delete(viewer);
        },
      },
      hello: ({ who, mayTrade }) => ({ ...HELLO, who, may_trade: mayTrade }),
      recheckMs: 20,
    },
    config: { api: { host: '127.0.0.1', port, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' } },
    logger: pino({ level: 'silent' }),
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-page-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>oncefill</title>');
  writeFileSync(join(folder, 'page', 'app.js'), 'export {};');
  writeFileSync(join(folder, 'page', 'notes.txt'), 'not for browsers');
  writeFileSync(join(folder, 'secret.js'), SECRET);
  symlinkSync(join(folder, 'secret.js'), join(folder, 'page', 'linked.js'));
  port = await findFreePort();
  viewers = new Set();
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });

describe('the files', () => {
  beforeEach(() => start(new TokenGate({ dataDir: folder, isAlwaysRequired: true })));

  test('are served without a token, each as what it is, under a policy that allows nothing from elsewhere', async () => {
    for (const [path, type] of [
      ['/', 'text/html; charset=utf-8'],
      ['/page/index.html', 'text/html; charset=utf-8'],
      ['/page/app.js', 'text/javascript; charset=utf-8'],
      ['/page/uplot.js', 'text/javascript; charset=utf-8'],
      ['/page/uplot.css', 'text/css; charset=utf-8'],
    ] as const) {
      const reply = await get(path);
      expect([path, reply.status, reply.headers.get('content-type')]).toEqual([path, 200, type]);
      const policy = reply.headers.get('content-security-policy');
      expect(policy).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      );
      expect(reply.headers.get('cache-control')).toBe('no-cache');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(await (await get('/')).text()).toContain('<title>oncefill</title>');
  });

  test('are not sent again to a browser that has them', async () => {
    const etag = (await get('/page/app.js')).headers.get('etag') ?? '';
    const other = (await get('/')).headers.get('etag');
    const again = await get('/page/app.js', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(other).not.toBe(etag);
  });

  test.each([
    '/page/notes.txt',
    '/page/linked.js',
    '/page/..%2fsecret.js',
    '/page/%2e%2e/secret.js',
    '/page/nothing.js',
    '/page/__proto__',
    '/page/',
    '/page',
    '/index.html',
    '/secret.js',
  ])('end where the list of names ends: %s', async (path) => {
    const reply = await get(path);
    expect(await reply.text()).not.toContain(SECRET);
    expect([401, 404]).toContain(reply.status);
  });

  test('open by a link that a person follows, and in no frame; what holds data opens by none', async () => {
    const link = {
      host: `127.0.0.1:${port}`,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-user': '?1',
      referer: 'https://chat.example/',
    };
    const status = async (url: string, headers: object): Promise<number> =>
      (await server.inject({ url, headers: { ...link, ...headers } })).statusCode;
    expect(await status('/', {})).toBe(200);
    expect(await status('/', { 'sec-fetch-user': '?0' })).toBe(403);
    expect(await status('/', { 'sec-fetch-dest': 'iframe' })).toBe(403);
    expect(await status('/', { 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await status('/page/app.js', {})).toBe(403);
    expect(await status('/api/signals', {})).toBe(403);
    expect(await status('/api/page/stream', {})).toBe(403);
  });
});

/** Reads a stream until it ends. */
function openStream(headers: Record<string, string> = {}): {
  readonly text: () => string;
  readonly ended: Promise<void>;
} {
  let text = '';
  const ended = (async () => {
    const reply = await get('/api/page/stream', headers);
    const decoder = new TextDecoder();
    for await (const chunk of reply.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })();
  return { text: () => text, ended: ended.catch(() => undefined) };
}

const viewersAre = (count: number): Promise<unknown> =>
  waitFor(`${count} viewers`, async () => viewers.size === count, SOON);

describe('the stream', () => {
  test('says first who looks and what that one may do, and then what the poller tells', async () => {
    await start(OPEN_GATE);
    const stream = openStream();
    await viewersAre(1);
    for (const send of viewers) send('event: beat\ndata: {}\n\n');
    await waitFor('a beat', async () => stream.text().includes('beat'), SOON);
    const hello = { ...HELLO, who: 'someone over HTTP from this machine', may_trade: true };

    expect(stream.text()).toBe(
      `retry: 2000\nevent: hello\ndata: ${JSON.stringify(hello)}\n\nevent: beat\ndata: {}\n\n`,
    );
  });

  test('has the headers of every answer, and its type', async () => {
    await start(OPEN_GATE);
    const leave = new AbortController();
    const { headers } = await fetch(`http://127.0.0.1:${port}/api/page/stream`, { signal: leave.signal });
    leave.abort();
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    await viewersAre(0);
  });

  test('has room for so many viewers; the next one is told so', async () => {
    await start(OPEN_GATE);
    const socketLess = Array.from({ length: VIEWERS_MAX }, () => (): void => undefined);
    for (const viewer of socketLess) viewers.add(viewer);
    const refused = await get('/api/page/stream');
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_VIEWERS' });
    for (const viewer of socketLess) viewers.delete(viewer);
  });

  test('is opened to one caller in so many windows, and has room for another one then', async () => {
    await start(OPEN_GATE);
    const streams = Array.from({ length: VIEWERS_PER_CALLER_MAX }, () => openStream());
    await viewersAre(VIEWERS_PER_CALLER_MAX);
    const refused = await get('/api/page/stream');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_WINDOWS' });
    await server.close();
    await Promise.all(streams.map(({ ended }) => ended));
  });

  test('ends for one who does not read', async () => {
    await start(OPEN_GATE);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pause();
    socket.write(`GET /api/page/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await viewersAre(1);
    const frame = `event: section\ndata: ${'x'.repeat(VIEWER_BYTES_MAX / 4)}\n\n`;
    // The system takes some megabytes by itself.
    for (let sent = 0; sent < 100 && viewers.size > 0; sent += 1) {
      for (const send of viewers) send(frame);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await viewersAre(0);
    socket.destroy();
  });

  test('does not hold up the end of the server', async () => {
    await start(OPEN_GATE);
    const streams = [openStream(), openStream()];
    await viewersAre(2);
    await server.close();
    await Promise.all(streams.map(({ ended }) => ended));
    expect(viewers.size).toBe(0);
  });

  test('ends when the token that it was opened with is revoked, and is not opened with it again', async () => {
    const { token, record } = makeToken({ name: 'wall', scope: 'read', nowMs: Date.now() });
    await changeTokens(folder, (tokens) => addToken(tokens, record, Date.now()));
    await start(new TokenGate({ dataDir: folder, isAlwaysRequired: true }));
    const headers = { authorization: `Bearer ${token}` };
    const stream = openStream(headers);
    await waitFor('the hello', async () => stream.text().includes('"may_trade":false'), SOON);
    await changeTokens(folder, (tokens) => revokeToken(tokens, { id: record.id, reason: 'lost', nowMs: Date.now() }));
    await stream.ended;

    expect(readTokens(folder).tokens).toHaveLength(1);
    expect((await get('/api/page/stream', headers)).status).toBe(401);
    expect((await get('/api/page/stream')).status).toBe(401);
  });

  test('has no head of its own, which would never end', async () => {
    await start(OPEN_GATE);
    const reply = await fetch(`http://127.0.0.1:${port}/api/page/stream`, { method: 'HEAD' });
    expect(reply.status).toBe(404);
  });
});

test('loading reads what is there when it starts, once', async () => {
  await start(OPEN_GATE);
  writeFileSync(join(folder, 'page', 'index.html'), 'changed since');
  expect(await (await get('/')).text()).toContain('<title>oncefill</title>');
});
