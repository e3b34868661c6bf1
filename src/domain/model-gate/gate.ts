import { ownValue } from '../plain-values';
import { netGainChance, quantilesOf, roundedChance } from './chance';
import { roundTripCosts } from './costs';
import { sizedByRisk } from './size';
import { refusalOfModel } from './standing';
import { directionOf, signalOf } from './signal-of-view';
import type {
  GateOutcome,
  GateReason,
  GateSettings,
  GateState,
  GateTerms,
  ModelPrediction,
  SymbolView,
  Verdict,
  VerdictFigures,
} from './types';

const MINUTE_MS = 60_000;
/** A prediction from older candles says nothing of what follows now. */
const CANDLES_OLD = 2;

/** No view yet. */
export const NO_VIEWS: GateState = {};

/** Whether a view is open at a candle's close. One that a clock ahead of ours had made is none. */
export function isOpen({ openedAtMs, endsAtMs }: SymbolView, atMs: number): boolean {
  return openedAtMs <= atMs && atMs < endsAtMs;
}

/**
 * Judges the predictions of one tick, one after the other: which become signals, and why the others do not. Of each symbol at
 * most one view is open; it ends at its horizon, or with the first prediction of the other side that passes. That one is
 * handed in as the entry it would be (the account makes it close the position, and no more), and opens no view: a
 * fresh one needs a later candle.
 */
export function judgeAll(
  state: GateState,
  predictions: readonly ModelPrediction[],
  terms: GateTerms,
): { readonly state: GateState; readonly verdicts: readonly Verdict[] } {
  let views = state;
  const verdicts = predictions.map((prediction) => {
    const verdict = judge(views, prediction, terms);
    views = withVerdict(views, prediction, verdict.outcome, terms);
    return verdict;
  });
  return { state: withoutPast(views, predictions), verdicts };
}

/** The symbols of which the costs alone decide: nobody needs those of the others. */
export function symbolsToPrice(
  state: GateState,
  predictions: readonly ModelPrediction[],
  terms: Omit<GateTerms, 'costs'>,
): readonly string[] {
  const { verdicts } = judgeAll(state, predictions, { ...terms, costs: {} });
  return verdicts.filter(({ outcome }) => outcome === 'COSTS_UNKNOWN').map(({ symbol }) => symbol);
}

/** Views as they were before signals that intake then refused: of these nothing is under way. */
export function takeBack(after: GateState, before: GateState, symbols: readonly string[]): GateState {
  const entries = new Map(Object.entries(after));
  for (const symbol of symbols) {
    const former = ownValue(before, symbol);
    if (former === undefined) entries.delete(symbol);
    else entries.set(symbol, former);
  }
  return Object.fromEntries(entries);
}

function judge(state: GateState, prediction: ModelPrediction, terms: GateTerms): Verdict {
  const { symbol } = prediction;
  const view = ownValue(state, symbol);
  const refusal = refusalBeforeCosts(view, prediction, terms);
  if (refusal !== undefined) return { symbol, ...refusal };
  const { settings, candleIntervalMs } = terms;
  const market = ownValue(terms.costs, symbol);
  const expectedCosts = roundTripCosts(market);
  if (market === undefined || expectedCosts === undefined) return { symbol, outcome: 'COSTS_UNKNOWN' };
  const held = holdAgainstCosts(prediction, settings, expectedCosts);
  if (!held.passes) return { symbol, outcome: 'BELOW_COSTS', expectedCosts, ...held.figures };
  const isAgainstView = view !== undefined && isOpen(view, prediction.closeTimeMs);
  const sized = sizedByRisk(signalOf(prediction, settings, candleIntervalMs), settings, market);
  const outcome = isAgainstView ? 'POSITION_OPPOSITE' : 'OPENED';
  return { symbol, outcome, expectedCosts, ...held.figures, ...sized };
}

