import { DENIAL_CODES, type DenialCode } from '../../../../src/domain/denial';
import { explainAtTheDoor } from '../../../../src/domain/explain/door';
import { CODE_MEANINGS } from '../../../../src/domain/explain/remedies';
import { GATES, type DoorNote, type RecordedStep } from '../../../../src/domain/explain/types';
import type { SignalView } from '../../../../src/domain/signal-view';
import {
  AT_MS,
  BOOKED,
  denied,
  explained,
  FINGERPRINT,
  marksOf,
  PERMIT_WAIT,
  RESERVED,
  sent,
  viewOf,
  waits,
} from './fixtures';

const ORDER = { clientOrderId: 'of1', venueOrderId: 'v1', quantity: '0.01', filledQuantity: '0.01' };

/** Where each code is met when the product refuses with it, and what is shown then: valid, fresh, admitted, unique, sized, … */
const REFUSALS: readonly (readonly [
  code: DenialCode,
  where: 'door' | 'plan' | 'account' | 'held' | 'workflow',
  marks: string,
])[] = [
  ['INVALID_SIGNAL', 'door', 'x------------'],
  ['STALE_SIGNAL', 'door', '+x-----------'],
  ['SIGNAL_FROM_FUTURE', 'door', '+x-----------'],
  ['ENVIRONMENT_MISMATCH', 'door', '++x----------'],
  ['SIGNAL_NOT_GENUINE', 'workflow', 'x------------'],
  ['UNKNOWN_VENUE', 'workflow', '++x----------'],
  ['UNKNOWN_SYMBOL', 'door', '++x----------'],
  ['UNKNOWN_STRATEGY', 'door', '++x----------'],
  ['STRATEGY_BUDGET', 'door', '++x----------'],
  ['SIGNAL_BUDGET', 'door', '++x----------'],
  ['TOO_MANY_SIGNALS', 'door', '++x----------'],
  ['DISK_LOW', 'door', '++x----------'],
  ['BELOW_MINIMUM', 'plan', '++++x--------'],
  ['ABOVE_MAXIMUM', 'plan', '++++x--------'],
  ['INSUFFICIENT_FUNDS', 'account', '+++++++x-----'],
  ['PRICE_MOVED', 'held', '++++++++x----'],
  ['RATE_LIMIT_EXCEEDED', 'held', '++++++++x----'],
  ['TRADING_HALTED', 'account', '+++++x-------'],
  ['REDUCE_ONLY', 'account', '+++++x-------'],
  ['SIGNAL_EXPIRED', 'held', '++++++++x----'],
  ['CANCELLED_BY_USER', 'held', '++++++++x----'],
  ['VENUE_UNAVAILABLE', 'plan', '++++x--------'],
  ['NO_BALANCE_KNOWN', 'account', '+++++++x-----'],
  ['BALANCES_OUTDATED', 'account', '+++++++x-----'],
  ['TOO_MANY_RESERVATIONS', 'account', '+++++x-------'],
  ['SIGNAL_ENDED', 'account', '+++x---------'],
  ['NO_STOP', 'plan', '++++x--------'],
  ['STOP_INVALID', 'plan', '++++x--------'],
  ['STOP_BEYOND_LIQUIDATION', 'plan', '++++x--------'],
  ['ORDER_TOO_LARGE', 'plan', '++++x--------'],
  ['PRICE_OUT_OF_BAND', 'plan', '++++x--------'],
  ['LEVERAGE_TOO_HIGH', 'plan', '++++x--------'],
  ['POSITION_EXISTS', 'account', '++++++x------'],
  ['OPPOSITE_POSITION', 'account', '++++++x------'],
  ['POSITION_FOREIGN', 'account', '++++++x------'],
  ['POSITION_TOO_LARGE', 'account', '++++++x------'],
  ['EXPOSURE_LIMIT', 'account', '++++++x------'],
  ['GROUP_EXPOSURE_LIMIT', 'account', '++++++x------'],
  ['TOO_MANY_POSITIONS', 'account', '++++++x------'],
  ['TOO_MANY_ENTRIES', 'account', '++++++x------'],
  ['DAILY_LOSS_LIMIT', 'account', '++++++x------'],
  ['DRAWDOWN_LIMIT', 'account', '++++++x------'],
  ['LOSS_STREAK', 'account', '++++++x------'],
  ['COOLING_DOWN', 'account', '++++++x------'],
  ['PROTECTION_PENDING', 'account', '++++++x------'],
  ['RISK_UNKNOWN', 'account', '++++++x------'],
];

