/*
 * The API over a fake intake that keeps signals in memory: what is proven here is the HTTP side alone.
 */
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { ApiDependencies } from '../../../src/api/server';
import { createApiServer } from '../../../src/api/server';
import { SUBMISSIONS_IN_FLIGHT_MAX } from '../../../src/api/signal-routes';
import type { HealthReport } from '../../../src/api/health-report';
import { rememberSecret } from '../../../src/secrets/known-secrets';
import { OtherStoreError } from '../../../src/temporal/errors';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { KeptAudit, OPEN_GATE } from './access';
import { HistoryKeyError } from '../../../src/temporal/codec/history-key-error';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const HOST = '127.0.0.1:8080';
const HEALTHY: HealthReport = {
  status: 'healthy',
  components: { ml_manager: 'healthy', trading_engine: 'healthy' },
  reasons: [],
  uptime: 3600,
  version: '3.0.0',
};

let intake: FakeIntake;
let server: FastifyInstance;

function start(change: Partial<ApiDependencies> = {}): void {
  server = createApiServer({
    intake,
    ...NO_POSITIONS,
    health: async () => HEALTHY,
    config: {
      api: { host: '127.0.0.1', port: 8080, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' as const },
    },
    gate: OPEN_GATE,
    audit: new KeptAudit(),
    logger: pino({ level: 'silent' }),
    ...change,
  });
}

beforeEach(() => {
  intake = new FakeIntake();
  start();
});

afterEach(async () => {
  await server.close();
});

function signal(change: Record<string, unknown> = {}) {
  const timestamp = new Date().toISOString();
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'ml_strategy', timestamp, amount: '1', ...change };
}

function get(url: string, headers: Record<string, string> = {}) {
  return server.inject({ method: 'GET', url, headers: { host: HOST, ...headers } });
}

function post(payload: string | object, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json' };
  return server.inject({ method: 'POST', url: '/api/signals', payload, headers: { host: HOST, ...type, ...headers } });
}

describe('GET /health', () => {
  test('answers with the report', async () => {
    const reply = await get('/health');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual(HEALTHY);
  });

  test.each([
    ['degraded', 200],
    ['unhealthy', 503],
  ] as const)('%s is %d', async (status, code) => {
    await server.close();
    start({ health: async () => ({ ...HEALTHY, status }) });
    const reply = await get('/health');
    expect(reply.statusCode).toBe(code);
    expect(reply.json()).toMatchObject({ status });
  });

  test('is unhealthy when health cannot be told, and well again afterwards', async () => {
    await server.close();
    const health = jest.fn(async () => HEALTHY).mockRejectedValueOnce(new Error('no route to 10.0.0.7'));
    start({ health });
    const reply = await get('/health');
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toMatchObject({ status: 'unhealthy', components: {} });
    expect(reply.body).not.toContain('10.0.0.7');
    expect((await get('/health')).statusCode).toBe(200);
  });
});

