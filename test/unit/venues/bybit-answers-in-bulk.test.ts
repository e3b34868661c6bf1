/**
 * Every request of the adapter meets every kind of answer that proves nothing: a read comes to no value, a look-up neither to an
 * order nor to its absence, and whatever changes something is told apart by documented words alone.
 */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { OutcomeKind } from '../../../src/domain/outcome';
import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createVenue } from '../../../src/venues/create-venue';
import { countedDecimal, decimal, optionalDecimal, positiveDecimal } from '../../../src/venues/bybit/fields';
import {
  classifyCancelOrderReply,
  classifyLeverageReply,
  classifyReadReply,
  classifyTradingStopReply,
} from '../../../src/venues/bybit/outcomes';
import { VenueError, type Venue } from '../../../src/venues/venue';
import { StubServer } from './stub-server';
import { completeReply, PLAN, readTestData } from './test-data';

const MINUTE_MS = 60_000;
const { codes: DOCUMENTED } = readTestData<{ codes: { code: number; says: string }[] }>(
  'bybit',
  'documented-codes.json',
);
const [{ row: FILLED }] = readTestData<[{ row: object }]>('bybit', 'orders.json');

/** A look-up that proves anything counts as a read that came to a value. */
async function provenBy(asked: Venue): Promise<unknown> {
  const answer = await asked.lookUpOrder(PLAN.symbol, PLAN.clientOrderId);
  if (answer.status === 'unavailable') throw new VenueError(answer.outcome);
  return answer;
}

interface Read {
  readonly name: string;
  readonly ask: (venue: Venue) => Promise<unknown>;
  /** Whether it needs the time of the answer. */
  readonly isDated?: true;
  /** Whether it needs a list. */
  readonly isList?: true;
  /** Whether it follows pages by itself. */
  readonly isPaged?: true;
}

const sinceMs = (): number => Date.now() - MINUTE_MS;
const READS: readonly Read[] = [
  { name: 'time', isDated: true, ask: (asked) => asked.time() },
  { name: 'markets', isDated: true, isList: true, isPaged: true, ask: (asked) => asked.markets() },
  { name: 'tickers', isDated: true, isList: true, ask: (asked) => asked.tickers() },
  { name: 'candles', isDated: true, isList: true, ask: (asked) => asked.candles('BTCUSDT', MINUTE_MS, 10) },
  { name: 'balances', isDated: true, isList: true, ask: (asked) => asked.balances() },
  { name: 'positions', isDated: true, isList: true, ask: (asked) => asked.positions() },
  { name: 'recent orders', isDated: true, isList: true, ask: (asked) => asked.recentOrders(0) },
  { name: 'open orders', isDated: true, isList: true, ask: (asked) => asked.openOrders() },
  { name: 'look-up', isDated: true, isList: true, ask: provenBy },
  { name: 'rows of positions', isDated: true, isList: true, isPaged: true, ask: (asked) => asked.positionDesk!.rows() },
  {
    name: 'executions',
    isDated: true,
    isList: true,
    isPaged: true,
    ask: (asked) => asked.positionDesk!.executions('BTCUSDT', sinceMs()),
  },
  {
    name: 'money log',
    isDated: true,
    isList: true,
    isPaged: true,
    ask: (asked) => asked.positionDesk!.moneyLog(sinceMs()),
  },
  { name: 'key', ask: (asked) => asked.inspector!.key() },
  { name: 'account', ask: (asked) => asked.inspector!.account() },
  { name: 'habits', ask: (asked) => asked.inspector!.habits() },
  { name: 'fees', isList: true, ask: (asked) => asked.inspector!.fees() },
  { name: 'tradable', isList: true, isPaged: true, ask: (asked) => asked.inspector!.tradable(async () => undefined) },
  { name: 'maintenance', isList: true, ask: (asked) => asked.inspector!.maintenance() },
  { name: 'position mode', isList: true, ask: (asked) => asked.inspector!.symbol('BTCUSDT') },
];

let stub: StubServer;
let venue: Venue;

