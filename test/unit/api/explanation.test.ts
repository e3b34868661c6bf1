import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApiServer } from '../../../src/api/server';
import type { Explanation } from '../../../src/domain/explain/types';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { AT_MS, BOOKED, explained, FINGERPRINT, RESERVED, sent, viewOf } from '../domain/explain/fixtures';
import { KeptAudit, OPEN_GATE } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

let explain: (fingerprint: string) => Promise<Explanation | undefined>;
let server: FastifyInstance;
const noted: unknown[] = [];

beforeEach(() => {
  noted.length = 0;
  server = createApiServer({
    intake: new FakeIntake(),
    ...NO_POSITIONS,
    door: { note: (note) => void noted.push(note) },
    explainer: { explain: (fingerprint) => explain(fingerprint) },
    health: () => Promise.reject(new Error('not asked')),
    config: { api: { host: '127.0.0.1', port: 8080, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' } },
    gate: OPEN_GATE,
    audit: new KeptAudit(),
    logger: pino({ level: 'silent' }),
  });
});

afterEach(() => server.close());

function get(fingerprint: string) {
  const headers = { host: '127.0.0.1:8080' };
  return server.inject({ method: 'GET', url: `/api/signals/${fingerprint}/explanation`, headers });
}

test('an explanation has the gates in their order, with times in words of ISO 8601', async () => {
  explain = async () => explained(viewOf({ outcome: 'FILLED', sendAttempts: 1 }), [RESERVED, sent('PLACED'), BOOKED]);
  const reply = await get(FINGERPRINT);
  expect(reply.statusCode).toBe(200);
  const body = reply.json<{ gates: { gate: string; verdict: string }[]; attempts: object[] }>();
  expect(body).toMatchObject({ fingerprint: FINGERPRINT, status: 'ended', outcome: 'FILLED' });
  expect(body.gates.slice(0, 2)).toMatchObject([
    { gate: 'valid', verdict: 'passed' },
    { gate: 'fresh', verdict: 'passed' },
  ]);
  expect(body.attempts).toEqual([
    { time: '2026-11-18T11:06:40.000Z', result: 'PLACED', venue_code: '1', message: 'Words of the venue.' },
  ]);
});

test('bounds, limits and the hash of a model are figures with names', async () => {
  const facts = { bounds: [['POSITION_TOO_LARGE', '25 % of equity', '0', 'BTCUSDT']] } as const;
  const attempt = {
    atMs: AT_MS,
    kind: 'PLACED',
    message: '',
    limits: { limit: 10, remaining: 9, resetAfterMs: 0 },
  } as const;
  const steps = [{ ...RESERVED, facts }, { atMs: AT_MS, kind: 'sent', attempt }, BOOKED] as const;
  explain = async () => ({
    ...explained(viewOf({ outcome: 'FILLED', sendAttempts: 1 }), steps),
    source: { by: 'model', name: 'm 1', hash: '0123456789abcdef' },
  });
  const body = (await get(FINGERPRINT)).json<{ gates: { gate: string }[]; attempts: object[]; source: object }>();
  expect(body.source).toEqual({ by: 'model', name: 'm 1', model_hash: '0123456789abcdef' });
  expect(body.gates.find(({ gate }) => gate === 'risk')).toMatchObject({
    bounds: [{ code: 'POSITION_TOO_LARGE', of: 'BTCUSDT', limit: '25 % of equity', value: '0' }],
  });
  expect(body.attempts).toMatchObject([{ limit: 10, limit_remaining: 9, limit_reset_after_ms: 0 }]);
});

test.each([
  ['0123456789abcdef', 404, 'SIGNAL_NOT_FOUND'],
  ['nonsense', 400, 'INVALID_FINGERPRINT'],
])('%s is answered with %d', async (fingerprint, status, code) => {
  explain = async () => undefined;
  const reply = await get(fingerprint);
  expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([status, code]);
});

test('a server that does not answer is told as such', async () => {
  explain = () => Promise.reject(new IntakeUnavailableError('Nobody answers.'));
  expect((await get(FINGERPRINT)).statusCode).toBe(503);
});

test('a body that is no signal is noted at the door with what it names', async () => {
  const payload = { symbol: 'BTCUSDT', direction: 'UP', strategy: 's', amount: 1 };
  const headers = { host: '127.0.0.1:8080', 'content-type': 'application/json' };
  expect((await server.inject({ method: 'POST', url: '/api/signals', payload, headers })).statusCode).toBe(422);
  expect(noted).toMatchObject([
    { kind: 'refused', code: 'INVALID_SIGNAL', symbol: 'BTCUSDT', direction: 'UP', strategy: 's', source: 'http' },
  ]);
});
