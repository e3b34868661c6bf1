import type { Bench } from './bench';
import { LookUps } from './look-ups';
import type { NumberedCases } from './numbered-cases';
import type { VenueUnderTest } from './venue-under-test';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Group 4: look-up. */
export function addLookUpCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const lookUps = new LookUps(bench);
  addFoundCases(cases, lookUps, bench, venue);
  addAbsentCases(cases, lookUps, bench);
  addRowCases(cases, lookUps, venue);
  addRecentOrderCases(cases, bench, venue);
}

function addFoundCases(cases: NumberedCases, lookUps: LookUps, bench: Bench, venue: VenueUnderTest): void {
  for (const { name, row, expected } of venue.orders) {
    cases.add('VA-30', `an order that is ${name} is found in every source`, async () => {
      for (const source of lookUps.orderSources) {
        lookUps.hold(source, [row]);
        const found = await lookUps.ask();
        expect(found).toMatchObject({ status: 'found', order: { clientOrderId: 'client-1', ...expected } });
      }
    });
  }

  const [first] = venue.orders;
  const foreign: readonly (readonly [string, readonly unknown[]])[] = [
    ['another order', [{ ...first.row, ...venue.otherId }]],
    ['an order of another symbol', [{ ...first.row, ...venue.otherSymbol }]],
    ['two orders', [first.row, { ...first.row, ...venue.otherId }]],
    ...venue.unreadable.map((change) => ['an unreadable row', [{ ...first.row, ...change }]] as const),
  ];
  for (const [name, rows] of foreign) {
    cases.add('VA-31', `an answer with ${name} proves nothing`, async () => {
      for (const source of lookUps.orderSources) {
        lookUps.hold(source, rows);
        expect(await lookUps.ask()).toMatchObject({ status: 'unavailable', outcome: { kind: 'UNKNOWN' } });
      }
    });
  }

  for (const { name, rows, expected } of venue.sharedIds ?? []) {
    cases.add('VA-31.2', `${name} are one order`, async () => {
      for (const source of lookUps.orderSources) {
        lookUps.hold(source, rows);
        expect(await lookUps.ask()).toMatchObject({ status: 'found', order: expected });
      }
    });
  }

  cases.add('VA-31.3', 'a row that only tells of another order of the id is no end, and no absence', async () => {
    for (const source of lookUps.orderSources) {
      for (const row of venue.namesakes ?? []) {
        lookUps.hold(source, [row]);
        expect((await lookUps.ask()).status).toBe('unavailable');
      }
    }
  });

  cases.add('VA-30.2', 'a limit order is found with the price that the venue keeps for it', async () => {
    const { row, limitPrice } = venue.limitOrder;
    lookUps.hold(lookUps.orderSources[0] ?? '', [row]);
    expect(await lookUps.ask()).toMatchObject({ status: 'found', order: { limitPrice } });
  });

  cases.add(
    'VA-36',
    'an order older than the venue’s default window is asked for with a window, or unavailable',
    async () => {
      const { lookUpWindows } = bench.stub;
      expect(lookUpWindows).not.toEqual([]);
      lookUps.empty();
      const placedAtMs = bench.stub.server.nowMs();
      bench.stub.server.clockOffsetMs = 8 * DAY_MS;
      const answer = await lookUps.ask(placedAtMs);
      const windowless = lookUpWindows.filter(({ source, keys }) =>
        bench.requestsOf(source).every(({ query }) => !keys.some((key) => query.has(key))),
      );
      expect(answer.status === 'unavailable' ? [] : windowless).toEqual([]);
    },
  );

  cases.add('VA-36', 'a window that is named holds the order, and is no longer than the venue allows', async () => {
    const { lookUpWindows } = bench.stub;
    lookUps.empty();
    for (const ageMs of [DAY_MS, 8 * DAY_MS]) {
      const placedAtMs = bench.stub.server.nowMs() - ageMs;
      await lookUps.ask(placedAtMs);
      const wrong = lookUpWindows.filter(({ source, keys: [first, last], spanMaxMs }) => {
        const query = bench.requestsOf(source).at(-1)?.query;
        const startMs = Number(query?.get(first) ?? Number.NaN);
        const endMs = Number(query?.get(last) ?? bench.stub.server.nowMs());
        return !(startMs <= placedAtMs && placedAtMs < endMs && endMs - startMs <= spanMaxMs);
      });
      expect(wrong).toEqual([]);
    }
  });

  cases.add('VA-36', 'no window begins ahead of a venue’s clock that was set back', async () => {
    lookUps.empty();
    expect((await lookUps.ask(bench.stub.server.nowMs() + DAY_MS)).status).toBe('absent');
    const keys = bench.stub.server.requests.flatMap(({ query }) => [...query.keys()]);
    expect(bench.stub.lookUpWindows.flatMap((window) => window.keys).filter((key) => keys.includes(key))).toEqual([]);
  });

  cases.add('VA-36', 'a found order is not younger than the answer that tells of it', async () => {
    const { stub } = bench;
    await bench.venue.time();
    lookUps.hold(lookUps.orderSources[0] ?? '', [{ ...first.row, ...venue.fromTheFuture }]);
    const answer = await lookUps.ask();
    const order = answer.status === 'found' ? answer.order : undefined;
    expect(order?.createdAtMs).toBeLessThanOrEqual(stub.server.nowMs());
    expect(order?.updatedAtMs).toBeLessThanOrEqual(stub.server.nowMs());
  });

  cases.add('VA-37', 'an older order under a reused id is not ours', async () => {
    lookUps.hold(lookUps.orderSources[0] ?? '', [first.row]);
    expect((await lookUps.ask()).status).toBe('unavailable');
  });
}

