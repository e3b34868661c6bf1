import type { Direction, TradingSignal } from '../signal';
import type { TradingEnvironment } from '../trading-venue';

/**
 * costs: a prediction has to promise more than a trade costs. demo, in paper only: the least return is enough, so that there is
 * something to watch; each such trade is expected to lose what it costs.
 */
export const GATES = ['costs', 'demo'] as const;
export type Gate = (typeof GATES)[number];

/**
 * Where the stop of a signal lies: by the deviation of the last returns, or by how far the model expects the price to go against
 * the position. A model that says nothing of that gives stops by volatility.
 */
export const STOP_SOURCES = ['volatility', 'adverseMove'] as const;
export type StopSource = (typeof STOP_SOURCES)[number];

/** How predictions become signals. Fractions and multiples are decimal strings. */
export interface GateSettings {
  readonly gate: Gate;
  /** Of the signals, and so a part of their fingerprints. */
  readonly strategy: string;
  /** No prediction of less, up or down, becomes a signal: a log return above zero. */
  readonly minimumReturn: string;
  /** What a trade may cost beyond fees and spread, a fraction of its value. */
  readonly slippageMargin: string;
  /** For how long a prediction is a view: none of the same side follows, and its position is closed then. */
  readonly horizonMinutes: number;
  /** How long after a view of a symbol none opens. */
  readonly coolDownMinutes: number;
  /** Distances of stop and target, multiples of the deviation expected within the horizon; '0': as for every other signal. */
  readonly stopVolatilityMultiple: string;
  readonly targetVolatilityMultiple: string;
  /** Bounds of both distances, fractions of the price: see ProtectionSettings. */
  readonly stopDistanceMin: string;
  readonly stopDistanceMax: string;
  /** With the gate of costs, what the chance of a net gain has to exceed, 0 to 1. Absent, as all that follow: not asked. */
  readonly netGainChanceMin?: string;
  /**
   * What a round trip is taken to cost, a fraction of the value, where every run of a tick must find the same: a signal's
   * strength, and the live score.
   */
  readonly assumedCosts?: string;
  /** A model whose data end longer ago gives no signals, days. */
  readonly modelAgeMaxDays?: number;
  /** The model gives no signals while fewer of its 90 % intervals held of late, 0 to 1. */
  readonly coverageMin?: string;
  /** How many outcomes are "of late" at least. */
  readonly coverageOutcomes?: number;
  readonly stopFrom?: StopSource;
  /** With stopFrom adverseMove: the stop's distance in multiples of the move that is exceeded one time in ten. */
  readonly stopAdverseMultiple?: string;
  /** What an entry may lose at its stop, in quote units, before costs and slippage; '0' or absent: sized by free funds alone. */
  readonly riskPerTrade?: string;
}

/** One quantile: the model holds that with this chance the value is not exceeded. */
export interface Quantile {
  /** Above 0 and below 1. */
  readonly level: number;
  readonly value: number;
}

/** A quantile on its way through a workflow's history, which keeps every byte. */
export type QuantilePair = readonly [level: number, value: number];

/** What the model expects of one symbol. Its numbers are no money: they are rounded, so that two machines agree on them. */
export interface ModelPrediction {
  readonly symbol: string;
  /** The log return expected within the horizon; finite. */
  readonly expectedReturn: number;
  /** When the newest candle behind it closed, milliseconds UTC. */
  readonly closeTimeMs: number;
  /** That candle's close, in quote units. Absent: not told. */
  readonly close?: number;
  /** The usual return of one candle, a fraction; absent: no estimate. */
  readonly deviation?: number;
  /** Of the return within the horizon, by level, ascending; absent: the model has none. So it is with the next two. */
  readonly quantiles?: readonly QuantilePair[];
  /** Of the largest move up within the horizon, 0 or above, for a stop; not told of a prediction that rises. */
  readonly rise?: readonly QuantilePair[];
  /** The same down; not told of a prediction that falls. */
  readonly fall?: readonly QuantilePair[];
  /** What is unlike all that the model was made from: the measure, its value and its bounds, in words; absent: nothing. */
  readonly outOfRange?: string;
}

