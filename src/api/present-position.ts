import { equityCurve, sumOfTrades, sumsBy, type TradeSum } from '../domain/position/trade-sums';
import type { AwaitedWord } from '../domain/position/exit-under-way';
import type { ClosedTrade } from '../domain/position/types';
import type { PositionReply, PositionView } from '../messages/position';
import type { KnownPosition, RiskView } from '../messages/venue-account';
import type { Closing } from '../positions/flatten';
import type { Flattened } from '../positions/flatten-account';
import type { ListedPosition, TradeList } from '../positions/position-workflows';
import { isoTime } from '../page/iso-time';

function presentRow(row: KnownPosition) {
  return {
    side: row.side,
    size: row.size,
    entry_price: row.entryPrice,
    mark_price: row.markPrice,
    value: row.value,
    leverage: row.leverage,
    liquidation_price: row.liquidationPrice,
    stop_loss: row.stopLoss,
    take_profit: row.takeProfit,
    trailing_distance: row.trailingDistance,
    unrealised_profit: row.unrealisedProfit,
    realised_profit: row.realisedProfit,
    opened_at: isoTime(row.openedAtMs),
    updated_at: isoTime(row.updatedAtMs),
    held_by_venue: row.status === 'venue' ? true : undefined,
    deleveraging_rank: row.deleveragingRank,
  };
}

/** The body of `GET /api/positions/:symbol`. */
export function presentPosition(view: PositionView) {
  return {
    symbol: view.symbol,
    venue: view.venue,
    state: view.state,
    state_reason: view.stateReason,
    ...(view.row ? presentRow(view.row) : { side: view.side }),
    reported_at: isoTime(view.reportedAtMs),
    stop_source: view.stopSource,
    unprotected_since: isoTime(view.unprotectedSinceMs),
    closes_at: isoTime(view.closesAtMs),
    opened_by: view.openers.map(({ fingerprint, strategy, quantity }) => ({ fingerprint, strategy, quantity })),
    marks: view.marks,
    exit_rounds: view.exitRounds,
    exit_fingerprint: view.exitFingerprint,
    exit_reason: view.exitReason,
    word_awaited: view.wordAwaited && presentAwaited(view.wordAwaited),
    trade: view.trade && presentTrade(view.trade),
    timeline: view.timeline.map(({ atMs, text }) => ({ time: isoTime(atMs), text })),
  };
}

/** The order of an exit that waits for a person's word: `POST /api/signals/:fingerprint/settle` gives it. */
function presentAwaited({ fingerprint, clientOrderId, sinceMs }: AwaitedWord) {
  return { fingerprint, client_order_id: clientOrderId, since: isoTime(sinceMs) };
}

/** One row of `GET /api/positions`. */
export function presentListed(position: ListedPosition) {
  return position.view ? presentPosition(position.view) : { symbol: position.symbol, problem: position.problem };
}

export function presentTrade(trade: ClosedTrade) {
  return {
    symbol: trade.symbol,
    side: trade.side,
    strategy: trade.strategy,
    opened_at: isoTime(trade.openedAtMs),
    closed_at: isoTime(trade.closedAtMs),
    held_seconds: Math.round((trade.closedAtMs - trade.openedAtMs) / 1_000),
    quantity: trade.quantity,
    entry_price: trade.entryPrice,
    exit_price: trade.exitPrice,
    reason: trade.reason,
    gross: trade.gross,
    fees: trade.fees,
    funding: trade.funding,
    net: trade.net,
    is_proven: trade.isProven,
    opened_by: trade.openedBy,
    exit_rounds: trade.exitRounds,
    unprotected_ms: trade.unprotectedMs,
    marks: trade.marks,
  };
}

/** Trades that no signal of ours opened have no strategy. */
export const NO_STRATEGY = '-';

/** The body of `GET /api/trades`; also what `oncefill trades --json` prints. */
export function presentTrades({ trades, untold, isCut }: TradeList, days: number) {
  const named = (groups: readonly (readonly [string, TradeSum])[]) => Object.fromEntries(groups);
  return {
    days,
    sum: sumOfTrades(trades),
    by_symbol: named(sumsBy(trades, ({ symbol }) => symbol)),
    by_strategy: named(sumsBy(trades, ({ strategy }) => strategy ?? NO_STRATEGY)),
    trades: trades.map(presentTrade),
    net_over_time: equityCurve(trades).map(({ atMs, net }) => ({ time: isoTime(atMs), net })),
    untold: untold.length > 0 ? untold : undefined,
    is_cut: isCut || undefined,
  };
}

/** The body of `GET /api/risk`; also what `oncefill risk --json` prints. */
export function presentRisk(view: RiskView) {
  return {
    equity: view.equity,
    day_start_equity: view.dayStartEquity,
    positions_as_of: view.positionsAsOfMs === 0 ? undefined : isoTime(view.positionsAsOfMs),
    positions: view.positions.map((row) => ({ symbol: row.symbol, ...presentRow(row) })),
    unprotected: view.unprotected,
    rules: view.rules.map(({ code, of, limit, value, isBlocking, blockedUntilMs }) => ({
      code,
      of,
      limit,
      value,
      is_blocking: isBlocking,
      blocked_until: isoTime(blockedUntilMs),
    })),
  };
}

export function presentReply(symbol: string, { accepted, message }: PositionReply) {
  return { symbol, status: accepted ? 'accepted' : 'refused', message };
}

export function presentClosing({ symbol, reply, ended, problem }: Closing) {
  return {
    symbol,
    message: reply?.message,
    problem,
    is_closed: ended !== undefined,
    trade: ended?.trade && presentTrade(ended.trade),
  };
}

/** The body of the answer to `POST /api/flatten`; also what `oncefill flatten --json` prints. */
export function presentFlattened({ change, cancelled, closings }: Flattened) {
  return {
    trading_state: change.to,
    reason: change.reason,
    cancelled: cancelled.map(({ order, outcome, message }) => ({ fingerprint: order.fingerprint, outcome, message })),
    positions: closings.map(presentClosing),
  };
}
