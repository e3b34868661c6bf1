import type { OrderPlan, VenueOrder } from '../../../src/domain/market';
import { fillSentence } from '../../../src/domain/settlement';
import { MovedPrices } from '../../../src/trading/moved-prices';
import { OrderEvidence } from '../../../src/trading/order-evidence';
import { OrderSender } from '../../../src/trading/order-sender';
import { FILLED, PLAN } from './fixtures/short-road';
import { goodPermit } from '../../support/permit';

const CALL = { venue: 'bybit', fingerprint: 'f'.repeat(16) };
const LIMIT: OrderPlan = { ...PLAN, limitPrice: '60000' };
const MOVED: VenueOrder = { ...FILLED, limitPrice: '60500.5' };
const NOTE = 'its limit price at the venue is 60500.5 and not 60000 as planned';

test.each<[string, OrderPlan, VenueOrder]>([
  ['at the planned price', LIMIT, { ...FILLED, limitPrice: '60000' }],
  ['at the same price in other digits', LIMIT, { ...FILLED, limitPrice: '60000.00' }],
  ['of which the venue tells no price', LIMIT, FILLED],
  ['of which the venue tells a price of zero', LIMIT, { ...FILLED, limitPrice: '0' }],
  ['that is a market order', PLAN, MOVED],
])('an order %s is what it is', (_, plan, order) => {
  const warn = jest.fn();
  expect(new MovedPrices(warn).check(plan, order)).toBe(order);
  expect(warn).not.toHaveBeenCalled();
});

test('an order at another price than planned bears that in its words, and is told of once', () => {
  const warn = jest.fn();
  const prices = new MovedPrices(warn);
  const [first, second] = [prices.check(LIMIT, MOVED), prices.check(LIMIT, { ...MOVED, status: 'open' })];
  expect(fillSentence(first)).toBe(`0.01 BTCUSDT at 60000 (${NOTE})`);
  expect(second.note).toBe(NOTE);
  expect(warn).toHaveBeenCalledTimes(1);
  prices.check(LIMIT, { ...MOVED, clientOrderId: 'of-2' });
  expect(warn).toHaveBeenCalledTimes(2);
});

test('a look-up compares the price', async () => {
  const lookUpOrder = async () => ({ status: 'found', order: MOVED });
  const evidence = new OrderEvidence({ venue: {}, lookUpOrder } as never, new MovedPrices(jest.fn()));
  expect(await evidence.lookUp({ ...CALL, plan: LIMIT })).toMatchObject({ status: 'found', order: { note: NOTE } });
});

test('an order that is final at once is compared, too', async () => {
  const placeOrder = async () => ({ outcome: { kind: 'PLACED', message: '' }, signedAtMs: 1 });
  const observer = { observe: async () => MOVED };
  const prices = new MovedPrices(jest.fn());
  const sender = new OrderSender({ venue: { placeOrder } } as never, observer as never, undefined, prices);
  const clearance = { sendBeforeMs: Number.POSITIVE_INFINITY, token: goodPermit() };
  const { order } = await sender.send('trade', { ...LIMIT, timeInForce: 'IOC' }, clearance);
  expect(order?.note).toBe(NOTE);
});
