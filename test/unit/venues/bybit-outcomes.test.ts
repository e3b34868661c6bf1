import fc from 'fast-check';
import { venueSentence } from '../../../src/domain/outcome';
import { CANCEL_ORDER_CODES, PLACE_ORDER_CODES, REQUEST_CODES } from '../../../src/venues/bybit/outcome-codes';
import {
  classifyCancelOrderReply,
  classifyPlaceOrderReply,
  classifyReadReply,
  limitCountsOf,
  limitFiguresOf,
} from '../../../src/venues/bybit/outcomes';
import { completeReply, failedReply, readTestData, RECEIVED_AT_MS } from './test-data';
import type { ReplyCase } from './test-data';

const classifiers = {
  'place-order.json': (reply: ReturnType<typeof completeReply>) => classifyPlaceOrderReply(reply, 'client-1'),
  'cancel-order.json': classifyCancelOrderReply,
  'read.json': classifyReadReply,
};

for (const [file, classify] of Object.entries(classifiers)) {
  describe(`bybit ${file}`, () => {
    it.each(readTestData<ReplyCase[]>('bybit', file))('$name: $kind', (row) => {
      const outcome = classify(completeReply(row));
      expect(outcome).toMatchObject({ kind: row.kind, httpStatus: row.status });
      expect(outcome.retryAtMs).toBe(row.retryAfterMs === undefined ? undefined : RECEIVED_AT_MS + row.retryAfterMs);
    });
  });
}

describe('bybit code tables', () => {
  it.each([...PLACE_ORDER_CODES, ...REQUEST_CODES])('placing: %s is %s', (code, kind) => {
    const reply = completeReply({ status: 200, body: { retCode: Number(code), retMsg: 'text', result: {} } });
    expect(classifyPlaceOrderReply(reply, 'client-1')).toMatchObject({ kind, venueCode: code });
  });

  it.each([...CANCEL_ORDER_CODES])('cancelling: %s is %s', (code, kind) => {
    const reply = completeReply({ status: 200, body: { retCode: Number(code), retMsg: 'text', result: {} } });
    expect(classifyCancelOrderReply(reply)).toMatchObject({ kind, venueCode: code });
  });

  it('a code as long as a page proves nothing, and only its beginning is kept', () => {
    const reply = completeReply({
      status: 200,
      body: { retCode: `0${'0'.repeat(100_000)}`, result: { orderId: '1' } },
    });
    const outcome = classifyPlaceOrderReply(reply, 'client-1');
    expect(outcome.kind).toBe('UNKNOWN');
    expect(JSON.stringify(outcome).length).toBeLessThan(1_000);
  });

  it('never gives an order and a request code two meanings', () => {
    const shared = [...PLACE_ORDER_CODES.keys(), ...CANCEL_ORDER_CODES.keys()].filter((code) =>
      REQUEST_CODES.has(code),
    );
    expect(shared).toEqual([]);
  });
});

describe('bybit requests without a complete answer', () => {
  it.each(['NetworkError', 'RequestTimeout', 'ExchangeNotAvailable'])(
    '%s before sending is NOT_PLACED',
    (errorName) => {
      const reply = failedReply({ sent: false, errorName, transportError: 'ECONNREFUSED' });
      expect(classifyPlaceOrderReply(reply, 'client-1').kind).toBe('NOT_PLACED');
    },
  );

  it('missing keys are FATAL', () => {
    const reply = failedReply({ sent: false, errorName: 'AuthenticationError' });
    expect(classifyPlaceOrderReply(reply, 'client-1').kind).toBe('FATAL');
  });

  it('a request that cannot be built is REJECTED', () => {
    const reply = failedReply({ sent: false, errorName: 'TypeError' });
    expect(classifyPlaceOrderReply(reply, 'client-1').kind).toBe('REJECTED');
  });

  it.each(['NetworkError', 'RequestTimeout', 'AuthenticationError', 'InvalidOrder', 'TypeError'])(
    '%s after sending is UNKNOWN',
    (errorName) => {
      const reply = failedReply({ errorName, transportError: 'ECONNRESET' });
      expect(classifyPlaceOrderReply(reply, 'client-1').kind).toBe('UNKNOWN');
    },
  );
});

