/*
 * The API over real sockets with real tokens: who is let in, and what is left behind of who is not.
 */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { changeTokens, readTokens, tokenFilePath } from '../../../src/access/token-file';
import { TokenGate } from '../../../src/access/token-gate';
import { addToken, makeToken, revokeToken, type TokenScope } from '../../../src/access/tokens';
import { startApi } from '../../../src/api/start-api';
import { findFreePort } from '../../../harness/free-ports';
import { KeptAudit } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

let dataDir: string;
let port: number;
let server: FastifyInstance;
let intake: FakeIntake;
let audit: KeptAudit;
let log: string[];
const bearer: Record<TokenScope, string> = { read: '', trade: '' };

async function create(name: string, scope: TokenScope): Promise<string> {
  const { token, record } = makeToken({ name, scope, nowMs: Date.now() });
  await changeTokens(dataDir, (tokens) => addToken(tokens, record, Date.now()));
  return `Bearer ${token}`;
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-api-'));
  port = await findFreePort();
  intake = new FakeIntake();
  audit = new KeptAudit();
  log = [];
  bearer.read = await create('dashboard', 'read');
  bearer.trade = await create('bot', 'trade');
  server = await startApi({
    intake,
    ...NO_POSITIONS,
    health: async () => ({ status: 'degraded', components: {}, reasons: ['inside'], uptime: 1, version: '0' }),
    gate: new TokenGate({ dataDir, isAlwaysRequired: true }),
    audit,
    config: {
      api: { host: '127.0.0.1', port, bodyLimitBytes: 1024, allowedHosts: ['trading.example'], requireToken: 'auto' },
    },
    logger: pino({ level: 'debug' }, { write: (line) => void log.push(line) }),
  });
});

afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const FINGERPRINT = '0123456789abcdef';

/** Every route, with what it needs. */
const ROUTES: readonly [method: string, path: string, scope: TokenScope][] = [
  ['GET', '/api/signals', 'read'],
  ['HEAD', '/api/signals', 'read'],
  ['GET', `/api/signals/${FINGERPRINT}`, 'read'],
  ['POST', '/api/signals', 'trade'],
  ['POST', `/api/signals/${FINGERPRINT}/settle`, 'trade'],
  ['POST', `/api/signals/${FINGERPRINT}/cancel`, 'trade'],
  ['GET', '/metrics', 'read'],
  ['GET', '/nothing/here', 'read'],
  ['DELETE', '/api/signals', 'trade'],
];

function ask(method: string, path: string, authorization?: string): Promise<Response> {
  const body = JSON.stringify({
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 's',
    timestamp: Date.now(),
    amount: '1',
  });
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    ...(method === 'POST' && { body }),
  });
}