beforeAll(async () => {
  stub = await StubServer.start();
  venue = createVenue({
    name: 'bybit',
    config: {
      adapter: 'bybit',
      environment: 'paper',
      symbols: ['BTCUSDT', 'ETHUSDT'],
      settleAsset: 'USDT',
      receiveWindowMs: 5_000,
      // No case waits for its end, and a busy machine must not bring one.
      requestTimeoutMs: 60_000,
    },
    baseUrl: stub.url,
    credentials: resolveCredentials({ venue: 'bybit', environment: 'paper' }),
    permits: 'not needed',
  });
  await venue.time();
});

afterAll(async () => {
  await venue.close();
  await stub.stop();
});

beforeEach(() => {
  stub.routes.clear();
  stub.fallback = undefined;
  stub.requests.length = 0;
});

type Answer = (response: ServerResponse) => void;

const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);
const json =
  (envelope: object, status = 200): Answer =>
  (response) =>
    text(JSON.stringify({ retCode: 0, retMsg: 'OK', time: stub.nowMs(), ...envelope }), status)(response);
/** A list that holds nothing. */
const empty = { list: [], nextPageCursor: '' };

/** Asks everything at once. @returns what came to anything but a VenueError of this kind */
async function strays(answer: Answer, kind: OutcomeKind, reads: readonly Read[] = READS): Promise<readonly string[]> {
  stub.fallback = (_request, response) => answer(response);
  const came = await Promise.all(
    reads.map(async ({ name, ask }) => {
      try {
        return [`${name} came to ${JSON.stringify(await ask(venue))}`];
      } catch (error) {
        if (!(error instanceof VenueError)) throw error;
        const { kind: found, message } = error.outcome;
        return found === kind ? [] : [`${name} was ${found}: ${message}`];
      }
    }),
  );
  return came.flat();
}