const NOTE: DoorNote = { atMs: AT_MS, kind: 'refused', message: 'Why.', fingerprint: FINGERPRINT, count: 1 };

function refused(code: DenialCode, where: (typeof REFUSALS)[number][1]) {
  if (where === 'door') return explainAtTheDoor([{ ...NOTE, code }]);
  const view = viewOf({ outcome: 'DENIED', denialCode: code });
  if (where === 'workflow') return explained(view, []);
  if (where === 'held')
    return explained({ ...view, reservedAsset: 'USDT', reservedAmount: '600' }, [RESERVED, PERMIT_WAIT]);
  // The figures that are known by then.
  return explained(view, [{ ...denied(code, where), facts: { priceAgeMs: 12 } }]);
}

test('every denial code is explained', () => {
  expect(REFUSALS.map(([code]) => code)).toEqual(DENIAL_CODES);
});

test.each(REFUSALS)('%s, met at the %s, shows %s', (code, where, marks) => {
  const explanation = refused(code, where);
  expect(marksOf(explanation)).toBe(marks);
  const decidedBy = GATES[marks.indexOf('x')];
  expect(explanation).toMatchObject({ code, decidedBy });
  expect(explanation.gates.find(({ gate }) => gate === decidedBy)).toMatchObject({
    code,
    remedy: CODE_MEANINGS[code].remedy,
  });
});

const FILLED = [RESERVED, sent('PLACED'), BOOKED];

test.each<readonly [string, Partial<SignalView>, readonly RecordedStep[], string]>([
  ['FILLED', { outcome: 'FILLED', order: ORDER, sendAttempts: 1 }, FILLED, '++++++++++++?'],
  ['PARTIALLY_FILLED', { outcome: 'PARTIALLY_FILLED', order: ORDER, sendAttempts: 1 }, FILLED, '++++++++++++?'],
  [
    'CANCELLED at the venue',
    { outcome: 'CANCELLED', order: ORDER, sendAttempts: 1 },
    [RESERVED, sent('PLACED')],
    '+++++++++++x-',
  ],
  ['CANCELLED unsent', { outcome: 'CANCELLED', denialCode: 'CANCELLED_BY_USER' }, [], '++++x--------'],
  ['REJECTED', { outcome: 'REJECTED', sendAttempts: 1 }, [RESERVED, sent('REJECTED')], '++++++++++x--'],
  [
    'REJECTED for passing reasons',
    { outcome: 'REJECTED', denialCode: 'VENUE_UNAVAILABLE', sendAttempts: 50 },
    [RESERVED, sent('NOT_PLACED')],
    '+++++++++x---',
  ],
  [
    'DENIED by a halt while it waited',
    { outcome: 'DENIED', denialCode: 'TRADING_HALTED' },
    [RESERVED, PERMIT_WAIT],
    '++++++++x----',
  ],
  [
    'EXPIRED without a price',
    { outcome: 'EXPIRED', denialCode: 'SIGNAL_EXPIRED' },
    [waits(undefined, 'plan')],
    '++++x--------',
  ],
  [
    'EXPIRED without balances',
    { outcome: 'EXPIRED', denialCode: 'SIGNAL_EXPIRED' },
    [{ ...waits('BALANCES_OUTDATED', 'account'), facts: { priceAgeMs: 1 } }],
    '+++++++x-----',
  ],
  [
    'EXPIRED after a lost request',
    { outcome: 'EXPIRED', denialCode: 'SIGNAL_EXPIRED', sendAttempts: 1 },
    [RESERVED, sent('UNKNOWN')],
    '++++++++++x--',
  ],
  [
    'a fill that cannot be booked',
    { outcome: 'FILLED', order: ORDER, sendAttempts: 1 },
    [RESERVED, sent('PLACED'), { ...BOOKED, fault: 'No reservation.' } as RecordedStep],
    '+++++++++++x-',
  ],
])('%s is explained by the gate where it ended', (_name, parts, steps, marks) => {
  expect(marksOf(explained(viewOf(parts), steps))).toBe(marks);
});

