/*
 * Halting, going on, and silencing alerts over HTTP: in the words of the command line, and with a line for each.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApiServer } from '../../../src/api/server';
import { SILENCES_MAX } from '../../../src/domain/alerts/state';
import { lookAtAlerts, stateAfterSpool } from '../../../src/observability/alerts/look-at-alerts';
import { leaveEvent } from '../../../src/observability/alerts/spool';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { TradingStateError, type ChangeTradingOptions } from '../../../src/positions/change-trading';
import { OtherStoreError } from '../../../src/temporal/errors';
import { KeptAudit, OPEN_GATE } from './access';
import { FakeIntake } from './fake-intake';
import { NO_POSITIONS } from './fake-positions';

const WHO = 'someone over HTTP from this machine';

let dataDir: string;
let server: FastifyInstance;
let audit: KeptAudit;
let asked: ChangeTradingOptions[];
/** What changing comes to before it is done, and after. */
let before: Error | undefined;
let after: Error | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-trading-'));
  audit = new KeptAudit();
  [asked, before, after] = [[], undefined, undefined];
  server = createApiServer({
    intake: new FakeIntake(),
    ...NO_POSITIONS,
    health: async () => ({ status: 'healthy', components: {}, reasons: [], uptime: 1, version: '0' }),
    gate: OPEN_GATE,
    audit,
    trading: {
      venue: 'bybit',
      changeTrading: async (options) => {
        asked.push(options);
        if (before) throw before;
        options.onChanged();
        if (after) throw after;
        const order = { fingerprint: 'a', intent: 'entry', stand: 'open' } as never;
        if (options.cancelsOrders) options.onCancel(order, undefined);
        const to = { halt: 'halted', reduce: 'reducing', resume: 'active' } as const;
        const change = { requestId: 'r', to: to[options.act], reason: options.reason, atMs: 0 };
        return { change, orders: { open: { orders: [], waiting: 0 } } };
      },
    },
    alertsOf: dataDir,
    config: { api: { host: '127.0.0.1', port: 8080, bodyLimitBytes: 4096, allowedHosts: [], requireToken: 'auto' } },
    logger: pino({ level: 'silent' }),
  });
});

afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function post(url: string, payload: object): Promise<{ readonly status: number; readonly body: object }> {
  const reply = await server.inject({ method: 'POST', url, headers: { host: '127.0.0.1:8080' }, payload });
  return { status: reply.statusCode, body: reply.json<object>() };
}

describe('the trading state', () => {
  test.each([
    ['halt', 'halted', ['done']],
    ['reduce', 'reducing', ['done']],
    ['resume', 'active', ['asked', 'done']],
  ])('%s is done, told and audited', async (act, state, lines) => {
    const reply = await post(`/api/${act}`, { reason: ' bad news ' });
    expect(reply).toMatchObject({
      status: 200,
      body: { venue: 'bybit', trading_state: state, reason: 'bad news', open_orders: { open: 0 } },
    });
    expect(asked).toMatchObject([{ act, reason: 'bad news', who: WHO, cancelsOrders: false }]);
    expect(audit.entries).toMatchObject(
      lines.map((result) => ({ what: act, target: 'bybit', who: WHO, why: 'bad news', result })),
    );
  });

  test('orders are cancelled where that is asked for, each with a line of its own', async () => {
    await post('/api/halt', { reason: 'bad news', cancel_orders: true });
    expect(asked).toMatchObject([{ cancelsOrders: true }]);
    expect(audit.entries).toMatchObject([
      { what: 'halt', result: 'done' },
      { what: 'signal.cancel', target: 'a', why: 'bad news', result: 'failed' },
    ]);
  });

  test.each<[string, object]>([
    ['halt', {}],
    ['halt', []],
    ['halt', { reason: 5 }],
    ['halt', { reason: '  ' }],
    ['halt', { reason: 'a', cancel_orders: 'yes' }],
    ['halt', { reason: 'a', force: true }],
    ['resume', { reason: 'two\nlines' }],
    ['resume', { reason: 'x'.repeat(600) }],
    ['resume', { reason: 'a', cancel_orders: true }],
    ['resume', { reason: 'a', cancel_orders: false }],
  ])('%s with %j is refused, does nothing and leaves a line', async (act, body) => {
    expect(await post(`/api/${act}`, body)).toMatchObject({ status: 400, body: { code: 'INVALID_TRADING_COMMAND' } });
    expect(asked).toEqual([]);
    expect(audit.entries).toMatchObject([{ what: act, result: 'refused', detail: 'INVALID_TRADING_COMMAND' }]);
  });

  test('to stop does not fail for the words that it is asked in', async () => {
    expect((await post('/api/halt', { reason: 'two\nlines' })).status).toBe(200);
    expect(asked).toMatchObject([{ reason: 'two lines' }]);
  });

  test('without a line in the audit it is stopped all the same, and not gone on with', async () => {
    audit.failure = new Error('the disk is full');
    expect((await post('/api/halt', { reason: 'a' })).status).toBe(200);
    expect(await post('/api/resume', { reason: 'a' })).toMatchObject({
      status: 503,
      body: { code: 'AUDIT_UNAVAILABLE' },
    });
    expect(asked).toMatchObject([{ act: 'halt' }]);
  });

  test.each([
    [new TradingStateError('LEDGER_NOT_RUNNING', 'No ledger runs.'), 404, 'ACCOUNT_NOT_FOUND', 'failed'],
    [new TradingStateError('LEDGER_UNAVAILABLE', 'Nobody answers.'), 503, 'SERVER_UNAVAILABLE', 'failed'],
    [new TradingStateError('REFUSED', 'Another one was made.'), 409, 'TRADING_STATE_REFUSED', 'refused'],
    [new OtherStoreError('Another store.'), 503, 'OTHER_STORE', 'failed'],
    [new IntakeUnavailableError('No answer.'), 503, 'SERVER_UNAVAILABLE', 'failed'],
    [new Error('/home/someone'), 500, 'INTERNAL_ERROR', 'failed'],
  ])('a failure is told by its code, and audited: %s', async (error, status, code, result) => {
    before = error;
    const reply = await post('/api/halt', { reason: 'a' });
    expect(reply).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(reply.body)).not.toContain('/home/someone');
    expect(audit.entries).toMatchObject([{ what: 'halt', result, detail: code }]);
  });

  test('what fails after the state holds does not make it undone in the audit', async () => {
    after = new Error('later');
    expect((await post('/api/halt', { reason: 'a' })).status).toBe(500);
    expect(audit.entries).toMatchObject([{ what: 'halt', result: 'done' }]);
  });
});

