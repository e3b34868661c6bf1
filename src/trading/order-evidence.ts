import type { OrderPlan } from '../domain/market';
import type { LookUpInput } from '../messages/trade';
import type { LookUpAnswer } from '../venues/venue';
import type { MovedPrices } from './moved-prices';
import { unavailableBecause, type PacedVenue } from './paced-venue';

/** The venue's clock, from which a plan has its instant, is measured from here: its order may bear an earlier one. */
const PLANNED_MARGIN_MS = 60_000;

/** What the venue itself says about an order: the only thing that decides whether it may be sent again. */
export class OrderEvidence {
  constructor(
    private readonly pacedVenue: PacedVenue,
    private readonly movedPrices?: Pick<MovedPrices, 'check'>,
  ) {}

  /** Asks the venue; never throws for a venue's failure. An order at another price than planned bears a note. */
  async lookUp(input: LookUpInput): Promise<LookUpAnswer> {
    const answer = await this.ask(input);
    if (answer.status !== 'found' || !this.movedPrices) return answer;
    return { status: 'found', order: this.movedPrices.check(input.plan, answer.order) };
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
