/*
 * Browsers that have shown a token, and requests that a proxy has passed on: who is let in, and what is left behind of who is not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { SESSION_MAX_MS, SessionBook, SESSIONS_PER_TOKEN_MAX } from '../../../src/access/sessions';
import { changeTokens } from '../../../src/access/token-file';
import { TokenGate } from '../../../src/access/token-gate';
import { addToken, makeToken, revokeToken, type TokenScope } from '../../../src/access/tokens';
import { createApiServer } from '../../../src/api/server';
import { KeptAudit } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const HOST = '127.0.0.1:8080';
const ORIGIN = { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' };
const JSON_BODY = { 'content-type': 'application/json' };
const FINGERPRINT = '0123456789abcdef';

let dataDir: string;
let server: FastifyInstance;
let audit: KeptAudit;
let intake: FakeIntake;

function start(isAlwaysRequired: boolean): void {
  server = createApiServer({
    intake,
    ...NO_POSITIONS,
    health: async () => ({ status: 'healthy', components: {}, reasons: ['inside'], uptime: 1, version: '0' }),
    gate: new TokenGate({ dataDir, isAlwaysRequired }),
    audit,
    config: {
      api: {
        host: '127.0.0.1',
        port: 8080,
        bodyLimitBytes: 1024,
        allowedHosts: ['trading.example'],
        requireToken: 'auto',
      },
    },
    logger: pino({ level: 'silent' }),
  });
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-session-'));
  audit = new KeptAudit();
  intake = new FakeIntake();
});

afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function makeOne(scope: TokenScope): Promise<{ readonly token: string; readonly id: string }> {
  const { token, record } = makeToken({ name: scope, scope, nowMs: Date.now() });
  await changeTokens(dataDir, (tokens) => addToken(tokens, record, Date.now()));
  return { token, id: record.id };
}

type Headers = Readonly<Record<string, string | undefined>>;
type Method = 'GET' | 'POST' | 'DELETE';

function ask(method: Method, url: string, headers: Headers = {}, payload?: object): Promise<LightMyRequestResponse> {
  return server.inject({
    method,
    url,
    headers: { host: HOST, ...headers },
    ...(payload !== undefined && { payload }),
  });
}

const signIn = (token: unknown, headers: Headers = {}) =>
  ask('POST', '/api/session', { ...ORIGIN, ...JSON_BODY, ...headers }, { token });

/** What the browser sends back. */
function cookieOf(reply: LightMyRequestResponse): Headers {
  return { cookie: String(reply.headers['set-cookie']).split(';', 1)[0] };
}

const cancel = (headers: Headers) =>
  ask('POST', `/api/signals/${FINGERPRINT}/cancel`, { ...JSON_BODY, ...headers }, { reason: 'seen enough' });

const code = (reply: LightMyRequestResponse): unknown => reply.json<{ code: string }>().code;

