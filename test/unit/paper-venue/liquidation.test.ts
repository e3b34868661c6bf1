import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ExactDecimal } from '../../../src/domain/decimal';
import { adlRank } from '../../../src/paper-venue/liquidation/adl-rank';
import { liquidationPrice } from '../../../src/paper-venue/liquidation/liquidation-price';
import { accountRisk, maintenanceMargin, type RiskMarket } from '../../../src/paper-venue/liquidation/maintenance';
import { riskTiers, tierOf, valueMaxAt } from '../../../src/paper-venue/liquidation/risk-tiers';
import { instrumentFor } from '../../../src/paper-venue/market/instrument';
import { Account } from './support/account';

const PRICE_MAX = '1999999.80';
const instrument = instrumentFor('BTCUSDT', 'USDT');
const marketAt = (mark: string): RiskMarket => ({ instrument, mark, takerFee: '0.001' });

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'paper-liquidation-'));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const positionOf = (size: string, entryValue: string) => ({
  symbol: 'BTCUSDT',
  size,
  entryValue,
  realisedProfit: '0',
  leverage: '10',
  createdAtMs: 0,
  updatedAtMs: 0,
});

describe('tiers of risk', () => {
  test('a maintenance margin does not leap from one tier to the next', () => {
    const tiers = riskTiers(instrument);
    const marginIn = (index: number, value: string): string =>
      tiers[index]!.maintenanceRate.mul(value).minus(tiers[index]!.deduction).toFixed();
    for (let index = 0; index + 1 < tiers.length; index += 1) {
      const edge = tiers[index]!.valueMax.toFixed();
      expect(marginIn(index, edge)).toBe(marginIn(index + 1, edge));
    }
  });

  test('a position is in the lowest tier that holds it, and beyond all of them in the last', () => {
    const tiers = riskTiers(instrument);
    const idAt = (value: string): number => tierOf(tiers, new ExactDecimal(value)).id;
    expect([idAt('0'), idAt('2000000'), idAt('2000000.01'), idAt('1e12')]).toEqual([1, 1, 2, tiers.length]);
  });

  test('less leverage allows larger positions, and more than there is allows none', () => {
    const tiers = riskTiers(instrument);
    expect(['100', '50', '10', '1', '101'].map((leverage) => valueMaxAt(tiers, leverage).toFixed())).toEqual([
      '2000000',
      '16000000',
      '200000000',
      '2000000000',
      '0',
    ]);
  });
});

