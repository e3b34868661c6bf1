/**
 * All that a venue's account understands: its settings, its signals, its requests, its update and its queries. What it
 * does with each is in workflows/venue-account-messages.ts.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Authorization } from '../domain/ledger/authorization';
import type { DenialCode } from '../domain/denial';
import type { BoundFigure } from '../domain/explain/types';
import type { LedgerHealth } from '../domain/ledger/health';
import type {
  AcknowledgeCommand,
  CommitCommand,
  EndReservationResult,
  InvalidCommandResult,
  LedgerStats,
  ReleaseCommand,
  Reservation,
  ReserveCommand,
  ReserveResult,
  SetTradingStateCommand,
  SetTradingStateResult,
  SnapshotCommand,
  BarCommand,
  BarResult,
} from '../domain/ledger/types';
import type { BalancesView } from '../domain/ledger/views';
import type { CloseReason, PositionRow } from '../domain/position/types';
import type { RiskTerms } from '../domain/risk/types';
import type { TradingEnvironment, TradingVenue } from '../domain/trading-venue';
import type {
  AcquireCommand,
  AcquireResult,
  FeedbackCommand,
  GiveBackCommand,
  GiveBackResult,
  RateLimits,
  RateStats,
  RateUsage,
} from '../domain/limiter/types';

export const VENUE_ACCOUNT_WORKFLOW_TYPE = 'venueAccount';

/** What the account needs of the configuration; a restart with other values reconfigures the running one. */
export interface VenueAccountSettings {
  /** Absent in accounts of before environments travelled along. */
  readonly environment?: TradingEnvironment;
  readonly venue: string;
  /** Pause between two reports of the venue's balances. */
  readonly updateIntervalMs: number;
  readonly snapshotLagMs: number;
  readonly limits: RateLimits;
  /**
   * An earlier account of this venue was lost (its workflow ended by hand): this one starts halted, and lends nothing
   * before the venue has told its open orders. Absent: this is the first.
   */
  readonly followsLost?: boolean;
  /** How often reservations are compared with running signals, and how old they must be; absent: a minute. */
  readonly guardIntervalMs?: number;
  /** Absent: entries meet no bound of risk, and positions are not watched. */
  readonly riskTerms?: RiskTerms;
}

// Signals: what happened, and what nobody waits for.

/** Asks the venue for its balances now (the older bots' force_update_all_balances). */
export const refreshSignal = defineSignal('refresh');
/** Replaces the settings; those that contradict themselves are not taken over. */
export const configureAccountSignal = defineSignal<[VenueAccountSettings]>('configure');
/**
 * An account whose id names no environment hands itself over to one under an id that does, and ends. From then on that
 * one answers. Repeating it changes nothing; every other account takes no notice.
 */
export const moveAccountSignal = defineSignal<[to: TradingVenue]>('move');
/** The type of the failure of an update that comes while the account moves: ask the account under its new id. */
export const ACCOUNT_MOVES = 'ACCOUNT_MOVES';
/** A venue's report of its balances. */
export const snapshotSignal = defineSignal<[SnapshotCommand]>('snapshot');
/** The same as the request `commit` without an answer: the account alerts where it cannot book what an order took. */
export const commitSignal = defineSignal<[CommitCommand]>('commit');
/** The order rests at the venue, which now holds margin for it in its own report. */
export const acknowledgeSignal = defineSignal<[AcknowledgeCommand]>('acknowledge');
/** What a venue's reply says about its limits. */
export const feedbackSignal = defineSignal<[FeedbackCommand]>('feedback');

/** A position's workflow has booked an episode. */
export const positionClosedSignal = defineSignal<[PositionClosed]>('positionClosed');

// Requests: what a caller needs the answer of. They come in batches.

/** Every kind of request, with its command and its answer. */
export interface AccountRequests {
  /** Holds funds for one order, or says why not. */
  readonly reserve: { readonly command: ReserveCommand; readonly answer: ReserveResult & WithBounds };
  /** Gives back what a signal holds. */
  readonly release: { readonly command: ReleaseCommand; readonly answer: EndReservationResult };
  /** Books what an order took and gives back the rest. */
  readonly commit: { readonly command: CommitCommand; readonly answer: EndReservationResult | InvalidCommandResult };
  /**
   * Bars a signal that ends unsent: it holds nothing and never will. What is called `bar` in code has the name `withdraw`
   * wherever histories or running installations hold it: this kind, its request id, the status `withdrawn`, the activity
   * and its crash points.
   */
  readonly withdraw: { readonly command: BarCommand; readonly answer: BarResult };
  /** Books a request to the venue and says when it may be sent. */
  readonly acquire: { readonly command: AcquireCommand; readonly answer: AcquireReply };
  /** Gives back a permit that nothing was sent with. */
  readonly giveBack: { readonly command: GiveBackCommand; readonly answer: GiveBackResult };
}

/** For explanations alone; it decides nothing. */
export interface WithBounds {
  /** The bounds of risk that an entry met, as they stood before it; absent: nobody asked, or the account does not tell. */
  readonly bounds?: readonly BoundFigure[];
}

/** The limiter's clock when it answered lets a caller turn instants into waits without trusting its own clock. */
export type AcquireReply = AcquireResult & {
  readonly answeredAtMs: number;
  /** A ban or penalty may be younger than the permit: nothing may be sent before it ends. 0: none. */
  readonly blockedUntilMs: number;
};

