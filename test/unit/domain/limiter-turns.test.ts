import * as fc from 'fast-check';
import { acquire, createLimiter, feedback, giveBack } from '../../../src/domain/limiter/limiter';
import type { LimiterState } from '../../../src/domain/limiter/limiter';
import { ENTRIES_WAITING_MAX, PERMITS_MAX, RATE_TEXT_BYTES_MAX } from '../../../src/domain/limiter/state';
import type { AcquireCommand, AcquireResult, RateLimits } from '../../../src/domain/limiter/types';

const NOW_MS = 1_700_000_000_000;
/** The product's defaults: 36 entries in a span. */
const LIMITS: RateLimits = {
  global: { limit: 120, windowMs: 60_000, weight: 1 },
  endpoints: {
    market_data: { limit: 100, windowMs: 60_000, weight: 1 },
    order: { limit: 80, windowMs: 60_000, weight: 2 },
  },
  safetyMargin: 0.9,
  exitSafetyMargin: 0.95,
  permitValidityMs: 2_000,
};
const SPAN_MS = 62_000;
const ENTRIES_PER_SPAN = 36;
const TIME_TO_LIVE_MS = 300_000;

/** One limiter, and what everyone who asked was told last. */
class Requests {
  state: LimiterState = createLimiter(LIMITS);
  readonly told = new Map<string, AcquireResult>();

  ask(requestId: string, strategy?: string, change: Partial<AcquireCommand> = {}, nowMs = NOW_MS): AcquireResult {
    const command = { requestId, endpoint: 'order', intent: 'entry', strategy, waitMaxMs: TIME_TO_LIVE_MS } as const;
    const { state, result } = acquire(this.state, { ...command, ...change }, nowMs);
    this.state = state;
    this.told.set(requestId, result);
    return result;
  }

  /** @returns how long each waits; undefined: refused */
  askMany(strategy: string | undefined, count: number, nowMs = NOW_MS): readonly (number | undefined)[] {
    return Array.from({ length: count }, (_, index) => {
      const result = this.ask(`${strategy}-${index}`, strategy, {}, nowMs);
      return result.status === 'granted' ? result.waitMs : undefined;
    });
  }

  waitingOf(strategy: string): number {
    return this.state.permits.filter((one) => one.strategy === strategy && one.notBeforeMs > this.state.clockMs).length;
  }
}

test('however large a flood is, ten signals of another strategy go with the next window', () => {
  const requests = new Requests();
  const flood = requests.askMany('flood', 3_000);
  expect(flood.filter((waitMs) => waitMs !== undefined)).toHaveLength(5 * ENTRIES_PER_SPAN);
  expect(requests.askMany('honest', 10)).toEqual(Array.from({ length: 10 }, () => SPAN_MS));
});

test('of a strategy that comes late, each signal waits for no more than as many of every other strategy', () => {
  const requests = new Requests();
  const floods = Array.from({ length: 5 }, (_, index) => `flood-${index}`);
  for (const strategy of floods) requests.askMany(strategy, 300);
  const waits = requests.askMany('honest', 12);
  // The n-th has at most n of each of the five before it, its own, and what began at once.
  const latest = waits.map((_, index) => Math.ceil(((index + 1) * 6) / ENTRIES_PER_SPAN) * SPAN_MS);
  expect(waits.every((waitMs, index) => waitMs !== undefined && waitMs <= latest[index]!)).toBe(true);
});

test('strategies that flood each other share what is booked ahead', () => {
  const requests = new Requests();
  const names = ['first', 'second', 'third', 'fourth'];
  for (let count = 0; count < 300; count += 1) {
    for (const name of names) requests.ask(`${name}-${count}`, name);
  }
  expect(names.map((name) => requests.waitingOf(name))).toEqual([36, 36, 36, 36]);
});

test('a strategy that came first shares with one that comes later', () => {
  const requests = new Requests();
  requests.askMany('first', 300);
  requests.askMany('second', 300);
  expect(requests.waitingOf('first')).toBeGreaterThanOrEqual(72);
  expect(requests.waitingOf('second')).toBeGreaterThanOrEqual(71);
});

test('one strategy alone is told what it would be told without any', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(80), fc.nat(20_000)), { maxLength: 12 }), (bursts) => {
      const [alone, without] = [new Requests(), new Requests()];
      let nowMs = NOW_MS;
      bursts.forEach(([count, passedMs], burst) => {
        nowMs += passedMs;
        for (let index = 0; index < count; index += 1) {
          const told = alone.ask(`${burst}-${index}`, 'only', {}, nowMs);
          const plain = without.ask(`${burst}-${index}`, undefined, {}, nowMs);
          expect({ ...told, message: '' }).toEqual({ ...plain, message: '' });
        }
      });
    }),
    { numRuns: 20 },
  );
});

describe('who gave way', () => {
  const requests = new Requests();
  requests.askMany('flood', 100);
  const before = requests.state;
  requests.ask('newcomer', 'honest');
  const ids = new Set(requests.state.permits.map(({ requestId }) => requestId));
  const gone = before.permits.find(({ requestId }) => !ids.has(requestId))!;

  test('is behind another one of its strategy, and loses nothing but its instant', () => {
    expect(gone.strategy).toBe('flood');
    expect(requests.told.get('newcomer')).toMatchObject({ notBeforeMs: gone.notBeforeMs, isNew: true });
    expect(requests.state.global).toEqual(before.global);
    expect(requests.state.endpoints).toEqual(before.endpoints);
  });

  test('has nothing to give back', () => {
    expect(giveBack(requests.state, { requestId: gone.requestId }, NOW_MS).result.status).toBe('not_found');
  });

  test('asks again before it is sent, and is told a later instant', () => {
    const again = acquire(
      requests.state,
      { requestId: gone.requestId, endpoint: 'order', intent: 'entry', strategy: 'flood' },
      gone.notBeforeMs,
    ).result;
    expect(again).toMatchObject({ status: 'granted', isNew: true, notBeforeMs: gone.notBeforeMs + SPAN_MS });
  });
});

