import { isDenial, type Denial } from '../domain/denial';
import type { TradeFacts } from '../domain/explain/types';
import type { OrderPlan } from '../domain/market';
import type {
  Refused,
  Reserved,
  TermsOf,
  TradeInput,
  TradeResult,
  TradeTerms,
  TradeTimes,
  WithFacts,
} from '../messages/trade';
import { crashPoint } from '../process/crash-points';
import { VenueError } from '../venues/venue';
import { EARLIER_ATTEMPT, MISSING_RETRY_AFTER_MS, refusedFor, type Funds } from './funds';
import type { OrderPlanner } from './order-planner';
import type { OrderSender } from './order-sender';
import type { PermitReply, Permits } from './permits';
import { ASK_NOBODY, permitRequestId, type SendChecker } from './send-checker';

/** Hears of the figures that a step is taken by. */
type NoteFacts = (facts: TradeFacts) => void;

/** The way of an order while nothing stands in it. */
export class ShortRoad {
  constructor(
    private readonly funds: Funds,
    private readonly permits: Permits,
    private readonly planner: OrderPlanner,
    private readonly checker: SendChecker,
    private readonly sender: OrderSender,
    private readonly termsOf: TermsOf,
  ) {}

  /**
   * Sizes the order, reserves its funds, sends it, sees it fill, and books it. Safe to run again at any time, also
   * while an earlier run is still under way somewhere: the ledger has the reservation in its history before the first
   * byte leaves, and whoever is told that it exists sends nothing from here.
   */
  async trade(input: TradeInput): Promise<TradeResult & WithFacts> {
    let facts: TradeFacts = {};
    // Bounds are heard of from the planner, and from the account.
    const note: NoteFacts = ({ bounds, ...more }) =>
      void (facts = { ...facts, ...more, ...(bounds && { bounds: [...(facts.bounds ?? []), ...bounds] }) });
    const result = await this.tradeNoting(input, note);
    return Object.keys(facts).length === 0 ? result : { ...result, facts };
  }

  private async tradeNoting(input: TradeInput, note: NoteFacts): Promise<TradeResult & WithFacts> {
    crashPoint('reserve.before-plan');
    const plan = await this.plan(input, note);
    if ('status' in plan) return { ...plan, place: 'plan' };
    crashPoint('reserve.before-update');
    const terms = this.termsOf(input.signal, input.signalStartedAtMs);
    const permitId = permitRequestId(input.fingerprint, input.round);
    // All at once, in one step of the account: what turns out to be of no use is given back.
    const asked = [
      this.funds.reserve(
        { ...input, tradeRound: input.round, intent: input.signal.intent, expiresAtMs: terms.expiresAtMs },
        plan,
        (bounds) => note({ bounds }),
      ),
      this.permits.acquire({
        requestId: permitId,
        endpoint: 'order',
        intent: input.signal.intent,
        strategy: input.signal.strategy,
        waitMaxMs: Math.max(0, this.permits.leftUntil(terms.expiresAtMs)),
      }),
    ] as const;
    const reportIsOver = this.sender.expect(input.signal.intent);
    try {
      const [reserved, permit] = await Promise.all(asked);
      crashPoint('reserve.after-update');
      if (permit.status === 'granted')
        note({ permitMs: Math.max(0, Math.round(permit.notBeforeMs - permit.askedAtMs)) });
      if (reserved.status !== 'reserved') {
        if (permit.status === 'granted' && permit.isNew) await this.permits.giveBack(permitId);
        return { ...reserved, place: 'account' };
      }
      if (reserved.earlierAttempt !== 'none') {
        return { ...reserved, reason: EARLIER_ATTEMPT };
      }
      return await this.send(input, terms, reserved, permit, note);
    } finally {
      await reportIsOver();
    }
  }

  private async plan(input: TradeInput, note: NoteFacts): Promise<OrderPlan | Refused> {
    let plan: OrderPlan | Denial;
    try {
      plan = await this.planner.plan(input, note);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const { retryAfterMs = 0 } = error.outcome;
      return { status: 'retry', afterMs: Math.max(MISSING_RETRY_AFTER_MS, retryAfterMs), reason: error.message };
    }
    return isDenial(plan) ? refusedFor(plan) : plan;
  }

  private async send(
    input: TradeInput,
    { leverage, expiresAtMs }: TradeTerms,
    reserved: Reserved,
    permit: PermitReply,
    note: NoteFacts,
  ): Promise<TradeResult> {
    const { plan, authorizedAtMs } = reserved;
    const reservedAtMs = performance.now();
    const { intent, strategy } = input.signal;
    const check = await this.checker.check(
      { ...input, intent, strategy, expiresAtMs },
      { permit, permitRound: input.round, authorizedAtMs },
      ASK_NOBODY,
    );
    switch (check.status) {
      case 'clear':
        break;
      case 'expired':
        return { ...check, plan };
      case 'wait':
        // In both forms, as in activities/orders.ts.
        return { ...reserved, waitMs: check.waitMs, waitUntilMs: Date.now() + check.waitMs, reason: check.reason };
      case 'denied':
        return { ...reserved, reason: check.denial.message };
      case 'lapsed':
        return { ...reserved, reason: check.reason };
    }
    const sentAtMs = performance.now();
    const { outcome, signedAtMs, answeredAtMs, order, isUnsent } = await this.sender.send('trade', plan, check);
    if (isUnsent) return { ...reserved, reason: outcome.message };
    const times = (): TradeTimes => ({ reservedAtMs, sentAtMs, answeredAtMs, toldAtMs: performance.now() });
    if (outcome.kind !== 'PLACED' || order?.status !== 'filled') {
      return { status: 'answered', plan, outcome, signedAtMs, order, times: times() };
    }
    const { fingerprint, venue } = input;
    const booked = await this.funds.bookOrTell({ fingerprint, venue, plan, order, leverage });
    crashPoint('trade.after-commit');
    // What could not be booked is the durable road's: it tries again and tells.
    if (booked.status === 'refused') return { status: 'answered', plan, outcome, signedAtMs, order, times: times() };
    const { venueCode, httpStatus, limits } = outcome;
    note({
      ...(venueCode !== undefined && { venueCode }),
      ...(httpStatus !== undefined && { httpStatus }),
      ...(limits && { limits }),
    });
    return { status: 'settled', plan, order, times: times() };
  }
}
