import type { ClosedTrade, PositionRow } from '../../../src/domain/position/types';
import type { PositionView } from '../../../src/messages/position';

const OPENED_AT_MS = Date.UTC(2026, 0, 5, 12);

export function aRow(change: Partial<PositionRow> = {}): PositionRow {
  return {
    symbol: 'BTCUSDT',
    side: 'LONG',
    size: '0.5',
    entryPrice: '61200',
    markPrice: '61300',
    value: '30600',
    stopLoss: '59950',
    openedAtMs: OPENED_AT_MS,
    updatedAtMs: OPENED_AT_MS,
    sequence: 1,
    status: 'normal',
    ...change,
  };
}

/** Its stop in force is that of its row, unless a test says otherwise. */
export function aPositionView(change: Partial<PositionView> = {}): PositionView {
  const { stopLoss } = change.row ?? aRow();
  return {
    ...(stopLoss !== undefined && { stop: { price: stopLoss, isEstimated: false } }),
    venue: 'bybit',
    symbol: 'BTCUSDT',
    state: 'PROTECTED',
    row: aRow(),
    reportedAtMs: OPENED_AT_MS + 1_000,
    stopSource: 'attached',
    openers: [],
    marks: [],
    exitRounds: 0,
    timeline: [],
    ...change,
  };
}

export function aTrade(change: Partial<ClosedTrade> = {}): ClosedTrade {
  return {
    symbol: 'BTCUSDT',
    side: 'LONG',
    openedAtMs: OPENED_AT_MS,
    closedAtMs: OPENED_AT_MS + 600_000,
    quantity: '0.5',
    entryPrice: '61200',
    exitPrice: '61300',
    reason: 'TIME_LIMIT',
    gross: '50',
    fees: '33.6875',
    funding: '0',
    net: '16.3125',
    isProven: true,
    strategy: 'ml_strategy',
    openedBy: ['0123456789abcdef'],
    exitRounds: 1,
    unprotectedMs: 0,
    marks: [],
    ...change,
  };
}
