import type { ServerResponse } from 'node:http';
import type { Candle, Market, OrderPlan, Ticker, VenueOrder } from '../../src/domain/market';
import type { OutcomeKind } from '../../src/domain/outcome';
import type {
  Execution,
  MoneyRow,
  PositionRow,
  ProtectionAnswer,
  ProtectionChange,
} from '../../src/domain/position/types';
import type { PositionsReport, SnapshotCommand } from '../../src/domain/ledger/types';
import type { VenueAdapter } from '../../src/venues/definitions';
import type { StubRequest, StubServer } from '../unit/venues/stub-server';
import type { CandleStreamStub } from './candle-stream-stub';
import type { StreamStub } from './stream-stub';

/** A documented answer and what the adapter has to make of it. */
export interface Sample<Expected> {
  readonly name: string;
  /** What the venue's envelope holds. */
  readonly answer: unknown;
  readonly expected: Expected;
}

/** A row of the venue's orders under the client id of the suite's plan. */
export interface OrderSample {
  readonly name: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly expected: Partial<VenueOrder>;
}

/** Several rows under the client id of the suite's plan, as the venue may show them, and the one order that they are. */
export interface SharedId {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many orders of the venue they are; more than one is more than a list is certain to show. */
  readonly parts: number;
  readonly expected: Partial<VenueOrder>;
}

export interface ExcessiveAnswer {
  readonly name: string;
  readonly method: 'markets' | 'tickers' | 'candles' | 'balances' | 'positions' | 'recentOrders';
  /** What the venue's envelope holds. */
  readonly answer: unknown;
}

export interface GoldenOrder {
  readonly name: string;
  /** What differs from the suite's plan. */
  readonly change: Partial<OrderPlan>;
  /** The request's body, byte for byte. */
  readonly body: string;
}

export interface DocumentedCode {
  readonly code: number;
  /** What the venue's documents say, in our words. */
  readonly says: string;
  readonly outcome: OutcomeKind;
}

/** A complete HTTP answer that limits or bans. */
export interface LimitAnswer {
  readonly name: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly kind: OutcomeKind;
  /** From the answer until the next request, milliseconds. */
  readonly retryAfterMs?: number;
}

type Row = Readonly<Record<string, unknown>>;

/** Rows of the past as the venue pages them, newest first, and what they say, oldest first. */
export interface PastSample<Expected> {
  readonly rows: readonly Row[];
  readonly expected: readonly Expected[];
  /** Rows that must fail the whole. */
  readonly unreadable: readonly { readonly name: string; readonly row: Row }[];
}

/** What the venue tells of positions, and how what guards them is set. */
export interface PositionDeskSamples {
  /** A page around rows, as the venue's envelope holds it; a cursor: there is another one. */
  pageOf(rows: readonly unknown[], cursor?: string): unknown;
  /** Open ones of the first two configured symbols, a symbol without a position, and another one's. */
  readonly rows: Sample<readonly PositionRow[]>;
  /** The two open rows of `rows`. */
  readonly openRows: readonly [Row, Row];
  /** Rows of the first configured symbol, hedge mode among them. */
  readonly unreadableRows: readonly { readonly name: string; readonly row: Row }[];
  readonly namelessRows: readonly unknown[];
  readonly goldenProtections: readonly {
    readonly name: string;
    /** Of the first configured symbol; triggers that it does not name: the mark price for the stop, the last for the target. */
    readonly change: Partial<ProtectionChange>;
    readonly body: string;
  }[];
  /** Answers to it, of each status at least one. */
  readonly codes: readonly {
    readonly code: number;
    readonly says: string;
    readonly status: ProtectionAnswer['status'];
  }[];
  readonly executions: PastSample<Execution>;
  readonly moneyLog: PastSample<MoneyRow>;
  /** How a query about the past names its window. */
  readonly pastWindow: Omit<LookUpWindow, 'source'>;
}

export interface LookUpWindow {
  /** One of the routes of a look-up. */
  readonly source: string;
  /** The query's keys that name its begin and its end; each of them names a window alone. */
  readonly keys: readonly [first: string, last: string];
  /** The longest window that the venue allows. */
  readonly spanMaxMs: number;
}

/** The venue's side: a real HTTP server that speaks its protocol and answers what a case tells it to. */
export interface VenueStub {
  readonly server: StubServer;
  /** `METHOD /path` of what each method of the port sends. */
  readonly routes: {
    readonly time: string;
    readonly markets: string;
    readonly tickers: string;
    readonly candles: string;
    readonly balances: string;
    readonly positions: string;
    readonly placeOrder: string;
    readonly cancelOrder: string;
    readonly recentOrders: string;
    readonly setProtection: string;
    readonly executions: string;
    readonly moneyLog: string;
    /** Every source of a look-up in the order in which they are asked; the last one is the fills. */
    readonly lookUp: readonly [string, ...string[]];
  };
  /** The sources of a look-up that show a default window of time alone, unless a request names another. */
  readonly lookUpWindows: readonly LookUpWindow[];
  /** The venue's private stream, on the same port. Close it before the server stops. */
  openStream(): StreamStub;
  /** The venue's public stream of candles, likewise. */
  openCandleStream(): CandleStreamStub;
  /** A good envelope around a result. */
  reply(response: ServerResponse, result: unknown): void;
  refuse(response: ServerResponse, code: number, text: string, status?: number): void;
  /** The acceptance of an order; `clientOrderId` and `venueOrderId` as the venue names them, absent: not named. */
  accept(response: ServerResponse, order: { clientOrderId?: string; venueOrderId?: string }, status?: number): void;
  replyOrders(response: ServerResponse, rows: readonly unknown[]): void;
  replyFills(response: ServerResponse, clientOrderIds: readonly string[]): void;
  /** Answers with the candles that open at these instants, as the venue pages and orders them. */
  replyCandles(request: StubRequest, response: ServerResponse, openTimesMs: readonly number[]): void;
  /** The client id that an order's request names. */
  clientOrderIdOf(request: StubRequest): string;
  /** The instant inside the signature, milliseconds UTC. */
  signedAtMsOf(request: StubRequest): number;
  isSigned(request: StubRequest): boolean;
}

