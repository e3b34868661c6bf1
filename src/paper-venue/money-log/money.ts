import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import type { ExecutionKind, ExecutionRecord } from '../book/records';
import { sizeAfter } from './closings';
import type { MoneyRecord, MoneyType } from './records';

/** The asset in which fees may be paid besides the settle asset. */
const MNT = 'MNT';

const TYPES: Readonly<Record<ExecutionKind, MoneyType>> = {
  Trade: 'TRADE',
  Funding: 'SETTLEMENT',
  BustTrade: 'LIQUIDATION',
  AdlTrade: 'ADL',
};

/** What is in the wallet while the executions of one step are booked, one after the other. */
export interface Balances {
  readonly settle: string;
  wallet: Decimal;
  mnt: Decimal;
  /** The sequence of the next row. */
  sequence: number;
  /** Of all rows of the step. */
  readonly id: string;
}

/**
 * The rows of an execution: one of the settle asset, and one of MNT where that paid the fee.
 *
 * @param balances as before it; they are as after it then
 * @param size of the position before it
 */
export function moneyOf(execution: ExecutionRecord, balances: Balances, size: string): readonly MoneyRecord[] {
  const isFunding = execution.kind === 'Funding';
  const paid = new ExactDecimal(execution.fee);
  const sizeThen = formatDecimal(sizeAfter(execution, size));
  const change = new ExactDecimal(execution.realisedProfit).minus(paid);
  balances.wallet = balances.wallet.plus(change);
  const settled = moneyRecord(execution, balances, sizeThen, {
    currency: balances.settle,
    funding: isFunding ? formatDecimal(paid.neg()) : '',
    fee: isFunding ? '0' : execution.fee,
    cashFlow: execution.realisedProfit,
    change: formatDecimal(change),
    cashBalance: formatDecimal(balances.wallet),
  });
  if (execution.mntFee === undefined) return [settled];
  balances.mnt = balances.mnt.minus(execution.mntFee);
  const fee = moneyRecord(execution, balances, sizeThen, {
    currency: MNT,
    funding: '',
    fee: execution.mntFee,
    cashFlow: '0',
    change: formatDecimal(new ExactDecimal(execution.mntFee).neg()),
    cashBalance: formatDecimal(balances.mnt),
  });
  return [settled, fee];
}

type Amounts = Pick<MoneyRecord, 'currency' | 'funding' | 'fee' | 'cashFlow' | 'change' | 'cashBalance'>;

/** The next row of an execution. One literal: put together of parts, it costs several times as much. */
function moneyRecord(execution: ExecutionRecord, balances: Balances, size: string, amounts: Amounts): MoneyRecord {
  return {
    sequence: balances.sequence++,
    id: balances.id,
    type: TYPES[execution.kind ?? 'Trade'],
    currency: amounts.currency,
    symbol: execution.symbol,
    side: execution.side,
    quantity: execution.quantity,
    size,
    price: execution.price,
    funding: amounts.funding,
    fee: amounts.fee,
    cashFlow: amounts.cashFlow,
    change: amounts.change,
    cashBalance: amounts.cashBalance,
    feeRate: execution.feeRate,
    executionId: execution.executionId,
    orderId: execution.orderId,
    clientOrderId: execution.clientOrderId,
    atMs: execution.atMs,
  };
}

/**
 * The row of a transfer.
 *
 * @param amount positive: into the account; negative: out of it
 * @param cashBalance the wallet after it
 */
export function transferRow(
  amount: Decimal,
  cashBalance: Decimal,
  details: { readonly sequence: number; readonly currency: string; readonly transferId: string; readonly atMs: number },
): MoneyRecord {
  const { sequence, currency, transferId, atMs } = details;
  return {
    sequence,
    id: transferId,
    type: amount.isNegative() ? 'TRANSFER_OUT' : 'TRANSFER_IN',
    currency,
    symbol: '',
    side: 'None',
    quantity: formatDecimal(amount.abs()),
    size: '0',
    price: '',
    funding: '',
    fee: '0',
    cashFlow: formatDecimal(amount),
    change: formatDecimal(amount),
    cashBalance: formatDecimal(cashBalance),
    feeRate: '',
    executionId: transferId,
    orderId: '',
    clientOrderId: '',
    atMs,
  };
}
