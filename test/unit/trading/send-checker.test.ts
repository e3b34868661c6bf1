import { TRUSTED_STORE } from '../../../harness/trusted-store';
import { OtherStoreError, ServerUnavailableError } from '../../../src/temporal/errors';
import type { StoreGate } from '../../../src/temporal/store-gate';
import { AUTHORIZATION_VALIDITY_MS, type Authorization } from '../../../src/domain/ledger/authorization';
import type { AcquireCommand } from '../../../src/domain/limiter/types';
import type { PermitReply } from '../../../src/trading/permits';
import { RequestPermit } from '../../../src/venues/request-permit';
import { ASK_AGAIN, ASK_NOBODY, SendChecker, type InHand } from '../../../src/trading/send-checker';

const HOUR_MS = 3_600_000;
/** On the monotonic clock of this process, which has run for a while. */
const NOW_MS = HOUR_MS;
const UTC_NOW_MS = 1_700_000_000_000;
const TIME_TO_LIVE_MS = 300_000;
const PERMIT_VALIDITY_MS = 2_000;
const REQUEST = {
  fingerprint: 'f',
  venue: 'bybit',
  intent: 'entry',
  expiresAtMs: UTC_NOW_MS + TIME_TO_LIVE_MS,
} as const;

beforeEach(() => {
  jest.useFakeTimers({ now: UTC_NOW_MS - NOW_MS });
  jest.advanceTimersByTime(NOW_MS);
});
afterEach(() => jest.useRealTimers());

function permitFrom(askedAtMs: number, notBeforeMs = askedAtMs) {
  const expiresAtMs = notBeforeMs + PERMIT_VALIDITY_MS;
  const permit = { status: 'granted', askedAtMs, notBeforeMs, expiresAtMs } as const;
  return { ...permit, isNew: true, token: new RequestPermit(permit) };
}

interface Answers {
  readonly ledger?: Authorization;
  /** How long the ledger takes to answer. */
  readonly ledgerMs?: number;
  readonly limiter?: () => PermitReply;
  readonly store?: StoreGate;
}

/** A checker whose ledger and limiter answer as told. */
function checkerWith({
  ledger = { authorized: true },
  ledgerMs = 0,
  limiter = () => permitFrom(performance.now()),
  store = TRUSTED_STORE,
}: Answers = {}) {
  const query = jest.fn(async () => {
    jest.advanceTimersByTime(ledgerMs);
    return ledger;
  });
  const acquire = jest.fn(async (_command: AcquireCommand) => limiter());
  const onLapse = jest.fn();
  const checker = new SendChecker(
    { query } as never,
    { acquire, leftUntil: (atMs: number) => atMs - Date.now() } as never,
    store,
    'account',
    onLapse,
  );
  return { checker, query, acquire, onLapse };
}

/** A permit in its third round, and an authorization. */
function inHand(authorizedAtMs: number | undefined, permit: PermitReply | undefined = permitFrom(NOW_MS)): InHand {
  return { permit, permitRound: 3, authorizedAtMs };
}

test('what is in hand is enough, for what is left of it', async () => {
  const { checker, query, acquire } = checkerWith();
  const authorizedAtMs = NOW_MS - 500;
  expect(await checker.check(REQUEST, inHand(authorizedAtMs), ASK_AGAIN)).toEqual({
    status: 'clear',
    sendBeforeMs: authorizedAtMs + AUTHORIZATION_VALIDITY_MS,
    token: expect.any(RequestPermit) as RequestPermit,
    permitRound: 3,
  });
  expect(query).not.toHaveBeenCalled();
  expect(acquire).not.toHaveBeenCalled();
});

test('an authorization counts from when it was asked for', async () => {
  const { checker } = checkerWith({ ledgerMs: 700 });
  expect(await checker.check(REQUEST, inHand(undefined), ASK_AGAIN)).toEqual({
    status: 'clear',
    sendBeforeMs: NOW_MS + AUTHORIZATION_VALIDITY_MS,
    token: expect.any(RequestPermit) as RequestPermit,
    permitRound: 3,
  });
});

test('an answer that took longer than the validity never lets an order leave', async () => {
  const { checker, query } = checkerWith({ ledgerMs: AUTHORIZATION_VALIDITY_MS + 1 });
  expect(await checker.check(REQUEST, inHand(undefined), ASK_AGAIN)).toMatchObject({ status: 'lapsed' });
  expect(query.mock.calls.length).toBeGreaterThan(1);
});

