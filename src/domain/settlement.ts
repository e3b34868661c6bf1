import type { CommitCommand, EndReservationResult, InvalidCommandResult, Reservation } from './ledger/types';
import type { OrderPlan, VenueOrder } from './market';
import { spentAmount } from './sizing';

/** An order of which something filled. */
export interface Fill {
  readonly fingerprint: string;
  readonly plan: OrderPlan;
  readonly order: VenueOrder;
  /** Position value divided by its margin, 1 or more. */
  readonly leverage: number;
}

/** What the ledger is told to book for it. One request id, so that booking it again changes nothing. */
export function commitCommandOf({ fingerprint, plan, order, leverage }: Fill): CommitCommand {
  return {
    requestId: `${fingerprint}:commit`,
    reservationId: fingerprint,
    amount: spentAmount({ plan, order, leverage }),
    executedAtMs: order.updatedAtMs,
    ...(order.filledQuantity !== '' && { quantity: order.filledQuantity }),
    reason: fillSentence(order),
  };
}

/**
 * `fee 0.33 USDT`, with what was paid in other assets.
 *
 * @param settleAsset what `fee` is in
 */
export function feeSentence(
  { fee, otherFees = {} }: Pick<VenueOrder, 'fee' | 'otherFees'>,
  settleAsset: string,
): string {
  const others = Object.entries(otherFees).map(([asset, amount]) => `${amount} ${asset}`);
  if (fee === '') return ['fee unknown', ...others].join(' and ');
  const own = others.length > 0 && /^0+(\.0+)?$/.test(fee) ? [] : [`${fee} ${settleAsset}`.trim()];
  return `fee ${[...own, ...others].join(' and ')}`;
}

/** `0.01 BTCUSDT at 60000`, and what is odd about it. */
export function fillSentence({ filledQuantity, symbol, averagePrice, note }: VenueOrder): string {
  const words = `${filledQuantity} ${symbol} at ${averagePrice ?? 'an unknown price'}`;
  return note === undefined ? words : `${words} (${note})`;
}

/** @returns why the account did not book a fill; undefined: it is booked, now or before */
export function bookingFault(answer: EndReservationResult | InvalidCommandResult): string | undefined {
  switch (answer.status) {
    case 'ended':
      return undefined;
    case 'already_ended':
      return faultOfEnd(answer.reservation.status);
    case 'ended_before':
      return faultOfEnd(answer.how);
    case 'not_found':
      return 'The ledger knows of no reservation for it.';
    case 'invalid':
      return answer.message;
  }
}

function faultOfEnd(endedAs: Reservation['status']): string | undefined {
  return endedAs === 'committed' ? undefined : 'Its reservation was released before, as if nothing had filled.';
}

/**
 * What a person is told of a fill that is not booked.
 *
 * @param what a fillSentence
 */
export function notBookedSentence(what: string, venue: string, fault: string): string {
  return `${what} could not be booked at ${venue}: ${fault}`;
}
