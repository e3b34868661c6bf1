/*
 * What the page at the API's root is told, and how. `GET /api/page/stream` is a stream of server-sent events:
 *
 *   event: hello     data: PageHello      once per connection, first
 *   event: section   data: PageSection    every section once after hello, then whenever its value changed or cannot be read
 *   event: beat      data: PageBeat       at least every BEAT_INTERVAL_MS, so that silence means that the stream is dead
 *
 * JSON as everywhere in the API: snake_case names, decimal strings, times as ISO 8601 in UTC. What is absent is unknown.
 */

/** As words for people: what is at stake. */
export type PageEnvironment = 'paper' | 'testnet' | 'demo' | 'live';

export interface PageHello {
  readonly environment: PageEnvironment;
  readonly venue: string;
  readonly version: string;
  /** The server's clock. */
  readonly now: string;
  /** Where Temporal's own page is; absent: there is none here. */
  readonly web_ui?: string;
  /** Whether this viewer may halt, close and the like, or only look. */
  readonly may_trade: boolean;
  /** Who the viewer is to the audit. */
  readonly who: string;
  /** Whether an act has to be confirmed by typing CONFIRMATION_WORD's value: where money is real. */
  readonly confirms_acts: boolean;
  /** The traded symbols. */
  readonly symbols: readonly string[];
  /** What equity, profit and loss are counted in. */
  readonly settle_asset?: string;
}

/** What is typed before an act where money is real: the environment's name. */
export const CONFIRMATION_WORD: Readonly<Record<PageEnvironment, string>> = {
  paper: 'paper',
  testnet: 'testnet',
  demo: 'demo',
  live: 'live',
};

export interface PageBeat {
  readonly now: string;
  /** When each section was last read, whether or not its value changed: its age is `now` less this. */
  readonly read_at: Readonly<Partial<Record<PageSectionName, string>>>;
}

/** How often a section is read while anybody looks, milliseconds: it is stale after STALE_AFTER_READS times this. */
export const SECTION_INTERVAL_MS = {
  health: 2_000,
  trading: 1_000,
  signals: 1_000,
  balances: 1_000,
  limits: 1_000,
  positions: 2_000,
  risk: 5_000,
  trades: 15_000,
  counts: 5_000,
  latency: 5_000,
  alerts: 2_000,
  hooks: 5_000,
} as const;
export type PageSectionName = keyof typeof SECTION_INTERVAL_MS;
export const STALE_AFTER_READS = 3;
export const BEAT_INTERVAL_MS = 2_000;

export interface PageSection<Name extends PageSectionName = PageSectionName> {
  readonly name: Name;
  /** When the value was read. */
  readonly read_at?: string;
  /** The newest that is known; absent: nothing was ever read. */
  readonly value?: PageValues[Name];
  /** Why the newest reading failed, a sentence; the value is then an older one. */
  readonly problem?: string;
}

