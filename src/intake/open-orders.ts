import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Reservation } from '../domain/ledger/types';
import type { OrderPlan } from '../domain/market';
import type { Intent, TimeInForce } from '../domain/signal';
import type { SignalOutcome, SignalView } from '../domain/signal-view';
import type { CancelAnswer, CancelOrigin } from '../messages/signal';
import { someAtOnce } from '../process/some-at-once';
import { countSignals } from './count-signals';
import type { SignalIntake } from './types';

/** Signals that are asked, or cancelled, at the same time. */
const ASKED_AT_ONCE_MAX = 10;
/** All of them together are asked for no longer than this: a person waits, and what is not known by then is said. */
const ASKING_MAX_MS = 15_000;
/** How long a person waits to see cancelled orders end; what has not ended by then is said. */
const ENDING_MAX_MS = 20_000;
const ENDING_INTERVAL_MS = 500;

/**
 * Where an order stands. open: it is at the venue. cancelling: the venue was asked to cancel it, and the end is not seen yet.
 * unproven: it may be there. unsent: it waits to be sent. All but the unsent may still fill.
 */
export type OrderStand = 'open' | 'cancelling' | 'unproven' | 'unsent';

/** An order that a signal holds funds for, or, as an exit, a place in the account. */
export interface OpenOrder {
  readonly fingerprint: string;
  readonly stand: OrderStand;
  readonly intent: Intent;
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly quantity: string;
  /** Absent: not known. */
  readonly filledQuantity?: string;
  /** Absent: a market order. */
  readonly limitPrice?: string;
  readonly timeInForce?: TimeInForce;
}

export interface OpenOrders {
  /** Oldest first. */
  readonly orders: readonly OpenOrder[];
  /** Signals under way that hold nothing yet; undefined: the server does not tell. */
  readonly waiting: number | undefined;
}

/** What became of an order that was to be cancelled. */
export interface CancelledOrder {
  readonly order: OpenOrder;
  /** Absent: it has not ended yet, or that could not be seen. */
  readonly outcome?: SignalOutcome;
  /** One sentence. */
  readonly message: string;
}

type Signals = Pick<SignalIntake, 'show' | 'cancel'>;

/**
 * What of a venue's orders is open, or may be, or may still be sent.
 *
 * @param reservations the account's, pending
 */
export async function readOpenOrders(
  client: Client,
  signals: Signals,
  venue: string,
  reservations: readonly Reservation[],
): Promise<OpenOrders> {
  const deadlineMs = performance.now() + ASKING_MAX_MS;
  const found = await someAtOnce(reservations, ASKED_AT_ONCE_MAX, async (reservation) => {
    const view = performance.now() < deadlineMs ? await viewOf(signals, reservation.id) : undefined;
    return openOrderOf(reservation, view);
  });
  const running = await countSignals(client, { venue, isRunning: true });
  return {
    orders: found.filter((order) => order !== undefined),
    waiting: running === undefined ? undefined : Math.max(0, running - reservations.length),
  };
}

/** @param view undefined: the signal does not answer, and its order may be at the venue */
export function openOrderOf(reservation: Reservation, view: SignalView | undefined): OpenOrder | undefined {
  const stand = view === undefined ? 'unproven' : standOf(view);
  if (stand === undefined) return undefined;
  const { symbol, direction, quantity, limitPrice, timeInForce } = reservation.metadata as unknown as OrderPlan;
  return {
    fingerprint: reservation.id,
    stand,
    intent: reservation.intent,
    symbol,
    direction,
    quantity,
    filledQuantity: view?.order?.filledQuantity,
    limitPrice,
    timeInForce,
  };
}

/** @returns undefined: nothing of it can fill any more */
function standOf({ state, isCancelAsked }: Pick<SignalView, 'state' | 'isCancelAsked'>): OrderStand | undefined {
  switch (state) {
    case 'WORKING':
      return isCancelAsked === true ? 'cancelling' : 'open';
    case 'RECEIVED':
    case 'SIZING':
    case 'WAITING_FOR_PERMIT':
      return 'unsent';
    // While funds are reserved on the short road the order may leave in the same step.
    case 'RESERVING':
    case 'PLACING':
    case 'RESOLVING':
    case 'MISSING':
      return 'unproven';
    case 'SETTLING':
    case 'ENDED':
      return undefined;
  }
}

/** What a command cancels: at a halt everything; at a reduction the entries, because exits are what goes on. */
export function ordersToCancel(orders: readonly OpenOrder[], by: 'halt' | 'reduce'): readonly OpenOrder[] {
  return orders.filter(({ intent }) => by === 'halt' || intent === 'entry');
}

/**
 * Asks the signals of these orders to cancel, and sees how they end, for a while.
 *
 * @param wish `endingMaxMs`: how long the ends are waited for; absent: as long as a person waits
 * @param onAnswer told of every answer, and of every signal that gave none
 */
export async function cancelOrders(
  signals: Signals,
  orders: readonly OpenOrder[],
  wish: { readonly reason: string; readonly origin: CancelOrigin; readonly endingMaxMs?: number },
  onAnswer: (order: OpenOrder, answer: CancelAnswer | undefined) => void,
): Promise<readonly CancelledOrder[]> {
  const { reason, origin, endingMaxMs = ENDING_MAX_MS } = wish;
  const asked = await someAtOnce(orders, ASKED_AT_ONCE_MAX, async (order) => {
    const answer = await signals.cancel(order.fingerprint, reason, origin).catch(() => undefined);
    onAnswer(order, answer);
    return { order, answer };
  });
  const deadlineMs = performance.now() + endingMaxMs;
  return someAtOnce(asked, ASKED_AT_ONCE_MAX, async ({ order, answer }) => {
    if (answer?.outcome !== undefined) return { order, outcome: answer.outcome, message: answer.message };
    if (answer === undefined) return { order, message: 'It could not be asked to cancel.' };
    return endOf(signals, order, deadlineMs);
  });
}

async function endOf(signals: Signals, order: OpenOrder, deadlineMs: number): Promise<CancelledOrder> {
  for (let view: SignalView | undefined; ;) {
    view = (await viewOf(signals, order.fingerprint)) ?? view;
    if (view?.outcome !== undefined) return { order, outcome: view.outcome, message: view.detail };
    if (performance.now() >= deadlineMs) return { order, message: view?.detail ?? 'It does not answer.' };
    await sleep(ENDING_INTERVAL_MS);
  }
}

/** @returns undefined where nobody answers, or nothing is known */
function viewOf(signals: Signals, fingerprint: string): Promise<SignalView | undefined> {
  return signals.show(fingerprint).catch(() => undefined);
}
