/** Which options of an order intake takes, in which spellings, and what it says of the others. */
import { GOOD_FOR_SECONDS_MAX } from '../../../src/domain/order-options';
import { createSignalCheck } from '../../../src/intake/genuine-signal';
import { clientOrderIdOf, fingerprintOf } from '../../../src/intake/fingerprint';
import { parseSignal } from '../../../src/intake/parse-signal';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 30);
const LIMIT = { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestamp: NOW, amount: '1', limit_price: '10' };

function parse(change: object) {
  return parseSignal({ ...LIMIT, ...change }, { nowMs: NOW });
}

test.each([
  [{ time_in_force: 'GTC' }, { timeInForce: 'GTC' }],
  [{ timeInForce: 'ioc' }, { timeInForce: 'IOC' }],
  [{ time_in_force: 'FOK' }, { timeInForce: 'FOK' }],
  [{ time_in_force: 'PostOnly' }, { timeInForce: 'POST_ONLY' }],
  [
    { time_in_force: 'post_only', good_for_seconds: 60 },
    { timeInForce: 'POST_ONLY', goodForSeconds: 60 },
  ],
  [{ goodForSeconds: '3600' }, { goodForSeconds: 3600 }],
  [{ good_for_seconds: GOOD_FOR_SECONDS_MAX }, { goodForSeconds: GOOD_FOR_SECONDS_MAX }],
])('%j is taken as %j', (change, meant) => {
  expect(parse(change)).toMatchObject({ ok: true, signal: meant });
});

test.each([
  [{ time_in_force: 'GTD' }, 'time_in_force is "GTD"; it must be one of GTC, IOC, FOK, POST_ONLY.'],
  [{ timeInForce: '' }, 'timeInForce is ""'],
  [{ time_in_force: null }, 'time_in_force is null'],
  [{ good_for_seconds: 0 }, 'good_for_seconds is 0; it must be a whole number of seconds from 1'],
  [{ good_for_seconds: -5 }, 'good_for_seconds is -5'],
  [{ good_for_seconds: 1.5 }, 'good_for_seconds is 1.5'],
  [{ good_for_seconds: '1e3' }, 'good_for_seconds is "1e3"'],
  [{ good_for_seconds: '007' }, 'good_for_seconds is "007"'],
  [{ good_for_seconds: GOOD_FOR_SECONDS_MAX + 1 }, '(30 days)'],
  [{ time_in_force: 'GTC', timeInForce: 'GTC' }, 'both time_in_force and timeInForce'],
  [
    { time_in_force: 'GTC', good_for_seconds: 5 },
    'time_in_force is GTC, which has no end of its own, and good_for_seconds',
  ],
  [{ time_in_force: 'POST_ONLY', limit_price: undefined }, 'time_in_force'],
])('%j is refused: %s', (change, message) => {
  const { limit_price: limitPrice, ...market } = { ...LIMIT, ...change };
  const body = limitPrice === undefined ? market : { ...market, limit_price: limitPrice };
  const result = parseSignal(body, { nowMs: NOW });
  expect(result).toMatchObject({ ok: false, code: 'INVALID_SIGNAL' });
  expect((result as { message: string }).message).toContain(message);
});

test('a signal without options has no trace of them', () => {
  const result = parse({});
  expect(result.ok && Object.keys(result.signal)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/timeInForce|goodForSeconds/)]),
  );
});

describe('a signal with options', () => {
  const parsed = parse({ time_in_force: 'POST_ONLY', good_for_seconds: 60 });
  const signal = parsed.ok ? parsed.signal : undefined!;
  const fingerprint = fingerprintOf(signal);
  const origin = { workflowId: fingerprint, workflowType: 'signal', firstRunId: 'r', startedAtMs: NOW, foreign: [] };
  const check = createSignalCheck(300_000);
  const claim = { venue: 'bybit', fingerprint, clientOrderId: clientOrderIdOf(fingerprint), origin };

  test('is genuine', () => expect(check({ ...claim, signal })).toBeUndefined());

  test('with an option that this release does not know is refused, and never traded without it', () => {
    const newer = { ...signal, trailingStop: '5' };
    expect(check({ ...claim, signal: newer })).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
  });

  test('that contradicts itself is none of intake', () => {
    const { limitPrice: _price, ...market } = signal;
    expect(check({ ...claim, signal: market })).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
  });
});