test('a permit that begins within its validity is its holder’s', () => {
  const requests = new Requests();
  requests.askMany('flood', 2 * ENTRIES_PER_SPAN);
  const nowMs = NOW_MS + SPAN_MS - LIMITS.permitValidityMs;
  const result = requests.ask('newcomer', 'honest', {}, nowMs);
  expect(result).toMatchObject({ status: 'granted', notBeforeMs: NOW_MS + 2 * SPAN_MS });
});

describe('an exit', () => {
  const exit = { intent: 'exit' } as const;

  test('waits for no longer than a span and a validity, however many entries of however many strategies are booked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(80), { minLength: 1, maxLength: 20 }), fc.nat(2 * SPAN_MS), (floods, passedMs) => {
        const requests = new Requests();
        floods.forEach((count, index) => requests.askMany(`flood-${index}`, count));
        const waits = Array.from({ length: ENTRIES_PER_SPAN }, (_, index) =>
          requests.ask(`exit-${index}`, 'honest', exit, NOW_MS + passedMs),
        );
        const longest = Math.max(...waits.map((result) => (result.status === 'granted' ? result.waitMs : Infinity)));
        expect(longest).toBeLessThanOrEqual(SPAN_MS + LIMITS.permitValidityMs);
      }),
      { numRuns: 20 },
    );
  });

  test('takes the first place that is only booked, and the next exit the one after it', () => {
    const requests = new Requests();
    requests.askMany('flood', 3_000);
    const waits = Array.from({ length: 10 }, (_, index) => requests.ask(`exit-${index}`, 'honest', exit));
    expect(waits.map((result) => result.status === 'granted' && result.waitMs)).toEqual([
      0,
      0,
      ...Array(8).fill(SPAN_MS),
    ]);
    // The next span has room for two exits beside its entries, as this one had.
    expect(requests.waitingOf('flood')).toBe(4 * ENTRIES_PER_SPAN - 6);
  });

  test('leaves a permit that begins within its validity to its holder', () => {
    const requests = new Requests();
    requests.askMany('flood', 2 * ENTRIES_PER_SPAN);
    const nowMs = NOW_MS + SPAN_MS - LIMITS.permitValidityMs;
    for (const id of ['first', 'second']) requests.ask(id, 'honest', exit, nowMs);
    expect(requests.waitingOf('flood')).toBe(ENTRIES_PER_SPAN);
  });

  test('finds every entry that waits, also among thousands that wait for long, and past many other requests', () => {
    const requests = new Requests();
    for (let index = 0; index < 2 * ENTRIES_WAITING_MAX; index += 1) {
      requests.ask(`flood-${index}`, 'flood', { waitMaxMs: 86_400_000 });
    }
    expect(requests.waitingOf('flood')).toBe(ENTRIES_WAITING_MAX);
    for (let index = 0; index < PERMITS_MAX; index += 1) {
      requests.ask(`read-${index}`, undefined, { endpoint: 'market_data', waitMaxMs: 86_400_000 });
    }
    expect(requests.waitingOf('flood')).toBe(ENTRIES_WAITING_MAX);
    for (const id of ['first', 'second']) requests.ask(id, 'honest', exit);
    expect(requests.ask('third', 'honest', exit)).toMatchObject({ waitMs: SPAN_MS });
  });
});

test('nobody gets an instant within a ban', () => {
  const requests = new Requests();
  requests.askMany('flood', 3 * ENTRIES_PER_SPAN);
  const ban = { endpoint: 'order', kind: 'banned', observedAtMs: NOW_MS, resumeAfterMs: SPAN_MS + 1_000 } as const;
  requests.state = feedback(requests.state, ban, NOW_MS).state;
  expect(requests.ask('newcomer', 'honest')).toMatchObject({ notBeforeMs: NOW_MS + 2 * SPAN_MS });
});

test.each<[string, Partial<AcquireCommand>]>([
  ['a request of another endpoint', { endpoint: 'market_data' }],
  ['a request without a strategy', { strategy: undefined }],
  ['a request of another weight', { weight: 1 }],
])('%s takes nobody’s turn', (_what, change) => {
  const requests = new Requests();
  requests.askMany('flood', 100);
  const ids = requests.state.permits.map(({ requestId }) => requestId);
  requests.ask('newcomer', 'honest', change);
  expect(requests.state.permits.map(({ requestId }) => requestId)).toEqual([...ids, 'newcomer']);
});

test('whom its own flood holds up is told by which limit, and behind how many', () => {
  const requests = new Requests();
  requests.askMany('honest', 40);
  requests.askMany('flood', 300);
  expect(requests.told.get('flood-299')).toMatchObject({
    status: 'refused',
    message:
      'The request limit "order" allows weight 72 in 60000 ms and leaves room 10000 ms after the time to live: ' +
      '140 requests of this strategy and 4 of others wait already. Send fewer signals.',
  });
});

test('a long name of a strategy is cut, and one that is no text is refused', () => {
  const requests = new Requests();
  requests.ask('long', '“'.repeat(10_000));
  expect(Buffer.byteLength(JSON.stringify(requests.state.permits[0]?.strategy))).toBeLessThanOrEqual(
    RATE_TEXT_BYTES_MAX,
  );
  expect(requests.ask('other', { toString: 1 } as never)).toMatchObject({
    status: 'refused',
    message: 'The strategy must be a text.',
  });
});
