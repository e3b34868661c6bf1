import type { Decimal } from 'decimal.js';
import type { ExecutionRecord, PositionRecord, Transaction } from '../book/records';
import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import { Ledgers } from './ledgers';

/** What a book of a former version knows at its end. */
export interface FormerBook {
  readonly settle: string;
  readonly wallet: Decimal;
  readonly mnt: Decimal;
  /** Oldest first. */
  readonly executions: readonly ExecutionRecord[];
  readonly positions: readonly PositionRecord[];
}

/**
 * The ledgers of a book whose journal has none: from its executions, with the balances counted back from its end. What
 * it had let go of is not counted.
 */
export function ledgersOfFormer(former: FormerBook): Transaction {
  const { settle } = former;
  // Where a record was lost, what is left of its market cannot be counted.
  const known = new Set(former.positions.map(({ symbol }) => symbol));
  const executions = former.executions.filter(({ symbol }) => known.has(symbol));
  let { wallet, mnt } = former;
  const sizes = new Map(former.positions.map(({ symbol, size }) => [symbol, new ExactDecimal(size)]));
  for (const { symbol, side, quantity, realisedProfit, fee, mntFee } of executions) {
    wallet = wallet.minus(realisedProfit).plus(fee);
    mnt = mnt.plus(mntFee ?? '0');
    const size = sizes.get(symbol) ?? new ExactDecimal(0);
    sizes.set(symbol, size.minus(side === 'Buy' ? quantity : `-${quantity}`));
  }
  const before = new Map(
    former.positions.map((position) => [
      position.symbol,
      { ...position, size: formatDecimal(sizes.get(position.symbol)!), openFee: '0' },
    ]),
  );
  // In one step, as it was one long order of things; only its ids would tell.
  const { money, closings, positions } = new Ledgers().complete(
    { executions, positions: former.positions },
    { settle, wallet, mnt, position: (symbol) => before.get(symbol)! },
  );
  return { money, closings, positions };
}