/** The gate of demos only tells the chance. */
function holdAgainstCosts(
  prediction: ModelPrediction,
  settings: GateSettings,
  expectedCosts: number,
): { readonly passes: boolean; readonly figures: VerdictFigures } {
  const beyondCosts = expectedCosts + Number(settings.slippageMargin);
  const chance = netGainChance(quantilesOf(prediction.quantiles), directionOf(prediction), beyondCosts);
  const netGain = chance === undefined ? {} : { netGainChance: roundedChance(chance) };
  if (settings.gate !== 'costs') {
    return { passes: true, figures: { needed: Number(settings.minimumReturn), ...netGain } };
  }
  const isMeanBeyond = Math.abs(prediction.expectedReturn) > beyondCosts;
  const { netGainChanceMin } = settings;
  if (chance === undefined || netGainChanceMin === undefined) {
    return { passes: isMeanBeyond, figures: { needed: beyondCosts, ...netGain } };
  }
  const least = Number(netGainChanceMin);
  return {
    passes: isMeanBeyond && roundedChance(chance) > least,
    figures: { needed: beyondCosts, ...netGain, netGainChanceMin: least },
  };
}

type Refusal = VerdictFigures & { readonly outcome: GateReason };

function refusalBeforeCosts(
  view: SymbolView | undefined,
  prediction: ModelPrediction,
  terms: GateTerms,
): Refusal | undefined {
  const { settings, environment, candleIntervalMs, nowMs } = terms;
  const { closeTimeMs, expectedReturn, outOfRange } = prediction;
  if (settings.gate !== 'costs' && environment !== 'paper') return { outcome: 'NOT_ALLOWED' };
  if (closeTimeMs < nowMs - CANDLES_OLD * candleIntervalMs) return { outcome: 'STALE_CANDLES' };
  const least = Number(settings.minimumReturn);
  if (!(Math.abs(expectedReturn) > least)) return { outcome: 'BELOW_MINIMUM', needed: least };
  const ofModel = refusalOfModel(terms);
  if (ofModel !== undefined) return ofModel;
  if (outOfRange !== undefined) return { outcome: 'OUT_OF_RANGE', why: outOfRange };
  if (view === undefined || view.openedAtMs > closeTimeMs) return undefined;
  if (isOpen(view, closeTimeMs)) {
    return view.direction === directionOf(prediction) ? { outcome: 'VIEW_OPEN' } : undefined;
  }
  return closeTimeMs < view.freeFromMs ? { outcome: 'COOLING_DOWN' } : undefined;
}

function withVerdict(
  state: GateState,
  prediction: ModelPrediction,
  outcome: GateOutcome,
  { settings }: GateTerms,
): GateState {
  const { symbol, closeTimeMs: atMs } = prediction;
  const coolDownMs = settings.coolDownMinutes * MINUTE_MS;
  const view = ownValue(state, symbol);
  if (outcome === 'POSITION_OPPOSITE' && view !== undefined) {
    const freeFromMs = atMs + Math.max(1, coolDownMs);
    return { ...state, [symbol]: { ...view, endsAtMs: atMs, freeFromMs } };
  }
  if (outcome !== 'OPENED') return state;
  const endsAtMs = atMs + settings.horizonMinutes * MINUTE_MS;
  const opened = { direction: directionOf(prediction), openedAtMs: atMs, endsAtMs, freeFromMs: endsAtMs + coolDownMs };
  return { ...state, [symbol]: opened };
}

/** Views that no later candle asks about: symbols may leave the configuration, and clocks are set back. */
function withoutPast(state: GateState, predictions: readonly ModelPrediction[]): GateState {
  if (predictions.length === 0) return state;
  const newestMs = Math.max(...predictions.map(({ closeTimeMs }) => closeTimeMs));
  const isKept = (view: SymbolView): boolean => view.openedAtMs <= newestMs && newestMs < view.freeFromMs;
  return Object.fromEntries(Object.entries(state).filter(([, view]) => isKept(view)));
}
