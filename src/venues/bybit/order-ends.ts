import type { VenueOrderEnd } from '../../domain/market';

/** Bybit's words for why an order was refused or cancelled (`rejectReason`), those that can concern an order of ours. */
const REASONS: Readonly<Record<string, VenueOrderEnd>> = {
  EC_PerCancelRequest: { cause: 'request', words: 'it was asked to' },
  EC_PostOnlyWillTakeLiquidity: { cause: 'timeInForce', words: 'it would have filled at once' },
  EC_NoImmediateQtyToFill: { cause: 'timeInForce', words: 'nothing of it could fill at once' },
  EC_NoEnoughQtyToFill: { cause: 'timeInForce', words: 'not all of it could fill at once' },
  EC_CancelForNoFullFill: { cause: 'timeInForce', words: 'it could not fill in full' },
  EC_InvalidSymbolStatus: { cause: 'venue', words: 'the symbol does not trade at the moment' },
  EC_SecurityStatusFail: { cause: 'venue', words: 'the symbol does not trade at the moment' },
  EC_InCallAuctionStatus: { cause: 'venue', words: 'the symbol is in a call auction' },
  EC_BySelfMatch: { cause: 'venue', words: 'it would have met an order of the same account' },
  EC_StopBySelfMatch: { cause: 'venue', words: 'it would have met an order of the same account' },
  EC_ReachMaxTradeNum: { cause: 'venue', words: 'it met more orders than one order may' },
  EC_ReachRiskPriceLimit: { cause: 'venue', words: "its price reached the venue's risk limit" },
  EC_ReachMarketPriceLimit: { cause: 'venue', words: "the price moved past the venue's bound for market orders" },
  EC_LimitOrderInvalidPrice: { cause: 'venue', words: 'its limit price is not allowed' },
  EC_DuplicatedClOrdID: { cause: 'venue', words: 'its client order id was used before' },
  EC_CancelByMMP: { cause: 'venue', words: "the account's market maker protection cancelled it" },
};

/** What Bybit says of who cancelled (`cancelType`), where that is not the one who sent the order. */
const CANCEL_TYPES: Readonly<Record<string, string>> = {
  CancelByReduceOnly: 'there is no position left that it could reduce',
  CancelByPrepareLiq: 'the position is about to be liquidated',
  CancelAllBeforeLiq: 'the position is about to be liquidated',
  CancelByPrepareAdl: 'the position is about to be deleveraged',
  CancelAllBeforeAdl: 'the position is about to be deleveraged',
  CancelByAdmin: 'the venue itself cancelled it',
  CancelBySettle: 'the contract was settled',
  CancelBySmp: 'it would have met an order of the same account',
  CancelByDCP: 'the connection to the venue was lost (disconnection protection)',
};

/** The orders whose option ends them at once where the words of the venue leave it open. */
const AT_ONCE: ReadonlySet<string> = new Set(['IOC', 'FOK', 'PostOnly']);

export interface OrderEndFacts {
  readonly rejectReason?: string;
  readonly cancelType?: string;
  /** As the venue names it; of market orders IOC. */
  readonly timeInForce?: string;
}

/** Why an order ended, from its row. @returns undefined where the venue names no reason */
export function orderEndOf({ rejectReason, cancelType, timeInForce }: OrderEndFacts): VenueOrderEnd | undefined {
  const byType = cancelType === undefined ? undefined : CANCEL_TYPES[cancelType];
  if (byType !== undefined) return { cause: 'venue', words: `${byType} (${cancelType})` };
  if (rejectReason === undefined) {
    return cancelType === 'CancelByUser' ? REASONS['EC_PerCancelRequest'] : undefined;
  }
  const known = Object.hasOwn(REASONS, rejectReason) ? REASONS[rejectReason] : undefined;
  if (known === undefined) return { cause: 'venue', words: `of its reason ${rejectReason}` };
  const isOption = known.cause !== 'timeInForce' || timeInForce === undefined || AT_ONCE.has(timeInForce);
  return { cause: isOption ? known.cause : 'venue', words: `${known.words} (${rejectReason})` };
}
