import type { EndReservationResult } from '../src/domain/ledger/types';
import type { SignalCheck } from '../src/intake/genuine-signal';
import type { Refusal } from '../src/messages/refusal';
import type {
  AdmittedOrphan,
  BarAnswer,
  BarInput,
  BookInput,
  BookResult,
  OrphanClaim,
  ReleaseInput,
  SignalOrigin,
  TermsInput,
  TermsOf,
  TradeInput,
  TradeResult,
  TradeTerms,
  WithFacts,
  WithTerms,
} from '../src/messages/trade';
import { crashPoint } from '../src/process/crash-points';
import { EARLIER_ATTEMPT, type Funds } from '../src/trading/funds';
import type { HeadStarts } from '../src/trading/head-start';
import type { OrphanKeeper } from '../src/trading/orphan-keeper';

/** A symbol that is not traded here. */
export interface SymbolFault {
  /** One sentence or two, with the symbols that are. */
  readonly message: string;
  /** What trades was narrowed where this product was started; another process's intake lets the symbol pass. */
  readonly senderMayNotKnow: boolean;
}

export interface TradeDependencies {
  readonly funds: Funds;
  readonly headStarts: HeadStarts;
  readonly termsOf: TermsOf;
  readonly orphans: OrphanKeeper;
  readonly check: SignalCheck;
  /** Why the workflow that started an exit is no position's; undefined: it is, or there is none. */
  readonly faultOfParent: (origin: SignalOrigin) => Promise<Refusal | undefined>;
  /** Ends the call, for good, and tells a person. */
  readonly refuse: (refusal: Refusal, who: string) => never;
  /** Tells a person what intake should have kept away. */
  readonly tell: (sentence: string) => void;
  /** Why a symbol is not traded here; undefined: it is. */
  readonly faultOfSymbol: (symbol: string) => SymbolFault | undefined;
}

/** What a saga does in one go while nothing stands in its way, called from signal workflows as local activities. */
export function createTradeActivities(dependencies: TradeDependencies) {
  const { funds, headStarts, termsOf, orphans, check, faultOfParent, refuse, tell, faultOfSymbol } = dependencies;

  /** @throws ApplicationFailure where intake cannot have started the signal */
  async function assertGenuine(input: BarInput): Promise<void> {
    const refusal = check(input) ?? (await faultOfParent(input.origin));
    if (refusal) refuse(refusal, input.origin.workflowId);
  }

  async function withdrawn(input: BarInput): Promise<BarAnswer & WithTerms> {
    crashPoint('withdraw.before-update');
    const terms = termsOf(input.signal, input.signalStartedAtMs);
    const reserved = await funds.bar({ ...input, expiresAtMs: terms.expiresAtMs });
    crashPoint('withdraw.after-update');
    return reserved ? { ...reserved, reason: EARLIER_ATTEMPT, terms } : { status: 'withdrawn' };
  }

  return {
    /** See ShortRoad.trade, and `withdraw` where it is stopped. Whatever is not over yet goes on under the terms of this process. */
    async tradeAtOnce(input: TradeInput): Promise<(TradeResult | BarAnswer) & WithTerms & WithFacts> {
      await assertGenuine(input);
      if (input.isStopped) return withdrawn(input);
      const fault = faultOfSymbol(input.signal.symbol);
      if (fault) {
        const { message, senderMayNotKnow } = fault;
        if (!senderMayNotKnow) tell(`${input.fingerprint}: ${message}`);
        return { status: 'denied', denial: { code: 'UNKNOWN_SYMBOL', message } };
      }
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
      await assertGenuine(input);
      return withdrawn(input);
    },

    /** Books what the durable road's order took. Repeating it changes nothing. */
    async bookFill(input: BookInput): Promise<BookResult> {
      crashPoint('commit.before-update');
      const result = await funds.book(input);
      crashPoint('commit.after-update');
      return result;
    },

    /** Gives back what a signal is known to hold. */
    releaseFunds: (input: ReleaseInput): Promise<EndReservationResult> =>
      funds.release(input.venue, input.fingerprint, input.reason),

    /** Asked before the workflow of an orphaned reservation does anything: see OrphanKeeper.admit. */
    async admitOrphan(claim: OrphanClaim): Promise<AdmittedOrphan> {
      const admitted = await orphans.admit(claim);
      return 'code' in admitted ? refuse(admitted, claim.origin.workflowId) : admitted;
    },

    /** The terms of this process, for a workflow that must know what an older release did not tell it. */
    tellTerms: async (input: TermsInput): Promise<TradeTerms> => termsOf(input.signal, input.signalStartedAtMs),
  };
}

export type TradeActivities = ReturnType<typeof createTradeActivities>;
