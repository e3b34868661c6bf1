/** Every unit is accounted for: the wallet is the opening balance plus booked profits minus fees, whatever is traded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ExactDecimal, ZERO } from '../../../src/domain/decimal';
import { Account } from './support/account';

const step = fc.record({
  price: fc.integer({ min: 45_000, max: 55_000 }),
  side: fc.constantFrom('Buy', 'Sell'),
  thousandths: fc.integer({ min: 1, max: 3_000 }),
  orderType: fc.constantFrom('Market', 'Limit'),
  limit: fc.integer({ min: 45_000, max: 55_000 }),
  reduceOnly: fc.boolean(),
});

test('wallet, position and locked margin follow from the fills', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const stateDir = mkdtempSync(join(tmpdir(), 'paper-wallet-'));
      try {
        const account = new Account(stateDir, '20000');
        for (const { price, side, thousandths, orderType, limit, reduceOnly } of steps) {
          account.movePrice(price);
          try {
            const qty = (thousandths / 1_000).toFixed(3);
            account.engine.place(account.order({ side, orderType, qty, price: String(limit), reduceOnly }));
          } catch (error) {
            expect((error as Error).name).toBe('VenueRefusal');
          }
        }
        expectConsistent(account);
        expectConsistent(new Account(stateDir, '1'));
      } finally {
        rmSync(stateDir, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
});

function expectConsistent({ book }: Account): void {
  let expectedTotal = new ExactDecimal('20000');
  let size = new ExactDecimal(0);
  for (const fill of book.orders.executions()) {
    expectedTotal = expectedTotal.plus(fill.realisedProfit).minus(fill.fee);
    size = size.plus(fill.side === 'Buy' ? fill.quantity : `-${fill.quantity}`);
  }
  const { total, available, positionMargin, orderMargin } = book.walletBalance;
  const position = book.position('BTCUSDT');
  expect(total.toFixed()).toBe(expectedTotal.toFixed());
  expect(position.size).toBe(size.toFixed());
  expect(available.plus(positionMargin).plus(orderMargin).toFixed()).toBe(total.toFixed());
  if (size.isZero()) expect([position.entryValue, positionMargin.toFixed()]).toEqual([ZERO.toFixed(), '0']);
}
