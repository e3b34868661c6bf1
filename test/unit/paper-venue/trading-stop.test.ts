/** What guards a position, set and changed on the position itself; trailing stops; what the seconds in between did. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderRecord } from '../../../src/paper-venue/book/records';
import { lifeUntil } from '../../../src/paper-venue/book/position-life';
import { PriceFeed } from '../../../src/paper-venue/market/price-feed';
import { Account } from './support/account';
import { ScriptedMarket } from './support/scripted-market';

const MINUTE_MS = 60_000;

let stateDir: string;
let account: Account;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'paper-trading-stop-'));
  account = new Account(stateDir);
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

function place(changes: Readonly<Record<string, unknown>> = {}): OrderRecord {
  return account.engine.place(account.order(changes));
}

function codeOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return (error as { retCode: number }).retCode;
  }
  return 0;
}

/** What closed it: kind, price and time since the account's start. */
function closings(): unknown[] {
  return [...account.book.orders.executions()]
    .filter(({ closedQuantity }) => closedQuantity !== '0')
    .map(({ stopOrderType, price }) => [stopOrderType, price]);
}

describe('on a position', () => {
  test('legs are added, moved and removed one by one; a stop set there names no parent', () => {
    place();
    account.setStops({ stopLoss: '49000', tpslMode: 'Full' });
    expect(account.stops).toEqual(['StopLoss 49000 of 1']);
    const [added] = account.book.orders.stops('BTCUSDT');
    expect(added?.stop?.parentClientOrderId).toBe('');
    account.setStops({ takeProfit: '52000', stopLoss: '49500' });
    expect(account.stops).toEqual(['StopLoss 49500 of 1', 'TakeProfit 52000 of 1']);
    expect(account.book.orders.stops('BTCUSDT')[0]?.orderId).toBe(added?.orderId);
    account.setStops({ stopLoss: '0' });
    expect(account.stops).toEqual(['TakeProfit 52000 of 1']);
  });

  test.each([
    ['the same price', { stopLoss: '49000' }],
    ['nothing', {}],
    ['to remove what is not there', { takeProfit: '0', trailingStop: '0' }],
    ['another trigger alone', { slTriggerBy: 'MarkPrice' }],
  ])('%s is not modified', (_, change) => {
    place({ stopLoss: '49000' });
    expect(codeOf(() => account.setStops(change))).toBe(34040);
    expect(account.stops).toEqual(['StopLoss 49000 of 1']);
  });

  test('the same price by another trigger is modified', () => {
    place({ stopLoss: '49000' });
    account.setStops({ stopLoss: '49000', slTriggerBy: 'MarkPrice' });
    expect(account.book.orders.stops('BTCUSDT')[0]?.stop?.triggerBy).toBe('MarkPrice');
  });

  test.each([{ stopLoss: '49000' }, { stopLoss: '0' }, { trailingStop: '100' }])(
    '%j is refused where there is none',
    (change) => {
      expect(() => account.setStops(change)).toThrow('can not set tp/sl/ts for zero position');
    },
  );

  test.each([
    ['Buy', { stopLoss: '50001' }, /should lower than base_price:500000000\?\?LastPrice/],
    ['Buy', { takeProfit: '49999' }, /should be higher than base_price/],
    ['Sell', { stopLoss: '49999' }, /should greater base_price/],
    ['Sell', { takeProfit: '50001' }, /should lower than base_price/],
    ['Buy', { trailingStop: '50000' }, /TrailingStop invalid/],
    ['Buy', { trailingStop: '100', activePrice: '49000' }, /should greater than base_price/],
    ['Sell', { trailingStop: '100', activePrice: '51000' }, /should lower than base_price/],
    ['Buy', { activePrice: '51000' }, /TrailingStop is required/],
    ['Buy', { tpslMode: 'Partial', stopLoss: '49000', slSize: '1' }, /does not support tpslMode Partial/],
    ['Buy', { slOrderType: 'Market', stopLoss: '49000' }, /when tpSlMode is empty/],
  ])('on the %s side %j is refused, and changes nothing', (side, change, message) => {
    place({ side });
    expect(() => account.setStops(change)).toThrow(message);
    expect(account.stops).toEqual([]);
  });

  test('every change grows the sequence of the position', () => {
    place();
    const before = account.book.position('BTCUSDT').sequence!;
    account.setStops({ stopLoss: '49000' });
    expect(account.book.position('BTCUSDT').sequence).toBe(before + 1);
  });
});

