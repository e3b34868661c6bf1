/** What a position may be opened beside. */
export interface PositionSettings {
  /** How many further entries may enlarge a position; 0: none (POSITION_EXISTS). */
  readonly adds: number;
  /**
   * exit: an entry against an open position closes it, all of it and no more; deny: OPPOSITE_POSITION. net: no position forbids
   * an entry of either side, and the venue sets one off against the other, which may turn the position over.
   */
  readonly onOpposite: 'exit' | 'deny' | 'net';
  /** alert: a position that nobody here opened is said, and its symbol takes no entry; protect: it gets our stop, too. */
  readonly foreign: 'alert' | 'protect';
  /** How often the venue is asked for its positions while there are any, seconds; less often while nothing of them changes. */
  readonly reportIntervalSeconds: number;
}

/** The bounds of risk. Fractions are decimal strings of the account's equity; null: that rule is off. */
export interface RiskSettings {
  /** Order value, in the settle asset. */
  readonly orderValueMax: string | null;
  /** How far a limit price may lie beyond the market's, where it fills at a worse one: a fraction of the market's. */
  readonly priceBandFraction: string | null;
  /** Value of one symbol's position, what is pending included. */
  readonly perSymbol: string | null;
  /** Value of all positions, what is pending included. */
  readonly total: string | null;
  /** Groups of symbols that move together; exposure counts by direction within each. At most GROUPS_MAX. */
  readonly groups: Readonly<Record<string, { readonly symbols: readonly string[]; readonly limit: string }>>;
  /** Symbols with a position or a pending entry. */
  readonly positionsMax: number | null;
  readonly entriesPerMinute: number | null;
  readonly entriesPerDay: number | null;
  /** Loss of a day (UTC), open losses included, transfers taken out. */
  readonly dailyLossFraction: string | null;
  /** block: no entry until the next day; flatten: every position is closed, too. */
  readonly onDailyLoss: 'block' | 'flatten';
  /** Fall of equity from its highest, transfers taken out. */
  readonly drawdownFraction: string | null;
  /** Net losses in a row, in one symbol or in all, and for how long no entry is taken afterwards. */
  readonly lossStreak: number | null;
  readonly lossStreakMinutes: number;
  /** No entry in a symbol for so long after its position was closed, and after a stop. */
  readonly coolDownMinutes: number;
  readonly coolDownAfterStopMinutes: number;
}

/** Both, as the venue's account holds them. */
export interface RiskTerms {
  readonly positions: PositionSettings;
  readonly risk: RiskSettings;
  /** A position of ours without a stop raises an alert after this, milliseconds; absent: positions need none. */
  readonly unprotectedMaxMs?: number;
  /** See VenuePromises.positionLagMs; absent: 0. */
  readonly positionLagMs?: number;
}

/** The terms as JSON: they travel through continue-as-new beside the account's state. */
export const RISK_TERMS_BYTES_MAX = 24_000;

export const GROUPS_MAX = 20;
