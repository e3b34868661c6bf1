import type { OrderPlan, VenueOrder } from './market';

/**
 * Who ended a signal before its order was filled.
 *
 * - person: somebody cancelled it (`signal cancel`, the API), or settled it by a word
 * - halt, reduce: the command of that name, with `--cancel-orders`
 * - flatten: the command of that name
 * - rule: its position was closed, or a limit of losses was reached
 * - time_to_live: its time passed
 * - time_in_force: its own option, at the venue: IOC, FOK, POST_ONLY
 * - venue: for reasons of the venue
 * - elsewhere: somebody at the venue itself, or another program with access to the account
 */
export type EndedBy =
  'person' | 'halt' | 'reduce' | 'flatten' | 'rule' | 'time_to_live' | 'time_in_force' | 'venue' | 'elsewhere';

/** Why we end a signal, or ask the venue to cancel its order. */
export interface StopCause {
  readonly by: Extract<EndedBy, 'person' | 'halt' | 'reduce' | 'flatten' | 'rule' | 'time_to_live'>;
  /** Who asked, where that is known. */
  readonly who?: string;
  /** What was said; absent for the time to live. */
  readonly reason?: string;
}

/** `cancelled by user ada (1000): changed my mind`, for people. */
export function stopWords({ by, who, reason = 'no reason given' }: StopCause): string {
  switch (by) {
    case 'person':
      return `cancelled by ${who ?? 'a person'}: ${reason}`;
    case 'halt':
    case 'reduce':
      return `cancelled by "${by} --cancel-orders"${who === undefined ? '' : ` of ${who}`}: ${reason}`;
    case 'flatten':
      return `cancelled by "flatten"${who === undefined ? '' : ` of ${who}`}: ${reason}`;
    case 'rule':
      return `cancelled by rule: ${reason}`;
    case 'time_to_live':
      return 'its time to live passed';
  }
}

/** Who ended it, and a clause that says why. */
export interface OrderEnd {
  readonly by: EndedBy;
  readonly words: string;
}

interface EndedOrder {
  readonly venue: string;
  readonly plan: OrderPlan;
  readonly order: VenueOrder;
}

/**
 * Who ended an order that is final and not filled, and why.
 *
 * @param asked why we had asked the venue to cancel it, before it was seen to be final; undefined: we had not
 */
export function orderEnd({ venue, plan, order }: EndedOrder, asked: StopCause | undefined): OrderEnd {
  const { by, words } = plainEnd({ venue, plan, order }, asked);
  return { by, words: order.note === undefined ? words : `${words} (${order.note})` };
}

function plainEnd({ venue, plan, order }: EndedOrder, asked: StopCause | undefined): OrderEnd {
  const { end, rejectReason } = order;
  if (order.status === 'rejected') {
    return { by: 'venue', words: `${venue} rejected it: ${end?.words ?? rejectReason ?? 'no reason given'}` };
  }
  if (end?.cause === 'word') return { by: 'person', words: end.words };
  // A venue that names no other cause did what it was asked to.
  const isAsRequested = end === undefined || end.cause === 'request';
  if (asked && isAsRequested) return { by: asked.by, words: stopWords(asked) };
  if (end?.cause === 'request') {
    const words = `cancelled at ${venue} itself, by hand or by another program with this account, not by oncefill`;
    return { by: 'elsewhere', words };
  }
  const { timeInForce } = plan;
  const hasOption = timeInForce !== undefined && timeInForce !== 'GTC';
  if (end?.cause === 'timeInForce' && hasOption)
    return { by: 'time_in_force', words: `it is ${timeInForce}, and ${end.words}` };
  return { by: 'venue', words: `${venue} cancelled it: ${end?.words ?? rejectReason ?? 'no reason given'}` };
}
