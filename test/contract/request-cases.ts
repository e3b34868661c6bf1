import { setTimeout as delay } from 'node:timers/promises';
import type { OrderPlan } from '../../src/domain/market';
import { CONNECTIONS_MAX } from '../../src/venues/ccxt/transport';
import type { Venue } from '../../src/venues/venue';
import type { Bench } from './bench';
import { REQUEST_TIMEOUT_MS } from './bench';
import { BROKEN_ANSWERS } from './broken-answers';
import type { NumberedCases } from './numbered-cases';
import type { VenueUnderTest } from './venue-under-test';

const CONCURRENT_ORDERS = 20;

/** All that the port sends, without the look-up: its sources are counted with the look-ups. */
type OneRequestMethod = Exclude<
  keyof Venue,
  | 'name'
  | 'promises'
  | 'stream'
  | 'candleStream'
  | 'onLimitReport'
  | 'onRequestReport'
  | 'onClockJump'
  | 'onUnreadableRows'
  | 'clockMs'
  | 'inspector'
  | 'positionDesk'
  | 'lookUpOrder'
  | 'close'
>;

/** Group 2: one request, exactly as planned. */
export function addRequestCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  addGoldenCases(cases, bench, venue);
  addOneRequestCases(cases, bench, venue);
  addUnsentCases(cases, bench, venue);

  cases.add('VA-14', 'the answer’s instant of signing is the one inside the signature', async () => {
    bench.acceptOrders();
    const { signedAtMs } = await bench.venue.placeOrder(bench.plan);
    const request = bench.stub.server.requests.at(-1);
    expect(request && bench.stub.signedAtMsOf(request)).toBe(signedAtMs);
  });

  cases.add('VA-15', 'concurrent orders: each outcome belongs to its own reply', async () => {
    const { stub } = bench;
    const refusal = venue.documentedCodes.find(({ outcome }) => outcome === 'REJECTED')?.code ?? 0;
    stub.server.on(stub.routes.placeOrder, (request, response) => {
      const clientOrderId = stub.clientOrderIdOf(request);
      const index = Number(clientOrderId.split('-')[1]);
      const answer = () => {
        if (index % 2 === 0) stub.accept(response, { clientOrderId, venueOrderId: `id-of-${clientOrderId}` });
        else stub.refuse(response, refusal, `not enough for ${clientOrderId}`);
      };
      // In reverse order, so that a shared field would hold another order's values.
      setTimeout(answer, (CONCURRENT_ORDERS - index) * 5);
    });
    await bench.venue.time();
    const ids = Array.from({ length: CONCURRENT_ORDERS }, (_, index) => `order-${index}`);
    const answers = await Promise.all(
      ids.map((clientOrderId) => bench.venue.placeOrder({ ...bench.plan, clientOrderId })),
    );
    // An acceptance that names another order's id is UNKNOWN.
    const seen = answers.map(({ outcome }) => /order-\d+/.exec(outcome.message)?.[0] ?? outcome.kind);
    expect(seen).toEqual(ids.map((id, index) => (index % 2 === 0 ? 'PLACED' : id)));
  });
}

function addGoldenCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  for (const { name, change, body } of venue.goldenOrders) {
    cases.add('VA-10', `${name}: the bytes on the wire are the golden ones, and signed`, async () => {
      bench.acceptOrders();
      const { outcome } = await bench.venue.placeOrder({ ...bench.plan, ...change });
      const request = bench.stub.server.requests.at(-1);
      expect(outcome.kind).toBe('PLACED');
      expect(request?.body).toBe(body);
      expect(request && bench.stub.isSigned(request)).toBe(true);
    });
  }

  cases.add('VA-10', 'market and limit, buy and sell, entry and exit are all among the golden ones', async () => {
    const kinds = venue.goldenOrders.map(({ change }) =>
      [change.limitPrice === undefined, change.direction ?? 'BUY', change.reduceOnly ?? false].join(),
    );
    expect(new Set(kinds).size).toBe(8);
  });
}

function addOneRequestCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const [symbol] = venue.symbols;
  const calls: Readonly<Record<OneRequestMethod, (adapter: Venue) => Promise<unknown>>> = {
    time: (adapter) => adapter.time(),
    markets: (adapter) => adapter.markets(),
    tickers: (adapter) => adapter.tickers(),
    candles: (adapter) => adapter.candles(symbol, 60_000, 10),
    balances: (adapter) => adapter.balances(),
    positions: (adapter) => adapter.positions(),
    placeOrder: (adapter) => adapter.placeOrder(bench.plan),
    cancelOrder: (adapter) => adapter.cancelOrder(symbol, bench.plan.clientOrderId),
    recentOrders: (adapter) => adapter.recentOrders(1_672_737_700_000),
    openOrders: (adapter) => adapter.openOrders(),
  };
  const answers = BROKEN_ANSWERS.concat([['429', (response) => response.writeHead(429).end('slow down')]]);

  for (const [name, call] of Object.entries(calls)) {
    cases.add('VA-11', `${name} is one request, whatever comes back`, async () => {
      await bench.beImpatient();
      await bench.venue.time();
      const counts: Record<string, number> = {};
      for (const [answerName, answer] of answers) {
        for (const route of Object.values(bench.stub.routes).flat()) bench.answer(route, answer);
        const before = bench.stub.server.requests.length;
        await call(bench.venue).catch(() => undefined);
        counts[answerName] = bench.stub.server.requests.length - before;
      }
      expect(counts).toEqual(Object.fromEntries(answers.map(([answerName]) => [answerName, 1])));
    });
  }
}

function addUnsentCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const badPlans: readonly (readonly [string, Partial<OrderPlan>])[] = [
    ['a symbol that is not configured', { symbol: 'NOSUCHSYMBOL' }],
    ['a quantity of zero', { quantity: '0' }],
    ['no quantity', { quantity: '' }],
    ['a quantity that is no number', { quantity: 'abc' }],
    ['NaN as quantity', { quantity: 'NaN' }],
    ['a negative quantity', { quantity: '-1' }],
    ['a quantity with an exponent', { quantity: '1e3' }],
    ['a price of zero', { limitPrice: '0.0' }],
    ['a client id with a space', { clientOrderId: 'a b' }],
    ['a client id of 37 characters', { clientOrderId: 'a'.repeat(37) }],
  ];
  for (const [name, change] of badPlans) {
    cases.add('VA-12', `${name} is REJECTED and nothing is sent`, async () => {
      const { outcome } = await bench.venue.placeOrder({ ...bench.plan, ...change });
      expect(outcome.kind).toBe('REJECTED');
      expect(bench.stub.server.requests).toEqual([]);
    });
  }

  cases.add('VA-12.2', 'a quantity above the limit maximum is REJECTED and nothing is sent', async () => {
    const { stub } = bench;
    bench.acceptOrders();
    // Whatever an adapter has to know beforehand is read before.
    bench.answer(stub.routes.markets, (response) => stub.reply(response, venue.markets.answer));
    await bench.venue.time();
    await bench.venue.markets();
    const sentBefore = stub.server.requests.length;
    const quantity = `${venue.limitQuantityMax}1`;
    const { outcome } = await bench.venue.placeOrder({ ...bench.plan, limitPrice: '1', quantity });
    expect(outcome.kind).toBe('REJECTED');
    expect(stub.server.requests.slice(sentBefore)).toEqual([]);
  });

  cases.add('VA-13', 'after its last instant an order is NOT_PLACED and nothing of it is sent', async () => {
    bench.acceptOrders();
    await bench.venue.time();
    const { outcome } = await bench.venue.placeOrder(bench.plan, performance.now() - 1);
    expect(outcome.kind).toBe('NOT_PLACED');
    expect(bench.count(bench.stub.routes.placeOrder)).toBe(0);
  });

  cases.add('VA-13', 'an order that waits too long for a connection is not sent either', async () => {
    const { routes, server } = bench.stub;
    bench.acceptOrders();
    await bench.venue.time();
    const held: (() => void)[] = [];
    server.on(routes.tickers, (_request, response) => void held.push(() => response.end()));
    const busy = Array.from({ length: CONNECTIONS_MAX }, () => bench.venue.tickers().catch(() => undefined));
    const order = bench.venue.placeOrder(bench.plan, performance.now() + REQUEST_TIMEOUT_MS / 10);
    await delay(REQUEST_TIMEOUT_MS / 2);
    // Those that come only now are not held, either.
    server.on(routes.tickers, (_request, response) => void response.end());
    for (const answer of held) answer();
    expect((await order).outcome.kind).toBe('NOT_PLACED');
    await Promise.all(busy);
    expect(bench.count(routes.placeOrder)).toBe(0);
  });

  cases.add('VA-13', 'an order whose last instant passes while the clock is measured is not sent either', async () => {
    const { routes, server } = bench.stub;
    const sendBeforeMs = performance.now() + REQUEST_TIMEOUT_MS / 10;
    const answerTime = server.routes.get(routes.time);
    server.on(routes.time, (request, response) => {
      setTimeout(() => answerTime?.(request, response), REQUEST_TIMEOUT_MS / 2);
    });
    bench.acceptOrders();
    const { outcome } = await bench.venue.placeOrder(bench.plan, sendBeforeMs);
    expect(outcome.kind).toBe('NOT_PLACED');
    expect(bench.count(routes.placeOrder)).toBe(0);
  });
}
