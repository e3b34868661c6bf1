import type { OrderPlan } from '../domain/market';
import type { LookUpInput } from '../messages/trade';
import type { LookUpAnswer } from '../venues/venue';
import type { MovedPrices } from './moved-prices';
import { unavailableBecause, type PacedVenue } from './paced-venue';
import type { RestingOrders } from './resting-orders';
import { sayHint, type StreamHints } from './stream-hints';

/** The venue's clock, from which a plan has its instant, is measured from here: its order may bear an earlier one. */
const PLANNED_MARGIN_MS = 60_000;

/** What the venue itself says about an order: the only thing that decides whether it may be sent again. */
export class OrderEvidence {
  constructor(
    private readonly pacedVenue: PacedVenue,
    private readonly movedPrices?: Pick<MovedPrices, 'check'>,
    private readonly streamed?: { readonly resting: RestingOrders; readonly hints: StreamHints },
  ) {}

  /** Asks the venue; never throws for a venue's failure. An order at another price than planned bears a note. */
  async lookUp(input: LookUpInput): Promise<LookUpAnswer> {
    const answer = await this.recallOrAsk(input);
    if (answer.status === 'unavailable') return this.withWhatIsTold(input.plan, answer);
    if (answer.status !== 'found' || !this.movedPrices) return answer;
    return { status: 'found', order: this.movedPrices.check(input.plan, answer.order) };
  }

  /** An order that rests is asked about again when the stream tells of it, or when its answer is old. */
  private async recallOrAsk(input: LookUpInput): Promise<LookUpAnswer> {
    const { plan, urgency, reusableIdSinceMs } = input;
    const resting = urgency === undefined || reusableIdSinceMs !== undefined ? undefined : this.streamed?.resting;
    const known = urgency === 'resting' ? resting?.recall(plan.clientOrderId) : undefined;
    if (known) return { status: 'found', order: known };
    const askedAtMs = performance.now();
    const answer = await this.ask(input);
    if (answer.status === 'found') resting?.keep(answer.order, askedAtMs);
    return answer;
  }

  /** While requests are refused the stream may still tell what became of an order: for people, and never to book by. */
  private withWhatIsTold(
    { clientOrderId }: OrderPlan,
    answer: Extract<LookUpAnswer, { status: 'unavailable' }>,
  ): LookUpAnswer {
    const hint = this.streamed?.hints.of(clientOrderId);
    if (!hint?.isFinal) return answer;
    const message = `${answer.outcome.message} ${sayHint(hint)}`;
    return { ...answer, outcome: { ...answer.outcome, message } };
  }

  private async ask({ plan, reusableIdSinceMs, urgency }: LookUpInput): Promise<LookUpAnswer> {
    try {
      const { symbol, clientOrderId, plannedAtMs: sinceMs } = plan;
      const answer = await this.pacedVenue.lookUpOrder({ symbol, clientOrderId, sinceMs, urgency });
      if (reusableIdSinceMs === undefined) return answer;
      return await this.crossCheck(answer, plan, this.plannedSinceMs(plan) ?? reusableIdSinceMs);
    } catch (error) {
      return unavailableBecause(error);
    }
  }

  /**
   * No order of the plan is older, on the venue's clock. Undefined where that clock is not known, and where it was set back
   * since: the sender's clock must do then.
   */
  private plannedSinceMs({ plannedAtMs }: OrderPlan): number | undefined {
    const nowMs = this.pacedVenue.venue.clockMs();
    const isKnown = plannedAtMs !== undefined && nowMs !== undefined && plannedAtMs <= nowMs;
    return isKnown ? plannedAtMs - PLANNED_MARGIN_MS : undefined;
  }

  /** Where ids may be used again, nothing but our own evidence keeps a second order away: ask in two ways. */
  private async crossCheck(answer: LookUpAnswer, plan: OrderPlan, sinceMs: number): Promise<LookUpAnswer> {
    if (answer.status === 'found' && answer.order.createdAtMs < sinceMs) {
      const message = 'The venue answered with an order that is older than the signal and uses its client id.';
      return { status: 'unavailable', outcome: { kind: 'UNKNOWN', message } };
    }
    if (answer.status !== 'absent') return answer;
    const recent = await this.pacedVenue.recentOrders(sinceMs);
    const order = recent.find(({ clientOrderId }) => clientOrderId === plan.clientOrderId);
    return order ? { status: 'found', order } : answer;
  }
}