test('the liquidation price is the first whole step at which the account cannot carry its positions', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 80_000 }),
      fc.boolean(),
      fc.integer({ min: 100, max: 20_000_000 }),
      fc.integer({ min: 30_000, max: 70_000 }),
      (thousandths, isLong, wallet, entry) => {
        const size = new ExactDecimal(thousandths).div(1_000);
        const position = positionOf(isLong ? size.toFixed() : size.neg().toFixed(), size.mul(entry).toFixed());
        const book = { positions: [position], walletBalance: { total: new ExactDecimal(wallet) } as never };
        const riskAt = (mark: string) => accountRisk(book, () => marketAt(mark));
        const mark = '50000';
        fc.pre(riskAt(mark).rate!.lt(1));
        const price = liquidationPrice(position, marketAt(mark), riskAt(mark), PRICE_MAX);
        if (price === '') {
          const extreme = isLong ? '0.10' : PRICE_MAX;
          expect(riskAt(extreme).rate!.lt(1)).toBe(true);
          return;
        }
        const beyond = new ExactDecimal(price).plus(isLong ? '-0.1' : '0.1').toFixed();
        const before = new ExactDecimal(price).plus(isLong ? '0.1' : '-0.1').toFixed();
        expect(riskAt(beyond).rate!.gte(1)).toBe(true);
        expect(riskAt(before).rate!.lt(1)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

test('an account whose maintenance margin is used up loses its orders and then its position, and owes nothing', () => {
  const account = new Account(stateDir, '10000', { leverage: 50 });
  account.engine.place(account.order({ qty: '5' }));
  const resting = account.engine.place(account.order({ orderType: 'Limit', price: '30000', qty: '0.1' }));
  const price = liquidationPrice(
    account.book.position('BTCUSDT'),
    account.keeper.liquidator.marketOf('BTCUSDT')!,
    account.keeper.liquidator.risk(),
    PRICE_MAX,
  );
  account.movePrice(Math.ceil(Number(price)) + 1);
  expect(account.book.position('BTCUSDT').size).toBe('5');
  account.movePrice(Math.floor(Number(price)) - 1);
  expect(account.book.position('BTCUSDT').size).toBe('0');
  expect(account.book.orders.byOrderId(resting.orderId)).toMatchObject({
    status: 'Cancelled',
    cancelType: 'CancelAllBeforeLiq',
  });
  const [bust] = account.book.orders.executions();
  expect(bust).toMatchObject({ kind: 'BustTrade', createType: 'CreateByLiq', clientOrderId: '', closedQuantity: '5' });
  expect(account.book.orders.byOrderId(bust!.orderId)).toMatchObject({ status: 'Filled', external: true });
  expect(account.book.ledgers.money.oldestFirst().at(-1)).toMatchObject({ type: 'LIQUIDATION', size: '0' });
  // Less than one step of the price is left of it.
  expect(account.book.walletBalance.total.gte(0)).toBe(true);
  expect(account.book.walletBalance.total.lt(1)).toBe(true);
});

test('a price that leaps past the bankruptcy price takes what is there, and not more', () => {
  const account = new Account(stateDir, '10000', { leverage: 50 });
  account.engine.place(account.order({ side: 'Sell', qty: '5' }));
  account.movePrice(60_000);
  expect(account.book.position('BTCUSDT').size).toBe('0');
  expect(account.book.walletBalance.total.gte(0)).toBe(true);
  expect(account.book.walletBalance.total.lt(1)).toBe(true);
});

test('a liquidation on command costs the maintenance margin', () => {
  const account = new Account(stateDir);
  account.engine.place(account.order({ qty: '1' }));
  const before = account.book.walletBalance.total;
  const margin = maintenanceMargin(account.book.position('BTCUSDT'), account.keeper.liquidator.marketOf('BTCUSDT')!);
  account.keeper.liquidator.liquidate('BTCUSDT');
  expect(account.book.position('BTCUSDT').size).toBe('0');
  // Bought at the ask, half a price step above the mark; rounded to one step.
  expect(before.minus(account.book.walletBalance.total).minus(margin).abs().lt(1)).toBe(true);
  expect(account.keeper.liquidator.liquidate('BTCUSDT')).toBeUndefined();
});

test('deleveraging closes a part of the position at the mark price, and cancels the orders of its market alone', () => {
  const account = new Account(stateDir);
  account.engine.place(account.order({ side: 'Sell', qty: '2' }));
  const resting = account.engine.place(account.order({ orderType: 'Limit', price: '30000', qty: '0.1' }));
  account.movePrice(45_000);
  account.keeper.liquidator.deleverage('BTCUSDT', new ExactDecimal('0.5'));
  expect(account.book.position('BTCUSDT').size).toBe('-1.5');
  const [fill] = account.book.orders.executions();
  expect(fill).toMatchObject({ kind: 'AdlTrade', side: 'Buy', quantity: '0.5', createType: 'CreateByAdl_PassThrough' });
  expect(fill).toMatchObject({ price: '45000', clientOrderId: '' });
  expect(account.book.orders.byOrderId(resting.orderId)!.cancelType).toBe('CancelAllBeforeAdl');
  expect(account.book.ledgers.money.oldestFirst().at(-1)!.type).toBe('ADL');
});

test('the stop of a position shrinks with a part that is deleveraged, and goes with what is liquidated', () => {
  const account = new Account(stateDir);
  account.engine.place(account.order({ qty: '2', stopLoss: '40000.0' }));
  const [stop] = account.book.orders.stops('BTCUSDT');
  account.keeper.liquidator.deleverage('BTCUSDT', new ExactDecimal('0.5'));
  expect(account.stops).toEqual(['StopLoss 40000 of 1.5']);
  account.keeper.liquidator.liquidate('BTCUSDT');
  expect(account.stops).toEqual([]);
  expect(account.book.orders.byOrderId(stop!.orderId)!.cancelType).toBe('CancelByTpSlTsClear');
});

test('the rank of deleveraging grows with the profit, and is none where nothing is open', () => {
  const ranks = ['49000', '50400', '50800', '52000', '60000'].map((mark) => adlRank(positionOf('1', '50000'), mark));
  expect(ranks).toEqual([1, 2, 3, 4, 5]);
  expect(adlRank(positionOf('0', '0'), '50000')).toBe(0);
});

describe('limits of leverage', () => {
  test('an order beyond what the leverage allows to be worth is refused', () => {
    const account = new Account(stateDir, '10000000', { leverage: 100 });
    const place = (qty: string) => account.engine.place(account.order({ qty }));
    place('20');
    expect(() => place('21')).toThrow(expect.objectContaining({ retCode: 110090 }));
    // What makes the position smaller is none of it.
    expect(account.engine.place(account.order({ side: 'Sell', qty: '20' })).status).toBe('Filled');
  });

  test('a position of a higher tier allows no more than the leverage of that tier', () => {
    const account = new Account(stateDir, '10000000', { leverage: 10 });
    account.engine.place(account.order({ qty: '45' }));
    expect(() => account.engine.setLeverage('BTCUSDT', '100')).toThrow(expect.objectContaining({ retCode: 110013 }));
    account.engine.setLeverage('BTCUSDT', '80');
    expect(account.book.position('BTCUSDT').leverage).toBe('80');
  });
});
