import type { VenueOutcome } from '../../src/domain/outcome';
import type { Bench } from './bench';
import { REQUEST_TIMEOUT_MS } from './bench';
import { BROKEN_ANSWERS } from './broken-answers';
import type { NumberedCases } from './numbered-cases';
import type { DocumentedCode, LimitAnswer, VenueUnderTest } from './venue-under-test';

const DAYS_3_MS = 3 * 24 * 60 * 60 * 1_000;
const UNKNOWN_CODES = 1_000;
const CONCURRENCY = 50;

/** Group 3: what an answer proves. */
export function addAnswerCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  addAcceptanceCases(cases, bench);
  addCodeCases(cases, bench, venue);
  addClockRefusalCases(cases, bench, venue);
  addLimitCases(cases, bench, venue);
  addBrokenCases(cases, bench, venue);
}

async function outcomeOf(bench: Bench): Promise<VenueOutcome> {
  return (await bench.venue.placeOrder(bench.plan)).outcome;
}

function addAcceptanceCases(cases: NumberedCases, bench: Bench): void {
  const acceptances = [
    ['with the venue’s id and ours', { clientOrderId: 'client-1', venueOrderId: '1' }, 200, 'PLACED'],
    ['with the venue’s id alone', { venueOrderId: '1' }, 200, 'PLACED'],
    ['without the venue’s id', { clientOrderId: 'client-1' }, 200, 'UNKNOWN'],
    ['under another client id', { clientOrderId: 'client-2', venueOrderId: '1' }, 200, 'UNKNOWN'],
    ['with a status that is no success', { clientOrderId: 'client-1', venueOrderId: '1' }, 302, 'UNKNOWN'],
    ['beside a wish for keys', { clientOrderId: 'client-1', venueOrderId: '1' }, 401, 'UNKNOWN'],
    ['inside a ban', { clientOrderId: 'client-1', venueOrderId: '1' }, 403, 'UNKNOWN'],
    ['inside a limit', { clientOrderId: 'client-1', venueOrderId: '1' }, 429, 'UNKNOWN'],
    ['inside a server failure', { clientOrderId: 'client-1', venueOrderId: '1' }, 500, 'UNKNOWN'],
  ] as const;
  for (const [name, order, status, kind] of acceptances) {
    cases.add('VA-20', `an acceptance ${name} is ${kind}`, async () => {
      bench.answer(bench.stub.routes.placeOrder, (response) => bench.stub.accept(response, order, status));
      expect((await outcomeOf(bench)).kind).toBe(kind);
    });
  }
}

/** Sends one order per code, some at once, and gives the outcomes by code. */
async function outcomesByCode(bench: Bench, codes: readonly number[], status: number): Promise<Record<string, string>> {
  const { stub } = bench;
  stub.server.on(stub.routes.placeOrder, (request, response) => {
    stub.refuse(response, Number(stub.clientOrderIdOf(request).split('_')[1]), 'a text', status);
  });
  await bench.venue.time();
  const outcomes: Record<string, string> = {};
  for (let first = 0; first < codes.length; first += CONCURRENCY) {
    const batch = codes.slice(first, first + CONCURRENCY).map(async (code) => {
      const { outcome } = await bench.venue.placeOrder({ ...bench.plan, clientOrderId: `c_${code}` });
      outcomes[code] = outcome.kind;
    });
    await Promise.all(batch);
  }
  return outcomes;
}

function addCodeCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const byCode = (codes: readonly DocumentedCode[]) =>
    Object.fromEntries(codes.map(({ code, outcome }) => [code, outcome]));
  const duplicates = venue.documentedCodes.filter(({ outcome }) => outcome === 'DUPLICATE');

  cases.add('VA-21', 'the codes of a taken client id are DUPLICATE', async () => {
    expect(duplicates).not.toEqual([]);
    const codes = duplicates.map(({ code }) => code);
    expect(await outcomesByCode(bench, codes, 200)).toEqual(byCode(duplicates));
  });

  cases.add('VA-22', 'every documented refusal of an order is classified on purpose', async () => {
    expect(venue.documentedCodes.filter(({ code }) => !venue.isClassified(code))).toEqual([]);
    expect(venue.isClassified(987_654)).toBe(false);
  });

  cases.add('VA-22', 'every documented refusal proves what its data file says', async () => {
    // Refusals are sent with their documented words, because a few codes are decided by them.
    const { stub } = bench;
    const says = new Map(venue.documentedCodes.map(({ code, says: text }) => [code, text]));
    const seen: Record<string, string> = {};
    await bench.venue.time();
    for (const [code, text] of says) {
      bench.answer(stub.routes.placeOrder, (response) => stub.refuse(response, code, text));
      seen[code] = (await outcomeOf(bench)).kind;
    }
    expect(seen).toEqual(byCode(venue.documentedCodes));
  });

  cases.add('VA-22', 'a documented refusal inside a server failure frees no funds', async () => {
    const codes = venue.documentedCodes.map(({ code }) => code);
    const kinds = new Set(Object.values(await outcomesByCode(bench, codes, 500)));
    expect([...kinds].filter((kind) => kind !== 'UNKNOWN' && kind !== 'RATE_LIMITED')).toEqual([]);
  });

  cases.add('VA-27', 'a code that nobody knows yet is UNKNOWN', async () => {
    const codes = Array.from({ length: UNKNOWN_CODES }, (_, index) => 7_000_000 + index * 7_919);
    const outcomes = await outcomesByCode(bench, codes, 200);
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['UNKNOWN']));
  });
}

function addClockRefusalCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  for (const { code, says, outcome } of venue.documentedCodes) {
    if (outcome !== 'NOT_PLACED') continue;
    cases.add('VA-23', `${code} is NOT_PLACED and corrects the clock without another request`, async () => {
      const { stub, plan } = bench;
      await bench.venue.time();
      stub.server.clockOffsetMs = 60_000;
      bench.answer(stub.routes.placeOrder, (response) => stub.refuse(response, code, says));
      const refused = await bench.venue.placeOrder(plan);
      bench.acceptOrders();
      const accepted = await bench.venue.placeOrder(plan);
      expect([refused.outcome.kind, accepted.outcome.kind]).toEqual(['NOT_PLACED', 'PLACED']);
      expect(accepted.signedAtMs - refused.signedAtMs).toBeGreaterThanOrEqual(59_000);
      expect(bench.count(stub.routes.time)).toBe(1);
    });
  }
}

function addLimitCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const answerWith = ({ status, headers, body }: Omit<LimitAnswer, 'name' | 'kind'>): void => {
    bench.answer(bench.stub.routes.placeOrder, (response) => {
      response.writeHead(status, { ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };

  cases.add('VA-24', 'limits and bans are both among the samples', async () => {
    const kinds = new Set(venue.limitAnswers.map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['BANNED', 'RATE_LIMITED']);
  });

  for (const sample of venue.limitAnswers) {
    cases.add('VA-24', `${sample.name} is ${sample.kind}, and says from when on`, async () => {
      answerWith(sample);
      const outcome = await outcomeOf(bench);
      const receivedAtMs = bench.reports.at(-1)?.observedAtMs ?? Number.NaN;
      expect(outcome.kind).toBe(sample.kind);
      expect((outcome.retryAtMs ?? Number.NaN) - receivedAtMs).toBe(sample.retryAfterMs);
      expect([outcome.retryAfterMs, bench.reports.at(-1)?.resumeAfterMs]).toEqual([
        sample.retryAfterMs,
        sample.retryAfterMs,
      ]);
    });
  }

  cases.add(
    'VA-24',
    'a date in Retry-After counts from the date of the reply, however wrong our clock is',
    async () => {
      const serverMs = Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000;
      const headers = {
        date: new Date(serverMs).toUTCString(),
        'retry-after': new Date(serverMs + 30_000).toUTCString(),
      };
      answerWith({ status: 429, headers, body: 'slow down' });
      expect((await outcomeOf(bench)).retryAfterMs).toBe(30_000);
    },
  );

  for (const status of [429, 403]) {
    cases.add('VA-24', `HTTP ${status} never asks for more than three days`, async () => {
      answerWith({ status, headers: { 'retry-after': '99999999' }, body: 'slow down' });
      const { retryAtMs } = await outcomeOf(bench);
      const receivedAtMs = bench.reports.at(-1)?.observedAtMs ?? Number.NaN;
      expect((retryAtMs ?? Number.NaN) - receivedAtMs).toBe(DAYS_3_MS);
    });
  }
}

function addBrokenCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  for (const [name, answer] of BROKEN_ANSWERS) {
    cases.add('VA-25', `${name} is UNKNOWN`, async () => {
      await bench.beImpatient();
      bench.answer(bench.stub.routes.placeOrder, answer);
      expect((await outcomeOf(bench)).kind).toBe('UNKNOWN');
      expect(bench.count(bench.stub.routes.placeOrder)).toBe(1);
    });
  }

  cases.add('VA-25', 'an acceptance whose result has the wrong type is UNKNOWN', async () => {
    const kinds: string[] = [];
    for (const result of [null, [], 'text', 7, true]) {
      bench.answer(bench.stub.routes.placeOrder, (response) => bench.stub.reply(response, result));
      kinds.push((await outcomeOf(bench)).kind);
    }
    expect(new Set(kinds)).toEqual(new Set(['UNKNOWN']));
  });

  cases.add('VA-25', 'a page that names the region is FATAL', async () => {
    const { status, body } = venue.regionPage;
    bench.answer(bench.stub.routes.placeOrder, (response) => response.writeHead(status).end(body));
    expect((await outcomeOf(bench)).kind).toBe('FATAL');
  });

  cases.add('VA-25', 'an answer that asks for keys is FATAL', async () => {
    bench.answer(bench.stub.routes.placeOrder, (response) => response.writeHead(401).end());
    expect((await outcomeOf(bench)).kind).toBe('FATAL');
  });

  cases.add('VA-26', 'every request is told of once, also one that nobody answers', async () => {
    const told: (readonly [string, string | undefined])[] = [];
    bench.venue.onRequestReport(({ endpoint, outcome }) => told.push([endpoint, outcome?.kind]));
    await bench.venue.time();
    bench.acceptOrders();
    await outcomeOf(bench);
    await bench.venue.placeOrder(bench.plan, performance.now() - 1);
    bench.answer(bench.stub.routes.balances, (response) => response.writeHead(401).end());
    await bench.venue.balances().catch(() => undefined);
    await bench.stub.server.stop();
    const { kind } = await outcomeOf(bench);
    expect(told).toEqual([
      ['market_data', undefined],
      ['order', 'PLACED'],
      ['account', 'FATAL'],
      ['order', kind],
    ]);
  });

  cases.add('VA-26', 'a connection that is refused is NOT_PLACED', async () => {
    await bench.venue.time();
    await bench.stub.server.stop();
    expect(await outcomeOf(bench)).toMatchObject({ kind: 'NOT_PLACED', httpStatus: undefined });
  });

  cases.add('VA-26', 'a host without an address is NOT_PLACED', async () => {
    const lost = bench.adapterAt('http://venue.invalid');
    const { outcome } = await lost.placeOrder(bench.plan);
    await lost.close();
    expect(outcome.kind).toBe('NOT_PLACED');
  });

  cases.add('VA-26', 'a reset after the request has left is UNKNOWN', async () => {
    await bench.venue.time();
    bench.answer(bench.stub.routes.placeOrder, (response) => response.socket?.resetAndDestroy());
    expect((await outcomeOf(bench)).kind).toBe('UNKNOWN');
  });

  cases.add('VA-26', 'a body that stalls ends at the time-out', async () => {
    await bench.beImpatient();
    await bench.venue.time();
    bench.answer(bench.stub.routes.placeOrder, (response) => response.writeHead(200).write('{'));
    // The stub never ends the reply: without the time-out this would wait for ever.
    const late = new Promise((resolve) => setTimeout(resolve, REQUEST_TIMEOUT_MS * 20, 'late').unref());
    expect(await Promise.race([outcomeOf(bench), late])).toMatchObject({ kind: 'UNKNOWN' });
  });
}