describe('bybit properties', () => {
  const knownCodes = new Set(['0', '-1', ...PLACE_ORDER_CODES.keys(), ...REQUEST_CODES.keys()]);
  const statuses = fc.integer({ min: 100, max: 999 });

  it('an unlisted code is UNKNOWN whatever the status, except where the status itself refuses', () => {
    const codes = fc.integer().filter((code) => !knownCodes.has(String(code)));
    fc.assert(
      fc.property(codes, statuses, fc.string(), (retCode, status, retMsg) => {
        fc.pre(![401, 403, 429].includes(status));
        const reply = completeReply({ status, body: { retCode, retMsg, result: { orderId: '1' } } });
        return classifyPlaceOrderReply(reply, 'client-1').kind === 'UNKNOWN';
      }),
    );
  });

  it('an answer without a code is UNKNOWN for every status but the refusals 401, 403 and 429', () => {
    fc.assert(
      fc.property(statuses, fc.oneof(fc.string(), fc.json()), (status, text) => {
        const reply = completeReply({ status, body: text });
        const { kind } = classifyPlaceOrderReply(reply, 'client-1');
        return [401, 403, 429].includes(status) ? kind !== 'PLACED' : kind === 'UNKNOWN';
      }),
    );
  });

  it('PLACED needs retCode 0, an order id and a success status', () => {
    const bodies = fc.record(
      {
        retCode: fc.oneof(fc.constantFrom<unknown>(0, '0', null, true, '', 0.5), fc.integer()),
        retMsg: fc.string(),
        result: fc.oneof(
          fc.constant<unknown>(null),
          fc.record({ orderId: fc.constantFrom<unknown>('1', '', null, 7, {}) }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(bodies, statuses, (body, status) => {
        const { kind } = classifyPlaceOrderReply(completeReply({ status, body }), 'client-1');
        const orderId = (body.result as { orderId?: unknown } | null | undefined)?.orderId;
        const hasEverything =
          (body.retCode === 0 || body.retCode === '0') &&
          (orderId === '1' || orderId === 7) &&
          status >= 200 &&
          status < 300;
        return (kind === 'PLACED') === hasEverything;
      }),
      { numRuns: 1_000 },
    );
  });
});

test('an exit without a position is refused in plain words, and with its code once', () => {
  const body = { retCode: 110017, retMsg: 'current position is zero, cannot fix reduce-only order qty', result: {} };
  const outcome = classifyPlaceOrderReply(completeReply({ status: 200, body }), 'client-1');
  expect(venueSentence(outcome)).toBe('Refused: Bybit 110017: no position is left to reduce');
  expect(venueSentence({ kind: 'REJECTED', venueCode: '7', message: 'No.' })).toBe('Refused (7): No.');
});

test.each([
  [
    'StopLoss:68870000 set for Buy position should lower than base_price:68500000??LastPrice',
    'REJECTED',
    'the stop was already passed',
  ],
  [
    'StopLoss:1.2 set for Sell position should greater base_price:1.3??MarkPrice',
    'REJECTED',
    'the stop was already passed',
  ],
  [
    'TakeProfit:17 set for Buy position should be higher than base_price:18??LastPrice',
    'REJECTED',
    'the target was already passed',
  ],
  ['position idx not match position mode', 'FATAL', 'the account is in hedge mode'],
  ['StopLoss:15000 set for Buy position should be greater than liq_price:15120', 'REJECTED', 'liq_price'],
  ['Qty invalid', 'REJECTED', 'Qty invalid'],
])('an order refused with "%s" is %s: %s', (retMsg, kind, words) => {
  const body = { retCode: 10001, retMsg, result: {} };
  const outcome = classifyPlaceOrderReply(completeReply({ status: 200, body }), 'client-1');
  expect(outcome).toMatchObject({ kind, message: expect.stringContaining(words) as string });
});

describe("what a reply says of the venue's limits", () => {
  const figuresOf = (headers: Record<string, string>, timeMs: number | undefined = RECEIVED_AT_MS + 7_000) =>
    limitFiguresOf(
      completeReply({ status: 200, headers, body: { retCode: 0, retMsg: 'OK', result: {}, time: timeMs } }),
    );

  it('is kept as it is, with the reset as a span on the clock that it was told on', () => {
    const headers = {
      'x-bapi-limit': '10',
      'x-bapi-limit-status': '9',
      'x-bapi-limit-reset-timestamp': String(RECEIVED_AT_MS + 7_400),
    };
    expect(figuresOf(headers)).toEqual({ limit: 10, remaining: 9, resetAfterMs: 400 });
  });

  it.each([
    ['no headers', {}, {}],
    ['figures that are none', { 'x-bapi-limit': '1e3', 'x-bapi-limit-status': '-1' }, {}],
    ['nothing left', { 'x-bapi-limit-status': '0' }, { remaining: 0 }],
    ['a reset that has passed', { 'x-bapi-limit-reset-timestamp': String(RECEIVED_AT_MS) }, { resetAfterMs: 0 }],
    ['a reset of next year', { 'x-bapi-limit-reset-timestamp': '9999999999999' }, {}],
    ['a reset that is no number', { 'x-bapi-limit-reset-timestamp': 'soon' }, {}],
  ])('is absent where it is not known: %s', (_what, headers, figures) => {
    expect(figuresOf(headers)).toEqual(figures);
  });

  it('is counted by its headers alone, without looking through the body for secrets', () => {
    const headers = { 'x-bapi-limit': '10', 'x-bapi-limit-status': '9', 'x-bapi-limit-reset-timestamp': '1' };
    const read = jest.fn();
    const reply = Object.defineProperty({ ...completeReply({ status: 200, headers, body: {} }) }, 'body', {
      get: read,
    });
    expect(limitCountsOf(reply)).toEqual({ limit: 10, remaining: 9 });
    expect(read).not.toHaveBeenCalled();
  });

  it('tells no reset where the reply does not tell its own time', () => {
    const headers = { 'x-bapi-limit-reset-timestamp': String(RECEIVED_AT_MS) };
    expect(limitFiguresOf(completeReply({ status: 429, headers, body: 'Too many visits.' }))).toEqual({});
  });
});
