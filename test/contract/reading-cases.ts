import { inspect } from 'node:util';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../../src/venues/paper-keys';
import { OUTCOME_MESSAGE_CHARACTERS_MAX } from '../../src/venues/ccxt/venue-reply';
import type { Bench } from './bench';
import type { NumberedCases } from './numbered-cases';
import type { VenueUnderTest } from './venue-under-test';

const MINUTE_MS = 60_000;
const CANDLES_MAX = 1_000;

/** Group 1: reading. */
export function addReadingCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  addMarketCases(cases, bench, venue);
  addCandleCases(cases, bench, venue);
  addBalanceCases(cases, bench, venue);
  addPositionCases(cases, bench, venue);
  addClockCases(cases, bench);
  addSecretCases(cases, bench, venue);
  addExcessCases(cases, bench, venue);
}

function addMarketCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const reads = (answer: unknown) => {
    bench.answer(bench.stub.routes.markets, (response) => bench.stub.reply(response, answer));
    return bench.venue.markets();
  };

  cases.add('VA-01', 'markets: only configured, tradable ones of the settle asset, figures as strings', async () => {
    expect(await reads(venue.markets.answer)).toEqual(venue.markets.expected);
    expect(bench.stub.server.requests).toHaveLength(1);
  });

  cases.add('VA-01.2', 'markets: a second page is read', async () => {
    const pages = [...venue.marketPages];
    bench.answer(bench.stub.routes.markets, (response) => bench.stub.reply(response, pages.shift()?.answer));
    const symbols = (await bench.venue.markets()).map(({ symbol }) => symbol);
    expect(symbols).toEqual(venue.marketPages.flatMap(({ expected }) => expected));
  });

  cases.add('VA-01.3', 'markets: a limit order’s own maximum is read', async () => {
    const [market] = await reads(venue.markets.answer);
    expect(Object.values(market ?? {})).toContain(venue.limitQuantityMax);
  });

  cases.add('VA-02', 'a market that leaves trading or changes its step is seen at the next read', async () => {
    await reads(venue.markets.answer);
    expect(await reads(venue.marketsLater.answer)).toEqual(venue.marketsLater.expected);
  });

  cases.add('VA-02.2', 'a malformed row of a market hides only itself', async () => {
    expect(await reads(venue.marketsWithMalformedRow.answer)).toEqual(venue.marketsWithMalformedRow.expected);
  });

  cases.add('VA-03', 'tickers: a symbol without a price on one side is left out', async () => {
    bench.answer(bench.stub.routes.tickers, (response) => bench.stub.reply(response, venue.tickers.answer));
    expect(await bench.venue.tickers()).toEqual(venue.tickers.expected);
    expect(bench.stub.server.requests).toHaveLength(1);
  });
}

function addCandleCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const [symbol] = venue.symbols;
  /** Opening times back from the candle that is open now, newest first. */
  const openTimes = (count: number) => {
    const newestMs = Math.floor(bench.stub.server.nowMs() / MINUTE_MS) * MINUTE_MS;
    return Array.from({ length: count }, (_, index) => newestMs - index * MINUTE_MS);
  };
  const reads = (times: readonly number[], limit: number) => {
    const { stub } = bench;
    stub.server.on(stub.routes.candles, (request, response) => stub.replyCandles(request, response, times));
    return bench.venue.candles(symbol, MINUTE_MS, limit);
  };

  cases.add('VA-04', 'candles: the open one is never returned, the others come oldest first', async () => {
    await bench.venue.time();
    const times = openTimes(5);
    const expected = times.slice(1, 4).toReversed();
    expect(await reads(times, 3)).toEqual(expected.map((openTimeMs) => ({ openTimeMs, ...venue.candle })));
  });

  cases.add('VA-04.2', 'candles: a full page of closed ones is exact', async () => {
    await bench.venue.time();
    const times = openTimes(CANDLES_MAX + 5);
    const candles = await reads(times, CANDLES_MAX);
    expect(candles.map(({ openTimeMs }) => openTimeMs)).toEqual(times.slice(1, CANDLES_MAX + 1).toReversed());
  });

  cases.add('VA-04.3', 'candles: a gap stays a gap', async () => {
    await bench.venue.time();
    const [, first = 0, , third = 0] = openTimes(4);
    const candles = await reads([first, third], 3);
    expect(candles.map(({ openTimeMs }) => openTimeMs)).toEqual([third, first]);
  });
}

function addBalanceCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const reads = (answer: unknown) => {
    bench.answer(bench.stub.routes.balances, (response) => bench.stub.reply(response, answer));
    return bench.venue.balances();
  };

  for (const { name, answer, expected } of venue.balances) {
    cases.add('VA-05', `balances: ${name}`, async () => {
      const { assets } = await reads(answer);
      expect(assets).toMatchObject(expected);
      expect(Object.keys(assets)).toEqual(Object.keys(expected));
    });
  }

  cases.add('VA-05', 'balances: as of an instant that is not later than the venue’s answer', async () => {
    const { asOfMs } = await reads(venue.balances[0]?.answer);
    expect(asOfMs).toBeLessThanOrEqual(bench.stub.server.nowMs());
  });

  cases.add('VA-05.2', 'balances: the settle asset is there even at zero', async () => {
    const { assets } = await reads(venue.emptyBalances);
    expect(assets).toEqual({ [venue.settleAsset]: { total: '0', available: '0', locked: '0', equity: '0' } });
  });

  cases.add('VA-05.3', 'balances: portfolio margin is refused', async () => {
    const message = expect.stringMatching(/portfolio margin.*choose/) as string;
    const outcome = expect.objectContaining({ message }) as object;
    await expect(reads(venue.portfolioMarginBalances)).rejects.toMatchObject({ name: 'VenueError', outcome });
  });

  cases.add('VA-05.4', 'balances: with several coins the account’s own figure bounds what is available', async () => {
    expect((await reads(venue.twoCoinBalances.answer)).assets).toMatchObject(venue.twoCoinBalances.expected);
  });

  cases.add('VA-05.5', 'balances: a bonus that cannot be spent is not available', async () => {
    expect((await reads(venue.bonusBalances.answer)).assets).toMatchObject(venue.bonusBalances.expected);
  });
}

function addPositionCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const reads = (answer: unknown, cursor?: string) => {
    bench.answer(bench.stub.routes.positions, (response) => bench.stub.reply(response, answer));
    return bench.venue.positions(cursor);
  };

  cases.add('VA-05.6', 'positions: only of configured symbols, in one-way mode, and open', async () => {
    const { bySymbol, nextCursor } = await reads(venue.positions.answer);
    expect(bySymbol).toEqual(venue.positions.expected);
    expect(nextCursor).toBeUndefined();
  });

  cases.add('VA-05.6', 'positions: as of an instant that is not later than the venue’s answer', async () => {
    const { asOfMs } = await reads(venue.positions.answer);
    expect(asOfMs).toBeLessThanOrEqual(bench.stub.server.nowMs());
  });

  for (const [index, row] of venue.uncertainPositions.entries()) {
    cases.add('VA-05.7', `positions: a row of which nothing is certain is none (${index + 1})`, async () => {
      const [symbol] = venue.symbols;
      bench.answer(bench.stub.routes.positions, (response) => bench.stub.replyOrders(response, [row]));
      expect((await bench.venue.positions()).bySymbol).not.toHaveProperty(symbol);
    });
  }

  cases.add('VA-05.8', 'positions: the next page begins where the former one ended', async () => {
    let cursor: string | undefined;
    for (const { answer, expected } of venue.positionPages) {
      const { bySymbol, nextCursor } = await reads(answer, cursor);
      expect(bySymbol).toEqual(expected);
      const [request] = bench.requestsOf(bench.stub.routes.positions).slice(-1);
      if (cursor !== undefined) expect([...(request?.query.values() ?? [])]).toContain(cursor);
      cursor = nextCursor;
    }
    expect(cursor).toBeUndefined();
  });
}

