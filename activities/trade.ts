import type { EndReservationResult } from '../src/domain/ledger/types';
import type {
  BarAnswer,
  BarInput,
  BookInput,
  BookResult,
  TermsOf,
  TradeInput,
  TradeResult,
  WithTerms,
} from '../src/messages/trade';
import { crashPoint } from '../src/process/crash-points';
import { EARLIER_ATTEMPT, type Funds } from '../src/trading/funds';
import type { HeadStarts } from '../src/trading/head-start';

export interface TradeDependencies {
  readonly funds: Funds;
  readonly headStarts: HeadStarts;
  readonly termsOf: TermsOf;
}

/** What a saga does in one go while nothing stands in its way, called from signal workflows as local activities. */
export function createTradeActivities({ funds, headStarts, termsOf }: TradeDependencies) {
  return {
    /** See ShortRoad.trade. Whatever is not over yet goes on under the terms of this process. */
    async tradeAtOnce(input: TradeInput): Promise<TradeResult & WithTerms> {
      const result = await headStarts.trade(input);
      return result.status === 'settled' ? result : { ...result, terms: termsOf(input.signal) };
    },

    /**
     * Asked before a signal ends that, as far as its history tells, never reserved anything: an attempt whose answer was
     * lost may have done so, and may have sent the order.
     */
    async withdraw(input: BarInput): Promise<BarAnswer & WithTerms> {
      crashPoint('withdraw.before-update');
      const terms = termsOf(input.signal);
      const reserved = await funds.bar({ ...input, expiresAtMs: terms.expiresAtMs });
      crashPoint('withdraw.after-update');
      return reserved ? { ...reserved, reason: EARLIER_ATTEMPT, terms } : { status: 'withdrawn' };
    },

    /** Books what the durable road's order took. Repeating it changes nothing. */
    async bookFill(input: BookInput): Promise<BookResult> {
      crashPoint('commit.before-update');
      const result = await funds.book(input);
      crashPoint('commit.after-update');
      return result;
    },

    /** Gives back what a signal is known to hold. */
    releaseFunds: (input: {
      readonly venue: string;
      readonly fingerprint: string;
      readonly reason: string;
    }): Promise<EndReservationResult> => funds.release(input.venue, input.fingerprint, input.reason),
  };
}

export type TradeActivities = ReturnType<typeof createTradeActivities>;
