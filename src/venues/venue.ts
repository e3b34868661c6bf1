import type { PositionsReport, SnapshotCommand } from '../domain/ledger/types';
import type { Candle, LookUpAnswer, Market, OrderMemory, OrderPlan, Ticker, VenueOrder } from '../domain/market';
import type { VenueOutcome } from '../domain/outcome';
import type {
  Execution,
  MoneyRow,
  PositionRowsReport,
  ProtectionAnswer,
  ProtectionChange,
} from '../domain/position/types';
import type {
  AccountFacts,
  FeeFacts,
  HabitFacts,
  KeyFacts,
  MaintenanceFacts,
  SymbolFacts,
} from '../domain/preflight/facts';
import type { TimeInForce } from '../domain/signal';
import type { CandleStream } from './candle-stream';
import type { VenueStream } from './stream';

export type { LookUpAnswer } from '../domain/market';

/** What a venue guarantees; the saga's rules depend on these, never on a venue's name. */
export interface VenuePromises {
  /** always: a used client id is refused for ever. openOnly: it is free again once its order has filled. */
  readonly clientIdUnique: 'always' | 'openOnly';
  /** How long after an execution a report of balances or positions may still miss it, milliseconds. */
  readonly snapshotLagMs: number;
  readonly orderMemory: OrderMemory;
  /** Whether a stop travels in the same request as the entry. Absent: it does not. */
  readonly attachedStop?: boolean;
  /** How long after a fill a report of positions may still miss it, milliseconds; absent: snapshotLagMs. */
  readonly positionLagMs?: number;
  /** What its limit orders can be, beside resting until they are cancelled; a signal that asks for another is refused. */
  readonly timesInForce: readonly TimeInForce[];
}

/** The answer to one order request. Never thrown: every failure is an outcome. */
export interface PlaceOrderAnswer {
  readonly outcome: VenueOutcome;
  /** The venue's clock when the request was signed; late acceptance ends a receive window after it. */
  readonly signedAtMs: number;
  /** Held back by this process at the last instant: no attempt was made, and the outcome says nothing about the venue. */
  readonly isUnsent?: true;
}

