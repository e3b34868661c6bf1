import type { BarAnswer, PlaceOrderInput, PlaceOrderResult, TradeResult, WithTerms } from '../src/messages/trade';
import type { SignalActivities } from './signal-activities';

/**
 * The calls that can send an order, and the one that finds out whether a lost one did: together they know what is certain.
 * While a call is under way, or after it was lost, it may have sent; only an answer can say that nothing left.
 */
export class SendCalls {
  private possible: boolean;

  /** @param hasHeadStart the process that started the workflow may have begun to trade before it */
  constructor(
    private readonly activities: SignalActivities,
    private readonly hasHeadStart: boolean,
  ) {
    this.possible = hasHeadStart;
  }

  /** false: it is certain that no request left. */
  get mayHaveSent(): boolean {
    return this.possible;
  }

  /** A former run of this signal sent the order. */
  sentBefore(): void {
    this.possible = true;
  }

  async tradeAtOnce(tradeRound: number, isStopped = false): Promise<(TradeResult | BarAnswer) & WithTerms> {
    if (!isStopped) this.possible = true;
    const result = await this.activities.tradeAtOnce(tradeRound, isStopped);
    if (result.status === 'withdrawn') {
      this.possible = false;
      return result;
    }
    // This call sent nothing, and speaks for itself alone: a head start may be under way in another process.
    const isSilent = result.status === 'retry' || result.status === 'denied';
    this.possible = isSilent ? this.hasHeadStart : isSent(result);
    return result;
  }

  async placeOrder(call: Pick<PlaceOrderInput, 'plan' | 'permitRound'>): Promise<PlaceOrderResult> {
    this.possible = true;
    return this.activities.placeOrder(call);
  }

  /** After it nothing more can be sent, and what an earlier call did is known. */
  async bar(): Promise<BarAnswer & WithTerms> {
    const answer = await this.activities.bar();
    this.possible = answer.status === 'reserved' && answer.earlierAttempt !== 'none';
    return answer;
  }
}

function isSent(result: Exclude<TradeResult, { status: 'retry' | 'denied' }>): boolean {
  if (result.status === 'reserved') return result.earlierAttempt !== 'none';
  return result.status === 'answered' || result.status === 'settled';
}