test.each<readonly [string, Partial<SignalView>, readonly RecordedStep[], string]>([
  ['RECEIVED', { state: 'RECEIVED' }, [], '++++w--------'],
  ['SIZING without a price', { state: 'SIZING' }, [waits(undefined, 'plan')], '++++w--------'],
  [
    'SIZING without positions',
    { state: 'SIZING' },
    [{ ...waits('RISK_UNKNOWN', 'account'), facts: { priceAgeMs: 1 } }],
    '++++++w------',
  ],
  ['WAITING_FOR_PERMIT', { state: 'WAITING_FOR_PERMIT' }, [RESERVED, PERMIT_WAIT], '++++++++w----'],
  [
    'WAITING_FOR_PERMIT to be sent again',
    { state: 'WAITING_FOR_PERMIT', sendAttempts: 1 },
    [RESERVED, sent('RATE_LIMITED')],
    '+++++++++w---',
  ],
  ['PLACING', { state: 'PLACING' }, [RESERVED], '++++++++w----'],
  ['RESOLVING', { state: 'RESOLVING', sendAttempts: 1 }, [RESERVED, sent('UNKNOWN')], '++++++++++w--'],
  ['WORKING', { state: 'WORKING', sendAttempts: 1 }, [RESERVED, sent('PLACED')], '+++++++++++w-'],
  ['MISSING after it was accepted', { state: 'MISSING', sendAttempts: 1 }, [RESERVED, sent('PLACED')], '+++++++++++w-'],
  ['MISSING after a lost answer', { state: 'MISSING', sendAttempts: 1 }, [RESERVED, sent('UNKNOWN')], '++++++++++w--'],
])('%s waits at the gate that is open', (_name, parts, steps, marks) => {
  expect(marksOf(explained(viewOf(parts), steps))).toBe(marks);
});

test('a wait names its reason and its end, and the gate the code of what is missing', () => {
  const view = viewOf({ state: 'SIZING', waitUntilMs: AT_MS + 1_000 });
  const { gates, waits: told } = explained(view, [waits('BALANCES_OUTDATED', 'account')]);
  expect(told).toEqual([{ gate: 'funded', sinceMs: AT_MS, untilMs: AT_MS + 1_000, reason: 'It is missing.' }]);
  expect(gates.find(({ gate }) => gate === 'funded')).toMatchObject({
    code: 'BALANCES_OUTDATED',
    untilMs: AT_MS + 1_000,
  });
});

test('a filled entry tells price and age, stop, what is lost there, funds, permit and the words of the venue', () => {
  const { gates, attempts } = explained(viewOf({ outcome: 'FILLED', order: ORDER, sendAttempts: 1 }), FILLED);
  const actual = Object.fromEntries(gates.map((report) => [report.gate, report.actual]));
  expect(actual).toMatchObject({
    fresh: '300 ms old when it was taken',
    sized: '0.01 at price 60000 (12 ms old), stop 59000',
    risk: 'about 10 USDT is lost if its stop is hit, before fees; what the bounds found is not recorded, or none is set',
    funded: '600 USDT held',
    permitted: 'a permit at once',
    sent: '1 request',
    confirmed: "Accepted (1): Words of the venue; the venue's id is v1",
  });
  expect(attempts).toEqual([{ atMs: AT_MS, kind: 'PLACED', venueCode: '1', message: 'Words of the venue.' }]);
});

test('what is lost at the stop has the unit that the symbol ends in, and none where it ends in another', () => {
  const view = viewOf({ outcome: 'FILLED', order: ORDER, sendAttempts: 1 });
  const ofSymbol = { ...view, signal: { ...view.signal, symbol: 'BTCUSD' } };
  const { gates } = explained(ofSymbol, FILLED);
  expect(gates.find(({ gate }) => gate === 'risk')?.actual).toContain('about 10 is lost');
});

test('what an entry was denied by at the account has the figures that it was planned from', () => {
  const facts = {
    priceAgeMs: 12,
    free: '500',
    bounds: [['EXPOSURE_LIMIT', '100 % of equity', '990 USDT, 99 %']],
  } as const;
  const view = viewOf({ outcome: 'DENIED', denialCode: 'EXPOSURE_LIMIT' });
  const { gates } = explained(view, [{ ...denied('EXPOSURE_LIMIT', 'account'), facts }]);
  const found = (name: string) => gates.find(({ gate }) => gate === name);
  expect(found('sized')).toMatchObject({ actual: '0.01 asked for, by a price 12 ms old, from 500 free' });
  expect(found('risk')).toMatchObject({ verdict: 'failed', bounds: facts.bounds });
});

test('bounds are told at the gate that looked at them, as they stood', () => {
  const bounds = [
    ['LEVERAGE_TOO_HIGH', '100', '3'],
    ['EXPOSURE_LIMIT', '100 % of equity', '600 USDT, 6 %'],
    ['POSITION_TOO_LARGE', '25 % of equity', '0', 'BTCUSDT'],
  ] as const;
  const steps = [{ ...RESERVED, facts: { bounds } }, sent('PLACED'), BOOKED] as readonly RecordedStep[];
  const { gates } = explained(viewOf({ outcome: 'FILLED', order: ORDER, sendAttempts: 1 }), steps);
  const told = Object.fromEntries(gates.map((report) => [report.gate, report.bounds]));
  expect(told).toMatchObject({ sized: [bounds[0]], risk: [bounds[1], bounds[2]], funded: undefined });
  expect(gates.find(({ gate }) => gate === 'risk')?.actual).toBe(
    'about 10 USDT is lost if its stop is hit, before fees',
  );
});