/** Orders without a client id, placed by hand say, are named by the venue's own id. */
export interface OpenOrdersPage {
  readonly clientOrderIds: readonly string[];
  /** Those of them that can be read and are open, with all that is known of them. Absent: the venue tells no more than ids. */
  readonly orders?: readonly VenueOrder[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

export interface PositionsPage extends PositionsReport {
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/** Thrown by reads (markets, candles, balances…) with the classified answer. */
export class VenueError extends Error {
  override readonly name = 'VenueError';
  constructor(readonly outcome: VenueOutcome) {
    super(outcome.message);
  }
}

/** Nothing was sent: this installation's own limiter left no room in time. The venue was silent about nothing. */
export class NoPermitError extends VenueError {}

/** Endpoint groups of the rate limiter; every request belongs to one. */
export type EndpointGroup = 'market_data' | 'order' | 'account';

/** What one request's reply said about limits; the caller feeds it to the limiter. */
export interface LimitReport {
  readonly endpoint: EndpointGroup;
  readonly kind: 'ok' | 'rate_limited' | 'banned';
  readonly remaining?: number;
  /** What `remaining` is counted against: venues count in windows of their own. */
  readonly limit?: number;
  readonly resumeAtMs?: number;
  /** The same as a span from the reply: whoever hears of it may have another clock. */
  readonly resumeAfterMs?: number;
  readonly observedAtMs: number;
}

/** What one request came to, also where no reply came: whether the venue is there, and serves us. */
export interface RequestReport {
  readonly endpoint: EndpointGroup;
  /** Absent: a read that was answered. */
  readonly outcome?: VenueOutcome;
}

/** Rows of configured symbols that one answer held and that cannot be read; empty: all of them can. */
export interface UnreadableRows {
  readonly what: 'instruments' | 'prices' | 'positions';
  /** Names the field, never its value. */
  readonly faults: readonly { readonly symbol: string; readonly fault: string }[];
}

/**
 * What a venue tells of the account behind the key, one request for each method and page. Nothing of it is needed to trade; it says
 * whether orders will be taken, and held as they are reserved. Reads throw VenueError; `undefined` means that this venue has no such
 * question in this environment.
 */
export interface AccountInspector {
  /** What orders are reserved with, a fraction of their value. */
  readonly takerFee: string;
  key(): Promise<KeyFacts | undefined>;
  account(): Promise<AccountFacts | undefined>;
  habits(): Promise<HabitFacts | undefined>;
  /** Of configured symbols, those that the venue tells. */
  fees(): Promise<Readonly<Record<string, FeeFacts>> | undefined>;
  /**
   * The symbols that this account may trade.
   * @param mayAsk awaited before every page but the first
   */
  tradable(mayAsk: () => Promise<void>): Promise<readonly string[] | undefined>;
  /** Public: a market_data request; all others that read are of the group account. */
  maintenance(): Promise<readonly MaintenanceFacts[] | undefined>;
  symbol(symbol: string): Promise<SymbolFacts>;
  /**
   * Sets the leverage of a symbol, for both sides: a request of the group order, as venues count what changes something.
   * @returns why it was refused; undefined: it is set, or was already
   */
  setLeverage(symbol: string, leverage: number): Promise<string | undefined>;
}

/**
 * The positions of the account in configured symbols: what is open, what guards it, what closed it. One account request for
 * each call and page, under the caller's permits; reads throw VenueError.
 */
export interface PositionDesk {
  /**
   * Every open position of the configured symbols, all pages. A failure of any page fails the whole: what is missing would look
   * closed.
   * @param mayAsk awaited before every request but the first
   */
  rows(mayAsk?: () => Promise<void>): Promise<PositionRowsReport>;
  /**
   * Sets what guards a position, for the whole of it. Never thrown: every failure is an answer. One order request.
   * @param sendBeforeMonotonicMs see placeOrder
   */
  setProtection(change: ProtectionChange, sendBeforeMonotonicMs?: number): Promise<ProtectionAnswer>;
  /** Every execution in a symbol since an instant, oldest first, funding and liquidations included; all pages. */
  executions(symbol: string, sinceMs: number, mayAsk?: () => Promise<void>): Promise<readonly Execution[]>;
  /** Every change of the wallet in the settle asset since an instant (of the last seven days), oldest first; all pages. */
  moneyLog(sinceMs: number, mayAsk?: () => Promise<void>): Promise<readonly MoneyRow[]>;
}

/**
 * The port to an exchange. Decimal strings in and out. No method retries or queues by itself: pacing belongs to the
 * rate limiter, and repeating to the workflow. Where permits are needed, every request takes one of those that its caller runs
 * with (`withPermit`); one that finds none does not leave, and reads throw NoPermitError.
 */
export interface Venue {
  readonly name: string;
  readonly promises: VenuePromises;
  /** Tells of our orders as they change; absent: the venue has none. It is silent until it is started, and ends with `close`. */
  readonly stream?: VenueStream;
  /** Tells of candles as they close; absent: the venue has none. It is silent until candles are followed, and ends with `close`. */
  readonly candleStream?: CandleStream;
  /** Called once per reply, also for failures. */
  onLimitReport(listener: (report: LimitReport) => void): void;
  /** Called once per request that was made, also for one that could not reach the venue. */
  onRequestReport(listener: (report: RequestReport) => void): void;
  /**
   * Called when a measurement of the venue's clock differs from the last one by seconds.
   * @param listener `byMs`: positive where the venue's clock went ahead, or this machine slept
   */
  onClockJump(listener: (byMs: number) => void): void;
  /** Called once per list of instruments or prices that was read. */
  onUnreadableRows(listener: (report: UnreadableRows) => void): void;
  /** Absent: the venue tells nothing of the account. */
  readonly inspector?: AccountInspector;
  /** Absent: the venue tells no more of positions than `positions`. */
  readonly positionDesk?: PositionDesk;
  /** The venue's clock as it was measured, milliseconds UTC; undefined before that. No request. */
  clockMs(): number | undefined;
  /**
   * One market_data request for each page of instruments that is needed; cached by the caller.
   * @param mayAsk awaited before every request but the first, for which it adds a permit; what it throws is thrown
   */
  markets(mayAsk?: () => Promise<void>): Promise<readonly Market[]>;
  /**
   * The venue's clock, milliseconds UTC. One market_data request under a permit of its own (see RequestPermits); also corrects
   * the signing clock.
   */
  time(): Promise<number>;
  /** One market_data request for every symbol of the venue. */
  tickers(): Promise<readonly Ticker[]>;
  /**
   * The newest `limit` CLOSED candles, oldest first. One market_data request.
   * @param intervalMs 60000, 180000, 300000, 900000 or 3600000
   * @param limit 1 to 1000
   */
  candles(symbol: string, intervalMs: number, limit: number): Promise<readonly Candle[]>;
  /** One account request. */
  balances(): Promise<SnapshotCommand>;
  /**
   * One page of the open positions in configured symbols, in one-way mode: one account request. What is in hedge mode or
   * cannot be read for certain is left out: a position that is not named gives nothing to set an order off against.
   * @param cursor where the former page ended; absent: the first page
   */
  positions(cursor?: string): Promise<PositionsPage>;
  /**
   * One order request.
   * @param sendBeforeMonotonicMs after this instant on performance.now() the order is NOT_PLACED instead: its permit,
   *   its authorization, its time to live or the call that sends it has ended while the adapter prepared
   */
  placeOrder(plan: OrderPlan, sendBeforeMonotonicMs?: number): Promise<PlaceOrderAnswer>;
  /**
   * One to three account requests (open orders, history, fills); the client id in the answer is checked.
   * @param sinceMs on the venue's clock: the order is not older. Where the venue shows only its latest days by itself, the
   *   request then names a window that begins there; absent: those days must do
   * @param mayAsk awaited before every request but the first; what it throws ends the look-up as a failure of the venue would
   */
  lookUpOrder(
    symbol: string,
    clientOrderId: string,
    sinceMs?: number,
    mayAsk?: () => Promise<void>,
  ): Promise<LookUpAnswer>;
  /**
   * The newest final orders that were made since an instant (at most 50), one account request: settles many orders at once.
   * An order that is not certain to be shown whole is left out.
   */
  recentOrders(sinceMs: number): Promise<readonly VenueOrder[]>;
  /**
   * One page of the account's open orders, newest first: one account request.
   * @param cursor where the former page ended; absent: the first page
   */
  openOrders(cursor?: string): Promise<OpenOrdersPage>;
  /** One order request. REJECTED means there was nothing to cancel: look the order up. */
  cancelOrder(symbol: string, clientOrderId: string): Promise<VenueOutcome>;
  close(): Promise<void>;
}