describe('a pair that came with an order', () => {
  const pair = { stopLoss: '49000', takeProfit: '52000' };

  test('loses both when a client cancels one', () => {
    place(pair);
    const [, target] = account.book.orders.stops('BTCUSDT');
    account.engine.cancel({ symbol: 'BTCUSDT', orderId: target!.orderId });
    expect(account.stops).toEqual([]);
  });

  test('is no pair any more when one of it was changed alone', () => {
    place(pair);
    account.setStops({ stopLoss: '49500' });
    const [, target] = account.book.orders.stops('BTCUSDT');
    account.engine.cancel({ symbol: 'BTCUSDT', orderId: target!.orderId });
    expect(account.stops).toEqual(['StopLoss 49500 of 1']);
  });

  test('stays one when both are changed together', () => {
    place(pair);
    account.setStops({ stopLoss: '49500', takeProfit: '53000' });
    const [stop] = account.book.orders.stops('BTCUSDT');
    account.engine.cancel({ symbol: 'BTCUSDT', orderId: stop!.orderId });
    expect(account.stops).toEqual([]);
  });
});

describe('a trailing stop', () => {
  test('follows the last price up, and closes when it falls back by the distance', () => {
    place();
    account.setStops({ trailingStop: '500' });
    account.movePrice(51_000);
    account.movePrice(50_510);
    expect(account.figures.size).toBe('1');
    account.movePrice(50_500);
    expect(account.figures.size).toBe('0');
    expect(closings()).toEqual([['TrailingStop', '50499.8']]);
  });

  test('of a short follows down', () => {
    place({ side: 'Sell' });
    account.setStops({ trailingStop: '500' });
    account.movePrice(49_000);
    account.movePrice(49_490);
    expect(account.figures.size).toBe('-1');
    account.movePrice(49_500);
    expect(account.figures.size).toBe('0');
  });

  test('with a price of its own begins there', () => {
    place();
    account.setStops({ trailingStop: '500', activePrice: '51000' });
    account.movePrice(50_900);
    account.movePrice(50_100);
    expect(account.figures.size).toBe('1');
    account.movePrice(51_200);
    account.movePrice(50_700);
    expect(account.figures.size).toBe('0');
    const [order] = account.book.orders.orders();
    expect(order).toMatchObject({ createType: 'CreateByTrailingProfit', stop: { triggerPrice: '51000' } });
  });

  test('stands beside stop and target, and all of them go with the position', () => {
    place({ stopLoss: '49000', takeProfit: '55000' });
    account.setStops({ trailingStop: '500' });
    account.movePrice(49_400);
    expect(account.figures.size).toBe('0');
    expect(account.stops).toEqual([]);
  });
});

