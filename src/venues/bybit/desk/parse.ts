import type { Execution, MoneyRow, PositionRow } from '../../../domain/position/types';
import { faultOf, nameOf, RowFault, type ReadRows } from '../rows';
import { executionRow, moneyLogRow, openPosition, positionSize } from './payloads';
import type { ExecutionRow, MoneyLogRow, OpenPosition } from './payloads';

/** The venue's words for what an execution was. One that nobody here knows may have moved the position: it is no trade by guess. */
const EXECUTION_KINDS: ReadonlyMap<string, Execution['kind']> = new Map([
  ['Trade', 'trade'],
  ['BlockTrade', 'trade'],
  ['MovePosition', 'trade'],
  ['FutureSpread', 'trade'],
  ['BustTrade', 'liquidation'],
  ['AdlTrade', 'adl'],
  ['Funding', 'funding'],
  ['Settle', 'settlement'],
  ['Delivery', 'settlement'],
  ['CorporateAction', 'settlement'],
]);

const MONEY_KINDS: ReadonlyMap<string, MoneyRow['kind']> = new Map([
  ['TRADE', 'trade'],
  ['SETTLEMENT', 'funding'],
  ['LIQUIDATION', 'liquidation'],
  ['ADL', 'adl'],
  ['TRANSFER_IN', 'transfer_in'],
  ['TRANSFER_OUT', 'transfer_out'],
]);
/** Kinds whose row says what a trade cost. */
const KINDS_WITH_FEE: ReadonlySet<MoneyRow['kind']> = new Set(['trade', 'liquidation', 'adl']);
const CATEGORY = 'linear';

/**
 * Row by row. In hedge mode, or where a symbol is named twice, nothing is known of it: it is named, because what is neither a
 * row nor named counts as closed.
 *
 * @throws RowFault for a row without a symbol: it may be any symbol's
 */
export function parsePositionRows(candidates: readonly unknown[], symbols: ReadonlySet<string>): ReadRows<PositionRow> {
  const rows = new Map<string, PositionRow>();
  const seen = new Set<string>();
  const faults = new Map<string, string>();
  for (const candidate of candidates) {
    const symbol = nameOf(candidate, 'symbol');
    if (symbol === undefined) throw new RowFault('a position has no symbol that can be read');
    if (!symbols.has(symbol)) continue;
    const size = positionSize.safeParse(candidate);
    const isFlat = size.success && Number(size.data.size) === 0;
    const row = size.success && !isFlat ? openPosition.safeParse(candidate) : undefined;
    if (seen.has(symbol)) faults.set(symbol, 'it is named twice');
    else if (!size.success) faults.set(symbol, faultOf(size.error));
    else if (row?.success === false) faults.set(symbol, faultOf(row.error));
    else if (row !== undefined) rows.set(symbol, positionRowOf(row.data));
    seen.add(symbol);
  }
  return {
    rows: [...rows.values()].filter(({ symbol }) => !faults.has(symbol)),
    faults: [...faults].map(([symbol, fault]) => ({ symbol, fault })),
  };
}

function positionRowOf(row: OpenPosition): PositionRow {
  return {
    symbol: row.symbol,
    side: row.side === 'Buy' ? 'LONG' : 'SHORT',
    size: row.size,
    entryPrice: row.avgPrice,
    markPrice: row.markPrice,
    value: row.positionValue,
    ...told({
      liquidationPrice: row.liqPrice,
      leverage: row.leverage,
      stopLoss: row.stopLoss,
      takeProfit: row.takeProfit,
      trailingDistance: row.trailingStop,
      unrealisedProfit: row.unrealisedPnl,
      realisedProfit: row.curRealisedPnl,
    }),
    openedAtMs: row.openTime,
    updatedAtMs: row.updatedTime,
    sequence: row.seq,
    status: row.positionStatus === 'Normal' ? 'normal' : 'venue',
    ...(row.adlRankIndicator !== undefined && { deleveragingRank: row.adlRankIndicator }),
  };
}

/**
 * @param feeAsset fees in another asset take nothing of it
 * @throws RowFault when it cannot be read, or is of another symbol
 */
export function parseExecution(candidate: unknown, symbol: string, feeAsset: string): Execution {
  const parsed = executionRow.safeParse(candidate);
  if (!parsed.success) throw new RowFault(`an execution of ${symbol} cannot be read (${faultOf(parsed.error)})`);
  const row = parsed.data;
  if (row.symbol !== symbol) throw new RowFault(`an execution is not of ${symbol}, which was asked for`);
  const kind = EXECUTION_KINDS.get(row.execType);
  if (kind === undefined) throw new RowFault(`an execution of ${symbol} is of a kind that is not known here`);
  return {
    executionId: row.execId,
    orderId: row.orderId,
    clientOrderId: row.orderLinkId,
    symbol,
    direction: row.side === 'Buy' ? 'BUY' : 'SELL',
    kind,
    quantity: row.execQty,
    price: row.execPrice,
    fee: row.feeCurrency && row.feeCurrency !== feeAsset ? '0' : row.execFee,
    closedQuantity: closedQuantityOf(row, kind),
    stopOrderType: row.stopOrderType,
    createType: row.createType,
    atMs: row.execTime,
    // Zero is told where the venue counts nothing.
    ...(typeof row.seq === 'number' && row.seq > 0 && { sequence: row.seq }),
  };
}

/** Funding closes nothing, and the venue leaves its figure empty; of all else an empty one is not known. */
function closedQuantityOf({ closedSize, symbol }: ExecutionRow, kind: Execution['kind']): string {
  if (kind === 'funding') return '0';
  if (closedSize === undefined) throw new RowFault(`an execution of ${symbol} does not say what it closed`);
  return closedSize;
}

/**
 * @returns undefined for a row of another asset
 * @throws RowFault when it cannot be read
 */
export function parseMoneyRow(candidate: unknown, asset: string): MoneyRow | undefined {
  const parsed = moneyLogRow.safeParse(candidate);
  if (!parsed.success) throw new RowFault(`a change of the wallet cannot be read (${faultOf(parsed.error)})`);
  const row = parsed.data;
  if (row.currency !== asset) return undefined;
  // A spot market may have the same name: what happens there is of no position.
  const isOurs = !row.category || row.category === CATEGORY;
  const kind = (isOurs ? MONEY_KINDS.get(row.type) : undefined) ?? 'other';
  // Transfers have no execution: the row's own id tells one from another.
  const executionId = row.tradeId || row.id;
  if (!executionId) throw new RowFault('a change of the wallet has no id');
  return {
    executionId,
    orderId: row.orderId,
    kind,
    symbol: isOurs ? row.symbol : '',
    change: row.change,
    fee: figureOf(row, 'fee', KINDS_WITH_FEE.has(kind)),
    funding: figureOf(row, 'funding', kind === 'funding'),
    balance: row.cashBalance,
    atMs: row.transactionTime,
  };
}

/** The venue leaves a figure empty where it does not apply. */
function figureOf(row: MoneyLogRow, field: 'fee' | 'funding', isNeeded: boolean): string {
  const figure = row[field];
  if (figure === undefined && isNeeded) throw new RowFault(`a change of the wallet does not tell its ${field}`);
  return figure ?? '0';
}

/** Without what is not known, so that rows with equal knowledge are equal. */
function told<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}
