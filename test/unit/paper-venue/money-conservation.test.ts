/** Every change of the wallet has a row that explains it, and what orders closed explains the same, to the last digit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { ExactDecimal } from '../../../src/domain/decimal';
import { Account } from './support/account';

const OPENING = '20000';
const quantity = fc.integer({ min: 1, max: 3_000 }).map((thousandths) => (thousandths / 1_000).toFixed(3));
const price = fc.integer({ min: 40_000, max: 60_000 });

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      side: fc.constantFrom('Buy', 'Sell'),
      orderType: fc.constantFrom('Market', 'Limit'),
      qty: quantity,
      price: price.map(String),
      reduceOnly: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('price' as const), price }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('funding' as const), rate: fc.constantFrom('0.0013', '-0.0007') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('adl' as const), quantity }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('liquidation' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('transfer' as const), amount: fc.integer({ min: -5_000, max: 5_000 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function take(account: Account, given: Step): void {
  const { keeper, engine } = account;
  switch (given.kind) {
    case 'order': {
      const { kind: _, ...order } = given;
      engine.place(account.order(order));
      return;
    }
    case 'price':
      account.movePrice(given.price);
      return;
    case 'funding':
      keeper.funding.payNow(account.nowMs, given.rate);
      return;
    case 'adl':
      keeper.liquidator.deleverage('BTCUSDT', new ExactDecimal(given.quantity));
      return;
    case 'liquidation':
      keeper.liquidator.liquidate('BTCUSDT');
      return;
    case 'transfer':
      keeper.transfer(new ExactDecimal(given.amount));
  }
}

const sum = (values: Iterable<string>): Decimal =>
  [...values].reduce((total, value) => total.plus(value), new ExactDecimal(0));

test('rows of money and closed profits explain the wallet, whatever happens to the account, and after a restart as well', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const stateDir = mkdtempSync(join(tmpdir(), 'paper-money-'));
      try {
        const account = new Account(stateDir, OPENING);
        for (const given of steps) {
          try {
            take(account, given);
          } catch (error) {
            expect((error as Error).name).toBe('VenueRefusal');
          }
        }
        expectExplained(account);
        const restarted = new Account(stateDir, '1');
        expectExplained(restarted);
        expect([...restarted.book.ledgers.money.newestFirst()]).toEqual([...account.book.ledgers.money.newestFirst()]);
      } finally {
        rmSync(stateDir, { recursive: true, force: true });
      }
    }),
    { numRuns: 80 },
  );
});

function expectExplained({ book }: Account): void {
  const rows = book.ledgers.money.oldestFirst();
  let balance = new ExactDecimal(OPENING);
  for (const row of rows) {
    expect(row.change).toBe(
      new ExactDecimal(row.cashFlow)
        .plus(row.funding || '0')
        .minus(row.fee)
        .toFixed(),
    );
    balance = balance.plus(row.change);
    expect(row.cashBalance).toBe(balance.toFixed());
  }
  expect(book.walletBalance.total.toFixed()).toBe(balance.toFixed());
  const last = rows.findLast(({ symbol }) => symbol === 'BTCUSDT');
  if (last) expect(last.size).toBe(book.position('BTCUSDT').size);

  const closed = sum(
    [...book.ledgers.closings.newestFirst()].map(({ profit, openFee, closeFee }) =>
      new ExactDecimal(profit).minus(openFee).minus(closeFee).toFixed(),
    ),
  );
  const funding = sum(rows.map((row) => row.funding || '0'));
  const transfers = sum(rows.filter(({ type }) => type.startsWith('TRANSFER')).map(({ change }) => change));
  const ofOpen = book.position('BTCUSDT').openFee ?? '0';
  expect(closed.plus(funding).plus(transfers).minus(ofOpen).plus(OPENING).toFixed()).toBe(balance.toFixed());
  if (book.position('BTCUSDT').size === '0') expect(ofOpen).toBe('0');
}
