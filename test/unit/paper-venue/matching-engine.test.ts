/** Orders against a market that stands where the test puts it: at 50000 the bid is 49999.8 and the ask 50000.3. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Account } from './support/account';

let stateDir: string;
let account: Account;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'paper-book-'));
  account = new Account(stateDir);
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

function place(changes: Readonly<Record<string, unknown>>): ReturnType<Account['engine']['place']> {
  return account.engine.place(account.order(changes));
}

function latest(orderId: string): { status: string; filledQuantity: string; rejectReason?: string } {
  return account.book.orders.byOrderId(orderId)!;
}

describe('market orders', () => {
  test('a buy pays the ask and the taker fee, and locks entry value / leverage', () => {
    place({ qty: '1' });
    // Fee 50.0003, margin 5000.03.
    expect(account.figures).toEqual({ total: '99949.9997', available: '94949.9697', size: '1' });
  });

  test('closing books the profit, returns the margin and pays the fee again', () => {
    place({ qty: '1' });
    account.movePrice(51_000);
    place({ qty: '1', side: 'Sell' });
    // Bought at 50000.3, sold at the bid 50999.8: profit 999.5; fees 50.0003 and 50.9998.
    expect(account.figures).toEqual({ total: '100898.4999', available: '100898.4999', size: '0' });
  });

  test('an order beyond the position turns it to the other side', () => {
    place({ qty: '1' });
    place({ qty: '3', side: 'Sell' });
    expect(account.book.position('BTCUSDT')).toMatchObject({ size: '-2', entryValue: '99999.6' });
  });

  test('what an order opens beyond the position is paid before the position is set free', () => {
    place({ qty: '12' });
    // 39400 are free: the margin of 7 and its fees are less, those of 8 are more.
    expect(() => place({ qty: '20', side: 'Sell' })).toThrow('ab not enough');
    expect(account.figures.size).toBe('12');
    expect(place({ qty: '19', side: 'Sell' }).status).toBe('Filled');
    expect(account.figures.size).toBe('-7');
  });

  test('the same order that rests is refused, too', () => {
    place({ qty: '12' });
    const limit = { orderType: 'Limit', side: 'Sell', price: '60000' };
    expect(() => place({ ...limit, qty: '19' })).toThrow('ab not enough');
    expect(place({ ...limit, qty: '18' }).status).toBe('New');
  });

  test('an order that closes needs no free funds', () => {
    place({ qty: '19' });
    account.movePrice(48_000);
    expect(() => place({ qty: '1' })).toThrow('ab not enough');
    expect(place({ qty: '19', side: 'Sell' }).status).toBe('Filled');
  });

  test('the largest affordable order is exactly covered', () => {
    // One unit costs 5000.03 margin, 50.0003 to open and 45.00027 to close: 19.62 fit into 100000, 19.63 do not.
    expect(() => place({ qty: '19.63' })).toThrow('ab not enough');
    expect(place({ qty: '19.62' }).status).toBe('Filled');
    expect(account.book.walletBalance.available.gte(0)).toBe(true);
  });
});

describe('limit orders', () => {
  test('one that crosses fills at the touch, not at its limit', () => {
    place({ orderType: 'Limit', price: '55000' });
    expect(account.book.position('BTCUSDT').entryValue).toBe('50000.3');
  });

  test('one that rests locks margin and both fees, and fills at its own price as maker when touched', () => {
    const { orderId } = place({ orderType: 'Limit', price: '49000' });
    expect(account.figures).toEqual({ total: '100000', available: '95006.9', size: '0' });
    account.movePrice(48_990);
    expect(latest(orderId).status).toBe('Filled');
    // Maker fee 24.5 on 49000.
    expect(account.figures).toEqual({ total: '99975.5', available: '95075.5', size: '1' });
  });

  test('one that would close a position locks nothing, and a second one beyond it does', () => {
    place({ qty: '1' });
    const { available } = account.figures;
    place({ orderType: 'Limit', side: 'Sell', price: '60000' });
    expect(account.figures.available).toBe(available);
    place({ orderType: 'Limit', side: 'Sell', price: '60000' });
    expect(account.book.walletBalance.orderMargin.toFixed()).toBe('6126');
  });

  test('resting orders cannot lock more than there is', () => {
    place({ orderType: 'Limit', qty: '20', price: '40000' });
    expect(() => place({ orderType: 'Limit', qty: '5', price: '40000' })).toThrow('ab not enough');
  });

  test.each([
    ['PostOnly', '55000', 'EC_PostOnlyWillTakeLiquidity'],
    ['IOC', '45000', 'EC_NoImmediateQtyToFill'],
  ])('%s at %s is accepted and cancelled at once', (timeInForce, price, rejectReason) => {
    const order = place({ orderType: 'Limit', timeInForce, price });
    expect(order).toMatchObject({ status: 'Cancelled', rejectReason, filledQuantity: '0' });
    expect(account.figures.available).toBe('100000');
  });
});

describe('a limit order that can fill in part at once', () => {
  const half = { partialFill: { share: 0.5, restDelayMs: 60_000 } };
  const fill = (timeInForce: string) =>
    account.engine.place(account.order({ orderType: 'Limit', timeInForce, price: '55000', qty: '1' }), half);

  test('and is IOC, keeps that part and loses the rest', () => {
    expect(fill('IOC')).toMatchObject({
      status: 'Cancelled',
      filledQuantity: '0.5',
      rejectReason: 'EC_NoEnoughQtyToFill',
    });
    expect(account.figures.size).toBe('0.5');
    expect([...account.book.orders.openOrders('BTCUSDT')]).toEqual([]);
  });

  test('and is FOK, gets nothing', () => {
    expect(fill('FOK')).toMatchObject({
      status: 'Cancelled',
      filledQuantity: '0',
      rejectReason: 'EC_NoEnoughQtyToFill',
    });
    expect(account.figures).toEqual({ total: '100000', available: '100000', size: '0' });
  });

  test('and is GTC, waits with the rest', () => {
    expect(fill('GTC')).toMatchObject({ status: 'PartiallyFilled', filledQuantity: '0.5' });
  });
});

test.each(['IOC', 'FOK'])('a limit order that is %s and can fill in full does', (timeInForce) => {
  expect(place({ orderType: 'Limit', timeInForce, price: '55000', qty: '1' })).toMatchObject({ status: 'Filled' });
});

test('a post-only order that rests fills as maker when the price comes to it', () => {
  const { orderId } = place({ orderType: 'Limit', timeInForce: 'PostOnly', price: '45000', qty: '1' });
  account.movePrice(44_000);
  account.engine.matchOpenOrders();
  expect(latest(orderId)).toMatchObject({ status: 'Filled', filledQuantity: '1' });
});

describe('reduce-only orders', () => {
  test('are refused without a position', () => {
    expect(() => place({ side: 'Sell', reduceOnly: true })).toThrow('current position is zero');
  });

  test('are cut to the position', () => {
    place({ qty: '1' });
    expect(place({ qty: '5', side: 'Sell', reduceOnly: true }).quantity).toBe('1');
    expect(account.figures.size).toBe('0');
  });

  test('that rest are cancelled when the position is gone', () => {
    place({ qty: '1' });
    const { orderId } = place({ orderType: 'Limit', side: 'Sell', price: '60000', reduceOnly: true });
    place({ qty: '1', side: 'Sell' });
    account.waitMs(1_000);
    expect(latest(orderId)).toMatchObject({ status: 'Cancelled', filledQuantity: '0' });
  });
});

test('a partial fill rests until its time, and then fills completely', () => {
  const partialFill = { share: 0.25, restDelayMs: 2_000 };
  const { orderId, status } = account.engine.place(account.order({ qty: '1' }), { partialFill });
  expect([status, account.figures.size]).toEqual(['PartiallyFilled', '0.25']);
  account.waitMs(1_000);
  expect(account.figures.size).toBe('0.25');
  account.waitMs(1_000);
  expect([latest(orderId).status, account.figures.size]).toEqual(['Filled', '1']);
});

test('a partly filled order that is cancelled keeps its fills and returns the rest of its margin', () => {
  const partialFill = { share: 0.25, restDelayMs: 60_000 };
  const { orderId } = account.engine.place(account.order({ qty: '1' }), { partialFill });
  account.engine.cancel({ symbol: 'BTCUSDT', orderId });
  expect(latest(orderId)).toMatchObject({ status: 'Cancelled', filledQuantity: '0.25' });
  expect(account.book.walletBalance.orderMargin.isZero()).toBe(true);
});

test('a client id is used up by its first order, also when that was cancelled', () => {
  place({ orderLinkId: 'once', orderType: 'Limit', timeInForce: 'IOC', price: '45000' });
  expect(() => place({ orderLinkId: 'once' })).toThrow('OrderLinkedID is duplicate');
});

test('a refused order does not use up its client id', () => {
  expect(() => place({ orderLinkId: 'again', qty: '400' })).toThrow('ab not enough');
  expect(place({ orderLinkId: 'again', qty: '1' }).status).toBe('Filled');
});

test('an order below the smallest value is refused unless it only reduces', () => {
  account.movePrice(3_000);
  expect(() => place({ qty: '0.001' })).toThrow('minimum order value 5USDT');
  place({ qty: '0.002' });
  expect(place({ qty: '0.001', side: 'Sell', reduceOnly: true }).status).toBe('Filled');
});