describe('POST /api/signals', () => {
  test('accepts a signal', async () => {
    const reply = await post(signal());
    expect(reply.statusCode).toBe(202);
    const [fingerprint] = intake.accepted.keys();
    expect(reply.json()).toEqual({ fingerprint, status: 'accepted' });
  });

  test('reports a repetition, and whether its content differs', async () => {
    const first = signal();
    await post(first);
    const repeated = await post(first);
    expect(repeated.statusCode).toBe(200);
    const [fingerprint] = intake.accepted.keys();
    expect(repeated.json()).toEqual({ status: 'accepted', fingerprint, repeated: true });
    const conflicting = await post({ ...first, amount: '2' });
    expect(conflicting.statusCode).toBe(409);
    expect(conflicting.json()).toEqual({
      status: 'duplicate',
      fingerprint,
      conflicting: true,
      taken: { ...first, intent: 'entry' },
      message: 'Another one stands.',
    });
    expect(intake.accepted.size).toBe(1);
  });

  test.each([
    [{ direction: 'LONG' }, 'INVALID_SIGNAL'],
    [{ timestamp: '2020-01-01T00:00:00Z' }, 'STALE_SIGNAL'],
    [{ timestamp: new Date(Date.now() + 3_600_000).toISOString() }, 'SIGNAL_FROM_FUTURE'],
  ])('refuses %p with %s', async (change, code) => {
    const reply = await post(signal(change));
    expect(reply.statusCode).toBe(422);
    expect(reply.json()).toEqual({ code, message: expect.any(String) as string });
    expect(intake.accepted.size).toBe(0);
  });

  test.each([
    ['STRATEGY_BUDGET', 429, 12_001, '13'],
    ['SIGNAL_BUDGET', 429, 0, '1'],
    ['TOO_MANY_SIGNALS', 503, 5_000, '5'],
    ['DISK_LOW', 507, 60_000, '60'],
  ] as const)('refuses for now with %s as status %d, and says when to come back', async (code, status, ms, seconds) => {
    intake.refusal = { status: 'refused', code, message: 'Not now.', retryAfterMs: ms };
    const reply = await post(signal());
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['retry-after']).toBe(seconds);
    const again = { fingerprint: expect.any(String) as string, timestamp: expect.any(String) as string };
    expect(reply.json()).toEqual({ code, message: 'Not now.', ...again });
  });

  test('asks for the same signal again when the server cannot be reached', async () => {
    intake.failure = new IntakeUnavailableError('connect ECONNREFUSED 10.0.0.7:7233');
    const reply = await post(signal());
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['retry-after']).toBe('1');
    expect(reply.json()).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    expect(reply.body).not.toContain('10.0.0.7');
  });

  test('says which key is missing where what the server keeps cannot be read', async () => {
    const cause = new HistoryKeyError('HISTORY_KEY_MISSING', 'These histories are sealed with the key "a": add it.');
    intake.failure = new Error('inside', { cause });
    const reply = await post(signal());
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toMatchObject({ code: 'HISTORY_UNREADABLE', message: cause.message });
    expect(reply.body).not.toContain('inside');
  });

  test.each<[string, number, () => void]>([
    ['SERVER_UNAVAILABLE', 503, () => (intake.failure = new IntakeUnavailableError('down'))],
    ['OTHER_STORE', 503, () => (intake.failure = new OtherStoreError('of /data and others'))],
    ['INTERNAL_ERROR', 500, () => (intake.failure = new Error('a fault'))],
    ['TIMED_OUT', 504, () => (intake.held = new Promise(() => undefined))],
  ])('%s says with which time the same signal is sent again', async (code, status, fail) => {
    await server.close();
    start({ handlerTimeoutMs: 50 });
    fail();
    const timestampMs = Date.now();
    const reply = await post(signal({ timestamp: timestampMs }));
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({
      code,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      timestamp: new Date(timestampMs).toISOString(),
      message: expect.stringContaining('timestamp') as string,
    });
  });

  test('an unexpected failure tells nothing of its inside', async () => {
    intake.failure = new Error('secret detail at /home/user/file.ts');
    const reply = await post(signal());
    expect(reply.statusCode).toBe(500);
    expect(reply.json()).toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(reply.body).not.toMatch(/secret|file\.ts/);
  });

  test('bounds the signals in flight, and recovers', async () => {
    let open = (): void => undefined;
    intake.held = new Promise((resolve) => (open = resolve));
    const waiting = Array.from({ length: SUBMISSIONS_IN_FLIGHT_MAX }, (_, index) =>
      post(signal({ strategy: `s${index}` })),
    );
    // The first ones must have reached intake before one more comes.
    while (intake.submissions < SUBMISSIONS_IN_FLIGHT_MAX) await new Promise((resolve) => setImmediate(resolve));
    const refused = await post(signal({ strategy: 'one more' }));
    expect(refused.statusCode).toBe(503);
    expect(refused.json()).toMatchObject({ code: 'TOO_BUSY' });
    expect(refused.headers['retry-after']).toBe('1');
    open();
    expect((await Promise.all(waiting)).every((reply) => reply.statusCode === 202)).toBe(true);
    expect((await post(signal({ strategy: 'one more' }))).statusCode).toBe(202);
  });

  test('does not keep the sender waiting for ever', async () => {
    await server.close();
    let open = (): void => undefined;
    intake.held = new Promise((resolve) => (open = resolve));
    start({ handlerTimeoutMs: 50 });
    const reply = await post(signal());
    expect(reply.statusCode).toBe(504);
    expect(reply.json()).toMatchObject({ code: 'TIMED_OUT' });
    open();
  });

  test('audits what became of a signal after its sender was told that this is not known', async () => {
    await server.close();
    const audit = new KeptAudit();
    let open = (): void => undefined;
    intake.held = new Promise((resolve) => (open = resolve));
    start({ handlerTimeoutMs: 50, audit });
    expect((await post(signal())).statusCode).toBe(504);
    expect(audit.entries).toEqual([]);
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(audit.entries).toMatchObject([{ what: 'signal.send', result: 'done' }]);
  });
});