describe('without a good token', () => {
  test.each(ROUTES)('%s %s is refused, and reaches nobody', async (method, path) => {
    for (const [shown, challenge] of [
      [undefined, 'Bearer realm="oncefill"'],
      [`Bearer oncefill_${'0'.repeat(64)}`, 'Bearer realm="oncefill", error="invalid_token"'],
      ['Basic YTpi', 'Bearer realm="oncefill", error="invalid_token"'],
    ] as const) {
      const reply = await ask(method, path, shown);
      expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, challenge]);
      if (method !== 'HEAD') expect(await reply.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    const { submissions, listedMinutes, settlements, cancellations } = intake;
    expect([submissions, listedMinutes, settlements, cancellations]).toEqual([0, undefined, [], []]);
  });

  test('a signal is refused before its body has come', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8');
    let answer = '';
    socket.on('data', (chunk: string) => (answer += chunk)).on('error', () => undefined);
    socket.write(
      `POST /api/signals HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n`,
    );
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('health tells the status and nothing of the inside', async () => {
    expect(await (await ask('GET', '/health')).json()).toEqual({ status: 'degraded' });
    expect(await (await ask('GET', '/health', bearer.read)).json()).toMatchObject({ reasons: ['inside'] });
    expect((await ask('GET', '/health', 'Bearer nonsense')).status).toBe(401);
  });

  test('attempts are bounded: they leave a few lines without the token, and a good one is let in all the same', async () => {
    const shown = `oncefill_${'a'.repeat(64)}`;
    const statuses: number[] = [];
    for (let index = 0; index < 30; index += 1)
      statuses.push((await ask('GET', '/api/signals', `Bearer ${shown}`)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const lines = log.filter((line) => line.includes('without a valid token'));
    expect(lines.length).toBeLessThan(15);
    expect(audit.entries.length).toBe(lines.length);
    expect(log.join('') + JSON.stringify(audit.entries)).not.toContain('aaaaaaaa');
    expect((await ask('GET', '/api/signals', bearer.read)).status).toBe(200);
  });
});

test('a token that was good once leaves a line, also from an address that had too many refusals', async () => {
  const { id = '' } = readTokens(dataDir).tokens.find(({ name }) => name === 'bot') ?? {};
  await changeTokens(dataDir, (tokens) => revokeToken(tokens, { id, reason: 'leaked', nowMs: Date.now() }));
  for (let index = 0; index < 15; index += 1) await ask('GET', '/api/signals');
  expect((await ask('GET', '/api/signals', bearer.trade)).status).toBe(429);
  expect(audit.entries.at(-1)).toMatchObject({ what: 'token.refused', target: id, detail: 'revoked' });
  const before = audit.entries.length;
  for (let index = 0; index < 30; index += 1) await ask('GET', '/api/signals', bearer.trade);
  expect(audit.entries.length - before).toBeLessThan(15);
});

test('tokens that vanish while it runs let nobody in', async () => {
  expect((await ask('GET', '/api/signals', bearer.read)).status).toBe(200);
  rmSync(tokenFilePath(dataDir));
  expect((await ask('GET', '/api/signals')).status).toBe(503);
});

describe('with a token', () => {
  test.each(ROUTES)('%s %s needs no more than its scope', async (method, path, scope) => {
    expect([401, 403, 429]).not.toContain((await ask(method, path, bearer[scope])).status);
    if (scope === 'read') return;
    const reply = await ask(method, path, bearer.read);
    expect(reply.status).toBe(403);
    expect(reply.headers.get('www-authenticate')).toBe(
      'Bearer realm="oncefill", error="insufficient_scope", scope="trade"',
    );
    expect(await reply.json()).toMatchObject({ code: 'SCOPE_MISSING' });
  });

  test('what it does leaves a line with its name, accepted or refused', async () => {
    intake.settleReply = { accepted: false, message: 'Not missing.' };
    await ask('POST', '/api/signals', bearer.trade);
    intake.failure = new Error('a fault');
    await ask('POST', '/api/signals', bearer.trade);
    intake.failure = undefined;
    const body = { filled_quantity: '1', average_price: '2', fee: '0', reason: 'seen there' };
    await fetch(`http://127.0.0.1:${port}/api/signals/${FINGERPRINT}/settle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: bearer.trade },
      body: JSON.stringify(body),
    });
    const who = expect.stringMatching(/^token [0-9a-f]{8} \(bot\)$/) as string;
    const target = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
    expect(audit.entries).toMatchObject([
      { who, from: expect.stringContaining('127.0.0.1') as string, what: 'signal.send', target, result: 'done' },
      { who, what: 'signal.send', target, result: 'failed', detail: 'INTERNAL_ERROR' },
      { who, what: 'signal.settle', target: FINGERPRINT, why: 'seen there', result: 'asked' },
      { who, what: 'signal.settle', target: FINGERPRINT, result: 'refused', detail: 'Not missing.' },
    ]);
  });

  test('a cancellation leaves a line with its name and its reason, and is not held up where none can be written', async () => {
    intake.cancelAnswer = { effect: 'cancelling', message: 'Asked.' };
    const cancel = () =>
      fetch(`http://127.0.0.1:${port}/api/signals/${FINGERPRINT}/cancel`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: bearer.trade },
        body: JSON.stringify({ reason: 'enough' }),
      });
    expect((await cancel()).status).toBe(200);
    const who = expect.stringMatching(/^token [0-9a-f]{8} \(bot\)$/) as string;
    expect(audit.entries).toMatchObject([
      { who, what: 'signal.cancel', target: FINGERPRINT, why: 'enough', result: 'done', detail: 'Asked.' },
    ]);
    expect(intake.cancellations).toMatchObject([{ fingerprint: FINGERPRINT, reason: 'enough', who }]);
    audit.failure = new Error('disk full');
    expect((await cancel()).status).toBe(200);
  });

  test('nothing is settled that cannot be audited, and signals are taken all the same', async () => {
    audit.failure = new Error('disk full');
    const reply = await fetch(`http://127.0.0.1:${port}/api/signals/${FINGERPRINT}/settle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: bearer.trade },
      body: JSON.stringify({ filled_quantity: '0', reason: 'seen there' }),
    });
    expect(reply.status).toBe(503);
    expect(await reply.json()).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(intake.settlements).toEqual([]);
    expect((await ask('POST', '/api/signals', bearer.trade)).status).toBe(202);
  });

  test('tokens that cannot be read let nobody in, and the way back is a file that can', async () => {
    const path = tokenFilePath(dataDir);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, -20));
    const reply = await ask('GET', '/api/signals', bearer.trade);
    expect(reply.status).toBe(503);
    expect(await reply.json()).toMatchObject({ code: 'TOKENS_UNUSABLE' });
    expect(await (await ask('GET', '/health', bearer.trade)).json()).toEqual({ status: 'degraded' });
    expect(readdirSync(dataDir)).toEqual(['access']);
    writeFileSync(path, text);
    expect((await ask('GET', '/api/signals', bearer.trade)).status).toBe(200);
  });
});

test.each([
  ['trading.example', 200],
  ['TRADING.example', 200],
  ['evil.example', 403],
  ['trading.example.evil.example', 403],
])('a request for the host %s is answered with %d', async (host, status) => {
  const reply = await server.inject({ method: 'GET', url: '/health', headers: { host } });
  expect(reply.statusCode).toBe(status);
});