/** What one venue brings to the suite. Samples are documented or recorded replies. */
export interface VenueUnderTest {
  readonly adapter: VenueAdapter;
  /** The first one is what the suite's plan trades. */
  readonly symbols: readonly [string, string, ...string[]];
  readonly settleAsset: string;
  openStub(): Promise<VenueStub>;
  /** Numbers that the adapter does not satisfy, each with its reason. They are run and must fail. */
  readonly notYet: Readonly<Record<string, string>>;
  /** Numbers that cannot concern this venue, each with its reason. */
  readonly doesNotApply: Readonly<Record<string, string>>;

  readonly markets: Sample<readonly Market[]>;
  /** The next read: a market has left trading, or has another step. */
  readonly marketsLater: Sample<readonly Market[]>;
  readonly marketsWithMalformedRow: Sample<readonly Market[]>;
  /** First page and the rest; expected are the symbols of both. */
  readonly marketPages: readonly Sample<readonly string[]>[];
  /** Of the first configured symbol's limit orders, as a decimal string. */
  readonly limitQuantityMax: string;
  readonly tickers: Sample<readonly Ticker[]>;
  /** One candle with the values that `replyCandles` gives to every row. */
  readonly candle: Omit<Candle, 'openTimeMs'>;
  readonly balances: readonly Sample<SnapshotCommand['assets']>[];
  /** No asset is held at all. */
  readonly emptyBalances: unknown;
  readonly portfolioMarginBalances: unknown;
  readonly twoCoinBalances: Sample<SnapshotCommand['assets']>;
  readonly bonusBalances: Sample<SnapshotCommand['assets']>;

  /** Of configured symbols and others, of both sides, empty ones, ones in hedge mode and rows cut short. */
  readonly positions: Sample<PositionsReport['bySymbol']>;
  /** Rows of the first configured symbol, each alone, of which nothing can be told for certain. */
  readonly uncertainPositions: readonly Readonly<Record<string, unknown>>[];
  /** First page and the rest; expected are the positions of each. */
  readonly positionPages: readonly Sample<PositionsReport['bySymbol']>[];

  readonly desk: PositionDeskSamples;

  /** Answers that hold more, or longer ones, of what no venue has: rows, digits, names. */
  readonly excessiveAnswers: readonly ExcessiveAnswer[];

  readonly goldenOrders: readonly GoldenOrder[];
  readonly documentedCodes: readonly DocumentedCode[];
  /** Whether a table (or a rule about its text) gives the code its outcome. */
  isClassified(code: number): boolean;
  readonly limitAnswers: readonly LimitAnswer[];
  readonly regionPage: { readonly status: number; readonly body: string };

  /** At least: open, filled, partly filled, cancelled with fills, rejected after the ack, expired by self-trade. */
  readonly orders: readonly [OrderSample, ...OrderSample[]];
  /** Absent: the venue never shows two rows of one client id. */
  readonly sharedIds?: readonly SharedId[];
  /** Rows under the plan's client id that tell of another order of that id, and nothing of it. Absent: there are none. */
  readonly namesakes?: readonly Readonly<Record<string, unknown>>[];
  /** A limit order's row, and the price that it tells. */
  readonly limitOrder: { readonly row: Readonly<Record<string, unknown>>; readonly limitPrice: string };
  /** The changes of a row that must not hide the order: nulls, figures left out, fields that nobody knows. */
  readonly readableChanges: readonly { readonly name: string; readonly change: Readonly<Record<string, unknown>> }[];
  readonly unknownStatus: Readonly<Record<string, unknown>>;
  /** The change that makes a final row one that does not say what filled. */
  readonly untoldFills: Readonly<Record<string, unknown>>;
  /** The changes that date a row's order later than any answer. */
  readonly fromTheFuture: Readonly<Record<string, unknown>>;
  readonly feeInAnotherAsset: Readonly<Record<string, unknown>>;
  /** The changes that make a row another order's. */
  readonly otherId: Readonly<Record<string, unknown>>;
  readonly otherSymbol: Readonly<Record<string, unknown>>;
  readonly statusOpen: Readonly<Record<string, unknown>>;
  /** A row whose filled quantity is no number, and one without the venue's id. */
  readonly unreadable: readonly Readonly<Record<string, unknown>>[];
  /** Bounds of the one page that `recentOrders` asks for. */
  readonly recentOrdersQuery: Readonly<Record<string, string>>;
}
