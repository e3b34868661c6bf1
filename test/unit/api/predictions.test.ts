/** Predictions over HTTP: paused, resumed and changed in the words of the command line, with a line for each. */
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Predictions } from '../../../src/api/ml-routes';
import { createApiServer } from '../../../src/api/server';
import { PredictionsError } from '../../../src/intake/predictions-control';
import type { MlSettingsView } from '../../../src/messages/ml-manager';
import { KeptAudit, OPEN_GATE } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const WHO = 'someone over HTTP from this machine';
const VIEW: MlSettingsView = { environment: 'paper', changes: [] };

let server: FastifyInstance;
let audit: KeptAudit;
let asked: unknown[];
let failure: Error | undefined;

beforeEach(() => {
  audit = new KeptAudit();
  [asked, failure] = [[], undefined];
  const hear = async <Answer>(wish: unknown, answer: Answer): Promise<Answer> => {
    asked.push(wish);
    if (failure) throw failure;
    return answer;
  };
  const predictions: Predictions = {
    pause: (wish) => hear(wish, { ...wish, sinceMs: 0 }),
    resume: (wish) => hear(wish, undefined),
    settings: () => hear('settings', VIEW),
    change: (command) => hear(command, VIEW),
  };
  server = createApiServer({
    intake: new FakeIntake(),
    ...NO_POSITIONS,
    health: async () => ({ status: 'healthy', components: {}, reasons: [], uptime: 1, version: '0' }),
    gate: OPEN_GATE,
    audit,
    trading: { venue: 'bybit', changeTrading: () => Promise.reject(new Error('nobody asks')) },
    predictions,
    config: { api: { host: '127.0.0.1', port: 8080, bodyLimitBytes: 4096, allowedHosts: [], requireToken: 'auto' } },
    logger: pino({ level: 'silent' }),
  });
});

afterEach(() => server.close());

async function post(url: string, payload: object): Promise<{ readonly status: number; readonly body: object }> {
  const reply = await server.inject({ method: 'POST', url, headers: { host: '127.0.0.1:8080' }, payload });
  return { status: reply.statusCode, body: reply.json<object>() };
}

test('a pause says who, since when and why', async () => {
  const { status, body } = await post('/api/ml/pause', { reason: 'the news' });
  const pause = { by: WHO, reason: 'the news', since: '1970-01-01T00:00:00.000Z' };
  expect({ status, body }).toEqual({ status: 200, body: { running: false, pause } });
});

test('it is resumed, and its settings are changed', async () => {
  expect(await post('/api/ml/resume', { reason: 'over' })).toMatchObject({ status: 200, body: { running: true } });
  expect(await post('/api/ml/settings', { minimumReturn: '0.001' })).toMatchObject({ status: 200 });
  expect(asked).toEqual([
    { by: WHO, reason: 'over' },
    { settings: { minimumReturn: '0.001' }, by: WHO },
  ]);
});

test.each([
  ['/api/ml/pause', {}],
  ['/api/ml/pause', { reason: ' ' }],
  ['/api/ml/resume', { reason: 'over', more: 1 }],
  ['/api/ml/settings', []],
])('%s with %j is refused, and nobody is asked', async (url, body) => {
  expect(await post(url, body)).toMatchObject({ status: 400, body: { code: 'INVALID_ML_COMMAND' } });
  expect(asked).toEqual([]);
});

test.each([
  ['NOT_RUNNING', 404, 'PREDICTIONS_NOT_FOUND'],
  ['REFUSED', 409, 'PREDICTIONS_REFUSED'],
  ['UNANSWERED', 503, 'SERVER_UNAVAILABLE'],
] as const)('what came of it is told: %s', async (code, status, error) => {
  failure = new PredictionsError(code, 'A sentence.');
  expect(await post('/api/ml/pause', { reason: 'the news' })).toMatchObject({ status, body: { code: error } });
});