describe('hostile bodies change nothing:', () => {
  const text = JSON.stringify(signal());

  test.each([
    ['no body', '', 400, 'MALFORMED_JSON'],
    ['half a body', text.slice(0, -5), 400, 'MALFORMED_JSON'],
    ['__proto__', `{"__proto__":{"amount":"9"},${text.slice(1)}`, 400, 'MALFORMED_JSON'],
    ['constructor.prototype', `{"constructor":{"prototype":{}},${text.slice(1)}`, 400, 'MALFORMED_JSON'],
    ['a list', `[${text}]`, 422, 'INVALID_SIGNAL'],
    ['a number', '7', 422, 'INVALID_SIGNAL'],
    ['null', 'null', 422, 'INVALID_SIGNAL'],
    ['deep nesting', `{"symbol":${'['.repeat(400)}${']'.repeat(400)}}`, 422, 'INVALID_SIGNAL'],
    ['too many bytes', `{"symbol":"${'x'.repeat(2000)}"}`, 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_name, payload, status, code) => {
    const reply = await post(payload);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toEqual({ code, message: expect.any(String) as string });
    expect(intake.accepted.size).toBe(0);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'multipart/form-data; boundary=a',
  ])('the content type %s', async (type) => {
    const reply = await post(text, { 'content-type': type });
    expect(reply.statusCode).toBe(415);
    expect(reply.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
    expect(intake.accepted.size).toBe(0);
  });
});

describe('GET /api/signals/:fingerprint', () => {
  test('shows a signal in snake_case with ISO times', async () => {
    intake.views.set('0123456789abcdef', {
      fingerprint: '0123456789abcdef',
      venue: 'bybit',
      signal: {
        symbol: 'BTCUSDT',
        direction: 'BUY',
        strategy: 'ml_strategy',
        timestampMs: 0,
        intent: 'entry',
        limitPrice: '10',
      },
      state: 'ENDED',
      outcome: 'FILLED',
      detail: 'Filled.',
      sendAttempts: 1,
      order: { clientOrderId: 'c1', venueOrderId: 'v1', quantity: '1', filledQuantity: '1', averagePrice: '9.5' },
      timeline: [{ atMs: 1_000, text: 'received' }],
    });
    const reply = await get('/api/signals/0123456789abcdef');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({
      fingerprint: '0123456789abcdef',
      venue: 'bybit',
      state: 'ENDED',
      outcome: 'FILLED',
      detail: 'Filled.',
      signal: {
        symbol: 'BTCUSDT',
        direction: 'BUY',
        strategy: 'ml_strategy',
        timestamp: '1970-01-01T00:00:00.000Z',
        intent: 'entry',
        limit_price: '10',
      },
      send_attempts: 1,
      order: {
        client_order_id: 'c1',
        venue_order_id: 'v1',
        quantity: '1',
        filled_quantity: '1',
        filled_amount: '1',
        average_price: '9.5',
      },
      timeline: [{ time: '1970-01-01T00:00:01.000Z', text: 'received' }],
    });
  });

  test('an unknown one is 404', async () => {
    const reply = await get('/api/signals/ffffffffffffffff');
    expect(reply.statusCode).toBe(404);
    expect(reply.json()).toMatchObject({ code: 'SIGNAL_NOT_FOUND' });
  });

  test.each(['xyz', '0123456789ABCDEF', '0123456789abcdef0', '%00', 'a'.repeat(300), '..%2f..%2fhealth'])(
    '%s is no fingerprint',
    async (fingerprint) => {
      const reply = await get(`/api/signals/${fingerprint}`);
      expect(reply.statusCode).toBe(400);
      expect(reply.json()).toMatchObject({ code: 'INVALID_FINGERPRINT' });
    },
  );

  test('an unreachable server is 503', async () => {
    intake.failure = new IntakeUnavailableError('down');
    expect((await get('/api/signals/0123456789abcdef')).json()).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
  });
});

describe('POST /api/signals/:fingerprint/settle', () => {
  const settlement = { filled_quantity: '0.01', average_price: '43000.5', fee: '0.2', reason: 'seen at the venue' };
  const settle = (payload: object, fingerprint = '0123456789abcdef') =>
    server.inject({ method: 'POST', url: `/api/signals/${fingerprint}/settle`, payload, headers: { host: HOST } });

  test('hands the figures over and tells what became of it', async () => {
    intake.settleReply = { accepted: true, message: 'Booked.' };
    const reply = await settle(settlement);
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ fingerprint: '0123456789abcdef', status: 'settled', message: 'Booked.' });
    expect(intake.settlements).toEqual([
      { filledQuantity: '0.01', averagePrice: '43000.5', fee: '0.2', reason: 'seen at the venue' },
    ]);
  });

  test.each<[string, number, string, () => void]>([
    ['refused', 409, 'SETTLEMENT_REFUSED', () => (intake.settleReply = { accepted: false, message: 'Not missing.' })],
    ['of an unknown signal', 404, 'SIGNAL_NOT_FOUND', () => undefined],
    ['unanswered', 503, 'SERVER_UNAVAILABLE', () => (intake.failure = new IntakeUnavailableError('down'))],
  ])('one that is %s is %d', async (_name, status, code, prepare) => {
    prepare();
    const reply = await settle(settlement);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code });
  });

  test.each<[string, object]>([
    ['no price', { ...settlement, average_price: undefined }],
    ['a price of zero', { ...settlement, average_price: '0' }],
    ['a number for text', { ...settlement, filled_quantity: 1 }],
    ['no reason', { ...settlement, reason: undefined }],
    ['a list', [settlement]],
  ])('%s is 400 and reaches nobody', async (_name, body) => {
    const reply = await settle(body);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ code: 'INVALID_SETTLEMENT' });
    expect(intake.settlements).toEqual([]);
  });

  test('an odd fingerprint is 400', async () => {
    expect((await settle(settlement, 'xyz')).json()).toMatchObject({ code: 'INVALID_FINGERPRINT' });
  });
});