test.each([
  ['authorization', inHand(NOW_MS + 60_000), { limiter: 0, ledger: 1 }],
  ['permit', inHand(NOW_MS, permitFrom(NOW_MS + 60_000)), { limiter: 1, ledger: 0 }],
])('an %s that was asked for by a clock ahead of this one is not believed', async (_what, held, calls) => {
  const { checker, query, acquire } = checkerWith();
  expect(await checker.check(REQUEST, held, ASK_AGAIN)).toMatchObject({ status: 'clear' });
  expect({ limiter: acquire.mock.calls.length, ledger: query.mock.calls.length }).toEqual(calls);
});

test("the ledger's refusal is the signal's denial", async () => {
  const denial = { code: 'TRADING_HALTED', message: 'Halted.' } as const;
  const { checker } = checkerWith({ ledger: { authorized: false, denial } });
  expect(await checker.check(REQUEST, inHand(undefined), ASK_AGAIN)).toEqual({ status: 'denied', denial });
});

test('without a permit, the one of its round is asked for; a lapsed one is replaced by the next', async () => {
  const { checker, acquire, onLapse } = checkerWith();
  await checker.check(REQUEST, { permitRound: 3, authorizedAtMs: NOW_MS }, ASK_AGAIN);
  expect(onLapse).not.toHaveBeenCalled();
  const lapsed = permitFrom(NOW_MS - PERMIT_VALIDITY_MS - 1);
  expect(await checker.check(REQUEST, inHand(NOW_MS, lapsed), ASK_AGAIN)).toMatchObject({ permitRound: 4 });
  expect(onLapse).toHaveBeenCalledTimes(1);
  expect(acquire.mock.calls.map(([{ requestId }]) => requestId)).toEqual(['f:permit:3', 'f:permit:4']);
});

test('permits that lapse again and again are left to the workflow, which asks for the next', async () => {
  const { checker, acquire } = checkerWith({ limiter: () => permitFrom(performance.now() - PERMIT_VALIDITY_MS - 1) });
  expect(await checker.check(REQUEST, { permitRound: 3, authorizedAtMs: NOW_MS }, ASK_AGAIN)).toMatchObject({
    status: 'lapsed',
    permitRound: 3 + acquire.mock.calls.length,
  });
  expect(acquire).toHaveBeenCalledTimes(ASK_AGAIN.limiter);
});

test.each([
  ['authorization', inHand(undefined)],
  ['permit', inHand(NOW_MS, permitFrom(0))],
])('where nobody may be asked, a lapsed %s ends the call', async (_what, held) => {
  const { checker, query, acquire } = checkerWith();
  expect(await checker.check(REQUEST, held, ASK_NOBODY)).toMatchObject({ status: 'lapsed' });
  expect(query).not.toHaveBeenCalled();
  expect(acquire).not.toHaveBeenCalled();
});

test('a permit that begins in a moment is waited for in place, a later one is not', async () => {
  const { checker } = checkerWith();
  const soon = checker.check(REQUEST, inHand(NOW_MS, permitFrom(NOW_MS, NOW_MS + 100)), ASK_NOBODY);
  await jest.advanceTimersByTimeAsync(100);
  expect(await soon).toMatchObject({ status: 'clear' });
  const laterMs = performance.now() + 60_000;
  expect(await checker.check(REQUEST, inHand(NOW_MS, permitFrom(NOW_MS, laterMs)), ASK_NOBODY)).toMatchObject({
    status: 'wait',
    waitMs: 60_000,
    permitRound: 3,
  });
});

describe('a permit that was to begin later than its validity', () => {
  const told = permitFrom(NOW_MS - 60_000, NOW_MS - 100);

  test('is asked for again, as the same one, before the order is sent', async () => {
    const { checker, acquire } = checkerWith();
    expect(await checker.check(REQUEST, inHand(NOW_MS, told), ASK_AGAIN)).toMatchObject({ status: 'clear' });
    expect(acquire.mock.calls.map(([{ requestId }]) => requestId)).toEqual(['f:permit:3']);
  });

  test('ends the call where nobody may be asked', async () => {
    const { checker } = checkerWith();
    expect(await checker.check(REQUEST, inHand(NOW_MS, told), ASK_NOBODY)).toMatchObject({
      status: 'lapsed',
      permitRound: 3,
    });
  });
});

test('a permit is asked for in the name of the strategy', async () => {
  const { checker, acquire } = checkerWith();
  await checker.check({ ...REQUEST, strategy: 'breakout' }, { permitRound: 1 }, ASK_AGAIN);
  expect(acquire.mock.calls[0]?.[0]).toMatchObject({ strategy: 'breakout', intent: 'entry' });
});

test.each(['short', 'durable'])(
  'a permit that begins after the time to live ends the signal on the %s road',
  async (road) => {
    const { checker } = checkerWith();
    const held = inHand(NOW_MS, permitFrom(NOW_MS, NOW_MS + TIME_TO_LIVE_MS + 1));
    const asksMax = road === 'short' ? ASK_NOBODY : ASK_AGAIN;
    expect(await checker.check(REQUEST, held, asksMax)).toMatchObject({
      status: 'expired',
      code: 'RATE_LIMIT_EXCEEDED',
    });
  },
);

