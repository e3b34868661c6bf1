import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderActivities } from '../activities/orders';
import type { TradeActivities } from '../activities/trade';
import type { LookUpAnswer, OrderPlan, VenueOrder } from '../src/domain/market';
import type { VenueOutcome } from '../src/domain/outcome';
import { namedVenueTaskQueue } from '../src/messages/ids';
import type { SignalWorkflowInput } from '../src/messages/signal';
import {
  tradeInputOf,
  type AdmittedOrphan,
  type BookResult,
  type LookUpUrgency,
  type PlaceOrderInput,
  type PlaceOrderResult,
  type TradeResult,
  type TradeTerms,
  type BarAnswer,
  type WithTerms,
} from '../src/messages/trade';
import type { Terms } from './terms';
import { originOf, startOf } from './signal-origin';
import { isPassingOrRefused, rootMessage } from './until-answered';

/**
 * A call to place an order may wait a moment for its permit, sign, and wait for the venue's answer and its fill. It is
 * longer than SEND_WITHIN_MS of activities/orders.ts: what counts as lost sends nothing any more.
 */
export const PLACE_TIMEOUT_MS = 30_000;
const LOOK_UP_TIMEOUT = '20 seconds';
/**
 * A local call with its repetitions: while it lasts the workflow's step is kept alive, which costs history. Whoever called
 * tries again.
 */
const LOCAL_CALL_TIMEOUT = '60 seconds';
/** Ledger calls are repeated: their request ids make that safe, and nothing may go on without them. */
const ENTITY_RETRY = { initialInterval: '100 ms', maximumInterval: '5 seconds', backoffCoefficient: 2 } as const;
/** Tries of one local call that fail at once: some twenty seconds together. */
const LOCAL_ATTEMPTS_MAX = 10;
/** A look-up or a cancellation with its repetitions; one that no worker takes proves nothing, and whoever asked goes on. */
const VENUE_CALL_TIMEOUT = '60 seconds';

/** The clocks of a signal's maker, of ours and of the venue together differ by less. */
const ORDER_AGE_ALLOWANCE_MS = 60_000;

export interface SignalActivities {
  /**
   * @param tradeRound counts the times that something was missing, from 1
   * @param isStopped nothing is sent any more: what an earlier attempt did is found out
   */
  tradeAtOnce(tradeRound: number, isStopped: boolean): Promise<(TradeResult | BarAnswer) & WithTerms>;
  bar(): Promise<BarAnswer & WithTerms>;
  admitOrphan(): Promise<AdmittedOrphan>;
  tellTerms(): Promise<TradeTerms>;
  bookFill(plan: OrderPlan, order: VenueOrder): Promise<BookResult>;
  releaseFunds(reason: string): Promise<void>;
  placeOrder(input: Pick<PlaceOrderInput, 'plan' | 'permitRound'>): Promise<PlaceOrderResult>;
  /** @param urgency absent: the most urgent, in the exits' share */
  lookUpOrder(plan: OrderPlan, urgency?: LookUpUrgency): Promise<LookUpAnswer>;
  cancelOrder(input: { fingerprint: string; plan: OrderPlan; round: number }): Promise<VenueOutcome>;
}

/** The saga's steps with their timeouts and retries, each with a line for the Web UI. */
export function proxySignalActivities(input: SignalWorkflowInput, terms: Terms): SignalActivities {
  return { ...proxyTradeActivities(input, terms), ...proxyOrderActivities(input, terms) };
}

type OrderCalls = 'placeOrder' | 'lookUpOrder' | 'cancelOrder';

function titleOf({ signal }: SignalWorkflowInput): string {
  return `${signal.direction} ${signal.symbol}`;
}