describe('a session', () => {
  beforeEach(() => start(true));

  test('lets the page read and act, by a cookie that holds no token and that no script and no other site gets', async () => {
    const { token, id } = await makeOne('trade');
    const reply = await signIn(token);
    expect([reply.statusCode, reply.body]).toEqual([204, '']);
    expect(reply.headers['set-cookie']).toMatch(
      /^oncefill_session_8080=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/,
    );
    expect(reply.headers['set-cookie']).not.toContain(token.slice('oncefill_'.length));
    const cookie = cookieOf(reply);

    expect((await ask('GET', '/api/signals', cookie)).statusCode).toBe(200);
    intake.cancelAnswer = { effect: 'unsent', message: 'It is.' };
    expect((await cancel({ ...cookie, ...ORIGIN })).statusCode).toBe(200);
    expect(intake.cancellations).toMatchObject([{ who: `token ${id} (trade)` }]);
    expect(audit.entries).toMatchObject([
      { what: 'session.open', target: id, who: `token ${id} (trade)`, result: 'done' },
      { what: 'signal.cancel', who: `token ${id} (trade)` },
    ]);
  });

  test('under a name of elsewhere its cookie goes over TLS alone, and pages over TLS are its own', async () => {
    const { token } = await makeOne('trade');
    const headers = { host: 'trading.example', origin: 'https://trading.example' };
    const reply = await signIn(token, headers);
    expect(reply.headers['set-cookie']).toMatch(/; Secure; Max-Age=/);
    // A proxy that writes a host of its own does not hide what the browser has in its address bar.
    const rewritten = await signIn(token, { origin: headers.origin });
    expect(rewritten.headers['set-cookie']).toMatch(/; Secure; Max-Age=/);
    expect((await signIn(token, { ...headers, origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await signIn(token, { origin: `https://${HOST}` })).statusCode).toBe(403);
  });

  test('changes nothing for a request that does not say that our own page makes it', async () => {
    const { token } = await makeOne('trade');
    const cookie = cookieOf(await signIn(token));
    for (const headers of [{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }]) {
      const reply = await cancel({ ...cookie, ...headers });
      expect([reply.statusCode, code(reply)]).toEqual([403, 'ORIGIN_REFUSED']);
    }
    const refused = audit.entries.filter(({ detail }) => detail === 'origin');
    expect(refused.map(({ what, result }) => [what, result])).toEqual(Array(3).fill(['token.refused', 'refused']));
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:3000']) {
      expect((await cancel({ ...cookie, origin })).statusCode).toBe(403);
    }
    expect((await cancel({ ...cookie, ...ORIGIN, 'content-type': 'text/plain' })).statusCode).toBe(415);
    expect(intake.cancellations).toEqual([]);
    // A program that shows the token itself needs to say nothing of the kind.
    expect((await cancel({ authorization: `Bearer ${token}` })).statusCode).toBe(404);
  });

  test('of a token that may only read changes nothing, and may be ended', async () => {
    const cookie = cookieOf(await signIn((await makeOne('read')).token));
    expect(code(await cancel({ ...cookie, ...ORIGIN }))).toBe('SCOPE_MISSING');
    const ended = await ask('DELETE', '/api/session', { ...cookie, ...ORIGIN, ...JSON_BODY });
    expect([ended.statusCode, ended.headers['set-cookie']]).toEqual([
      204,
      'oncefill_session_8080=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    ]);
    expect((await ask('GET', '/api/signals', cookie)).statusCode).toBe(401);
    expect(audit.entries.map(({ what, result }) => [what, result])).toEqual([
      ['session.open', 'done'],
      ['token.refused', 'refused'],
      ['session.close', 'done'],
      ['token.refused', 'refused'],
    ]);
  });

  test('is not ended by a request that does not say that our own page makes it', async () => {
    const cookie = cookieOf(await signIn((await makeOne('read')).token));
    expect((await ask('DELETE', '/api/session', { ...cookie, ...JSON_BODY })).statusCode).toBe(403);
    expect((await ask('GET', '/api/signals', cookie)).statusCode).toBe(200);
  });

  test('ends with its token', async () => {
    const { token, id } = await makeOne('trade');
    const cookie = cookieOf(await signIn(token));
    await changeTokens(dataDir, (tokens) => revokeToken(tokens, { id, reason: 'left', nowMs: Date.now() }));
    expect(code(await ask('GET', '/api/signals', cookie))).toBe('UNAUTHENTICATED');
    // The page itself is still there to sign in anew.
    expect((await ask('GET', '/health', cookie)).json()).toEqual({ status: 'healthy' });
  });

  test('is known by the one cookie of this port', async () => {
    const { cookie = '' } = cookieOf(await signIn((await makeOne('read')).token));
    const status = async (header: string): Promise<number> =>
      (await ask('GET', '/api/signals', { cookie: header })).statusCode;
    expect(await status(`a=b; ${cookie}; c=d`)).toBe(200);
    expect(await status(cookie.replace('8080', '8081'))).toBe(401);
    expect(await status(`${cookie}; oncefill_session_8080=${'0'.repeat(64)}`)).toBe(401);
    expect(await status('oncefill_session_8080=')).toBe(401);
    expect(await status(`oncefill_session_8080=${'0'.repeat(64)}`)).toBe(401);
  });

  test('a token in its place, or in the address, opens nothing', async () => {
    const { token } = await makeOne('trade');
    for (const url of [`/api/signals?token=${token}`, `/api/signals?access_token=${token}`]) {
      expect((await ask('GET', url)).statusCode).toBe(401);
    }
    expect((await ask('GET', '/api/signals', { cookie: `oncefill_session_8080=${token}` })).statusCode).toBe(401);
  });

  test.each<object>([{}, { token: 1 }, { token: 'a', scope: 'trade' }, [], { password: 'a' }])(
    'is not opened with %j',
    async (body) => {
      const reply = await ask('POST', '/api/session', { ...ORIGIN, ...JSON_BODY }, body);
      expect([reply.statusCode, code(reply)]).toEqual([400, 'INVALID_SESSION']);
    },
  );

  test('guesses are refused, audited and bounded as they are in a header, and keep no good token out', async () => {
    const { token } = await makeOne('trade');
    const replies = [];
    for (let guess = 0; guess < 12; guess += 1)
      replies.push(await signIn(`oncefill_${String(guess).padStart(64, '0')}`));
    expect(replies.slice(0, 10).map(code)).toEqual(Array(10).fill('UNAUTHENTICATED'));
    expect(replies.slice(10).map(code)).toEqual(Array(2).fill('TOO_MANY_ATTEMPTS'));
    expect(replies.every(({ headers }) => headers['set-cookie'] === undefined)).toBe(true);
    expect(audit.entries).toHaveLength(10);
    expect(audit.entries[0]).toMatchObject({ what: 'token.refused', result: 'refused', detail: 'unknown' });
    expect((await signIn(token)).statusCode).toBe(204);
  });

  test('guesses of others from the same address do not hide from a browser that it has to sign in', async () => {
    await makeOne('trade');
    for (let guess = 0; guess < 12; guess += 1) await signIn(`oncefill_${String(guess).padStart(64, '0')}`);
    const reply = await ask('GET', '/api/signals');
    expect([reply.statusCode, code(reply)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('signing in anew leaves no former session behind', async () => {
    const { token } = await makeOne('read');
    const first = cookieOf(await signIn(token));
    const second = cookieOf(await signIn(token, first));
    expect((await ask('GET', '/api/signals', first)).statusCode).toBe(401);
    expect((await ask('GET', '/api/signals', second)).statusCode).toBe(200);
  });
});

describe('the book of sessions', () => {
  const token = { id: '01234567', sha256: 'a' };
  afterAll(() => start(false));
  beforeEach(() => start(false));

  test('forgets one after a week, and the oldest where there are too many', () => {
    let nowMs = 0;
    const book = new SessionBook(() => nowMs);
    const first = book.open(token);
    nowMs = SESSION_MAX_MS - 1;
    expect(book.tokenOf(first)).toEqual(token);
    nowMs = SESSION_MAX_MS;
    expect(book.tokenOf(first)).toBeUndefined();
    const all = Array.from({ length: SESSIONS_PER_TOKEN_MAX + 1 }, () => book.open(token));
    expect(all.filter((secret) => book.tokenOf(secret) === undefined)).toEqual([all[0]]);
  });

  test('signs nobody out for those who sign in with another token', () => {
    const book = new SessionBook(() => 0);
    const trader = book.open(token);
    const other = { id: '89abcdef', sha256: 'b' };
    for (let count = 0; count < 100; count += 1) book.open(other);
    expect(book.tokenOf(trader)).toEqual(token);
  });
});

describe('where this machine needs no token, a request that was passed on', () => {
  beforeEach(() => start(false));

  test.each([
    ['forwarded', 'for=192.0.2.1'],
    ['x-forwarded-for', '192.0.2.1'],
    ['x-forwarded-host', 'trading.example'],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '192.0.2.1'],
    ['via', '1.1 proxy'],
    ['x_forwarded_for', '192.0.2.1'],
    ['forwarded-for', '192.0.2.1'],
    ['x-client-ip', '192.0.2.1'],
    ['fastly-client-ip', '192.0.2.1'],
    ['x-cluster-client-ip', '192.0.2.1'],
    ['cf-ipcountry', 'NL'],
    ['cdn-loop', 'a'],
    ['x-envoy-external-address', '192.0.2.1'],
    ['tailscale-user-login', 'a'],
  ])('is refused by its header %s, and leaves a line', async (name, value) => {
    const reply = await ask('GET', '/api/signals', { [name]: value });
    expect([reply.statusCode, code(reply)]).toEqual([401, 'FORWARDED_WITHOUT_TOKEN']);
    expect(audit.entries).toMatchObject([{ what: 'token.refused', result: 'refused', detail: 'forwarded' }]);
  });

  test('changes nothing, hears the status of health alone, and is bounded', async () => {
    const passedOn = { via: '1.1 proxy' };
    expect((await cancel(passedOn)).statusCode).toBe(401);
    expect(intake.cancellations).toEqual([]);
    expect((await ask('GET', '/health', passedOn)).json()).toEqual({ status: 'healthy' });
    expect((await ask('GET', '/health')).json()).toMatchObject({ reasons: ['inside'] });
    for (let attempt = 0; attempt < 10; attempt += 1) await ask('GET', '/api/signals', passedOn);
    expect(code(await ask('GET', '/api/signals', passedOn))).toBe('TOO_MANY_ATTEMPTS');
    expect((await ask('GET', '/api/signals')).statusCode).toBe(200);
  });

  test('is let in with a good token', async () => {
    const { token } = await makeOne('read');
    const headers = { via: '1.1 proxy', authorization: `Bearer ${token}` };
    expect((await ask('GET', '/api/signals', headers)).statusCode).toBe(200);
  });
});
