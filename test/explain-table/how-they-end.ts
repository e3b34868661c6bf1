import type { Explanation, RecordedStep } from '../../src/domain/explain/types';
import type { OrderPlan, VenueOrder } from '../../src/domain/market';
import type { OutcomeKind, VenueOutcome } from '../../src/domain/outcome';
import { orderEnd, type StopCause } from '../../src/domain/order-end';
import { venueSentence } from '../../src/domain/outcome';
import type { SignalOutcome, SignalState, SignalView } from '../../src/domain/signal-view';
import { classifyPlaceOrderReply } from '../../src/venues/bybit/outcomes';
import { expired } from '../../workflows/stop';
import { filledSentence } from '../../workflows/signal-record';
import { refused, explainSteps, FACTS, NOW_MS, SIGNAL, stepsFrom, viewOf, type Scenario } from './scenario';
import { HELD, PLAN } from './once-held';

/*
 * Signals that were sent, and those that are under way, with the answers of the venue as its adapter understands them.
 */

const TIMES = { reservedAtMs: 0, sentAtMs: 1, answeredAtMs: 2 };
const ORDER: VenueOrder = {
  clientOrderId: 'of1',
  venueOrderId: 'b7e3c7f4-5d0a-4a51-8fd7-4a3f6d5b9a10',
  symbol: 'BTCUSDT',
  status: 'filled',
  quantity: '0.01',
  filledQuantity: '0.01',
  averagePrice: '50001',
  fee: '0.275',
  createdAtMs: NOW_MS,
  updatedAtMs: NOW_MS + 40,
};
const RESTING: OrderPlan = { ...PLAN, limitPrice: '49500', timeInForce: 'GTC' };

/** What the adapter makes of an answer. */
function answerOf(httpStatus: number | undefined, body?: object, headers: Record<string, string> = {}): VenueOutcome {
  const text = body === undefined ? '' : JSON.stringify(body);
  const reply = {
    sent: true,
    headers,
    body,
    text,
    receivedAtMs: NOW_MS,
    ...(httpStatus !== undefined && { httpStatus }),
  };
  return classifyPlaceOrderReply(httpStatus === undefined ? { ...reply, transportError: 'ECONNRESET' } : reply, 'of1');
}

const ACCEPTED = () =>
  answerOf(200, { retCode: 0, retMsg: 'OK', result: { orderId: ORDER.venueOrderId }, time: NOW_MS });
const NO_FUNDS = () =>
  answerOf(200, { retCode: 110007, retMsg: 'ab not enough for new order', result: {}, time: NOW_MS });
const TOO_MANY = () => answerOf(200, { retCode: 10006, retMsg: 'Too many visits!', result: {}, time: NOW_MS });
const BANNED = () => answerOf(403, { retCode: 10018, retMsg: 'access too frequent' });
const OUT_OF_TIME = () =>
  answerOf(200, { retCode: 10002, retMsg: 'invalid request, please check your timestamp', result: {}, time: NOW_MS });
const NO_ANSWER = () => answerOf(undefined);
const KNOWN = () => answerOf(200, { retCode: 110072, retMsg: 'OrderLinkedID is duplicate', result: {}, time: NOW_MS });
const KEY_REVOKED = () => answerOf(401, { retCode: 10003, retMsg: 'API key is invalid.' });

function answered(outcome: VenueOutcome, plan = PLAN): Parameters<typeof stepsFrom>[0][number] {
  return {
    name: 'tradeAtOnce',
    answer: { status: 'answered', plan, outcome, times: TIMES, facts: { ...FACTS, permitMs: 0 } },
  };
}

function ended(outcome: SignalOutcome, parts: Partial<SignalView>, steps: readonly RecordedStep[]): Explanation {
  return explainSteps(viewOf(SIGNAL, { ...HELD, outcome, sendAttempts: 1, ...parts }), steps, {
    ...(parts.order && { position: { state: 'guarded' as const, words: 'LONG 0.01 BTCUSDT, stop at 49000' } }),
  });
}

function underWay(state: SignalState, parts: Partial<SignalView>, steps: readonly RecordedStep[]): Explanation {
  return explainSteps(viewOf(SIGNAL, { ...HELD, state, sendAttempts: 1, ...parts }), steps);
}

function filled(): Explanation {
  const facts = {
    ...FACTS,
    permitMs: 0,
    venueCode: '0',
    httpStatus: 200,
    limits: { limit: 10, remaining: 9, resetAfterMs: 0 },
  };
  const answer = { status: 'settled', plan: PLAN, order: ORDER, times: TIMES, facts } as const;
  const steps = stepsFrom([{ name: 'tradeAtOnce', answer }]);
  return ended('FILLED', { detail: filledSentence(PLAN, ORDER), order: ORDER }, steps);
}

/** A limit order of which the venue says how it ended, and why we asked for it. */
function over(outcome: SignalOutcome, order: VenueOrder, asked: StopCause | undefined): Explanation {
  const { by, words } = orderEnd({ venue: 'bybit', plan: RESTING, order }, asked);
  const isPart = outcome === 'PARTIALLY_FILLED';
  const detail = isPart
    ? `${filledSentence(RESTING, order)} The rest did not fill: ${words}.`
    : `Nothing filled: ${words}.`;
  const calls = [answered(ACCEPTED(), RESTING), { name: 'lookUpOrder', answer: { status: 'found', order } }];
  const booked = isPart ? [{ name: 'bookFill', answer: { status: 'booked' } }] : [];
  return ended(outcome, { detail, order, endedBy: by }, stepsFrom([...calls, ...booked]));
}

