import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { CallGuard } from '../../activities/call-guard';
import type { Denial } from '../../src/domain/denial';
import type { Explanation } from '../../src/domain/explain/types';
import { acquire, createLimiter } from '../../src/domain/limiter/limiter';
import type { RateLimits } from '../../src/domain/limiter/types';
import type { OrderPlan } from '../../src/domain/market';
import { checkSend, type PermitAnswer } from '../../src/domain/send-check';
import { priceMoveDenial } from '../../src/domain/sizing';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { createSignalCheck, type GenuineClaim } from '../../src/intake/genuine-signal';
import { expired, Stop } from '../../workflows/stop';
import { market, ticker } from '../unit/domain/fixtures';
import { denialIn, endedBy, explainSteps, FACTS, NOW_MS, SIGNAL, stepsFrom, viewOf, type Scenario } from './scenario';

/*
 * Signals that hold funds and are not sent, and those that never were signals of intake's.
 */

export const PLAN: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'of1',
  quantity: '0.01',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '503.05',
  referencePrice: '50000',
  stopLoss: '49000',
};
export const HELD = { reservedAsset: 'USDT', reservedAmount: PLAN.reserveAmount } as const;

const LIMITS: RateLimits = {
  global: { limit: 3, windowMs: 60_000, weight: 1 },
  endpoints: { order: { limit: 3, windowMs: 60_000, weight: 1 } },
  safetyMargin: 1,
  exitSafetyMargin: 1,
  permitValidityMs: 2_000,
};

/** What the real limiter says to one more than it lets through. */
function fullLimiter(): PermitAnswer {
  const ask = (requestId: string) =>
    ({ requestId, endpoint: 'order', intent: 'entry', waitMaxMs: 5_000, strategy: 'a' }) as const;
  let state = createLimiter(LIMITS);
  for (const requestId of ['1', '2', '3']) state = acquire(state, ask(requestId), NOW_MS).state;
  const { result } = acquire(state, ask('4'), NOW_MS);
  if (result.status !== 'refused') throw new Error('It was granted.');
  return result;
}

/** Funds are held, and the rule about sending ends it. */
function unsent(facts: Partial<Parameters<typeof checkSend>[0]>): Explanation {
  const verdict = checkSend({ nowMs: 0, expiresAtMs: 5_000, ...facts });
  if (verdict.step !== 'expire') throw new Error(`It may ${verdict.step}.`);
  const { code, message: reason } = verdict.denial;
  const answer = { status: 'expired', plan: PLAN, reason, code, facts: FACTS } as const;
  const { outcome, detail, denial } = expired(reason, code);
  const view = viewOf(SIGNAL, { ...HELD, outcome, detail, denialCode: denial.code });
  return explainSteps(view, stepsFrom([{ name: 'tradeAtOnce', answer }]));
}

const WAITS = {
  status: 'reserved',
  plan: PLAN,
  earlierAttempt: 'none',
  waitMs: 7_000,
  reason: 'The order window has 72 of 72 used in 60 s.',
  facts: FACTS,
} as const;

function moved(): Explanation {
  const today = { market, ticker: { ...ticker, bid: '52099.9', ask: '52100' }, leverage: 1 };
  const denial = denialIn(priceMoveDenial(PLAN, today));
  const steps = stepsFrom([
    { name: 'tradeAtOnce', answer: WAITS },
    { name: 'placeOrder', answer: { status: 'denied', denial } },
  ]);
  return explainSteps({ ...endedBy(denial), ...HELD }, steps);
}

function cancelled(): Explanation {
  const stop = new Stop({ expiresAtMs: NOW_MS, restsUntilMs: NOW_MS });
  stop.cancel({ by: 'person', who: 'user ada (1000)', reason: 'changed my mind' });
  const { detail, denial, outcome } = stop.reason()!;
  const view = viewOf(SIGNAL, { ...HELD, outcome, detail, denialCode: denial.code });
  return explainSteps(view, stepsFrom([{ name: 'tradeAtOnce', answer: WAITS }]));
}

function foreign(): Explanation {
  const fingerprint = fingerprintOf(SIGNAL);
  const claim: GenuineClaim = {
    environment: 'paper',
    venue: 'bybit',
    fingerprint,
    clientOrderId: clientOrderIdOf(fingerprint),
    signal: SIGNAL,
    origin: {
      workflowId: 'by-hand',
      workflowType: 'signal',
      firstRunId: 'run-1',
      startedAtMs: NOW_MS,
      foreign: [],
    },
  };
  return explainSteps(endedBy(denialIn(createSignalCheck(300_000)(claim)) as Denial), []);
}

/** A refusal is what is expected. */
const QUIET = new DefaultLogger('ERROR', () => undefined);

async function forAnotherVenue(): Promise<Explanation> {
  const workflowId = fingerprintOf(SIGNAL);
  const guard = new CallGuard({
    ours: { environment: 'paper', venue: 'bybit' },
    isOfBefore: async () => false,
    refused: () => undefined,
  });
  const call = { environment: 'paper', venue: 'other', fingerprint: workflowId } as const;
  const { tradeAtOnce } = guard.protect({ tradeAtOnce: async (_call: typeof call) => undefined });
  const context = { workflowExecution: { workflowId, runId: 'run-1' }, isLocal: true };
  const environment = new MockActivityEnvironment(context, { logger: QUIET });
  const failure: unknown = await environment.run(tradeAtOnce, call).catch((error: unknown) => error);
  const { type: code, message } = failure as { readonly type: Denial['code']; readonly message: string };
  return explainSteps(endedBy({ code, message }), []);
}

export const REFUSED_ONCE_HELD = {
  PRICE_MOVED: { what: 'a market that ran away while the order waited', told: moved },
  RATE_LIMIT_EXCEEDED: {
    what: 'a full window, until after the time to live',
    told: () => unsent({ permit: fullLimiter() }),
  },
  SIGNAL_EXPIRED: { what: 'a time to live that passed before the order left', told: () => unsent({ nowMs: 5_001 }) },
  CANCELLED_BY_USER: { what: 'a person who cancels it while it waits', told: cancelled },
} as const satisfies Readonly<Record<string, Scenario>>;

export const NO_SIGNAL_OF_OURS = {
  SIGNAL_NOT_GENUINE: { what: "a workflow that was started by hand under a signal's name", told: foreign },
  UNKNOWN_VENUE: { what: 'a signal for another venue', told: forAnotherVenue },
} as const satisfies Readonly<Record<string, Scenario>>;
