import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Positions } from '../../../src/api/position-routes';
import { createApiServer, type ApiDependencies } from '../../../src/api/server';
import { IntakeUnavailableError } from '../../../src/intake/types';
import type { CloseCommand, PositionReply, PositionView, ProtectCommand } from '../../../src/messages/position';
import { aPositionView, aTrade } from '../positions/samples';
import { KeptAudit, OPEN_GATE } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const HOST = '127.0.0.1:8080';

class FakePositions implements Positions {
  readonly views = new Map<string, PositionView>();
  readonly closed: CloseCommand[] = [];
  readonly protected: ProtectCommand[] = [];
  reply: PositionReply = { accepted: true, message: 'An exit is on its way.' };
  failure: Error | undefined;

  async list() {
    return [...this.views].map(([symbol, view]) => ({ symbol, view }));
  }
  async show(symbol: string) {
    if (this.failure) throw this.failure;
    return this.views.get(symbol);
  }
  async close(symbol: string, command: CloseCommand) {
    this.closed.push(command);
    return this.views.get(symbol)?.row ? this.reply : undefined;
  }
  async protect(symbol: string, command: ProtectCommand) {
    this.protected.push(command);
    return this.views.has(symbol) ? this.reply : undefined;
  }
  async trades() {
    return { trades: [aTrade({ net: '-1.5' }), aTrade({ net: '4', symbol: 'ETHUSDT' })], untold: [], isCut: false };
  }
  async risk() {
    return undefined;
  }
}

let positions: FakePositions;
let audit: KeptAudit;
let server: FastifyInstance;

function start(change: Partial<ApiDependencies> = {}): void {
  server = createApiServer({
    intake: new FakeIntake(),
    ...NO_POSITIONS,
    positions,
    health: async () => ({ status: 'healthy', components: {}, reasons: [], uptime: 1, version: '3.0.0' }),
    config: {
      api: { host: '127.0.0.1', port: 8080, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' as const },
    },
    gate: OPEN_GATE,
    audit,
    logger: pino({ level: 'silent' }),
    ...change,
  });
}

beforeEach(() => {
  positions = new FakePositions();
  positions.views.set('BTCUSDT', aPositionView());
  audit = new KeptAudit();
  start();
});

afterEach(() => server.close());

const get = (url: string) => server.inject({ method: 'GET', url, headers: { host: HOST } });
const post = (url: string, payload: object) => server.inject({ method: 'POST', url, payload, headers: { host: HOST } });

test('a position is shown by its symbol, with what guards it', async () => {
  const answer = await get('/api/positions/BTCUSDT');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ symbol: 'BTCUSDT', side: 'LONG', size: '0.5', stop_loss: '59950' });
});

test('positions are listed', async () => {
  const answer = await get('/api/positions');
  expect(answer.json().positions).toMatchObject([{ symbol: 'BTCUSDT', state: 'PROTECTED' }]);
});

test.each([
  ['/api/positions/ETHUSDT', 404, 'POSITION_NOT_FOUND'],
  ['/api/positions/btcusdt', 400, 'INVALID_SYMBOL'],
  ['/api/trades?days=0', 400, 'INVALID_DAYS'],
  ['/api/trades?days=366', 400, 'INVALID_DAYS'],
  ['/api/trades?weeks=1', 400, 'INVALID_DAYS'],
  ['/api/risk', 404, 'ACCOUNT_NOT_FOUND'],
])('GET %s is answered %i %s', async (url, status, code) => {
  const answer = await get(url);
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
});

test('a server that does not answer is a 503 that says to try again', async () => {
  positions.failure = new IntakeUnavailableError('nobody');
  const answer = await get('/api/positions/BTCUSDT');
  expect([answer.statusCode, answer.json().code]).toEqual([503, 'SERVER_UNAVAILABLE']);
});

test('closing tells the position why, and leaves a line in the audit', async () => {
  const answer = await post('/api/positions/BTCUSDT/close', { reason: 'news at eight' });
  expect(answer.statusCode).toBe(200);
  expect(positions.closed).toMatchObject([{ words: 'news at eight', reason: 'OPERATOR' }]);
  expect(audit.entries).toMatchObject([
    { what: 'position.close', target: 'BTCUSDT', why: 'news at eight', result: 'done' },
  ]);
});

test('a refused command is a 409 with its sentence', async () => {
  positions.reply = { accepted: false, message: 'Trading is halted.' };
  const answer = await post('/api/positions/BTCUSDT/close', { reason: 'x' });
  expect([answer.statusCode, answer.json()]).toEqual([
    409,
    { code: 'POSITION_COMMAND_REFUSED', message: 'Trading is halted.' },
  ]);
  expect(audit.entries).toMatchObject([{ result: 'refused' }]);
});

test('of one that was closed just now it is said when, and why', async () => {
  const view = aPositionView({ state: 'BOOKED', row: undefined, trade: aTrade({ reason: 'OPERATOR' }) });
  positions.views.set('BTCUSDT', view);
  const answer = await post('/api/positions/BTCUSDT/close', { reason: 'x' });
  expect([answer.statusCode, answer.json()]).toEqual([
    404,
    {
      code: 'POSITION_NOT_FOUND',
      message: 'No position of BTCUSDT is open; the last one was closed 2026-01-05 12:10:00Z (OPERATOR).',
    },
  ]);
});

test('protecting reads prices as text, and null as none', async () => {
  const body = { reason: 'tighter', stop_loss: '60100', take_profit: null };
  await post('/api/positions/BTCUSDT/protect', body);
  expect(positions.protected).toMatchObject([{ words: 'tighter', stopLoss: '60100', takeProfit: null }]);
});

test.each([
  [{}, 'reason is empty'],
  [{ reason: 'x' }, 'Nothing is to be set'],
  [{ reason: 'x', stop_loss: 60100 }, 'stop_loss is 60100; it must be a positive decimal number as text'],
  [{ reason: 'x', stop_loss: '0' }, 'stop_loss is "0"'],
  [{ reason: 'x', stop_loss: null }, 'a stop cannot be removed'],
  [{ reason: 'x', take_profit: '-1' }, 'take_profit is "-1"'],
  [{ reason: 'x', trailing_distance: '1', force: 'yes' }, 'force is "yes"'],
  [{ reason: 'x', stop: '1' }, 'The field "stop" is not known'],
])('protecting by %j is refused in words', async (body, words) => {
  const answer = await post('/api/positions/BTCUSDT/protect', body);
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_POSITION_COMMAND']);
  expect(answer.json().message).toContain(words);
  expect(positions.protected).toEqual([]);
});

test('trades come with their sums', async () => {
  const { sum, by_symbol: bySymbol, net_over_time: curve } = (await get('/api/trades?days=7')).json();
  expect(sum).toMatchObject({ trades: 2, won: 1, net: '2.5' });
  expect(bySymbol.ETHUSDT.net).toBe('4');
  expect(curve.map(({ net }: { net: string }) => net)).toEqual(['-1.5', '2.5']);
});

test('flattening needs a reason and says what it came to', async () => {
  expect((await post('/api/flatten', {})).statusCode).toBe(400);
  const answer = await post('/api/flatten', { reason: 'going out' });
  expect(answer.json()).toEqual({ trading_state: 'reducing', reason: 'going out', cancelled: [], positions: [] });
  expect(audit.entries).toMatchObject([
    { what: 'flatten', result: 'refused' },
    { what: 'flatten', why: 'going out', result: 'done' },
  ]);
});
