import type { AcquireCommand } from '../../../src/domain/limiter/types';
import type { AcquireReply } from '../../../src/messages/venue-account';
import { Permits } from '../../../src/trading/permits';

const NOW_MS = 1_700_000_000_000;
const VALIDITY_MS = 2_000;
/** How far the account's clock is ahead of this machine's. */
const SKEWS_MS = [-3_600_000, -60_000, -4_000, 0, 4_000, 60_000, 3_600_000];

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

interface Account {
  /** How far its clock is ahead. */
  readonly skewMs?: number;
  readonly waitMs?: number;
  readonly tookMs?: number;
  readonly blockedMs?: () => number;
  /** Whether nobody asked before this process. */
  readonly isFirst?: boolean;
}

/** An account that grants everything, as the rules did that knew no longest wait. */
function permitsOf({ skewMs = 0, waitMs = 0, tookMs = 0, blockedMs = () => 0, isFirst = true }: Account = {}) {
  const asked: AcquireCommand[] = [];
  const given: string[] = [];
  const granted = new Map<string, number>();
  const acquire = (command: AcquireCommand): AcquireReply => {
    asked.push(command);
    // Its clock goes on, whatever happens to ours.
    const answeredAtMs = NOW_MS + performance.now() + skewMs;
    jest.advanceTimersByTime(tookMs);
    const booked = granted.get(command.requestId);
    const notBeforeMs = booked ?? answeredAtMs + waitMs;
    granted.set(command.requestId, notBeforeMs);
    const expiresAtMs = notBeforeMs + VALIDITY_MS;
    const blockedUntilMs = answeredAtMs + blockedMs();
    return {
      status: 'granted',
      notBeforeMs,
      waitMs,
      expiresAtMs,
      isNew: isFirst && !booked,
      answeredAtMs,
      blockedUntilMs,
    };
  };
  const request = async (_venue: string, kind: string, command: AcquireCommand): Promise<unknown> => {
    if (kind === 'acquire') return acquire(command);
    given.push(command.requestId);
    return { status: 'given_back' };
  };
  const lapsed: string[] = [];
  const permits = new Permits({ request } as never, 'bybit', undefined, (endpoint) => lapsed.push(endpoint));
  return { permits, asked, given, lapsed };
}

test.each(SKEWS_MS)('a read is permitted by an account whose clock is %d ms ahead', async (skewMs) => {
  const { permits, asked } = permitsOf({ skewMs });
  await permits.forRead('account', 'entry');
  expect(asked.map(({ notAfterMs }) => notAfterMs)).toEqual([undefined]);
});

test.each(SKEWS_MS)('a wait is as long as the account says, whose clock is %d ms ahead', async (skewMs) => {
  const { permits } = permitsOf({ skewMs, waitMs: 500 });
  const permit = await permits.acquire({ requestId: 'r', endpoint: 'order', intent: 'entry' });
  const begin = performance.now() + 500;
  expect(permit).toMatchObject({ notBeforeMs: begin, expiresAtMs: begin + VALIDITY_MS });
});

test('a read whose permits all end before they arrive is given up, and each of them is counted', async () => {
  const { permits, asked, lapsed } = permitsOf({ tookMs: VALIDITY_MS + 1 });
  await expect(permits.forRead('account', 'exit')).rejects.toMatchObject({ outcome: { kind: 'RATE_LIMITED' } });
  expect(asked.length).toBeGreaterThan(1);
  expect(lapsed).toEqual(asked.map(() => 'account'));
});

test.each([3_600_000, -3_600_000])('a step of our clock by %d ms during a wait changes nothing', async (stepMs) => {
  const { permits } = permitsOf({ waitMs: 500 });
  let isOver = false;
  const wait = permits.forRead('account', 'entry').then(() => (isOver = true));
  await jest.advanceTimersByTimeAsync(0);
  jest.setSystemTime(NOW_MS + stepMs);
  await jest.advanceTimersByTimeAsync(499);
  expect(isOver).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  await wait;
});

test('a read that would wait for long is refused, says for how long to wait, and its permit is given back', async () => {
  const { permits, asked, given } = permitsOf({ waitMs: 60_000 });
  await expect(permits.forRead('account', 'entry')).rejects.toMatchObject({
    outcome: { kind: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number },
  });
  expect(given).toEqual(asked.map(({ requestId }) => requestId));
});