describe('what nobody wrote down', () => {
  test('is not recorded where only the account of a signal is at hand, and its code can mean several gates', () => {
    const view = viewOf({ outcome: 'DENIED', denialCode: 'INSUFFICIENT_FUNDS' });
    expect(marksOf(explained(view))).toBe('++++????-----');
  });

  test('is not recorded of an order that was sized from free funds before it was told where it was refused', () => {
    const { signal } = viewOf();
    const view = viewOf({
      outcome: 'DENIED',
      denialCode: 'INSUFFICIENT_FUNDS',
      signal: { ...signal, amount: undefined },
    });
    expect(marksOf(explained(view, [denied('INSUFFICIENT_FUNDS')]))).toBe('++++????-----');
    expect(marksOf(explained(view, [denied('INSUFFICIENT_FUNDS', 'plan')]))).toBe('++++x--------');
  });

  test('is not recorded of bounds of risk that there may not have been', () => {
    const { facts: _facts, ...older } = RESERVED;
    const view = viewOf({ outcome: 'FILLED', order: ORDER, sendAttempts: 1 });
    expect(marksOf(explained(view, [older, sent('PLACED'), BOOKED]))).toBe('++++++?+++++?');
  });

  test('is not recorded of a request that left, if at all, with a lost process', () => {
    const view = viewOf({ state: 'RESOLVING', sendAttempts: 1 });
    expect(marksOf(explained(view, [RESERVED, { atMs: AT_MS, kind: 'taken' }]))).toBe('++++++++??w--');
  });
});

describe('the position', () => {
  const view = viewOf({ outcome: 'FILLED', order: ORDER, sendAttempts: 1 });

  test.each([
    ['guarded', '+'],
    ['closed', '+'],
    ['unguarded', 'w'],
    ['untold', '?'],
  ] as const)('that is %s shows %s', (state, mark) => {
    const explanation = explained(view, FILLED, { position: { state, words: 'w' } });
    expect(marksOf(explanation).at(-1)).toBe(mark);
    expect(explanation.decidedBy).toBe(state === 'unguarded' ? 'position' : undefined);
  });

  test('is none of an exit, which only reduces one', () => {
    const exit = { ...view, signal: { ...view.signal, intent: 'exit' } as const };
    expect(marksOf(explained(exit, FILLED))).toBe('+++++++++++++');
  });
});

describe('at the door', () => {
  test('a conflict is one of its fingerprint, and nothing is claimed of what was not looked at', () => {
    expect(marksOf(explainAtTheDoor([{ ...NOTE, kind: 'conflict' }]))).toBe('+??x---------');
  });

  test('a repetition whose history is gone explains nothing else', () => {
    const explanation = explainAtTheDoor([{ ...NOTE, kind: 'repeated' }]);
    expect(marksOf(explanation)).toBe('?'.repeat(GATES.length));
    expect(explanation.decidedBy).toBeUndefined();
  });

  test('what was accepted once is not called refused because it came again too late', () => {
    const notes = [{ ...NOTE, kind: 'repeated' } as const, { ...NOTE, code: 'STALE_SIGNAL' }];
    const explanation = explainAtTheDoor(notes);
    expect(explanation).toMatchObject({ status: 'ended', door: notes });
    expect(explanation.summary).toContain('It was accepted before');
  });

  test('a code of another release is shown as it is', () => {
    const explanation = explainAtTheDoor([{ ...NOTE, code: 'OF_TOMORROW' }]);
    expect(explanation).toMatchObject({ code: 'OF_TOMORROW', decidedBy: 'valid' });
  });

  test('repetitions and conflicts are counted at the gate of a signal that was taken', () => {
    const door = [
      { ...NOTE, kind: 'repeated', count: 3 },
      { ...NOTE, kind: 'conflict', count: 1 },
    ] as const;
    const { gates } = explained(viewOf({ outcome: 'FILLED' }), FILLED, { door });
    expect(gates.find(({ gate }) => gate === 'unique')?.actual).toBe(
      'sent again 3 times, another one with its fingerprint refused once: nothing was started twice',
    );
  });
});