describe('POST /api/signals/:fingerprint/cancel', () => {
  const cancel = (payload: object, fingerprint = '0123456789abcdef') =>
    server.inject({ method: 'POST', url: `/api/signals/${fingerprint}/cancel`, payload, headers: { host: HOST } });

  test.each([
    [{ effect: 'unsent', message: 'Not sent.' }, { status: 'unsent' }],
    [{ effect: 'cancelling', message: 'Asked.' }, { status: 'cancelling' }],
    [
      { effect: 'ended', outcome: 'FILLED', message: 'Ended.' },
      { status: 'ended', outcome: 'FILLED' },
    ],
  ] as const)('says what will happen: %j', async (answer, body) => {
    intake.cancelAnswer = answer;
    const reply = await cancel({ reason: ' enough ' });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ fingerprint: '0123456789abcdef', message: answer.message, ...body });
    expect(intake.cancellations).toMatchObject([{ reason: 'enough' }]);
  });

  test.each<[string, number, string, () => void]>([
    ['refused', 409, 'CANCELLATION_REFUSED', () => (intake.cancelAnswer = { effect: 'refused', message: 'Live.' })],
    ['of an unknown signal', 404, 'SIGNAL_NOT_FOUND', () => undefined],
    ['unanswered', 503, 'SERVER_UNAVAILABLE', () => (intake.failure = new IntakeUnavailableError('down'))],
    ['for another store', 503, 'OTHER_STORE', () => (intake.failure = new OtherStoreError('other'))],
  ])('one that is %s is %d', async (_name, status, code, prepare) => {
    prepare();
    const reply = await cancel({ reason: 'enough' });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code });
  });

  test.each<[string, object]>([
    ['no reason', {}],
    ['a number for text', { reason: 5 }],
    ['another field', { reason: 'enough', force: true }],
    ['a list', [{ reason: 'enough' }]],
  ])('%s is 400 and reaches nobody', async (_name, body) => {
    expect((await cancel(body)).json()).toMatchObject({ code: 'INVALID_CANCELLATION' });
    expect(intake.cancellations).toEqual([]);
  });

  test('an odd fingerprint is 400, and leaves a line', async () => {
    await server.close();
    const audit = new KeptAudit();
    start({ audit });
    expect((await cancel({ reason: 'enough' }, 'xyz')).json()).toMatchObject({ code: 'INVALID_FINGERPRINT' });
    expect(audit.entries.at(-1)).toMatchObject({ what: 'signal.cancel', target: '', result: 'refused' });
  });
});

