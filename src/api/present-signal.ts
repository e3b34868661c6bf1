import type { OrderView, SignalView } from '../domain/signal-view';
import type { TradingSignal } from '../domain/signal';
import type { CancelAnswer, IntakeResult, SignalSummary } from '../intake/types';
import { isoTime } from '../page/iso-time';

/*
 * The API's JSON: snake_case names, decimal strings, times as ISO 8601 in UTC. A field that is absent in the source is
 * absent here, because JSON.stringify drops undefined.
 */

/** What was asked for. */
export function presentRequest(signal: TradingSignal) {
  return {
    symbol: signal.symbol,
    direction: signal.direction,
    strategy: signal.strategy,
    timestamp: isoTime(signal.timestampMs),
    intent: signal.intent,
    amount: signal.amount,
    amount_max: signal.amountMax,
    limit_price: signal.limitPrice,
    time_in_force: signal.timeInForce,
    good_for_seconds: signal.goodForSeconds,
    stop_loss: signal.stopLoss,
    stop_loss_distance: signal.stopLossDistance,
    take_profit: signal.takeProfit,
    take_profit_distance: signal.takeProfitDistance,
    trailing_distance: signal.trailingDistance,
    max_holding_seconds: signal.maxHoldingSeconds,
    signal_strength: signal.signalStrength,
  };
}

function presentOrder(order: OrderView) {
  return {
    client_order_id: order.clientOrderId,
    venue_order_id: order.venueOrderId,
    quantity: order.quantity,
    filled_quantity: order.filledQuantity,
    /** The older name of `filled_quantity`, for programs that read it. */
    filled_amount: order.filledQuantity,
    average_price: order.averagePrice,
    fee: order.fee,
    ...(order.otherFees && { other_fees: order.otherFees }),
  };
}

/** The rules of the account name the variable of a setting that a file may have set as well. */
export function refusalWords(message: string): string {
  return message.replace('(SIGNAL_DEDUP_WINDOW)', '(signals.dedupWindowSeconds)');
}

/** What intake did with a signal: the body of the answer to `POST /api/signals`. */
export function presentIntake(result: IntakeResult) {
  if (result.status === 'refused') {
    const { status, code, message, retryAfterMs } = result;
    const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000);
    return { status, code, message: refusalWords(message), retry_after_seconds: seconds };
  }
  if (result.status !== 'duplicate') return result;
  const { status, fingerprint, conflicting, taken, message } = result;
  return { status, fingerprint, conflicting, taken: taken && presentRequest(taken), message };
}

/** The body of `GET /api/signals/:fingerprint`. */
export function presentSignal(view: SignalView) {
  return {
    fingerprint: view.fingerprint,
    venue: view.venue,
    state: view.state,
    outcome: view.outcome,
    denial_code: view.denialCode,
    ended_by: view.endedBy,
    exit_reason: view.exitReason,
    closes_opposite: view.closesOpposite,
    detail: view.detail,
    signal: presentRequest(view.signal),
    reserved_asset: view.reservedAsset,
    reserved_amount: view.reservedAmount,
    wait_until: isoTime(view.waitUntilMs),
    send_attempts: view.sendAttempts,
    order: view.order && presentOrder(view.order),
    timeline: view.timeline.map(({ atMs, text }) => ({ time: isoTime(atMs), text })),
  };
}

/** One row of `GET /api/signals`. */
export function presentSummary(summary: SignalSummary) {
  return {
    fingerprint: summary.fingerprint,
    symbol: summary.symbol,
    direction: summary.direction,
    strategy: summary.strategy,
    venue: summary.venue,
    status: summary.status,
    outcome: summary.outcome,
    exit_reason: summary.exitReason,
    started_at: isoTime(summary.startedAtMs),
    ended_at: isoTime(summary.endedAtMs),
  };
}

/** What the audit says of it: `ended` changed nothing. */
export function auditedCancel(answer: CancelAnswer | undefined) {
  const isDone = answer?.effect === 'unsent' || answer?.effect === 'cancelling';
  return { result: isDone ? 'done' : 'refused', detail: answer?.message ?? 'not known' } as const;
}

/** The body of the answer; also what `oncefill signal cancel --json` prints. */
export function presentCancel(fingerprint: string, { effect, outcome, message }: CancelAnswer) {
  return { fingerprint, status: effect, outcome, message };
}