describe('no read comes to a value where the answer is', () => {
  it.each<[string, Answer, OutcomeKind]>([
    ['empty', text(''), 'UNKNOWN'],
    ['a page', text('<html>OK</html>'), 'UNKNOWN'],
    ['cut short', text('{"retCode":0,"retMsg":"OK","result":{"list":[]'), 'UNKNOWN'],
    ['without a code', json({ retCode: undefined, result: empty }), 'UNKNOWN'],
    ['of a code that is null', json({ retCode: null, result: empty }), 'UNKNOWN'],
    ['of a code of two noughts', json({ retCode: '00', result: empty }), 'UNKNOWN'],
    ['a code that ccxt takes for well', json({ retCode: 30_084, result: empty }), 'UNKNOWN'],
    [
      'a refusal beside an older field that says well',
      json({ ret_code: 0, retCode: 10_016, result: empty }),
      'UNKNOWN',
    ],
    ['without a result', json({}), 'UNKNOWN'],
    ['of a result that is null', json({ result: null }), 'UNKNOWN'],
    ['of a result that is a list', json({ result: [empty] }), 'UNKNOWN'],
    ['of a result that is a text', json({ result: '{"list":[]}' }), 'UNKNOWN'],
    ['well inside a failure', json({ result: empty }, 500), 'UNKNOWN'],
    ['well inside a redirection', json({ result: empty }, 302), 'UNKNOWN'],
    ['well where nothing was found', json({ result: empty }, 404), 'UNKNOWN'],
    ['a failure in JSON', json({ retCode: 10_016, result: {} }, 503), 'UNKNOWN'],
    ['a page of a failure', text('<html>Bad gateway</html>', 502), 'UNKNOWN'],
    ['packed', (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('{}')), 'UNKNOWN'],
    ['a page of a ban', text('<html>access too frequent</html>', 403), 'BANNED'],
    ['a page of a region', text('<html>not available in your country</html>', 403), 'FATAL'],
    ['a limit without headers', text('', 429), 'RATE_LIMITED'],
    ['a limit in JSON', json({ retCode: 10_006, result: {} }), 'RATE_LIMITED'],
    ['a refusal without words', json({ retCode: 10_001, retMsg: null, result: null }), 'REJECTED'],
  ])('%s', async (_name, answer, kind) => {
    expect(await strays(answer, kind)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['absent', undefined],
    ['null', null],
    ['an object', {}],
    ['a text', '[]'],
    ['a number', 0],
  ])('of a list that is %s', async (_name, list) => {
    const reads = READS.filter(({ isList }) => isList);
    expect(await strays(json({ result: { list, nextPageCursor: '' } }), 'UNKNOWN', reads)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['absent', undefined],
    ['null', null],
    ['zero', 0],
    ['in seconds', 1_672_738_134],
    ['in seconds, as a text', '1672738134'],
    ['in microseconds', 1_672_738_134_824_000],
    ['a fraction', 1_672_738_134_824.5],
    ['a date', '2023-01-03T09:28:54.824Z'],
  ])('of a time that is %s', async (_name, time) => {
    const reads = READS.filter(({ isDated }) => isDated);
    expect(await strays(json({ result: { ...empty, list: [] }, time }), 'UNKNOWN', reads)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['the same again', 'same'],
    ['null', null],
    ['a number', 7],
    ['longer than any', 'x'.repeat(1_001)],
  ])('of a next page that is %s, and it is not asked for without end', async (_name, nextPageCursor) => {
    const reads = READS.filter(({ isPaged }) => isPaged);
    const list = [{ symbol: 'ODDUSDT' }];
    expect(await strays(json({ result: { list, nextPageCursor } }), 'UNKNOWN', reads)).toEqual([]);
    expect(stub.requests.length).toBeLessThanOrEqual(2 * reads.length);
  });
});

describe('a figure', () => {
  const fields = { decimal, optionalDecimal, positiveDecimal, countedDecimal };

  it.each<[unknown]>([
    [5],
    ['+5'],
    [' 5'],
    ['5 '],
    ['5\n'],
    ['1,000'],
    ['1.000,5'],
    ['1_000'],
    ['0x10'],
    ['5.'],
    ['.5'],
    ['--5'],
    ['5-'],
    ['1e99'],
    ['1e400'],
    ['1e'],
    ['NaN'],
    ['Infinity'],
    ['٥'],
    ['５'],
    ['null'],
    [true],
    [{}],
    [['5']],
  ])('that is written %p is none, whatever it is of', (form) => {
    const read = Object.entries(fields).filter(([, field]) => field.safeParse(form).success);
    expect(read.map(([name]) => name)).toEqual([]);
  });

  it.each([
    ['1e-8', '0.00000001'],
    ['1E+3', '1000'],
    ['2.50e2', '250'],
  ])('that is written %p is %s', (form, meant) => {
    const read = Object.values(fields).map((field) => field.parse(form));
    expect(new Set(read)).toEqual(new Set([meant]));
  });
});

/** Codes whose words refuse a leverage, whoever asks again; a venue's bad moment is none of them. */
const LEVERAGE_REFUSALS = [
  110043, 110013, 110036, 110038, 110039, 110046, 110077, 110086, 110089, 110090, 30135, 30136, 110080, 110087, 3200320,
  110037, 110074, 10001, 10017,
];
const NO_FUNDS = [110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052, 110053, 170033, 170131];

describe('every documented code', () => {
  const classifiers = {
    read: classifyReadReply,
    cancel: classifyCancelOrderReply,
    stop: classifyTradingStopReply,
    leverage: classifyLeverageReply,
  };
  const outcomesOf = (status: number) =>
    DOCUMENTED.flatMap(({ code, says }) => {
      const reply = completeReply({ status, body: { retCode: code, retMsg: says, result: {} } });
      return Object.entries(classifiers).map(([name, classify]) => ({ name, code, kind: classify(reply).kind }));
    });

  it('accepts nothing, whatever was asked', () => {
    const accepting = outcomesOf(200).filter(({ kind }) => kind === 'PLACED' || kind === 'DUPLICATE');
    expect(accepting).toEqual([]);
  });

  it('proves nothing inside a server failure', () => {
    const proving = outcomesOf(503).filter(({ kind }) => kind !== 'UNKNOWN');
    expect(proving).toEqual([]);
  });

  it('refuses a leverage where its words do, and nowhere else', () => {
    const refusals = outcomesOf(200).filter(({ name, kind }) => name === 'leverage' && kind === 'REJECTED');
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set([...LEVERAGE_REFUSALS, ...NO_FUNDS]));
  });
});

describe('a leverage', () => {
  const set = (answer: Answer): Promise<string | undefined> => {
    stub.on('POST /v5/position/set-leverage', (_request, response) => answer(response));
    return venue.inspector!.setLeverage('BTCUSDT', 5);
  };

  it.each<[string, Answer, OutcomeKind]>([
    ['a failure in JSON', json({ retCode: 10_016, result: {} }, 503), 'UNKNOWN'],
    ['a refusal inside a failure', json({ retCode: 110_013, result: {} }, 500), 'UNKNOWN'],
    ['well inside a failure', json({ result: {} }, 500), 'UNKNOWN'],
    ['a server error', json({ retCode: 10_016, result: {} }), 'UNKNOWN'],
    ['a code that nobody knows', json({ retCode: 987_654, result: {} }), 'UNKNOWN'],
    ['a code that ccxt takes for well', json({ retCode: 30_084, result: {} }), 'UNKNOWN'],
    ['a limit', json({ retCode: 10_006, result: {} }), 'RATE_LIMITED'],
    ['nothing', text(''), 'UNKNOWN'],
  ])('is asked for again, and not called refused, where the answer is %s', async (_name, answer, kind) => {
    await expect(set(answer)).rejects.toMatchObject({ name: 'VenueError', outcome: { kind } });
  });

  it.each([110_013, 110_036, 10_001, 10_005, 110_132])('is refused by %i, with its words', async (retCode) => {
    expect(await set(json({ retCode, retMsg: 'because', result: {} }))).toContain('because');
  });

  it('is set where it is the same already', async () => {
    expect(await set(json({ retCode: 110_043, retMsg: 'leverage not modified', result: {} }))).toBeUndefined();
  });
});

describe('an order', () => {
  const place = async (answer: Answer) => {
    stub.on('POST /v5/order/create', (_request, response) => answer(response));
    return (await venue.placeOrder(PLAN)).outcome.kind;
  };
  const taken = { orderId: 'venue-1', orderLinkId: PLAN.clientOrderId };

  it.each<[string, Answer]>([
    ['is closed before the answer', (response) => void response.socket?.end()],
    ['is reset before the answer', (response) => void response.socket?.resetAndDestroy()],
    ['is closed within the head', (response) => void response.socket?.end('HTTP/1.1 200 OK\r\nContent-')],
    [
      'is closed within the answer',
      (response) => void response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"retCode":0'),
    ],
    [
      'brings it packed',
      (response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('{"retCode":0}')),
    ],
  ])('whose kept connection %s is UNKNOWN, is not sent again, and is found', async (_name, answer) => {
    // So that there is one to keep.
    stub.on('GET /v5/market/time', (_request, response) => stub.reply(response, {}));
    await venue.time();
    stub.on('GET /v5/order/realtime', (_request, response) => stub.reply(response, { list: [FILLED] }));
    expect(await place(answer)).toBe('UNKNOWN');
    expect(await venue.lookUpOrder(PLAN.symbol, PLAN.clientOrderId)).toMatchObject({ status: 'found' });
    expect(stub.paths()).toEqual(['/v5/market/time', '/v5/order/create', '/v5/order/realtime']);
  });

  it.each([200, 400, 401, 403, 429])('that is refused and named in one answer is UNKNOWN (HTTP %i)', async (status) => {
    expect(await place(json({ retCode: 110_007, retMsg: 'ab', result: taken }, status))).toBe('UNKNOWN');
  });

  it('that came too late by a clock in seconds leaves the clock as it is', async () => {
    stub.on('GET /v5/market/time', (_request, response) => stub.reply(response, {}));
    expect(await place(json({ retCode: 10_002, result: {}, time: 1_672_738_134 }))).toBe('NOT_PLACED');
    expect(Math.abs((venue.clockMs() ?? Number.NaN) - stub.nowMs())).toBeLessThan(MINUTE_MS);
  });
});

it('a stop of the exchange that is told in seconds has no end that is known, and is not over', async () => {
  const stop = { title: 'x', state: 'ongoing', begin: '1751596902', end: '1751597011' };
  stub.on('GET /v5/system/status', (_request, response) => stub.reply(response, { list: [stop] }));
  expect(await venue.inspector!.maintenance()).toEqual([{ title: 'x', beginMs: 1_751_596_902 }]);
});