export interface PageValues {
  /** The body of `GET /health`, and Temporal's part of it. */
  readonly health: {
    readonly status: string;
    readonly components: Readonly<Record<string, string>>;
    readonly reasons: readonly string[];
    readonly uptime: number;
    readonly venue_stream?: { readonly state: string; readonly for_seconds: number; readonly fault?: string };
    readonly candle_stream?: { readonly state: string; readonly for_seconds: number; readonly fault?: string };
    readonly model?: { readonly name: string; readonly hash: string };
    readonly hand_over?: string;
  };
  readonly trading: {
    /** `active`, `reducing` or `halted`, as the account and `oncefill status` say it. */
    readonly state: string;
    /** What was said when it was set last. */
    readonly reason?: string;
    readonly since?: string;
  };
  /** Newest first, at most SIGNALS_SHOWN_MAX. */
  readonly signals: readonly PageSignal[];
  readonly balances: readonly PageBalance[];
  readonly limits: {
    readonly windows: readonly PageWindow[];
    /** Nothing is asked of the venue until then; absent: nothing bans. */
    readonly ban?: { readonly until: string; readonly scope?: string; readonly reason?: string };
  };
  /** As `GET /api/positions` lists them. */
  readonly positions: readonly Readonly<Record<string, unknown>>[];
  /** As `GET /api/risk` answers. */
  readonly risk: Readonly<Record<string, unknown>>;
  /** As `GET /api/trades?days=30` answers; newest TRADES_SHOWN_MAX, and at most NET_POINTS_MAX of the net result over time. */
  readonly trades: Readonly<Record<string, unknown>>;
  readonly counts: {
    /** Of the last day by how they ended, by the server's index. */
    readonly since: string;
    readonly by_outcome: Readonly<Record<string, number>>;
    /** Why the engine denied signals, since it started at `denied_since`; absent: it does not tell. */
    readonly denied_since?: string;
    readonly by_denial_code: Readonly<Record<string, number>>;
    /** Of the door, since the API started. */
    readonly refused_by_code: Readonly<Record<string, number>>;
  };
  /**
   * From signal to the venue's acceptance, milliseconds, while anybody looks; oldest first, at most LATENCY_POINTS_MAX: one of each
   * reading since whose predecessor an order was accepted.
   */
  readonly latency: readonly {
    readonly time: string;
    readonly count: number;
    readonly p50_ms?: number;
    readonly p99_ms?: number;
  }[];
  readonly alerts: {
    readonly open: readonly {
      readonly rule: string;
      readonly severity: string;
      readonly subject: string;
      readonly text: string;
      readonly since: string;
      readonly is_silenced: boolean;
    }[];
    readonly silences: readonly {
      readonly rule: string;
      readonly subject?: string;
      readonly reason: string;
      readonly who: string;
      readonly until: string;
    }[];
    /** Whom alerts are told to, in words: nobody, too. */
    readonly told_to: string;
  };
  readonly hooks: {
    readonly is_on: boolean;
    readonly sources: readonly string[];
    /** What was refused or only repeated of late at any door, newest first: `source` says at which. */
    readonly recent: readonly {
      readonly time: string;
      readonly source?: string;
      readonly verdict: string;
      readonly code?: string;
      readonly message: string;
      readonly fingerprint?: string;
    }[];
  };
}

export interface PageSignal {
  readonly fingerprint: string;
  readonly symbol: string;
  readonly direction: string;
  readonly strategy: string;
  readonly status: string;
  readonly outcome?: string;
  readonly exit_reason?: string;
  readonly started_at: string;
  readonly ended_at?: string;
  /** Of those that run, and of ended ones that were not filled, where it could be asked: where it stands, why, and until when. */
  readonly state?: string;
  readonly denial_code?: string;
  readonly detail?: string;
  readonly wait_until?: string;
  /** Why it is not known how it stands, a sentence; none of the four above is there then. */
  readonly problem?: string;
}

export interface PageBalance {
  readonly asset: string;
  readonly total: string;
  readonly free: string;
  readonly reserved: string;
  readonly read_at?: string;
}

export interface PageWindow {
  /** Whose share it is: an endpoint, the address, the account. */
  readonly scope: string;
  readonly interval_ms: number;
  readonly used: number;
  readonly limit: number;
  readonly ends_at?: string;
}

export const SIGNALS_SHOWN_MAX = 100;
export const TRADES_SHOWN_MAX = 100;
export const NET_POINTS_MAX = 500;
export const LATENCY_POINTS_MAX = 720;
/** Viewers at once; further ones are told so. */
export const VIEWERS_MAX = 32;

/*
 * What the page asks for besides, all with `content-type: application/json` (DELETE too) and a reason of 1 to 500 characters where one is named:
 *
 *   POST   /api/session            {token}: a cookie for this browser (HttpOnly, SameSite=Strict); 204. Where no token is
 *                                  needed the page works without.
 *   DELETE /api/session            forgets it; 204
 *   GET    /api/signals/:fingerprint, …/explanation
 *   POST   /api/signals/:fingerprint/cancel {reason}
 *   POST   /api/halt {reason, cancel_orders?}, /api/reduce {reason, cancel_orders?}, /api/resume {reason}
 *   POST   /api/flatten {reason}
 *   POST   /api/positions/:symbol/close {reason}
 *   POST   /api/alerts/silence {rule, subject?, for: "2h", reason}, /api/alerts/unsilence {rule, subject?}
 *
 * Every refusal has the body {code, message}.
 */
