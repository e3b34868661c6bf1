import type { PlaceOrderInput, PlaceOrderResult, TradeResult } from '../src/messages/trade';
import type { SignalActivities } from './signal-activities';

/**
 * The only two calls that can send an order, and what is certain about them. While one is under way, or after it was
 * lost, it may have sent; only its answer can say that it did not.
 */
export class SendCalls {
  private possible: boolean;

  /** @param headStart the process that started the workflow may have begun to trade before it */
  constructor(
    private readonly activities: SignalActivities,
    headStart: boolean,
  ) {
    this.possible = headStart;
  }

  /** false: it is certain that no request left. */
  get mayHaveSent(): boolean {
    return this.possible;
  }

  async tradeAtOnce(tradeRound: number): Promise<TradeResult> {
    this.possible = true;
    const result = await this.activities.tradeAtOnce(tradeRound);
    this.possible = isSent(result);
    return result;
  }

  async placeOrder(call: Pick<PlaceOrderInput, 'plan' | 'permitRound' | 'authorizedAtMs'>): Promise<PlaceOrderResult> {
    this.possible = true;
    return this.activities.placeOrder(call);
  }
}

function isSent(result: TradeResult): boolean {
  if (result.status === 'reserved') return result.earlierAttempt !== 'none';
  return result.status === 'answered' || result.status === 'settled';
}