describe('seconds that nobody looked at', () => {
  /** A minute that falls to 48000 and is back at its end. */
  function dip(minute: number): void {
    account.market.setCandle(minute, { open: 50_000, high: 50_000, low: 48_000, close: 50_000 });
  }

  test('set a stop off at the price of their second', () => {
    place({ stopLoss: '49000' });
    dip(Math.floor(account.nowMs / MINUTE_MS) + 2);
    account.waitMs(10 * MINUTE_MS);
    expect(account.figures.size).toBe('0');
    const [[kind, price] = []] = closings() as [string, string][];
    expect(kind).toBe('StopLoss');
    expect(Number(price)).toBeLessThanOrEqual(49_000);
    const [execution] = account.book.orders.executions();
    expect(Math.floor(execution!.atMs / MINUTE_MS)).toBe(Math.floor(account.nowMs / MINUTE_MS) - 8);
  });

  test('do so while the venue was down, too', () => {
    place({ stopLoss: '49000' });
    account.setStops({ trailingStop: '5000' });
    dip(Math.floor(account.nowMs / MINUTE_MS) + 2);
    const { market } = account;
    account = new Account(stateDir, '1', { nowMs: account.nowMs + 5 * MINUTE_MS, market });
    expect(account.stops).toEqual(['StopLoss 49000 of 1', 'TrailingStop 5000 of 1']);
    account.waitMs(0);
    expect(account.figures.size).toBe('0');
    expect(account.stops).toEqual([]);
  });

  test('before a stop was there mean nothing to it', () => {
    dip(Math.floor(account.nowMs / MINUTE_MS) + 1);
    account.waitMs(2 * MINUTE_MS);
    place({ stopLoss: '49000' });
    account.waitMs(MINUTE_MS);
    expect(account.figures.size).toBe('1');
  });

  test('while a symbol does not trade set it off when it trades again', () => {
    place({ stopLoss: '49000' });
    account.engine.rules.setState('BTCUSDT', 'closed');
    account.movePrice(48_000);
    expect(account.figures.size).toBe('1');
    account.engine.rules.openAll();
    account.waitMs(0);
    expect(account.figures.size).toBe('0');
    expect([...account.book.orders.executions()][0]?.atMs).toBe(account.nowMs);
  });

  test('let a stop that is late be carried out late, at the price of then', () => {
    account.engine.place(account.order({ stopLoss: '49000' }), { stopTrouble: { lateMs: 70_000 } });
    account.movePrice(48_000);
    expect(account.figures.size).toBe('1');
    account.movePrice(47_000);
    expect(account.figures.size).toBe('0');
    expect(closings()).toEqual([['StopLoss', '46999.8']]);
  });
});

describe('the mark price', () => {
  test('strays from the last price within its bound, the same for the same seed', () => {
    const seen = (seed: number): string[] => {
      const feed = new PriceFeed(new ScriptedMarket('BTCUSDT', 50_000), seed, 0.00001, 0.001);
      return Array.from({ length: 50 }, (_, index) => feed.quote('BTCUSDT', index * 17_000).mark);
    };
    const marks = seen(1);
    expect(marks.every((mark) => Math.abs(Number(mark) - 50_000) <= 50.1)).toBe(true);
    expect(new Set(marks).size).toBeGreaterThan(10);
    expect(seen(1)).toEqual(marks);
    expect(seen(2)).not.toEqual(marks);
  });

  test('sets off the stops that go by it, when the last price has not come there', () => {
    account = new Account(stateDir, '100000', { markBasis: 0.01 });
    place({ qty: '0.1' });
    const range = 500;
    account.setStops({ stopLoss: String(50_000 - range * 0.9), slTriggerBy: 'LastPrice' });
    const marks = Array.from({ length: 400 }, (_, minute) =>
      Number(account.feed.quote('BTCUSDT', account.nowMs + minute * MINUTE_MS).mark),
    );
    account.setStops({ stopLoss: String(Math.ceil(Math.min(...marks)) + 1), slTriggerBy: 'MarkPrice' });
    account.waitMs(400 * MINUTE_MS);
    expect(account.figures.size).toBe('0');
    expect(closings()).toEqual([['StopLoss', '49999.8']]);
  });
});

test('a stop that is set off outside the venue’s price limit finds nothing, and is gone', () => {
  account = new Account(stateDir, '100000', { markBasis: 0.05, band: { x: '0.0001', y: '0.0001' } });
  place({ side: 'Sell', qty: '0.1' });
  const mark = Number(account.feed.quote('BTCUSDT', account.nowMs).mark);
  expect(mark).not.toBe(50_000);
  const isAbove = mark > 50_000;
  // A limit below the market for buys, above it for sells: which of them lies wrong follows from the seed.
  if (isAbove) {
    place({ side: 'Buy', qty: '0.2' });
  }
  account.setStops({ stopLoss: isAbove ? '49000' : '51000' });
  account.movePrice(isAbove ? 48_000 : 52_000);
  const [stop] = [...account.book.orders.orders()].filter((order) => order.stop);
  expect(stop).toMatchObject({ filledQuantity: '0', status: 'Cancelled', rejectReason: 'EC_NoImmediateQtyToFill' });
  expect(account.stops).toEqual([]);
});

