import type { ServerResponse } from 'node:http';
import type { OrderPlan } from '../../src/domain/market';
import type { ProtectionAnswer, ProtectionChange } from '../../src/domain/position/types';
import type { PositionDesk, UnreadableRows } from '../../src/venues/venue';
import type { Bench } from './bench';
import { BROKEN_ANSWERS } from './broken-answers';
import type { NumberedCases } from './numbered-cases';
import type { VenueUnderTest } from './venue-under-test';

const DAY_MS = 24 * 60 * 60 * 1_000;
const A_WHILE_AGO_MS = 60_000;
const LONG_AGO_MS = 20 * DAY_MS;
/** More pages than any list of positions has. */
const PAGES_TOO_MANY = 100;

/** Group 9: positions, and what guards them. */
export function addPositionDeskCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  addRowCases(cases, bench, venue);
  addAttachedStopCases(cases, bench, venue);
  addProtectionCases(cases, bench, venue);
  addPastCases(cases, bench, venue);
}

function deskOf(bench: Bench): PositionDesk {
  const { positionDesk } = bench.venue;
  if (positionDesk === undefined) throw new Error('The adapter has no position desk.');
  return positionDesk;
}

/** Answers with these results in turn; afterwards the route fails. */
function answerInTurn(bench: Bench, route: string, results: readonly unknown[]): void {
  const left = [...results];
  bench.answer(route, (response) => {
    const result = left.shift();
    if (result === undefined) response.writeHead(500).end();
    else bench.stub.reply(response, result);
  });
}

function addRowCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const { desk } = venue;
  const reads = async (...answers: readonly unknown[]) => {
    answerInTurn(bench, bench.stub.routes.positions, answers);
    return deskOf(bench).rows();
  };

  cases.add(
    'VA-80',
    'rows: every open position of configured symbols with all that is told; empty is unknown',
    async () => {
      const { rows, unreadable } = await reads(desk.rows.answer);
      expect(rows).toEqual(desk.rows.expected);
      expect(unreadable).toEqual([]);
      expect(bench.count(bench.stub.routes.positions)).toBe(1);
    },
  );

  cases.add('VA-80', 'rows: no position at all is an answer', async () => {
    expect(await reads(desk.pageOf([]))).toMatchObject({ rows: [], unreadable: [] });
  });

  cases.add('VA-81', 'rows: every page is read, each under a permit, as of the first one', async () => {
    const [first, second] = desk.rows.expected;
    const pages = [desk.pageOf(desk.openRows.slice(0, 1), 'next'), desk.pageOf(desk.openRows.slice(1), 'last')];
    const answers = [...pages, desk.pageOf([])];
    let permits = 0;
    bench.answer(bench.stub.routes.positions, (response) => {
      bench.stub.reply(response, answers.shift());
      bench.stub.server.clockOffsetMs += 60_000;
    });
    const { asOfMs, rows } = await deskOf(bench).rows(async () => void (permits += 1));
    expect(rows).toEqual([first, second]);
    expect(asOfMs).toBeLessThan(Date.now() + 30_000);
    expect(permits).toBe(2);
  });

  cases.add('VA-81', 'rows: a page that fails fails the whole, and so does a list that does not end', async () => {
    const first = desk.pageOf(desk.openRows, 'next');
    await expect(reads(first)).rejects.toMatchObject({ name: 'VenueError', outcome: { kind: 'UNKNOWN' } });
    await expect(reads(...Array.from({ length: PAGES_TOO_MANY }, () => first))).rejects.toMatchObject({
      name: 'VenueError',
      outcome: { kind: 'UNKNOWN', message: expect.stringContaining('not end') as string },
    });
  });

  for (const { name, row } of desk.unreadableRows) {
    cases.add('VA-82', `rows: a row that cannot be read is named and hides no other (${name})`, async () => {
      const told: UnreadableRows[] = [];
      bench.venue.onUnreadableRows((report) => told.push(report));
      const { rows, unreadable } = await reads(desk.pageOf([row, desk.openRows[1]]));
      expect(rows).toEqual([desk.rows.expected[1]]);
      expect(unreadable).toEqual([venue.symbols[0]]);
      const fault = expect.stringMatching(/./) as string;
      expect(told).toEqual([{ what: 'positions', faults: [{ symbol: venue.symbols[0], fault }] }]);
      await reads(desk.pageOf(desk.openRows));
      expect(told.at(-1)).toEqual({ what: 'positions', faults: [] });
    });
  }

  cases.add('VA-82', 'rows: of a symbol that is named twice nothing is known', async () => {
    const { rows, unreadable } = await reads(desk.pageOf([...desk.openRows, desk.openRows[0]]));
    expect(rows).toEqual([desk.rows.expected[1]]);
    expect(unreadable).toEqual([venue.symbols[0]]);
  });

  cases.add('VA-82', 'rows: a row without a symbol fails the whole, because it may be any symbol’s', async () => {
    for (const row of desk.namelessRows) {
      await expect(reads(desk.pageOf([...desk.openRows, row]))).rejects.toMatchObject({ name: 'VenueError' });
    }
  });
}

function addAttachedStopCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  cases.add('VA-83', 'an entry carries its stop and its target where the adapter promises it', async () => {
    const guarded = venue.goldenOrders.filter(({ change }) => change.stopLoss !== undefined);
    expect(bench.venue.promises.attachedStop).toBe(true);
    expect(new Set(guarded.map(({ change }) => change.direction ?? 'BUY'))).toEqual(new Set(['BUY', 'SELL']));
    expect(guarded.filter(({ change, body }) => !body.includes(change.stopLoss ?? '?'))).toEqual([]);
  });

  const badPlans: readonly (readonly [string, Partial<OrderPlan>])[] = [
    ['an exit with a stop', { reduceOnly: true, stopLoss: '16000' }],
    ['an exit with a target', { reduceOnly: true, takeProfit: '17000' }],
    ['a stop of zero', { stopLoss: '0' }],
    ['an empty stop', { stopLoss: '' }],
    ['a stop with an exponent', { stopLoss: '1.6e4' }],
    ['a negative target', { takeProfit: '-17000' }],
    ['a target that is no number', { stopLoss: '16000', takeProfit: 'NaN' }],
    ['a stop of a BUY above the price', { stopLoss: '16597.6' }],
    ['a stop of a BUY at the price', { stopLoss: '16597.50' }],
    ['a target of a BUY below the price', { takeProfit: '16597.4' }],
    ['a stop of a SELL below the price', { direction: 'SELL', stopLoss: '16597.4' }],
    ['a target of a SELL above the price', { direction: 'SELL', takeProfit: '16597.6' }],
    ['a stop between a limit price and the market', { limitPrice: '16000', stopLoss: '16300' }],
    ['a trigger that nobody knows', { stopLoss: '16000', stopTrigger: 'index' as never }],
    ['a trigger of a target that nobody knows', { takeProfit: '17000', targetTrigger: 'toString' as never }],
  ];
  for (const [name, change] of badPlans) {
    cases.add('VA-83', `${name} is REJECTED and nothing is sent`, async () => {
      const { outcome } = await bench.venue.placeOrder({ ...bench.plan, ...change });
      expect(outcome.kind).toBe('REJECTED');
      expect(bench.stub.server.requests).toEqual([]);
    });
  }

  cases.add('VA-83', 'an entry whose stop was passed is REJECTED, and says so', async () => {
    const { stub } = bench;
    await bench.venue.time();
    const words: string[] = [];
    for (const { code, says } of venue.desk.codes.filter(({ status }) => status === 'price_passed')) {
      bench.answer(stub.routes.placeOrder, (response) => stub.refuse(response, code, says));
      const { outcome } = await bench.venue.placeOrder({ ...bench.plan, stopLoss: '16000' });
      words.push(`${outcome.kind} ${/was already passed/.exec(outcome.message)?.[0]}`);
    }
    expect(new Set(words)).toEqual(new Set(['REJECTED was already passed']));
  });
}

function addProtectionCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const [symbol] = venue.symbols;
  const plain: ProtectionChange = { symbol, stopLoss: '16000', stopTrigger: 'mark', targetTrigger: 'last' };
  const statusOf = async (answer?: (response: ServerResponse) => void): Promise<ProtectionAnswer['status']> => {
    if (answer !== undefined) bench.answer(bench.stub.routes.setProtection, answer);
    return (await deskOf(bench).setProtection(plain)).status;
  };

  for (const { name, change, body } of venue.desk.goldenProtections) {
    cases.add('VA-84', `${name}: the bytes on the wire are the golden ones, and signed`, async () => {
      const { stub } = bench;
      bench.answer(stub.routes.setProtection, (response) => stub.reply(response, {}));
      const { stopTrigger, targetTrigger } = plain;
      const answer = await deskOf(bench).setProtection({ symbol, stopTrigger, targetTrigger, ...change });
      const [request, ...others] = bench.requestsOf(stub.routes.setProtection);
      expect([answer.status, others]).toEqual(['set', []]);
      expect(request?.body).toBe(body);
      expect(request && stub.isSigned(request)).toBe(true);
    });
  }

  cases.add('VA-85', 'every documented answer to it is classified on purpose', async () => {
    const { stub } = bench;
    await bench.venue.time();
    const seen: unknown[] = [];
    for (const { code, says } of venue.desk.codes) {
      const status = await statusOf((response) => stub.refuse(response, code, says));
      seen.push({ code, says, status });
    }
    expect(seen).toEqual(venue.desk.codes);
    expect(new Set(venue.desk.codes.map(({ status }) => status)).size).toBe(7);
  });

  cases.add('VA-85', 'a refusal inside a server failure proves nothing', async () => {
    const { stub } = bench;
    await bench.venue.time();
    for (const { code, says } of venue.desk.codes.slice(0, 5)) {
      expect(await statusOf((response) => stub.refuse(response, code, says, 500))).toBe('unknown');
    }
  });

  cases.add('VA-85', 'what proves nothing is unknown, and one request', async () => {
    const { stub } = bench;
    await bench.beImpatient();
    await bench.venue.time();
    const seen: Record<string, string> = {};
    for (const [name, answer] of BROKEN_ANSWERS) {
      const before = bench.count(stub.routes.setProtection);
      const status = await statusOf(answer);
      seen[name] = `${status} ${bench.count(stub.routes.setProtection) - before}`;
    }
    expect(seen).toEqual(Object.fromEntries(BROKEN_ANSWERS.map(([name]) => [name, 'unknown 1'])));
  });

  cases.add('VA-85', 'limits and bans are answers, and told to the limiter as those of orders', async () => {
    await bench.venue.time();
    for (const status of [429, 403]) {
      expect(await statusOf((response) => response.writeHead(status).end('slow down'))).toBe('rate_limited');
      expect(bench.reports.at(-1)).toMatchObject({ endpoint: 'order' });
    }
  });

  const badChanges: readonly (readonly [string, Partial<ProtectionChange>])[] = [
    ['a symbol that is not configured', { symbol: 'NOSUCHSYMBOL' }],
    ['nothing to change', { stopLoss: undefined }],
    ['a stop of zero', { stopLoss: '0' }],
    ['an empty target', { takeProfit: '' }],
    ['a distance that is no number', { trailingDistance: 'far' }],
    ['a trigger that nobody knows', { stopTrigger: 'index' as never }],
  ];
  for (const [name, change] of badChanges) {
    cases.add('VA-85', `${name} is rejected and nothing is sent`, async () => {
      expect((await deskOf(bench).setProtection({ ...plain, ...change })).status).toBe('rejected');
      expect(bench.stub.server.requests).toEqual([]);
    });
  }

  cases.add('VA-85', 'after its last instant nothing of it is sent, and nothing is proven', async () => {
    await bench.venue.time();
    const answer = await deskOf(bench).setProtection(plain, performance.now() - 1);
    expect(answer).toMatchObject({ status: 'unknown', message: expect.stringContaining('nothing was sent') as string });
    expect(bench.count(bench.stub.routes.setProtection)).toBe(0);
  });

  cases.add('VA-85', 'where nobody can be reached it is unknown', async () => {
    await bench.venue.time();
    await bench.stub.server.stop();
    expect(await statusOf()).toBe('unknown');
  });
}

function addPastCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const { desk, symbols } = venue;
  const [symbol] = symbols;
  type MayAsk = () => Promise<void>;
  const pasts = [
    {
      number: 'VA-86',
      name: 'executions',
      route: () => bench.stub.routes.executions,
      sample: desk.executions,
      read: (sinceMs: number, mayAsk?: MayAsk) => deskOf(bench).executions(symbol, sinceMs, mayAsk),
    },
    {
      number: 'VA-87',
      name: 'money log',
      route: () => bench.stub.routes.moneyLog,
      sample: desk.moneyLog,
      read: (sinceMs: number, mayAsk?: MayAsk) => deskOf(bench).moneyLog(sinceMs, mayAsk),
    },
  ];
  for (const { number, name, route, sample, read } of pasts) {
    const since = (agoMs: number) => bench.stub.server.nowMs() - agoMs;

    cases.add(number, `${name}: rows of every kind, oldest first`, async () => {
      answerInTurn(bench, route(), [desk.pageOf(sample.rows)]);
      expect(await read(since(A_WHILE_AGO_MS))).toEqual(sample.expected);
      expect(bench.count(route())).toBe(1);
    });

    cases.add(number, `${name}: every page is read under a permit, and what two pages show counts once`, async () => {
      const pages = [desk.pageOf(sample.rows.slice(0, 3), 'next'), desk.pageOf(sample.rows.slice(2))];
      let permits = 0;
      answerInTurn(bench, route(), pages);
      expect(await read(since(A_WHILE_AGO_MS), async () => void (permits += 1))).toEqual(sample.expected);
      expect(permits).toBe(1);
    });

    cases.add(number, `${name}: older than a window, in windows that the venue allows, without a gap`, async () => {
      bench.answer(route(), (response) => bench.stub.reply(response, desk.pageOf([])));
      const sinceMs = since(LONG_AGO_MS);
      expect(await read(sinceMs)).toEqual([]);
      const { keys, spanMaxMs } = desk.pastWindow;
      const windows = bench.requestsOf(route()).map(({ query }) => keys.map((key) => Number(query.get(key))));
      expect(windows).toHaveLength(Math.ceil(LONG_AGO_MS / spanMaxMs));
      expect(windows.filter(([first = 0, last = NaN]) => !(last - first <= spanMaxMs && last > first))).toEqual([]);
      expect(windows[0]?.[0]).toBe(sinceMs);
      const gaps = windows.slice(1).map(([first = NaN], index) => first - (windows[index]?.[1] ?? NaN));
      expect(new Set(gaps)).toEqual(new Set([1]));
      expect(windows.at(-1)?.[1]).toBeGreaterThanOrEqual(sinceMs + LONG_AGO_MS);
    });

    cases.add(number, `${name}: from an instant ahead of the venue’s clock nothing is missed`, async () => {
      answerInTurn(bench, route(), [desk.pageOf(sample.rows)]);
      expect(await read(since(-DAY_MS))).toEqual(sample.expected);
    });

    cases.add(number, `${name}: a page that fails, or a row that cannot be read, fails the whole`, async () => {
      answerInTurn(bench, route(), [desk.pageOf(sample.rows, 'next')]);
      await expect(read(since(A_WHILE_AGO_MS))).rejects.toMatchObject({ name: 'VenueError' });
      const taken: string[] = [];
      for (const { name: what, row } of sample.unreadable) {
        answerInTurn(bench, route(), [desk.pageOf([...sample.rows, row])]);
        const error: unknown = await read(since(A_WHILE_AGO_MS)).catch((reason: unknown) => reason);
        if ((error as Error).name !== 'VenueError') taken.push(what);
      }
      expect(taken).toEqual([]);
    });
  }
}
