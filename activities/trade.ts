import type { Denial } from '../src/domain/denial';
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
  /** The one venue that this process trades on. */
  readonly venue: string;
}

/** What a saga does in one go while nothing stands in its way, called from signal workflows as local activities. */
export function createTradeActivities({ funds, headStarts, termsOf, venue }: TradeDependencies) {
  return {
    /** See ShortRoad.trade. Whatever is not over yet goes on under the terms of this process. */
    async tradeAtOnce(input: TradeInput): Promise<TradeResult & WithTerms> {
      if (input.venue !== venue) return { status: 'denied', denial: otherVenue(input.venue, venue) };
      const result = await headStarts.trade(input);
      return result.status === 'settled'
        ? result
        : { ...result, terms: termsOf(input.signal, input.signalStartedAtMs) };
    },

    /**
     * Asked before a signal ends that, as far as its history tells, never reserved anything: an attempt whose answer was
     * lost may have done so, and may have sent the order.
     */
    async withdraw(input: BarInput): Promise<BarAnswer & WithTerms> {
      crashPoint('withdraw.before-update');
      const terms = termsOf(input.signal, input.signalStartedAtMs);
      const reserved = await funds.bar({ ...input, expiresAtMs: terms.expiresAtMs }).catch((error: unknown) => {
        // A venue that was never traded on here has no account, and nothing reserved.
        if (input.venue === venue || !isWithoutAccount(error)) throw error;
        return undefined;
      });
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

function otherVenue(asked: string, ours: string): Denial {
  return {
    code: 'UNKNOWN_VENUE',
    message: `The signal is for ${asked}, and this installation trades on ${ours}. Send it with the configuration of the installation that trades on ${asked}.`,
  };
}

/** By its name: a class of the client's package, which activities do not load. */
function isWithoutAccount(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowNotFoundError';
}
