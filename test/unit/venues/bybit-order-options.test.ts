/** How an order's options go out to Bybit, and what comes back about its end. */
import type { OrderPlan } from '../../../src/domain/market';
import { orderEndOf } from '../../../src/venues/bybit/order-ends';
import { buildOrderRequest, findOrderFault } from '../../../src/venues/bybit/order-request';

const SYMBOLS = new Set(['BTCUSDT']);
const PLAN: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'client-1',
  quantity: '0.01',
  limitPrice: '60000',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '60',
  referencePrice: '60000',
};

test.each([
  [undefined, 'GTC'],
  ['GTC', 'GTC'],
  ['IOC', 'IOC'],
  ['FOK', 'FOK'],
  ['POST_ONLY', 'PostOnly'],
] as const)('a limit order that is %s is sent as %s', (timeInForce, sent) => {
  const plan = { ...PLAN, timeInForce };
  expect(findOrderFault(plan, SYMBOLS)).toBeUndefined();
  expect(buildOrderRequest(plan)).toMatchObject({ orderType: 'Limit', price: '60000', timeInForce: sent });
});

test('an option that is not known here never becomes a plain order', () => {
  const plan = { ...PLAN, timeInForce: 'GTX' } as unknown as OrderPlan;
  expect(findOrderFault(plan, SYMBOLS)).toContain('"GTX" is not known');
});

test('a market order with an option is not sent', () => {
  expect(findOrderFault({ ...PLAN, limitPrice: undefined, timeInForce: 'POST_ONLY' }, SYMBOLS)).toContain(
    'limit price',
  );
});

test.each([
  [{ rejectReason: 'EC_PerCancelRequest', timeInForce: 'GTC' }, 'request', 'asked'],
  [{ cancelType: 'CancelByUser' }, 'request', 'asked'],
  [{ rejectReason: 'EC_PostOnlyWillTakeLiquidity', timeInForce: 'PostOnly' }, 'timeInForce', 'filled at once'],
  [{ rejectReason: 'EC_NoImmediateQtyToFill', timeInForce: 'IOC' }, 'timeInForce', 'nothing of it could fill'],
  [{ rejectReason: 'EC_CancelForNoFullFill', timeInForce: 'FOK' }, 'timeInForce', 'in full'],
  [{ rejectReason: 'EC_CancelForNoFullFill', timeInForce: 'GTC' }, 'venue', 'in full'],
  [{ rejectReason: 'EC_SecurityStatusFail' }, 'venue', 'does not trade'],
  [{ rejectReason: 'EC_SomethingNew' }, 'venue', 'EC_SomethingNew'],
  [{ rejectReason: 'constructor' }, 'venue', 'constructor'],
  [{ rejectReason: 'EC_PerCancelRequest', cancelType: 'CancelByPrepareLiq' }, 'venue', 'liquidated'],
] as const)('%j is an end by %s', (facts, cause, words) => {
  expect(orderEndOf(facts)).toEqual({ cause, words: expect.stringContaining(words) as string });
});

test('a row that says nothing names no end', () => expect(orderEndOf({ timeInForce: 'GTC' })).toBeUndefined());

describe('stops that travel with an order', () => {
  const GUARDED: OrderPlan = { ...PLAN, stopLoss: '59000', takeProfit: '62000' };

  test('without words of its own a stop goes by the mark price, and a target by the last', () => {
    expect(buildOrderRequest(GUARDED)).toMatchObject({
      tpslMode: 'Full',
      stopLoss: '59000',
      slTriggerBy: 'MarkPrice',
      takeProfit: '62000',
      tpTriggerBy: 'LastPrice',
    });
  });

  test('a plan whose reference price is not known is left to the venue to judge', () => {
    const plan = { ...GUARDED, limitPrice: undefined, referencePrice: '0', stopLoss: '70000' };
    expect(findOrderFault(plan, SYMBOLS)).toBeUndefined();
  });

  test('a reducing order never carries them, whoever lets it pass', () => {
    const request = buildOrderRequest({ ...GUARDED, reduceOnly: true });
    expect(Object.keys(request).filter((key) => /stop|profit|trigger|tpsl/i.test(key))).toEqual([]);
  });

  test('every order names its position in one-way mode', () => {
    const plans = [PLAN, GUARDED, { ...PLAN, reduceOnly: true }];
    expect(plans.map((plan) => buildOrderRequest(plan)['positionIdx'])).toEqual([0, 0, 0]);
  });
});