describe('the account of how positions were guarded', () => {
  const life = () => [...account.book.lives][0];

  test('counts no moment between an order’s first fill and its stop', () => {
    place({ stopLoss: '49000' });
    account.waitMs(60_000);
    account.movePrice(48_000);
    expect(life()).toMatchObject({
      openedWithStop: 1,
      openedWithout: 0,
      unprotectedWithStop: { totalMs: 0, maxMs: 0 },
    });
    expect(life()?.unprotectedSinceMs).toBeUndefined();
  });

  test('counts the time without one, apart for positions that were opened without', () => {
    place();
    account.waitMs(3_000);
    account.setStops({ stopLoss: '49000' });
    account.waitMs(5_000);
    account.setStops({ stopLoss: '0' });
    account.waitMs(1_000);
    place({ side: 'Sell', reduceOnly: true });
    expect(life()).toMatchObject({
      openedWithStop: 0,
      openedWithout: 1,
      unprotectedWithStop: { totalMs: 0 },
      unprotectedWithout: { totalMs: 4_000, maxMs: 3_000 },
    });
  });

  test('names since when, while it lasts, and a target is no protection', () => {
    account.engine.place(account.order({ stopLoss: '49000', takeProfit: '52000' }), { losesStops: ['StopLoss'] });
    const sinceMs = account.nowMs;
    account.waitMs(2_000);
    expect(life()).toMatchObject({ openedWithStop: 1, unprotectedSinceMs: sinceMs, timedAs: 'fault' });
    expect(lifeUntil(life()!, account.nowMs).unprotectedByFault).toEqual({ totalMs: 2_000, maxMs: 2_000 });
  });

  test('counts flips, exits of nothing, exits that were too large, and what reduced without saying so', () => {
    place({ stopLoss: '49000' });
    place({ side: 'Sell', qty: '2' });
    place({ side: 'Buy', qty: '3', reduceOnly: true });
    expect(() => place({ side: 'Buy', reduceOnly: true })).toThrow('current position is zero');
    expect(life()).toMatchObject({
      flips: 1,
      reducedWithoutReduceOnly: 1,
      exitsTooLarge: 1,
      exitsOfNothing: 1,
      wrongQuantities: 0,
      stopsMax: 1,
      targetsMax: 0,
    });
  });

  test('lays to no client what others did', () => {
    place({ stopLoss: '49000' });
    account.engine.place(account.order({ side: 'Sell', qty: '3' }), { external: true });
    expect(life()).toMatchObject({ flips: 0, flipsByOthers: 1, reducedWithoutReduceOnly: 0, openedWithout: 1 });
  });

  test('is the same after a restart', () => {
    place({ stopLoss: '49000' });
    place({ side: 'Sell', qty: '3' });
    account.waitMs(2_000);
    account.setStops({ stopLoss: '51000' });
    const before = life();
    const { market, nowMs } = account;
    for (let restart = 0; restart < 2; restart += 1) {
      account = new Account(stateDir, '1', { nowMs, market });
      expect(life()).toEqual(JSON.parse(JSON.stringify(before)));
    }
    expect(account.stops).toEqual(['StopLoss 51000 of 2']);
  });
});

test('a position in a journal of a former version is guarded and closed like any other', () => {
  const former = {
    symbol: 'BTCUSDT',
    size: '1',
    entryValue: '50000',
    realisedProfit: '0',
    leverage: '10',
    createdAtMs: account.nowMs - 5_000,
    updatedAtMs: account.nowMs - 5_000,
  };
  const lines = ['{"format":"oncefill-paper-journal","version":1}', JSON.stringify({ positions: [former] })];
  const folder = mkdtempSync(join(tmpdir(), 'paper-former-'));
  writeFileSync(join(folder, 'journal.jsonl'), `${lines.join('\n')}\n`);
  account = new Account(folder);
  account.setStops({ stopLoss: '49000' });
  account.movePrice(48_000);
  expect(account.figures.size).toBe('0');
  expect([...account.book.lives][0]).toMatchObject({ openedWithout: 1, unprotectedWithout: { totalMs: 5_000 } });
  rmSync(folder, { recursive: true, force: true });
});
