import type { TradingState } from '../ledger/types';
import type { ProtectionSettings } from '../protection/types';
import type { FormerEpisode } from './former';
import type {
  ClosedTrade,
  CloseReason,
  PositionMark,
  PositionOpener,
  PositionRow,
  PositionSide,
  ProtectionChange,
} from './types';

/*
 * What is known and meant of one symbol's position: plain JSON, below BOOK_BYTES_MAX. Instants are milliseconds UTC, on the
 * workflow's clock unless `asOf` says the venue's.
 */

/** What a position is kept by. */
export interface PositionTerms {
  readonly symbol: string;
  readonly protection: ProtectionSettings;
  /** See PositionSettings.foreign. */
  readonly foreign: 'alert' | 'protect';
}

/** The row that names an episode, and what it grew to. */
export interface PositionEpisode {
  readonly side: PositionSide;
  /** On the venue's clock. */
  readonly openedAtMs: number;
  readonly seenAtMs: number;
  readonly entryPrice: string;
  readonly markPrice: string;
  readonly sizeMax: string;
}

/** The legs that the position is meant to have. */
export interface WantedProtection {
  readonly stopLoss?: string;
  /** null: there is to be none, by a person's word. */
  readonly takeProfit?: string | null;
  readonly trailingDistance?: string;
}

/** Legs of a change; null removes one. */
export type ProtectionLegs = Pick<ProtectionChange, 'stopLoss' | 'takeProfit' | 'trailingDistance'>;

/**
 * restore: a leg is lost. raise: the stop follows a rule of ours. trail: the first trailing. person: a command. regain: an
 * entry of ours replaced what was there.
 */
export type ChangeCause = 'restore' | 'raise' | 'trail' | 'person' | 'regain';

/** A change that was sent and is not answered. */
export interface ProtectionCall {
  readonly id: number;
  readonly cause: ChangeCause;
  readonly change: ProtectionChange;
}

/** A change that the venue took, and that no report has shown. */
export interface ProtectionProof {
  readonly cause: ChangeCause;
  readonly change: ProtectionChange;
  readonly sinceMs: number;
  /** The venue's clock at the last report before: only later ones prove anything. */
  readonly asOfMs: number;
  /** The stop that it showed; absent: none. */
  readonly stopBefore?: string;
}

/** person: a command. all: the account closes everything. unprotected, passed: no stop can be had. */
export type ExitCause = 'person' | 'all' | 'time' | 'unprotected' | 'passed';

/** All of the position is to be closed. */
export interface ExitWish {
  readonly cause: ExitCause;
  readonly reason: CloseReason;
  readonly words: string;
  readonly sinceMs: number;
  /** Rounds begun for it, and those of them that ended and left something. */
  readonly rounds: number;
  readonly failed: number;
}

/** An exit that has not ended. All that names it was chosen once, before it was started. */
export interface ExitRound {
  readonly round: number;
  readonly reason: CloseReason;
  readonly words: string;
  readonly side: PositionSide;
  readonly openedAtMs: number;
  readonly quantity: string;
  /** The signal's time: part of its fingerprint, so it is never taken from the clock again. */
  readonly timestampMs: number;
  /** Whether it closes a part only. */
  readonly isPart: boolean;
  /** Absent: nobody has said yet that it was started. */
  readonly fingerprint?: string;
  readonly clientOrderId?: string;
}

/** An exit of ours that took, or may have taken, something. */
export interface OwnExitRecord {
  readonly clientOrderId: string;
  readonly reason: CloseReason;
}

/** The last exit that ended. */
export interface EndedRound {
  readonly atMs: number;
  readonly hasFilled: boolean;
  /** Whether it was for all there was, and took it: no position afterwards explains itself. */
  readonly isComplete: boolean;
}

export interface PositionEvent {
  readonly atMs: number;
  readonly text: string;
}

export interface CommandReply {
  readonly accepted: boolean;
  readonly message: string;
}

/** What the account tells of one symbol. */
export interface ReportFacts {
  readonly asOfMs: number;
  readonly row: PositionRow | null;
  readonly openers: readonly PositionOpener[];
  readonly tradingState: TradingState;
  readonly closeAll?: { readonly reason: CloseReason; readonly words: string };
  /** Absent: those of before stay. */
  readonly rules?: Omit<PositionTerms, 'symbol'>;
}