test.each([
  ['/api/flatten', 'flatten', '', 'INVALID_POSITION_COMMAND'],
  ['/api/positions/BTCUSDT/close', 'position.close', 'BTCUSDT', 'INVALID_POSITION_COMMAND'],
  ['/api/positions/BTCUSDT/protect', 'position.protect', 'BTCUSDT', 'INVALID_POSITION_COMMAND'],
  ['/api/signals/0123456789abcdef/cancel', 'signal.cancel', '0123456789abcdef', 'INVALID_CANCELLATION'],
  ['/api/signals/0123456789abcdef/settle', 'signal.settle', '0123456789abcdef', 'INVALID_SETTLEMENT'],
])('%s without a reason is refused, and leaves a line', async (url, what, target, code) => {
  expect(await post(url, {})).toMatchObject({ status: 400, body: { code } });
  expect(audit.entries).toMatchObject([{ what, target, who: WHO, result: 'refused', detail: code }]);
});

describe('alerts', () => {
  const state = () => stateAfterSpool(lookAtAlerts(dataDir), Date.now());

  test('are silenced for a while and told again, with a line before and after each', async () => {
    const silence = { rule: 'crash_loop', subject: 'ml_manager', for: '2h', reason: 'known' };
    expect(await post('/api/alerts/silence', silence)).toMatchObject({
      status: 200,
      body: { message: expect.stringContaining('Nobody is told of crash_loop (ml_manager) until ') as string },
    });
    expect(state().silences).toMatchObject([{ rule: 'crash_loop', subject: 'ml_manager', reason: 'known', who: WHO }]);
    const back = await post('/api/alerts/unsilence', { rule: 'crash_loop', subject: 'ml_manager' });
    expect(back.status).toBe(200);
    expect(state().silences).toEqual([]);
    expect(audit.entries.map(({ what, target, result }) => [what, target, result])).toEqual([
      ['alerts.silence', 'crash_loop (ml_manager)', 'asked'],
      ['alerts.silence', 'crash_loop (ml_manager)', 'done'],
      ['alerts.unsilence', 'crash_loop (ml_manager)', 'asked'],
      ['alerts.unsilence', 'crash_loop (ml_manager)', 'done'],
    ]);
  });

  test.each<[string, object]>([
    ['silence', {}],
    ['silence', { rule: 'nothing', for: '2h', reason: 'a' }],
    ['silence', { rule: 'all', for: '8d', reason: 'a' }],
    ['silence', { rule: 'all', for: 7200, reason: 'a' }],
    ['silence', { rule: 'all', for: '2h' }],
    ['silence', { rule: 'all', for: '2h', reason: '' }],
    ['silence', { rule: 'all', for: '2h', reason: 'two\nlines' }],
    ['silence', { rule: 'all', for: '2h', reason: 'a', subject: 5 }],
    ['silence', { rule: 'all', for: '2h', reason: 'a', who: 'you' }],
    ['unsilence', { rule: 'all', for: '2h' }],
    ['unsilence', { rule: 'all', subject: 'x'.repeat(200) }],
  ])('%s with %j is refused, changes nothing and leaves a line', async (name, body) => {
    expect(await post(`/api/alerts/${name}`, body)).toMatchObject({ status: 400, body: { code: 'INVALID_SILENCE' } });
    expect(state().silences).toEqual([]);
    expect(audit.entries).toMatchObject([{ what: `alerts.${name}`, result: 'refused', detail: 'INVALID_SILENCE' }]);
  });

  test('a silence that does not stand is not taken back', async () => {
    expect(await post('/api/alerts/unsilence', { rule: 'all' })).toMatchObject({
      status: 404,
      body: { code: 'SILENCE_NOT_FOUND', message: 'No silence of any alert stands, so none was taken back.' },
    });
    expect(audit.entries).toMatchObject([{ what: 'alerts.unsilence', result: 'refused', detail: 'SILENCE_NOT_FOUND' }]);
  });

  test('there are no more silences than are kept', async () => {
    for (let index = 0; index < SILENCES_MAX; index += 1) {
      const silence = {
        rule: 'all' as const,
        subject: `s${index}`,
        reason: 'a',
        who: 'a',
        untilMs: Date.now() + 60_000,
      };
      leaveEvent(dataDir, { kind: 'silence', silence });
    }
    const body = { rule: 'all', subject: 'one more', for: '2h', reason: 'a' };
    expect(await post('/api/alerts/silence', body)).toMatchObject({ status: 409, body: { code: 'SILENCE_REFUSED' } });
  });

  test('without a line in the audit nobody is kept from hearing of anything', async () => {
    audit.failure = new Error('the disk is full');
    const reply = await post('/api/alerts/silence', { rule: 'all', for: '2h', reason: 'a' });
    expect(reply).toMatchObject({ status: 503, body: { code: 'AUDIT_UNAVAILABLE' } });
    expect(state().silences).toEqual([]);
  });
});
