import {
  endsAtOnce,
  GOOD_FOR_SECONDS_MAX,
  lifeOf,
  mayRestLong,
  notOfferedFault,
  orderOptionsFault,
  TIMES_IN_FORCE,
} from '../../../src/domain/order-options';
import { TIME_TO_LIVE_MAX_MS } from '../../../src/domain/ledger/state';
import type { TimeInForce } from '../../../src/domain/signal';

const NAMES = { timeInForce: '--time-in-force', goodForSeconds: '--good-for', limitPrice: '--limit-price' };
const FROM_MS = 1_700_000_000_000;

describe('options that make no sense together are named as they were typed', () => {
  test.each(TIMES_IN_FORCE)('%s without a limit price', (timeInForce) => {
    expect(orderOptionsFault({ timeInForce }, NAMES)).toMatch(/^--time-in-force is for limit orders.*--limit-price/);
  });

  test('seconds without a limit price', () => {
    expect(orderOptionsFault({ goodForSeconds: 10 }, NAMES)).toMatch(/^--good-for is for limit orders/);
  });

  test.each<TimeInForce>(['GTC', 'IOC', 'FOK'])('%s with seconds', (timeInForce) => {
    const fault = orderOptionsFault({ limitPrice: '1', timeInForce, goodForSeconds: 10 }, NAMES);
    expect(fault).toContain(`--time-in-force is ${timeInForce}`);
    expect(fault).toContain('give one of them');
  });

  test.each([{}, { limitPrice: '1' }, { limitPrice: '1', timeInForce: 'POST_ONLY' as const, goodForSeconds: 10 }])(
    'none is wrong with %j',
    (options) => expect(orderOptionsFault(options, NAMES)).toBeUndefined(),
  );
});

test('what a venue does not offer is refused with what it has', () => {
  expect(notOfferedFault('FOK', ['GTC', 'IOC'], 'bybit')).toContain('it has GTC, IOC');
  expect(notOfferedFault('FOK', [], 'bybit')).toContain('it has none');
  expect(notOfferedFault('FOK', TIMES_IN_FORCE, 'bybit')).toBeUndefined();
  expect(notOfferedFault(undefined, [], 'bybit')).toBeUndefined();
});

describe('the life of a signal', () => {
  test('without options ends with its time to live, at the venue as well', () => {
    expect(lifeOf({}, FROM_MS, 300)).toEqual({ expiresAtMs: FROM_MS + 300_000 });
    expect(lifeOf({ timeInForce: 'POST_ONLY' }, FROM_MS, 300)).toEqual({ expiresAtMs: FROM_MS + 300_000 });
  });

  test('with fewer seconds of its own ends sooner, sent or not', () => {
    const life = lifeOf({ goodForSeconds: 10 }, FROM_MS, 300);
    expect(life).toEqual({ expiresAtMs: FROM_MS + 10_000, restsUntilMs: FROM_MS + 10_000 });
  });

  test('with more seconds rests longer, and is sent no later than others', () => {
    const life = lifeOf({ goodForSeconds: 86_400 }, FROM_MS, 300);
    expect(life).toEqual({ expiresAtMs: FROM_MS + 300_000, restsUntilMs: FROM_MS + 86_400_000 });
  });

  test('of a GTC order has no end at the venue', () => {
    expect(lifeOf({ timeInForce: 'GTC' }, FROM_MS, 300)).toEqual({
      expiresAtMs: FROM_MS + 300_000,
      restsUntilMs: null,
    });
  });

  test('never keeps a signal sendable for longer than the ledger remembers that it has ended', () => {
    const { expiresAtMs } = lifeOf({ goodForSeconds: GOOD_FOR_SECONDS_MAX }, FROM_MS, TIME_TO_LIVE_MAX_MS / 1_000);
    expect(expiresAtMs).toBe(FROM_MS + TIME_TO_LIVE_MAX_MS);
  });
});

test('what rests for long, and what is over at once, is told apart from what rests as usual', () => {
  const limitPrice = '1';
  expect([{}, { timeInForce: 'GTC' as const }, { goodForSeconds: 5 }].map(mayRestLong)).toEqual([false, true, true]);
  const orders = [{}, { limitPrice }, ...TIMES_IN_FORCE.map((timeInForce) => ({ limitPrice, timeInForce }))];
  expect(orders.map(endsAtOnce)).toEqual([true, false, false, true, true, false]);
});