function proxyTradeActivities(input: SignalWorkflowInput, terms: Terms): Omit<SignalActivities, OrderCalls> {
  const { fingerprint, clientOrderId, environment, venue, signal } = input;
  const at = () => terms.venueOf(input);
  const title = titleOf(input);
  // Repeating it after a failure is safe: see TradeActivities.
  const short = proxyLocalActivities<TradeActivities>({
    startToCloseTimeout: PLACE_TIMEOUT_MS,
    scheduleToCloseTimeout: LOCAL_CALL_TIMEOUT,
    retry: { ...ENTITY_RETRY, maximumAttempts: LOCAL_ATTEMPTS_MAX },
  });
  return {
    tradeAtOnce: (tradeRound, isStopped) =>
      short.tradeAtOnce.executeWithOptions({ summary: `reserve, send and settle ${title} as ${clientOrderId}` }, [
        {
          ...tradeInputOf(input, originOf(input), tradeRound, startOf(input)),
          ...(isStopped && { isStopped }),
        },
      ]),
    bar: () =>
      short.withdraw.executeWithOptions({ summary: `make sure that nothing was sent for ${title}` }, [
        {
          fingerprint,
          clientOrderId,
          environment,
          venue,
          signal,
          origin: originOf(input),
          signalStartedAtMs: startOf(input),
        },
      ]),
    admitOrphan: () =>
      short.admitOrphan.executeWithOptions({ summary: `make sure that ${title} has no workflow of its own` }, [
        { fingerprint, environment, venue, input, origin: originOf(input) },
      ]),
    tellTerms: () =>
      short.tellTerms.executeWithOptions({ summary: `terms of ${title}` }, [
        { fingerprint, environment, venue, signal, signalStartedAtMs: startOf(input) },
      ]),
    bookFill: (plan, order) =>
      short.bookFill.executeWithOptions({ summary: `book the fill of ${title}` }, [
        { ...at(), fingerprint, plan, order, leverage: terms.known.leverage },
      ]),
    releaseFunds: async (reason) => {
      await short.releaseFunds.executeWithOptions({ summary: `release funds of ${title}` }, [
        { ...at(), fingerprint, reason },
      ]);
    },
  };
}

function proxyOrderActivities(input: SignalWorkflowInput, terms: Terms): Pick<SignalActivities, OrderCalls> {
  const { fingerprint, venue, signal } = input;
  const at = () => terms.venueOf(input);
  const title = titleOf(input);
  // A saga of before environments travelled along learns its own on the way.
  const order = () =>
    proxyActivities<OrderActivities>({
      taskQueue: namedVenueTaskQueue(at()),
      startToCloseTimeout: LOOK_UP_TIMEOUT,
      scheduleToCloseTimeout: VENUE_CALL_TIMEOUT,
      retry: ENTITY_RETRY,
    });
  return {
    placeOrder: (call) => {
      const { placeOrder, placeOrderWithOptions } = order();
      // A process of an older release knows no such call, and would place the order without its option.
      const place = call.plan.timeInForce === undefined ? placeOrder : placeOrderWithOptions;
      return place.executeWithOptions(
        {
          summary: `${title} ${call.plan.quantity} as ${call.plan.clientOrderId}`,
          startToCloseTimeout: PLACE_TIMEOUT_MS,
          scheduleToStartTimeout: Math.max(1, terms.known.expiresAtMs - Date.now()),
          // Repeating a request that may have reached the venue is the one thing that must never happen by itself.
          retry: { maximumAttempts: 1 },
        },
        [
          {
            ...call,
            ...at(),
            fingerprint,
            intent: signal.intent,
            strategy: signal.strategy,
            expiresAtMs: terms.known.expiresAtMs,
          },
        ],
      );
    },
    lookUpOrder: (plan, urgency) => {
      const reusableIdSinceMs = reusableIdSince(input, terms.known);
      const options = { summary: `look up ${plan.clientOrderId}` };
      return order()
        .lookUpOrder.executeWithOptions(options, [{ ...at(), fingerprint, plan, reusableIdSinceMs, urgency }])
        .catch((error: unknown) => ({ status: 'unavailable', outcome: unknownBecause(error, venue) }) as const);
    },
    cancelOrder: (call) =>
      order()
        .cancelOrder.executeWithOptions({ summary: `cancel ${call.plan.clientOrderId}` }, [{ ...at(), ...call }])
        .catch((error: unknown) => unknownBecause(error, venue)),
  };
}

/** No order of this signal is older than the signal. @returns undefined where the venue itself refuses used ids */
function reusableIdSince({ signal }: SignalWorkflowInput, { clientIdUnique }: TradeTerms): number | undefined {
  return clientIdUnique === 'openOnly' ? signal.timestampMs - ORDER_AGE_ALLOWANCE_MS : undefined;
}

/** @throws what is no passing failure of the call */
function unknownBecause(error: unknown, venue: string): VenueOutcome {
  if (!isPassingOrRefused(error)) throw error;
  return { kind: 'UNKNOWN', message: `No process of this installation asks ${venue} now. ${rootMessage(error)}` };
}
