import type { TradingEnvironment } from '../trading-venue';

/*
 * What a venue says of the account that a key belongs to. Each part is one question, and its answer may be missing: what is not
 * known is never taken for good.
 */

/** An answer to one question. */
export type Answered<Facts> =
  | { readonly status: 'known'; readonly facts: Facts }
  /** The venue has no such question in this environment. */
  | { readonly status: 'not_offered' }
  /** It was asked, and did not say it. isFinal: it will not, until a person acts (key, region, account). */
  | {
      readonly status: 'unread';
      readonly message: string;
      readonly isFinal: boolean;
      readonly venueCode?: string;
      /** Our own limiter left no room, so that nothing was asked; absent: the venue was asked, or nobody yet. */
      readonly isOurs?: boolean;
    };

/** What the key may do. */
export interface KeyFacts {
  /** The account's own number; no secret. */
  readonly accountId: string;
  readonly isReadOnly: boolean;
  readonly mayOrder: boolean;
  /** Needed to set leverage. */
  readonly mayPosition: boolean;
  readonly mayWithdraw: boolean;
  readonly mayTransfer: boolean;
  /** Whether it is good from named addresses only. */
  readonly isBoundToAddress: boolean;
  /** UTC, milliseconds; absent: it does not end by itself. */
  readonly endsAtMs?: number;
  readonly isMainAccount: boolean;
}

/** cross, isolated, portfolio: how margin is counted. other: a mode of a name that is not known. */
export type MarginMode = 'cross' | 'isolated' | 'portfolio' | 'other';

export interface AccountFacts {
  /** classic: before unified accounts. unified_old: their first form. other: of a number that is not known. */
  readonly kind: 'classic' | 'unified_old' | 'unified' | 'other';
  readonly marginMode: MarginMode;
}

/** What a person has switched on at the exchange. */
export interface HabitFacts {
  /** The asset that fees are paid in instead of the settle asset; absent: none. */
  readonly feeAsset?: string;
  /** Whether a limit price outside the band is moved to its edge without a word, and not refused. */
  readonly movesLimitPrices: boolean;
}

export interface PositionFacts {
  /** A decimal string above zero; absent: the venue does not say. */
  readonly leverage?: string;
  /** A decimal string, zero: none. */
  readonly size: string;
  readonly isReduceOnly: boolean;
  /** Whether the venue is taking it over. */
  readonly isTakenOver: boolean;
}

export interface SymbolFacts {
  readonly positionMode: 'one_way' | 'hedge';
  /** One in one-way mode, one for each side in hedge mode. */
  readonly positions: readonly PositionFacts[];
}

/** Fractions of an order's value, decimal strings. */
export interface FeeFacts {
  readonly taker: string;
  readonly maker: string;
}

/** A time in which the exchange does not trade. */
export interface MaintenanceFacts {
  readonly title: string;
  readonly beginMs: number;
  /** Absent: it is not known when it ends. */
  readonly endMs?: number;
}

/** All answers. */
export interface AccountReport {
  readonly key: Answered<KeyFacts>;
  readonly account: Answered<AccountFacts>;
  readonly habits: Answered<HabitFacts>;
  readonly fees: Answered<Readonly<Record<string, FeeFacts>>>;
  readonly tradable: Answered<readonly string[]>;
  readonly maintenance: Answered<readonly MaintenanceFacts[]>;
  readonly symbols: Readonly<Record<string, Answered<SymbolFacts>>>;
  /** Symbols whose leverage could not be set, and why. */
  readonly leverageRefusals: Readonly<Record<string, string>>;
}

/** What the configuration takes for granted. */
export interface Expectations {
  /** For sentences: the venue's name in the configuration. */
  readonly venue: string;
  readonly environment: TradingEnvironment;
  readonly region: string;
  readonly symbols: readonly string[];
  readonly settleAsset: string;
  readonly leverage: number;
  /** What is done where the leverage is another one; will_set: whoever looks changes nothing, and the next start sets it. */
  readonly leverageAtVenue: 'set' | 'will_set' | 'compare';
  /** The taker fee that reservations count with, a decimal string. */
  readonly takerFee: string;
  /** The accounts that this data folder and namespace belong to: none yet, or one. */
  readonly keptAccountIds: readonly string[];
  /** Whether a key that may withdraw is accepted all the same. */
  readonly allowsWithdrawal: boolean;
  /** Whether a stop that a position lost is set again, which needs a right of its own. */
  readonly keepsStops: boolean;
}