function addClockCases(cases: NumberedCases, bench: Bench): void {
  const signedAtMs = async (clientOrderId: string): Promise<number> => {
    await bench.venue.placeOrder({ ...bench.plan, clientOrderId });
    const request = bench.stub.server.requests.at(-1);
    return request === undefined ? Number.NaN : bench.stub.signedAtMsOf(request);
  };

  cases.add('VA-06', 'time: the first signature is on the venue’s clock, however wrong ours is', async () => {
    bench.stub.server.clockOffsetMs = 3_600_000;
    bench.acceptOrders();
    const beforeMs = bench.stub.server.nowMs();
    const signed = await signedAtMs('first');
    expect(signed).toBeGreaterThanOrEqual(beforeMs - 1_000);
    expect(signed).toBeLessThanOrEqual(bench.stub.server.nowMs() + 1_000);
  });

  for (const stepMs of [5_000, -5_000]) {
    cases.add('VA-06', `time: a measurement follows a step of the venue’s clock by ${stepMs} ms`, async () => {
      bench.acceptOrders();
      await bench.venue.time();
      bench.stub.server.clockOffsetMs = stepMs;
      await bench.venue.time();
      const beforeMs = bench.stub.server.nowMs();
      expect(Math.abs((await signedAtMs('stepped')) - beforeMs)).toBeLessThan(1_000);
    });
  }

  cases.add('VA-06', 'time: the clock is told without a request, once it was measured', async () => {
    const { server } = bench.stub;
    server.clockOffsetMs = 3_600_000;
    const before = bench.venue.clockMs();
    await bench.venue.time();
    const requests = server.requests.length;
    const toldMs = bench.venue.clockMs() ?? Number.NaN;
    expect(before).toBeUndefined();
    expect(Math.abs(toldMs - server.nowMs())).toBeLessThan(1_000);
    expect(server.requests).toHaveLength(requests);
  });

  cases.add('VA-06', 'time: a jump of the venue’s clock is told, its drift is not', async () => {
    const jumps: number[] = [];
    bench.venue.onClockJump((byMs) => jumps.push(Math.round(byMs / 60_000)));
    for (const offsetMs of [0, 500, 3_600_000, 0]) {
      bench.stub.server.clockOffsetMs = offsetMs;
      await bench.venue.time();
    }
    expect(jumps).toEqual([60, -60]);
  });

  cases.add('VA-06', 'time: a step of our wall clock changes no signature', async () => {
    bench.acceptOrders();
    await bench.venue.time();
    const beforeMs = Date.now();
    const wallClock = jest.spyOn(Date, 'now').mockImplementation(() => beforeMs + 3_600_000);
    try {
      expect(Math.abs((await signedAtMs('steady')) - beforeMs)).toBeLessThan(5_000);
    } finally {
      wallClock.mockRestore();
    }
  });
}

/** What is read travels through histories, so it is bounded first. */
function addExcessCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const [symbol] = venue.symbols;
  for (const { name, method, answer } of venue.excessiveAnswers) {
    cases.add('VA-08', `${method}: ${name} is refused in one short sentence`, async () => {
      bench.answer(bench.stub.routes[method], (response) => bench.stub.reply(response, answer));
      const read =
        method === 'candles'
          ? bench.venue.candles(symbol, MINUTE_MS, 10)
          : method === 'recentOrders'
            ? bench.venue.recentOrders(1_672_737_700_000)
            : bench.venue[method]();
      const error: unknown = await read.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'VenueError', outcome: { kind: 'UNKNOWN' } });
      expect((error as Error).message.length).toBeLessThanOrEqual(OUTCOME_MESSAGE_CHARACTERS_MAX);
    });
  }
}

function addSecretCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const expectNoSecret = (text: string): void => {
    expect(text).not.toContain(PAPER_API_KEY);
    expect(text).not.toContain(PAPER_API_SECRET);
  };
  const refusal = venue.documentedCodes.find(({ outcome }) => outcome === 'FATAL')?.code ?? 0;
  const echo = `refused: ${PAPER_API_KEY} signed [1672738134824${PAPER_API_KEY}] with ${PAPER_API_SECRET}`;

  cases.add('VA-07', 'a secret that the venue echoes is in no answer and in no error', async () => {
    const { stub } = bench;
    for (const route of [stub.routes.placeOrder, stub.routes.cancelOrder, stub.routes.balances]) {
      bench.answer(route, (response) => stub.refuse(response, refusal, echo));
    }
    const placed = await bench.venue.placeOrder(bench.plan);
    const cancelled = await bench.venue.cancelOrder(bench.plan.symbol, bench.plan.clientOrderId);
    const error: unknown = await bench.venue.balances().catch((reason: unknown) => reason);
    expect(placed.outcome.message).toContain('refused');
    expectNoSecret(JSON.stringify([placed, cancelled]));
    expectNoSecret(inspect(error, { depth: 20, showHidden: true }));
  });

  cases.add('VA-07', 'a secret does not show when the adapter itself is printed', async () => {
    await bench.venue.time();
    expectNoSecret(`${inspect(bench.venue, { depth: 20, showHidden: true })} ${JSON.stringify(bench.venue)}`);
  });
}
