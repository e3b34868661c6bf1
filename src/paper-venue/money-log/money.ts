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
  const common = {
    ...tradeOf(execution, size),
    feeRate: execution.feeRate,
    id: balances.id,
    type: TYPES[execution.kind ?? 'Trade'],
  };
  const change = new ExactDecimal(execution.realisedProfit).minus(paid);
  balances.wallet = balances.wallet.plus(change);
  const settled: MoneyRecord = {
    ...common,
    sequence: balances.sequence++,
    currency: balances.settle,
    funding: isFunding ? formatDecimal(paid.neg()) : '',
    fee: isFunding ? '0' : execution.fee,
    cashFlow: execution.realisedProfit,
    change: formatDecimal(change),
    cashBalance: formatDecimal(balances.wallet),
  };
  if (execution.mntFee === undefined) return [settled];
  balances.mnt = balances.mnt.minus(execution.mntFee);
  const fee: MoneyRecord = {
    ...common,
    sequence: balances.sequence++,
    currency: MNT,
    funding: '',
    fee: execution.mntFee,
    cashFlow: '0',
    change: formatDecimal(new ExactDecimal(execution.mntFee).neg()),
    cashBalance: formatDecimal(balances.mnt),
  };
  return [settled, fee];
}

function tradeOf(execution: ExecutionRecord, size: string): Omit<MoneyRecord, keyof Amounts> {
  return {
    symbol: execution.symbol,
    side: execution.side,
    quantity: execution.quantity,
    size: formatDecimal(sizeAfter(execution, size)),
    price: execution.price,
    executionId: execution.executionId,
    orderId: execution.orderId,
    clientOrderId: execution.clientOrderId,
    atMs: execution.atMs,
  };
}

type Amounts = Pick<
  MoneyRecord,
  'sequence' | 'id' | 'type' | 'currency' | 'funding' | 'fee' | 'feeRate' | 'cashFlow' | 'change' | 'cashBalance'
>;

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