/** What is known of the model beside its predictions. */
export interface ModelStanding {
  /** When its training data end, milliseconds UTC; absent: it does not tell. */
  readonly endOfDataMs?: number;
  /** The share of its 90 % intervals that held of late, while that is too few; absent: it is not, or nobody knows yet. */
  readonly coverage?: number;
}

/** What a venue asks for a trade, decimal strings. */
export interface MarketCosts {
  /** A fraction of the value. */
  readonly takerFee: string;
  readonly bid: string;
  readonly ask: string;
  /** See Market; told where orders are sized by risk. */
  readonly quantityStep?: string;
  readonly quantityMin?: string;
  readonly notionalMin?: string;
}

/** How much an entry may be at most, by what its stop may lose; decimal strings. */
export interface SizeByRisk {
  /** In quote units. */
  readonly riskPerTrade: string;
  /** From the order's price to its stop, in quote units. */
  readonly stopDistance: string;
  /** The first divided by the second, base units. */
  readonly amountMax: string;
}

/** Why a prediction gives no signal. */
export type GateReason =
  /** The gate `demo` outside paper. */
  | 'NOT_ALLOWED'
  | 'STALE_CANDLES'
  | 'BELOW_MINIMUM'
  /** Its training data end longer ago than allowed, or nobody knows when. */
  | 'MODEL_TOO_OLD'
  /** Too few of its intervals held of late. */
  | 'NOT_CALIBRATED'
  /** The candles are unlike all that the model was made from. */
  | 'OUT_OF_RANGE'
  /** One of the same side has not reached its horizon. */
  | 'VIEW_OPEN'
  | 'COOLING_DOWN'
  | 'COSTS_UNKNOWN'
  /** By risk: the entry has no stop of its own, or the venue's smallest order is not known. */
  | 'SIZE_UNKNOWN'
  /** By risk, the amount is below the venue's smallest order; it is never raised. */
  | 'BELOW_SMALLEST_ORDER'
  /** The mean is not beyond the costs, or a net gain is too unlikely. */
  | 'BELOW_COSTS';

/** What became of a prediction. POSITION_OPPOSITE: it was handed in against an open view, to close what that opened. */
export type GateOutcome = 'OPENED' | 'POSITION_OPPOSITE' | GateReason;

/** The last view of a symbol; open until its end. */
export interface SymbolView {
  readonly direction: Direction;
  /** The candle's close behind it, milliseconds UTC; so are the next two. */
  readonly openedAtMs: number;
  readonly endsAtMs: number;
  /** The first candle's close that may open another one. */
  readonly freeFromMs: number;
}

/** By symbol; plain, so that it survives as JSON. Views are forgotten once another may open. */
export type GateState = Readonly<Record<string, SymbolView>>;

/** What decided on a prediction, for people. What is absent was not asked, or is not known. */
export interface VerdictFigures {
  /** What the prediction was held against last, a log return or a fraction above zero; absent: nothing was. */
  readonly needed?: number;
  /** The chance of a net gain at the costs found, 0 to 1; with the gate of costs, what it had to exceed. */
  readonly netGainChance?: number;
  readonly netGainChanceMin?: number;
  /** MODEL_TOO_OLD: the age of its data, days, and the bound. NOT_CALIBRATED: the share of intervals that held, and the bound. */
  readonly actual?: number;
  readonly bound?: number;
  /** Of orders that are sized by risk. */
  readonly size?: SizeByRisk;
  /** In words, what figures cannot say. */
  readonly why?: string;
}

export interface Verdict extends VerdictFigures {
  readonly symbol: string;
  readonly outcome: GateOutcome;
  /** Of OPENED and POSITION_OPPOSITE alone. */
  readonly signal?: TradingSignal;
  /** What the trade is expected to cost, fees and spread, a fraction of its value; of the same. */
  readonly expectedCosts?: number;
}

/** What predictions are judged by beside the state. */
export interface GateTerms {
  readonly settings: GateSettings;
  readonly environment?: TradingEnvironment;
  readonly candleIntervalMs: number;
  /** By symbol; absent: not known. */
  readonly costs: Readonly<Record<string, MarketCosts>>;
  readonly nowMs: number;
  readonly model?: ModelStanding;
}
