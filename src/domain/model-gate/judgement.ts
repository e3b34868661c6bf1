import { cutText } from '../plain-values';
import type { GateOutcome, ModelPrediction, Verdict, VerdictFigures } from './types';

/** Symbols whose last judgement is kept; a venue has at most so many configured. */
const JUDGEMENTS_MAX = 200;
/** As JSON. */
const ANSWER_BYTES_MAX = 200;

/** What last became of a symbol's prediction, with the figures that decided. */
export interface Judgement extends VerdictFigures {
  /** The close of the candle, milliseconds UTC. */
  readonly atMs: number;
  readonly outcome: GateOutcome | 'NO_PREDICTION';
  /** The log return that was expected; absent: none was predicted. */
  readonly expected?: number;
  /** What the trade was expected to cost, a fraction of its value; absent: that was not asked. */
  readonly costs?: number;
  /** What intake said to the signal; absent: none was handed in, or nobody answered. */
  readonly answer?: string;
}

/** By symbol; plain, so that it survives as JSON. */
export type Judgements = Readonly<Record<string, Judgement>>;

/** What a tick came to. */
export interface TickFindings {
  /** The close of its candles, milliseconds UTC. */
  readonly atMs: number;
  readonly predictions: readonly ModelPrediction[];
  readonly verdicts: readonly Verdict[];
  /** By symbol: the log returns that are not beyond the least one. */
  readonly below: Readonly<Record<string, number>>;
  /** The least return, above zero. */
  readonly least: number;
  /** By symbol: why nothing was predicted. */
  readonly missing: Readonly<Record<string, string>>;
}

/** The last judgement of each symbol after a tick. @param symbols that are traded: the others are forgotten */
export function withFindings(
  before: Judgements,
  { atMs, predictions, verdicts, below, least, missing }: TickFindings,
  symbols: readonly string[],
): Judgements {
  const judged = new Map(Object.entries(before));
  for (const [symbol, why] of Object.entries(missing)) judged.set(symbol, { atMs, outcome: 'NO_PREDICTION', why });
  for (const [symbol, expected] of Object.entries(below)) {
    judged.set(symbol, { atMs, outcome: 'BELOW_MINIMUM', expected, needed: least });
  }
  for (const [index, { symbol, signal: _, expectedCosts: costs, ...figures }] of verdicts.entries()) {
    const { closeTimeMs, expectedReturn: expected } = predictions[index] ?? { closeTimeMs: atMs };
    judged.set(symbol, {
      atMs: closeTimeMs,
      ...figures,
      ...(expected !== undefined && { expected }),
      ...(costs !== undefined && { costs }),
    });
  }
  const kept = symbols.slice(0, JUDGEMENTS_MAX).flatMap((symbol) => {
    const judgement = judged.get(symbol);
    return judgement === undefined ? [] : [[symbol, judgement] as const];
  });
  return Object.fromEntries(kept);
}

/** Notes what intake said to a symbol's signal. */
export function withAnswer(before: Judgements, symbol: string, answer: string): Judgements {
  const judgement = Object.hasOwn(before, symbol) ? before[symbol] : undefined;
  return judgement === undefined
    ? before
    : { ...before, [symbol]: { ...judgement, answer: cutText(answer, ANSWER_BYTES_MAX) } };
}