function rejected(outcome: VenueOutcome): Explanation {
  return ended('REJECTED', { detail: venueSentence(outcome), endedBy: 'venue' }, stepsFrom([answered(outcome)]));
}

const CANCELLED_ORDER: VenueOrder = { ...ORDER, status: 'cancelled', filledQuantity: '0', fee: '0' };
const EXHAUSTED = 'The venue refused 50 requests for passing reasons.';
const NO_PRICE = 'No price for BTCUSDT yet.';

export const OUTCOMES: Readonly<Record<SignalOutcome, Scenario>> = {
  FILLED: { what: 'an order that filled at once', told: filled },
  PARTIALLY_FILLED: {
    what: 'a limit order that filled in part, and was cancelled at its time to live',
    told: () =>
      over(
        'PARTIALLY_FILLED',
        { ...ORDER, status: 'cancelled', filledQuantity: '0.004', fee: '0.11' },
        { by: 'time_to_live' },
      ),
  },
  CANCELLED: {
    what: 'a limit order that a person cancelled before anything filled',
    told: () => over('CANCELLED', CANCELLED_ORDER, { by: 'person', who: 'user ada (1000)', reason: 'wrong size' }),
  },
  REJECTED: { what: 'an order that the venue refused for lack of funds', told: () => rejected(NO_FUNDS()) },
  DENIED: {
    what: 'a refusal of ours',
    told: () =>
      refused(
        {
          code: 'TRADING_HALTED',
          message: 'Trading is halted: nothing is sent. Resume trading, then send a new signal.',
        },
        'account',
      ),
  },
  EXPIRED: {
    what: 'no price came within the time to live',
    told: () => {
      const answer = { status: 'retry', afterMs: 1_000, reason: NO_PRICE, place: 'plan' } as const;
      const { outcome, detail, denial, endedBy } = expired(
        `The time to live passed before the order could be sent. Last: ${NO_PRICE}`,
      );
      const view = viewOf(SIGNAL, { outcome, detail, denialCode: denial.code, endedBy });
      return explainSteps(view, stepsFrom([{ name: 'tradeAtOnce', answer }]));
    },
  },
};

/** What each kind of answer to the order comes to. */
export const ANSWERS: Readonly<Record<OutcomeKind, Scenario>> = {
  PLACED: {
    what: 'the order rests at the venue',
    told: () =>
      underWay(
        'WORKING',
        { detail: 'Rests at bybit.', order: { ...ORDER, filledQuantity: '0' } },
        stepsFrom([answered(ACCEPTED(), RESTING)]),
      ),
  },
  DUPLICATE: {
    what: 'the venue has an order of this id',
    told: () => underWay('RESOLVING', { detail: venueSentence(KNOWN()) }, stepsFrom([answered(KNOWN())])),
  },
  REJECTED: { what: 'the venue refused it for good', told: () => rejected(NO_FUNDS()) },
  RATE_LIMITED: {
    what: 'too many requests',
    told: () =>
      underWay(
        'WAITING_FOR_PERMIT',
        { detail: venueSentence(TOO_MANY()), waitUntilMs: NOW_MS + 2_000 },
        stepsFrom([answered(TOO_MANY())]),
      ),
  },
  BANNED: {
    what: 'this address is refused for a while',
    told: () =>
      underWay(
        'WAITING_FOR_PERMIT',
        { detail: venueSentence(BANNED()), waitUntilMs: NOW_MS + 600_000 },
        stepsFrom([answered(BANNED())]),
      ),
  },
  NOT_PLACED: {
    what: 'refused for a passing reason, as often as it is tried',
    told: () =>
      ended(
        'REJECTED',
        { detail: EXHAUSTED, denialCode: 'VENUE_UNAVAILABLE', sendAttempts: 50 },
        stepsFrom([answered(OUT_OF_TIME())]),
      ),
  },
  UNKNOWN: {
    what: 'no answer came, and the order is looked up',
    told: () =>
      underWay(
        'RESOLVING',
        { detail: venueSentence(NO_ANSWER()) },
        stepsFrom([answered(NO_ANSWER()), { name: 'lookUpOrder', answer: { status: 'unavailable' } }]),
      ),
  },
  FATAL: { what: 'a key that was revoked', told: () => rejected(KEY_REVOKED()) },
};

/** Where a signal may stand that has not ended. */
export const UNDER_WAY: Readonly<Partial<Record<string, Scenario>>> = {
  MISSING: {
    what: 'the venue had accepted the order, and does not know it any more',
    told: () =>
      underWay(
        'MISSING',
        { detail: 'bybit had accepted the order and does not know it.' },
        stepsFrom([
          answered(ACCEPTED(), RESTING),
          { name: 'lookUpOrder', answer: { status: 'absent', askedAtMs: NOW_MS } },
        ]),
      ),
  },
  'NOT BOOKED': {
    what: 'a fill that the ledger cannot book',
    told: () =>
      ended(
        'FILLED',
        { detail: filledSentence(PLAN, ORDER), order: ORDER },
        stepsFrom([
          answered(ACCEPTED()),
          { name: 'bookFill', answer: { status: 'refused', message: 'The ledger knows of no reservation for it.' } },
        ]),
      ),
  },
};
