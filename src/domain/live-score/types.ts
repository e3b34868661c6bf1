/**
 * How the model's predictions did, by what came of them: sums over outcomes, so that any two add up. Losses are those of log
 * returns; an outcome is a symbol's return over a horizon that has passed.
 */
export interface ScoreSums {
  readonly outcomes: number;
  /** Outcomes inside the model's 50 and 90 % intervals. */
  readonly inside50: number;
  readonly inside90: number;
  /** Outcomes that moved, of predictions that had a direction; and those of them that went there. */
  readonly directed: number;
  readonly hits: number;
  /** Pinball loss, the mean over the levels: of the model, and of EWMA quantiles. */
  readonly loss: number;
  readonly ewmaLoss: number;
  /** Outcomes beyond the assumed costs, up or down; and the squared errors of the chance that the model gave that. */
  readonly beyond: number;
  readonly brier: number;
}

/** One tick's outcomes of one horizon. */
export interface HorizonOutcomes extends ScoreSums {
  readonly minutes: number;
}

/** Outcomes of some time on end. */
export interface ScoreBucket extends ScoreSums {
  /** The first tick in it, milliseconds UTC. */
  readonly fromMs: number;
}

/** What is kept of one horizon. */
export interface HorizonScore {
  readonly minutes: number;
  readonly total: ScoreSums;
  /** The newest outcomes, the oldest first; a bounded number of buckets. */
  readonly recent: readonly ScoreBucket[];
  /** The online scale: intervals are widened by e to the power of it. */
  readonly logScale: number;
  /** false: too few of the 90 % intervals held of late. */
  readonly isCalibrated: boolean;
}

/** The scales that the predictions of a tick were given, by minutes of the horizon. */
export interface IssuedScales {
  readonly atMs: number;
  readonly logScales: Readonly<Record<string, number>>;
}

/** The live score of one model; plain and bounded, so that it survives as JSON. */
export interface LiveScore {
  /** Which model: another one starts anew. */
  readonly model: string;
  /** The tick that was counted last, milliseconds UTC: none counts twice. */
  readonly atMs: number;
  readonly horizons: readonly HorizonScore[];
  readonly issued: readonly IssuedScales[];
}

/** The online scale of one horizon: for the predictions of now, and what those of one horizon ago were given. */
export interface ScalePair {
  readonly minutes: number;
  readonly now: number;
  readonly earlier: number;
}