test('a read that is banned while it waits is refused, and its permit is given back', async () => {
  let blockedMs = 0;
  const { permits, asked, given } = permitsOf({ waitMs: 500, blockedMs: () => blockedMs });
  const read = permits.forRead('account', 'entry');
  const refused = expect(read).rejects.toMatchObject({ outcome: { kind: 'RATE_LIMITED' } });
  await jest.advanceTimersByTimeAsync(100);
  blockedMs = 600_000;
  await jest.advanceTimersByTimeAsync(400);
  await refused;
  expect(given).toEqual([asked[0]?.requestId]);
});

test('a permit that begins later than asked for is refused and given back, whatever the account’s rules know', async () => {
  const { permits, given } = permitsOf({ waitMs: 1_001 });
  const command = { requestId: 'r', endpoint: 'order', intent: 'entry', waitMaxMs: 1_000 } as const;
  expect(await permits.acquire(command)).toMatchObject({ status: 'refused' });
  expect(given).toEqual(['r']);
});

test('a permit that an earlier call may have used is not given back', async () => {
  const { permits, given } = permitsOf({ waitMs: 1_001, isFirst: false });
  const command = { requestId: 'r', endpoint: 'order', intent: 'entry', waitMaxMs: 1_000 } as const;
  expect(await permits.acquire(command)).toMatchObject({ status: 'granted' });
  expect(given).toEqual([]);
});

test.each(SKEWS_MS)('an account whose clock is %d ms ahead is known to be so', async (skewMs) => {
  const { permits } = permitsOf({ skewMs });
  await permits.acquire({ requestId: 'r', endpoint: 'order', intent: 'entry' });
  expect(permits.accountAheadMs).toBe(skewMs);
});

test('an answer that took long says nothing about clocks', async () => {
  const { permits } = permitsOf({ skewMs: 60_000, tookMs: 1_001 });
  await permits.acquire({ requestId: 'r', endpoint: 'order', intent: 'entry' });
  expect(permits.accountAheadMs).toBeUndefined();
});

describe('the permit of one request', () => {
  const COMMAND = { requestId: 'r', endpoint: 'order', intent: 'entry' } as const;

  test('lets one request leave, until it ends', async () => {
    const { permits } = permitsOf();
    const [first, second] = [await permits.forRead('account', 'entry'), await permits.forRead('account', 'entry')];
    expect([first.take(performance.now()), first.take(performance.now())]).toEqual([true, false]);
    jest.advanceTimersByTime(VALIDITY_MS + 1);
    expect(second.take(performance.now())).toBe(false);
  });

  test('does not end earlier or later because the clock of the machine is set', async () => {
    const { permits } = permitsOf();
    const [first, second] = [await permits.forRead('account', 'entry'), await permits.forRead('account', 'entry')];
    jest.setSystemTime(NOW_MS + 3_600_000);
    expect(first.take(performance.now())).toBe(true);
    jest.advanceTimersByTime(VALIDITY_MS + 1);
    jest.setSystemTime(NOW_MS - 3_600_000);
    expect(second.take(performance.now())).toBe(false);
  });

  /** @returns its permit, each time that it is asked for */
  async function ask(permits: Permits) {
    const permit = await permits.acquire(COMMAND);
    if (permit.status !== 'granted') throw new Error(permit.message);
    return permit.token;
  }

  test('that was used is used, however often the limiter names it again', async () => {
    const { permits } = permitsOf();
    (await ask(permits)).take(performance.now());
    expect((await ask(permits)).take(performance.now())).toBe(false);
  });

  test('that was asked for twice lets one request leave', async () => {
    const { permits } = permitsOf();
    const [first, second] = [await ask(permits), await ask(permits)];
    expect([first, second].map((token) => token.take(performance.now()))).toEqual([false, true]);
  });

  test('is one for each of those that were booked together', async () => {
    const { permits, asked } = permitsOf();
    const tokens = await permits.forReads('market_data', 'entry', 3, 5);
    expect(asked.map(({ weight }) => weight)).toEqual([15]);
    expect(tokens.map((token) => token.take(performance.now()))).toEqual([true, true, true]);
    expect(new Set(tokens).size).toBe(3);
  });
});