describe('GET /api/signals', () => {
  test('lists the last five minutes unless told otherwise', async () => {
    const row = { fingerprint: 'f', symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', venue: 'bybit' };
    intake.summaries = [{ ...row, status: 'ended', outcome: 'FILLED', startedAtMs: 0, endedAtMs: 1 }];
    const reply = await get('/api/signals');
    expect(intake.listedMinutes).toBe(5);
    expect(reply.json()).toEqual({
      signals: [
        {
          ...row,
          status: 'ended',
          outcome: 'FILLED',
          started_at: '1970-01-01T00:00:00.000Z',
          ended_at: '1970-01-01T00:00:00.001Z',
        },
      ],
    });
    await get('/api/signals?minutes=10080');
    expect(intake.listedMinutes).toBe(10_080);
  });

  test.each(['minutes=0', 'minutes=10081', 'minutes=1.5', 'minutes=-1', 'minutes=', 'minutes=1&minutes=2', 'limit=5'])(
    '%s is refused',
    async (query) => {
      const reply = await get(`/api/signals?${query}`);
      expect(reply.statusCode).toBe(400);
      expect(reply.json()).toMatchObject({ code: 'INVALID_QUERY' });
    },
  );
});

describe('GET /metrics', () => {
  test('tells the given text as the text format 0.0.4', async () => {
    await server.close();
    start({ metrics: async () => 'signal_deduplicator_total_checks 7\n' });
    const reply = await get('/metrics');
    expect(reply.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(reply.body).toBe('signal_deduplicator_total_checks 7\n');
  });

  test('is 503 when they cannot be collected, and 404 when there are none', async () => {
    expect((await get('/metrics')).statusCode).toBe(404);
    await server.close();
    start({ metrics: () => Promise.reject(new Error('down')) });
    expect((await get('/metrics')).json()).toMatchObject({ code: 'METRICS_UNAVAILABLE' });
  });
});

test('an address of the loopback network that the API listens on is its own, with its port', async () => {
  await server.close();
  const api = { host: '127.0.0.2', port: 8080, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' as const };
  start({ config: { api } });
  expect((await post(signal(), { host: '127.0.0.2:8080' })).statusCode).toBe(202);
  expect((await post(signal(), { host: '127.0.0.2' })).statusCode).toBe(403);
  expect((await post(signal(), { host: '127.0.0.3:8080' })).statusCode).toBe(403);
});

describe('browsers on behalf of others are refused:', () => {
  test.each(['evil.example', 'evil.example:8080', '127.0.0.1', '127.0.0.1:9', '127.0.0.1.nip.io:8080', '0.0.0.0:8080'])(
    'the host %s',
    async (host) => {
      const reply = await post(signal(), { host });
      expect(reply.statusCode).toBe(403);
      expect(reply.json()).toMatchObject({ code: 'HOST_REFUSED' });
      expect(intake.accepted.size).toBe(0);
    },
  );

  test.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://127.0.0.1:8080' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('%p', async (headers) => {
    const reply = await post(signal(), headers);
    expect(reply.statusCode).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'ORIGIN_REFUSED' });
    expect(intake.accepted.size).toBe(0);
  });

  test('our own pages, and the loopback names, are welcome', async () => {
    const own = { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' };
    for (const host of ['localhost:8080', 'LOCALHOST:8080', '[::1]:8080']) {
      expect((await get('/health', { host, ...own })).statusCode).toBe(200);
    }
  });
});