test('a call that took too long sends nothing', async () => {
  const { checker } = checkerWith();
  expect(await checker.check({ ...REQUEST, callEndsAtMs: NOW_MS - 1 }, inHand(NOW_MS), ASK_AGAIN)).toMatchObject({
    status: 'lapsed',
    permitRound: 3,
  });
});

test.each([-HOUR_MS, HOUR_MS])(
  'a step of the machine’s clock by %d ms makes neither permit nor authorization younger or older',
  async (stepMs) => {
    const { checker } = checkerWith();
    const held = inHand(NOW_MS);
    const living = { ...REQUEST, expiresAtMs: UTC_NOW_MS + 10 * HOUR_MS };
    jest.setSystemTime(UTC_NOW_MS + stepMs);
    expect(await checker.check(living, held, ASK_NOBODY)).toMatchObject({ status: 'clear' });
    jest.advanceTimersByTime(AUTHORIZATION_VALIDITY_MS + 1);
    jest.setSystemTime(UTC_NOW_MS);
    expect(await checker.check(living, held, ASK_NOBODY)).toMatchObject({ status: 'lapsed' });
  },
);

test('a step of the machine’s clock during a wait in place changes nothing', async () => {
  const { checker } = checkerWith();
  const check = checker.check(REQUEST, inHand(NOW_MS, permitFrom(NOW_MS, NOW_MS + 100)), ASK_NOBODY);
  jest.setSystemTime(UTC_NOW_MS + HOUR_MS);
  await jest.advanceTimersByTimeAsync(100);
  expect(await check).toMatchObject({ status: 'clear' });
});

test('an order is never authorized by a process that has just started and asked nobody', async () => {
  jest.useFakeTimers({ now: UTC_NOW_MS });
  const { checker, query } = checkerWith();
  await checker.check(REQUEST, { permitRound: 1 }, ASK_AGAIN);
  expect(query).toHaveBeenCalledTimes(1);
});

test('the limiter is told how long the signal still lives, and no instant of this clock', async () => {
  const { checker, acquire } = checkerWith();
  await checker.check(REQUEST, { permitRound: 1 }, ASK_AGAIN);
  const [command] = acquire.mock.calls[0]!;
  expect(command).toMatchObject({ waitMaxMs: TIME_TO_LIVE_MS });
  expect(command.notAfterMs).toBeUndefined();
});

describe('the store that the reservation is of', () => {
  function storeWith(confirm: () => Promise<void>, isConfirmed: () => boolean) {
    const ask = jest.fn(confirm);
    const store = {
      get isConfirmed() {
        return isConfirmed();
      },
      confirm: ask,
    };
    return { store, ask };
  }

  test('is not asked for where it is confirmed', async () => {
    const { store, ask } = storeWith(
      async () => undefined,
      () => true,
    );
    const { checker } = checkerWith({ store });
    expect(await checker.check(REQUEST, inHand(NOW_MS), ASK_NOBODY)).toMatchObject({ status: 'clear' });
    expect(ask).not.toHaveBeenCalled();
  });

  test('is asked for before anything is sent where it is in doubt, and what lapsed meanwhile counts', async () => {
    let confirmed = false;
    const { store, ask } = storeWith(
      async () => {
        confirmed = true;
        jest.advanceTimersByTime(AUTHORIZATION_VALIDITY_MS + 1);
      },
      () => confirmed,
    );
    const { checker } = checkerWith({ store });
    expect(await checker.check(REQUEST, inHand(NOW_MS), ASK_NOBODY)).toMatchObject({ status: 'lapsed' });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['another one', new OtherStoreError('another store')],
    ['one that nobody can ask for', new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'no answer')],
  ])('sends nothing where it is %s', async (_what, error) => {
    const { store } = storeWith(
      async () => {
        throw error;
      },
      () => false,
    );
    const { checker } = checkerWith({ store });
    for (const asksMax of [ASK_NOBODY, ASK_AGAIN]) {
      const check = await checker.check(REQUEST, inHand(NOW_MS), asksMax);
      expect(check).toEqual({ status: 'lapsed', permitRound: 3, reason: error.message });
    }
  });

  test('sends nothing where it breaks again and again', async () => {
    const { store } = storeWith(
      async () => undefined,
      () => false,
    );
    const { checker } = checkerWith({ store });
    expect(await checker.check(REQUEST, inHand(NOW_MS), ASK_AGAIN)).toMatchObject({ status: 'lapsed' });
  });
});