function addAbsentCases(cases: NumberedCases, lookUps: LookUps, bench: Bench): void {
  cases.add('VA-32', 'absent when every source is empty', async () => {
    lookUps.empty();
    expect((await lookUps.ask()).status).toBe('absent');
  });

  cases.add('VA-32', 'unavailable when any source cannot be read', async () => {
    await bench.beImpatient();
    const readable: string[] = [];
    for (const [name, breakSource] of lookUps.unreadableSources) {
      breakSource();
      if ((await lookUps.ask()).status !== 'unavailable') readable.push(name);
    }
    expect(readable).toEqual([]);
  });

  cases.add('VA-11', 'lookUpOrder asks each of its sources at most once, whatever comes back', async () => {
    const { lookUp } = bench.stub.routes;
    await bench.beImpatient();
    await bench.venue.time();
    const wrong: string[] = [];
    for (const [name, breakSource] of [['empty', () => lookUps.empty()] as const, ...lookUps.unreadableSources]) {
      breakSource();
      const before = bench.stub.server.requests.length;
      await lookUps.ask();
      const asked = bench.stub.server.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
      const isOncePerSource = new Set(asked).size === asked.length && asked.every((route) => lookUp.includes(route));
      if (asked.length === 0 || !isOncePerSource) wrong.push(`${name}: ${asked.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });

  cases.add('VA-33', 'fills without their order prove nothing', async () => {
    lookUps.empty();
    lookUps.answer(lookUps.fills, (response) => bench.stub.replyFills(response, [bench.plan.clientOrderId]));
    expect(await lookUps.ask()).toMatchObject({ status: 'unavailable', outcome: { kind: 'UNKNOWN' } });
  });

  cases.add('VA-34', 'absence is as of the first source’s answer, on the venue’s clock', async () => {
    const { stub } = bench;
    lookUps.empty();
    stub.server.clockOffsetMs = 3_600_000;
    await bench.venue.time();
    for (const source of stub.routes.lookUp.slice(1)) {
      lookUps.answer(source, (response) => {
        stub.server.clockOffsetMs += 500_000;
        if (source === lookUps.fills) stub.replyFills(response, []);
        else stub.replyOrders(response, []);
      });
    }
    const beforeMs = stub.server.nowMs();
    const answer = await lookUps.ask();
    const askedAtMs = answer.status === 'absent' ? answer.askedAtMs : Number.NaN;
    expect(askedAtMs).toBeGreaterThanOrEqual(beforeMs - 1_000);
    expect(askedAtMs).toBeLessThanOrEqual(beforeMs + 5_000);
  });
}

function addRowCases(cases: NumberedCases, lookUps: LookUps, venue: VenueUnderTest): void {
  const [first] = venue.orders;
  for (const { name, change } of venue.readableChanges) {
    cases.add('VA-35', `${name} does not hide an order`, async () => {
      for (const route of lookUps.orderSources) {
        lookUps.hold(route, [{ ...first.row, ...change }]);
        expect(await lookUps.ask()).toMatchObject({ status: 'found', order: { status: first.expected.status } });
      }
    });
  }

  cases.add('VA-35', 'an unknown status is never absent and never final', async () => {
    lookUps.hold(lookUps.orderSources[0] ?? '', [{ ...first.row, ...venue.unknownStatus }]);
    const answer = await lookUps.ask();
    expect(answer.status === 'found' ? answer.order.status : answer.status).toMatch(/^(open|unavailable)$/);
  });

  cases.add('VA-35.2', 'an unknown status is found, and open', async () => {
    lookUps.hold(lookUps.orderSources[0] ?? '', [{ ...first.row, ...venue.unknownStatus }]);
    expect(await lookUps.ask()).toMatchObject({ status: 'found', order: { status: 'open' } });
  });

  cases.add('VA-35.3', 'an order that does not say what filled is found, and not final', async () => {
    lookUps.hold(lookUps.orderSources[0] ?? '', [{ ...first.row, ...venue.untoldFills }]);
    expect(await lookUps.ask()).toMatchObject({ status: 'found', order: { status: 'open' } });
  });

  cases.add('VA-38', 'a fee in another asset is no fee in the settle asset', async () => {
    lookUps.hold(lookUps.orderSources[0] ?? '', [{ ...first.row, ...venue.feeInAnotherAsset }]);
    expect(await lookUps.ask()).toMatchObject({ status: 'found', order: { fee: '0' } });
  });
}

function addRecentOrderCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const [first] = venue.orders;

  cases.add('VA-39', 'an acceptance settles nothing: price and fee come from a look-up', async () => {
    bench.acceptOrders();
    const answer = await bench.venue.placeOrder(bench.plan);
    expect(Object.keys(answer).toSorted()).toEqual(['outcome', 'signedAtMs']);
  });

  cases.add('VA-40', 'recent orders: final ones of ours since an instant, in one bounded request', async () => {
    const { stub } = bench;
    const rows = [
      first.row,
      { ...first.row, ...venue.statusOpen },
      { ...first.row, ...venue.otherSymbol },
      { nonsense: true },
    ];
    bench.answer(stub.routes.recentOrders, (response) => stub.replyOrders(response, rows));
    await bench.venue.time();
    const orders = await bench.venue.recentOrders(1_672_737_700_000);
    expect(orders.map(({ clientOrderId }) => clientOrderId)).toEqual(['client-1']);
    expect(bench.count(stub.routes.recentOrders)).toBe(1);
    expect(Object.fromEntries(stub.server.requests.at(-1)?.query ?? [])).toEqual(venue.recentOrdersQuery);
  });

  cases.add('VA-40.2', 'recent orders: none that is not certain to be shown whole', async () => {
    const { stub } = bench;
    for (const { rows } of venue.sharedIds ?? []) {
      bench.answer(stub.routes.recentOrders, (response) => stub.replyOrders(response, rows));
      const orders = await bench.venue.recentOrders(1_672_737_700_000);
      expect(orders).toEqual([]);
    }
  });
}