test('an unknown route is 404 with the same body as every error, and with the headers that bind browsers', async () => {
  const reply = await get('/nothing/here');
  expect(reply.statusCode).toBe(404);
  expect(reply.json()).toEqual({ code: 'NOT_FOUND', message: expect.any(String) as string });
  expect(reply.headers['x-content-type-options']).toBe('nosniff');
});

test.each<['GET' | 'POST' | 'PUT' | 'DELETE', string, RegExp]>([
  ['POST', '/api/signals/', /leave out the slash at its end: "\/api\/signals"\.$/],
  ['GET', '/health/', /leave out the slash at its end: "\/health"\.$/],
  ['PUT', '/api/signals', /^PUT does nothing at "\/api\/signals"; use POST or GET\.$/],
  ['POST', '/health', /^POST does nothing at "\/health"; use GET\.$/],
  ['DELETE', '/api/signals/0123456789abcdef', /^DELETE does nothing at .*; use GET\.$/],
  ['GET', '/api/signals/0123456789abcdef/settle', /use POST\.$/],
  ['POST', '/webhook', /^Webhooks have a port of their own.*POST \/api\/signals/],
  ['POST', '/api/webhooks/tradingview?key=secret', /^Webhooks have a port of their own/],
  ['POST', '/signals?key=secret', /^There is nothing at "\/signals"; signals are sent with POST \/api\/signals/],
  ['GET', `/${'x'.repeat(500)}`, /^There is nothing at "\/x{59}…"/],
])('%s %s is 404 and told what there is', async (method, url, message) => {
  const headers = { host: HOST, 'content-type': 'application/json' };
  const reply = await server.inject({ method, url, headers, ...(method === 'GET' ? {} : { payload: '{}' }) });
  expect(reply.statusCode).toBe(404);
  expect(reply.json()).toEqual({ code: 'NOT_FOUND', message: expect.stringMatching(message) as string });
});

test.each([
  [
    { 'content-type': 'text/plain' },
    'The content type is "text/plain"; send JSON with the header "Content-Type: application/json".',
  ],
  [
    { 'content-type': 'application/x-www-form-urlencoded' },
    'The content type is "application/x-www-form-urlencoded"; send',
  ],
  [
    { host: 'bot.example.org' },
    'The Host header is "bot.example.org"; use http://127.0.0.1:8080 or http://localhost:8080, or add',
  ],
])('a request with %p is told what to send', async (headers, words) => {
  const reply = await post(signal(), headers);
  expect((reply.json() as { message: string }).message).toContain(words);
});

test('a URL that cannot be decoded is 400', async () => {
  const reply = await get('/api/signals/%E0%A4%A');
  expect(reply.statusCode).toBe(400);
  expect(reply.json()).toMatchObject({ code: 'MALFORMED_REQUEST' });
});

describe('an answer that holds a secret or what looks like many', () => {
  const SECRET = 'CANARYKEY7f3a9b2c1dQ';
  const COSTLY = String.raw`%25252541\\\\&amp;amp;amp;lt;`.repeat(200);
  const answerWith = async (reasons: readonly string[]) => {
    rememberSecret(SECRET);
    await server.close();
    start({ health: async () => ({ ...HEALTHY, reasons }) });
    return get('/health');
  };

  test('stays JSON, and what was costly to look through is blotted out alone', async () => {
    const reply = await answerWith([COSTLY, `refused with ${SECRET}`, 'well']);
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ ...HEALTHY, reasons: ['[redacted]', 'refused with [redacted]', 'well'] });
  });

  test('is an error in JSON where it cannot be looked through as a whole', async () => {
    const reply = await answerWith(Array.from({ length: 130 }, () => COSTLY));
    expect(reply.statusCode).toBe(500);
    expect(reply.json()).toMatchObject({ code: 'INTERNAL_ERROR' });
  });
});
