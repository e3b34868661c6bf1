import type { Decimal } from 'decimal.js';
import { formatDecimal } from '../../domain/decimal';
import type { PositionRecord, Transaction } from '../book/records';
import { BoundedLog } from './bounded-log';
import { closingOf, openFeesAfter } from './closings';
import { type Balances, moneyOf } from './money';
import type { ClosingRecord, MoneyRecord } from './records';

/** Rows kept for queries; the oldest are let go. */
const MONEY_KEPT_MAX = 200_000;
const CLOSINGS_KEPT_MAX = 50_000;
const LET_GO_BATCH = 10_000;

/** What the ledgers need to know of the account before a step. */
export interface AccountBefore {
  readonly settle: string;
  readonly wallet: Decimal;
  readonly mnt: Decimal;
  position(symbol: string): PositionRecord;
}

/** Why the wallet is what it is: a row for every change of it, and what every closing order brought. */
export class Ledgers {
  readonly money = new BoundedLog<MoneyRecord>(MONEY_KEPT_MAX, LET_GO_BATCH);
  readonly closings = new BoundedLog<ClosingRecord>(CLOSINGS_KEPT_MAX, LET_GO_BATCH);
  readonly #closingByOrderId = new Map<string, ClosingRecord>();

  apply({ money = [], closings = [] }: Transaction): void {
    for (const row of money) this.money.add(row);
    for (const closing of closings) this.#putClosing(closing);
  }

  /**
   * The same step with what it does to the ledgers; one without executions stays as it is.
   *
   * @throws Error for a wallet that its executions do not explain
   */
  complete(transaction: Transaction, before: AccountBefore): Transaction {
    const { executions = [], positions = [] } = transaction;
    if (executions.length === 0) return transaction;
    const sequence = this.money.lastSequence + 1;
    const { settle, wallet, mnt } = before;
    const balances: Balances = { settle, wallet, mnt, sequence, id: `${executions[0]!.symbol}_${sequence}` };
    const closings = new Map<string, ClosingRecord>();
    const counted = new Map<string, PositionRecord>();
    const money: MoneyRecord[] = [];
    for (const execution of executions) {
      const position = counted.get(execution.symbol) ?? before.position(execution.symbol);
      const former = closings.get(execution.orderId) ?? this.#closingByOrderId.get(execution.orderId);
      const closing = closingOf(execution, position, former);
      if (closing) closings.set(execution.orderId, closing);
      money.push(...moneyOf(execution, balances, position.size));
      counted.set(execution.symbol, openFeesAfter(execution, position));
    }
    const explained = formatDecimal(balances.wallet);
    if ((transaction.walletBalance ?? explained) !== explained) {
      throw new Error(`The wallet would be ${transaction.walletBalance}, and its executions make it ${explained}.`);
    }
    return {
      ...transaction,
      positions: positions.map((position) => withOpenFee(position, counted.get(position.symbol))),
      money,
      ...(closings.size > 0 && { closings: [...closings.values()] }),
    };
  }

  #putClosing(closing: ClosingRecord): void {
    if (this.#closingByOrderId.has(closing.orderId)) this.closings.replace(closing);
    else for (const { orderId } of this.closings.add(closing)) this.#closingByOrderId.delete(orderId);
    this.#closingByOrderId.set(closing.orderId, closing);
  }
}

function withOpenFee(position: PositionRecord, counted: PositionRecord | undefined): PositionRecord {
  return counted?.openFee === undefined ? position : { ...position, openFee: counted.openFee };
}