export interface PositionBook {
  readonly terms: PositionTerms;
  /** The episode before this one, as far as it is known. */
  readonly former?: FormerEpisode;
  readonly beganAtMs: number;
  /** The venue's clock at the last report that counted; 0: none yet. */
  readonly asOfMs: number;
  /** When that was heard; 0: never. */
  readonly heardAtMs: number;
  /** Not later than the instant that the last report is true of, on our clock. */
  readonly trueAtMs: number;
  readonly row?: PositionRow;
  readonly episode?: PositionEpisode;
  /** The first report without the position that nothing explains, on the venue's clock and ours. */
  readonly missing?: { readonly asOfMs: number; readonly sinceMs: number };
  /** No position any more; since when we know, on our clock. */
  readonly flat?: { readonly asOfMs: number; readonly sinceMs: number };
  readonly openers: readonly PositionOpener[];
  readonly tradingState: TradingState;
  readonly closeAll?: ReportFacts['closeAll'];
  readonly marks: readonly PositionMark[];
  /** Since when the position is larger than what entries of ours filled. */
  readonly excessSinceMs?: number;
  /** What the size fell by, less what our exits took: above zero once none runs, somebody else closed a part. */
  readonly unexplained: string;

  readonly wanted: WantedProtection;
  readonly stopSource?: 'attached' | 'set' | 'venue';
  /** Since the stop follows, by the rows that showed it; see trailedStop. */
  readonly bestPrice?: string;
  /** When a rule of ours last moved the stop; 0: never. */
  readonly movedAtMs: number;
  readonly isTrailingSet: boolean;
  readonly isBreakEvenDone: boolean;
  /** Legs that an entry of ours replaced by older ones of its own, as they were. */
  readonly regain?: ProtectionLegs;
  /** What people asked for and was not sent yet: of each leg the last word. */
  readonly asked?: { readonly legs: ProtectionLegs; readonly isForced: boolean };
  readonly call?: ProtectionCall;
  readonly calls: number;
  readonly proof?: ProtectionProof;
  /** Nothing is repeated before a report that is newer than this, on the venue's clock; absent: nothing is waited for. */
  readonly awaitsReportAfterMs?: number;
  readonly retryAtMs: number;
  readonly failedCalls: number;
  readonly unprotectedSinceMs?: number;
  /** Of the spells that are over. */
  readonly unprotectedMs: number;

  readonly exit?: ExitWish;
  /** Since when entries that rest are being cancelled, before the exit begins; absent: none are, for all that is known. */
  readonly cancelling?: { readonly sinceMs: number };
  readonly round?: ExitRound;
  readonly rounds: number;
  /** Of the exit that was started last. */
  readonly lastFingerprint?: string;
  readonly lastReason?: CloseReason;
  readonly nextRoundAtMs: number;
  readonly ended?: EndedRound;
  readonly exits: readonly OwnExitRecord[];
  readonly isPartDone: boolean;
  readonly partTries: number;

  /** A question to the venue that is under way, and since when. */
  readonly question?: { readonly sinceMs: number };
  /** When the last one was answered, whatever came of it; absent: none was, or the run began before that was kept. */
  readonly answeredAtMs?: number;
  /** When the next one is due; absent: by the pause alone. */
  readonly askAtMs?: number;
  readonly failedQuestions: number;
  /** Absent in a run that began when one sight was enough to call it somebody else's. */
  readonly awaitsSecondSight?: true;

  /** Alerts that were given, by what they are about. */
  readonly told: readonly string[];
  readonly replies: readonly { readonly requestId: string; readonly reply: CommandReply }[];
  readonly timeline: readonly PositionEvent[];
  /** The number of the booking that is under way; absent: none is. */
  readonly booking?: number;
  readonly bookings: number;
  readonly isBooked: boolean;
  readonly trade?: ClosedTrade;
  /** The newest of all that were booked with it; absent: it was booked alone. */
  readonly last?: FormerEpisode;
  /** A report of the episode after this one. */
  readonly next?: ReportFacts;
}

export const BOOK_BYTES_MAX = 20_000;
export const EVENTS_MAX = 50;
export const EVENT_BYTES_MAX = 120;
/** Requests of people whose answers are remembered. */
export const REPLIES_MAX = 10;
export const REPLY_BYTES_MAX = 200;
export const REQUEST_ID_BYTES_MAX = 64;
/** Exits whose orders are told apart when the trade is booked; the newest are kept. */
export const EXITS_MAX = 20;
export const WORDS_BYTES_MAX = 160;

export function newBook(terms: PositionTerms, nowMs: number, former?: FormerEpisode): PositionBook {
  return {
    terms,
    ...(former && { former }),
    beganAtMs: nowMs,
    asOfMs: 0,
    heardAtMs: 0,
    trueAtMs: 0,
    openers: [],
    tradingState: 'active',
    marks: [],
    unexplained: '0',
    wanted: {},
    movedAtMs: 0,
    isTrailingSet: false,
    isBreakEvenDone: false,
    calls: 0,
    retryAtMs: 0,
    failedCalls: 0,
    unprotectedMs: 0,
    rounds: 0,
    nextRoundAtMs: 0,
    exits: [],
    isPartDone: false,
    partTries: 0,
    failedQuestions: 0,
    told: [],
    replies: [],
    timeline: [],
    bookings: 0,
    isBooked: false,
  };
}