export type AccountRequestKind = keyof AccountRequests;
export type AccountCommand<Kind extends AccountRequestKind> = AccountRequests[Kind]['command'];
export type AccountAnswer<Kind extends AccountRequestKind = AccountRequestKind> = AccountRequests[Kind]['answer'];

/** One request as it travels: its kind, and the command of that kind. */
export interface AccountRequest<Kind extends AccountRequestKind = AccountRequestKind> {
  readonly kind: Kind;
  readonly command: AccountCommand<Kind>;
  /** Of `reserve`: the bounds of risk are to come along with the answer. Beside the command, whose size is bounded. */
  readonly tellBounds?: true;
}

/** Whoever answers requests has a handler for every kind. */
export type AccountHandlers = {
  readonly [Kind in AccountRequestKind]: (command: AccountCommand<Kind>) => AccountAnswer<Kind>;
};

/** More in one call would make a step of the account long, and its history's entries large. */
export const BATCH_REQUESTS_MAX = 50;

/**
 * Many requests in one update, answered in their order: a burst of signals costs the server a few calls instead of one
 * for each. A request of a kind that does not exist is answered with an InvalidCommandResult.
 */
export const batchUpdate = defineUpdate<readonly AccountAnswer[], [readonly AccountRequest[]]>('batch');

/** Sets active, reducing (exits only) or halted. An update of its own, because a person waits for it. */
export const setTradingStateUpdate = defineUpdate<SetTradingStateResult, [SetTradingStateCommand]>('setTradingState');

// Queries: what changes nothing.

export interface BalancesReply extends BalancesView {
  readonly venue: string;
  /** The bounds of risk that an entry of the symbol meets that was asked about; absent: nobody asked, or an older account. */
  readonly bounds?: readonly BoundFigure[];
}

/** How an account is, in spans on its own clock. */
export interface AccountHealth extends LedgerHealth {
  /** Older balances are not lent from. */
  readonly balancesAgeMaxMs: number;
  /** When the trading state was set last, milliseconds UTC on the account's clock; absent: never set, or an older account. */
  readonly tradingStateSetAtMs?: number;
  /** Why the last attempt to read them failed; absent: it did not. */
  readonly balancesProblem?: string;
  /** What is left of a ban or a penalty; 0: none. */
  readonly blockedForMs: number;
  /** What it is; absent: none, or not known. */
  readonly blockedBy?: 'rate_limited' | 'banned';
  /** Signals that hold funds and whose next step fails again and again; absent in older accounts. */
  readonly stuck?: readonly string[];
}

export interface VenueAccountStats {
  readonly ledger: LedgerStats;
  readonly limiter: RateStats;
}

/** What a closed position means to the bounds of risk. */
export interface PositionClosed {
  readonly symbol: string;
  /** When it was opened: an episode counts once. */
  readonly openedAtMs: number;
  /** The venue's clock at the fill that made it flat. */
  readonly closedAtMs: number;
  /** A decimal string, negative for a loss. */
  readonly net: string;
  readonly reason: CloseReason;
  /** Fingerprints of the entries that opened it, as far as they are known; absent: nobody says. */
  readonly openedBy?: readonly string[];
}

/** One rule as it stands. */
export interface RiskRuleView {
  /** The denial's code that it ends in. */
  readonly code: DenialCode;
  /** `BTCUSDT`, a group's name; absent: the whole account. */
  readonly of?: string;
  /** In words with their unit; absent: the rule is off. */
  readonly limit?: string;
  /** Absent: not known. */
  readonly value?: string;
  /** Entries are denied by it until then, milliseconds UTC; absent: they are not, or a person ends it. */
  readonly blockedUntilMs?: number;
  readonly isBlocking: boolean;
}

/** A position as the venue told it last; of what was carried from a former run less is known until it tells it again. */
export type KnownPosition = Pick<PositionRow, 'symbol' | 'side' | 'size' | 'value' | 'openedAtMs'> &
  Partial<PositionRow>;

export interface RiskView {
  /** In the settle asset; absent: not known. */
  readonly equity?: string;
  readonly dayStartEquity?: string;
  /** When positions were last reported, milliseconds UTC on the venue's clock; 0: never. */
  readonly positionsAsOfMs: number;
  /** That was too long ago for entries; absent: it was not, or nothing needs positions. */
  readonly isOutdated?: true;
  readonly positions: readonly KnownPosition[];
  /** Symbols whose position has no stop. */
  readonly unprotected: readonly string[];
  readonly rules: readonly RiskRuleView[];
}

/** The bounds of risk, their values and what is blocked. */
export const riskQuery = defineQuery<RiskView>('risk');
/** Every balance and what of it is free; with a symbol, also what its entries meet. */
export const balancesQuery = defineQuery<BalancesReply, [entrySymbol?: string]>('balances');
/** Pending reservations, oldest first. */
export const reservationsQuery = defineQuery<readonly Reservation[]>('reservations');
/** May this reservation's order be sent now? */
export const authorizationQuery = defineQuery<Authorization, [reservationId: string]>('authorization');
/** Used weight and limit of every window. */
export const usageQuery = defineQuery<RateUsage>('usage');
/** Reservations and requests so far. */
export const accountStatsQuery = defineQuery<VenueAccountStats>('stats');
/** How the account is: for health, and for whoever asks why nothing happens. */
export const accountHealthQuery = defineQuery<AccountHealth>('health');
